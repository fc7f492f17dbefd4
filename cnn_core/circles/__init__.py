"""Groups of images, the cells that they have in common, and what those are worth."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.circles.by_hand import HandCircles as HandCircles
    from cnn_core.circles.by_hand import Luck as Luck
    from cnn_core.circles.by_hand import chosen_cells as chosen_cells
    from cnn_core.circles.by_hand import circles_by_hand as circles_by_hand
    from cnn_core.circles.by_hand import luck_of as luck_of
    from cnn_core.circles.cells.contrast import ClassContrast as ClassContrast
    from cnn_core.circles.cells.contrast import ClassMeans as ClassMeans
    from cnn_core.circles.cells.contrast import class_contrast as class_contrast
    from cnn_core.circles.cells.contrast import class_means as class_means
    from cnn_core.circles.cells.kept_facts import kept_pair_facts as kept_pair_facts
    from cnn_core.circles.cells.pair_facts import PairFacts as PairFacts
    from cnn_core.circles.choice import ClearGroups as ClearGroups
    from cnn_core.circles.choice import clear_groups as clear_groups
    from cnn_core.circles.circle_reader import CircleReader as CircleReader
    from cnn_core.circles.circle_reader import CircleWorth as CircleWorth
    from cnn_core.circles.circle_reader import HitRates as HitRates
    from cnn_core.circles.circle_reader import PairAnswers as PairAnswers
    from cnn_core.circles.circle_reader import hit_rates as hit_rates
    from cnn_core.circles.circle_reader import network_on_pair as network_on_pair
    from cnn_core.circles.circle_reader import pooled_difference as pooled_difference
    from cnn_core.circles.circle_reader import weigh_circles as weigh_circles
    from cnn_core.circles.groups import Group as Group
    from cnn_core.circles.groups import article_groups as article_groups
    from cnn_core.circles.groups import clearest as clearest
    from cnn_core.circles.groups import least_clear as least_clear
    from cnn_core.circles.groups import most_ambiguous as most_ambiguous
    from cnn_core.circles.groups import random_members as random_members
    from cnn_core.circles.groups import wrong as wrong
    from cnn_core.circles.nulls import Null as Null
    from cnn_core.circles.nulls import UniqueByChance as UniqueByChance
    from cnn_core.circles.nulls import chance_across as chance_across
    from cnn_core.circles.nulls import chance_within as chance_within
    from cnn_core.circles.packed import PackedOn as PackedOn
    from cnn_core.circles.random_triples import RandomTriples as RandomTriples
    from cnn_core.circles.rule import Circles as Circles
    from cnn_core.circles.rule import Flag as Flag
    from cnn_core.circles.rule import find_circles as find_circles
    from cnn_core.circles.rule import on_cells as on_cells
    from cnn_core.circles.thresholds import AtThreshold as AtThreshold
    from cnn_core.circles.thresholds import cells_at_any_threshold as cells_at_any_threshold
    from cnn_core.circles.thresholds import threshold_strip as threshold_strip
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
