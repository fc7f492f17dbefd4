"""Look inside a small convolutional network: activations, circles, ledgers, readouts.

Everything here works from a notebook, without the dashboard. Importing the package is cheap: the
parts that need TensorFlow load it when they are first used.
"""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.artifacts import verify_artifacts as verify_artifacts
    from cnn_core.circles.cells.contrast import class_contrast as class_contrast
    from cnn_core.circles.circle_reader import CircleReader as CircleReader
    from cnn_core.circles.circle_reader import circle_reader as circle_reader
    from cnn_core.circles.circle_reader import hit_rates as hit_rates
    from cnn_core.circles.circle_reader import weigh_circles as weigh_circles
    from cnn_core.circles.groups import Group as Group
    from cnn_core.circles.groups import article_groups as article_groups
    from cnn_core.circles.groups import clearest as clearest
    from cnn_core.circles.groups import least_clear as least_clear
    from cnn_core.circles.groups import most_ambiguous as most_ambiguous
    from cnn_core.circles.groups import random_members as random_members
    from cnn_core.circles.groups import wrong as wrong
    from cnn_core.circles.random_triples import random_triples as random_triples
    from cnn_core.circles.rule import Circles as Circles
    from cnn_core.circles.rule import find_circles as find_circles
    from cnn_core.decision.ablation import ablate as ablate
    from cnn_core.decision.ablation import ablate_each as ablate_each
    from cnn_core.decision.effects import mean_effects as mean_effects
    from cnn_core.decision.effects import unit_effects as unit_effects
    from cnn_core.decision.ledger import ledger as ledger
    from cnn_core.decision.ledger import ledgers as ledgers
    from cnn_core.decision.ledger import node_ledger as node_ledger
    from cnn_core.decision.mean import mean_ledger as mean_ledger
    from cnn_core.decision.race import class_race as class_race
    from cnn_core.decision.race import race as race
    from cnn_core.decision.smallest_edit import smallest_edit as smallest_edit
    from cnn_core.decision.visibility import visibility as visibility
    from cnn_core.errors import ArtifactError as ArtifactError
    from cnn_core.errors import DataError as DataError
    from cnn_core.errors import LookingGlassError as LookingGlassError
    from cnn_core.errors import ModelError as ModelError
    from cnn_core.errors import OlderFormatError as OlderFormatError
    from cnn_core.errors import SelectionError as SelectionError
    from cnn_core.images.dataset import Dataset as Dataset
    from cnn_core.images.dataset import available_splits as available_splits
    from cnn_core.images.dataset import dataset_of as dataset_of
    from cnn_core.images.dataset import load_dataset as load_dataset
    from cnn_core.network.activations import Activations as Activations
    from cnn_core.network.classifier import Network as Network
    from cnn_core.network.in_memory import network_of as network_of
    from cnn_core.network.layers import LayerInfo as LayerInfo
    from cnn_core.network.layers import LayerKind as LayerKind
    from cnn_core.network.opened_layer import OpenedLayer as OpenedLayer
    from cnn_core.network.opening import load_network as load_network
    from cnn_core.readouts.compute import compute_readouts as compute_readouts
    from cnn_core.readouts.result_file import load_readouts as load_readouts
    from cnn_core.readouts.results import ModelReadouts as ModelReadouts
    from cnn_core.shipped_files import shipped as shipped
    from cnn_core.shipped_files import shipped_data as shipped_data
    from cnn_core.space.mosaic import Mosaic as Mosaic
    from cnn_core.space.receptive_fields import ReceptiveFields as ReceptiveFields
    from cnn_core.space.tiled import layer_grid as layer_grid
    from cnn_core.statistics import accuracy as accuracy
    from cnn_core.statistics import paired_difference as paired_difference
    from cnn_core.statistics import wilson_interval as wilson_interval
    from cnn_core.survey.whole_set import Survey as Survey
    from cnn_core.survey.whole_set import survey_of as survey_of
    from cnn_core.training.article_cnn import build_article_cnn as build_article_cnn
    from cnn_core.training.course import activations_over_training as activations_over_training
    from cnn_core.training.course import open_snapshots as open_snapshots
    from cnn_core.training.course import untrained_twin as untrained_twin
    from cnn_core.training.run import Recipe as Recipe
    from cnn_core.training.snapshot_writer import SnapshotWriter as SnapshotWriter
    from cnn_core.training.train import train_and_publish as train_and_publish
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
