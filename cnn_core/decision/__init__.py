"""Why one class and not another: ledgers, ablation, the race, the smallest edit."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.decision.ablation import Ablation as Ablation
    from cnn_core.decision.ablation import ablate as ablate
    from cnn_core.decision.ablation import ablate_each as ablate_each
    from cnn_core.decision.drawn_values import DrawnAblation as DrawnAblation
    from cnn_core.decision.drawn_values import ablate_with_donors as ablate_with_donors
    from cnn_core.decision.effects import EffectSums as EffectSums
    from cnn_core.decision.effects import MeanEffects as MeanEffects
    from cnn_core.decision.effects import effect_sums as effect_sums
    from cnn_core.decision.effects import images_in_a_second as images_in_a_second
    from cnn_core.decision.effects import mean_effects as mean_effects
    from cnn_core.decision.effects import sample_of as sample_of
    from cnn_core.decision.effects import unit_effects as unit_effects
    from cnn_core.decision.ledger import Ledger as Ledger
    from cnn_core.decision.ledger import NodeLedger as NodeLedger
    from cnn_core.decision.ledger import ledgers as ledgers
    from cnn_core.decision.ledger import node_ledger as node_ledger
    from cnn_core.decision.mean import MeanLedger as MeanLedger
    from cnn_core.decision.mean import mean_ledger as mean_ledger
    from cnn_core.decision.pairs import checked_pair as checked_pair
    from cnn_core.decision.pairs import margin_of as margin_of
    from cnn_core.decision.pairs import strongest_other as strongest_other
    from cnn_core.decision.race import ClassRace as ClassRace
    from cnn_core.decision.race import Curve as Curve
    from cnn_core.decision.race import Race as Race
    from cnn_core.decision.race import Run as Run
    from cnn_core.decision.race import class_race as class_race
    from cnn_core.decision.references import IntegratedGradients as IntegratedGradients
    from cnn_core.decision.references import Reference as Reference
    from cnn_core.decision.references import integrated_gradients as integrated_gradients
    from cnn_core.decision.references import mean_image as mean_image
    from cnn_core.decision.references import reference_image as reference_image
    from cnn_core.decision.smallest_edit import BestEdit as BestEdit
    from cnn_core.decision.smallest_edit import Edit as Edit
    from cnn_core.decision.smallest_edit import smallest_edit_of_donors as smallest_edit_of_donors
    from cnn_core.decision.visibility import Agreement as Agreement
    from cnn_core.decision.visibility import Ranking as Ranking
    from cnn_core.decision.visibility import Visibility as Visibility
    from cnn_core.decision.visibility import agreement as agreement
    from cnn_core.decision.visibility import n_carrying as n_carrying
    from cnn_core.decision.visibility import ranking as ranking
    from cnn_core.decision.votes import vote_order as vote_order
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
