"""The article's CNN: build it, train it, keep snapshots, go on after a stop, publish it."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.training.article_cnn import build_article_cnn as build_article_cnn
    from cnn_core.training.course import TrainingCourse as TrainingCourse
    from cnn_core.training.course import activations_over_training as activations_over_training
    from cnn_core.training.course import open_snapshots as open_snapshots
    from cnn_core.training.course import untrained_twin as untrained_twin
    from cnn_core.training.run import Recipe as Recipe
    from cnn_core.training.run import TrainingRun as TrainingRun
    from cnn_core.training.snapshot_writer import SnapshotWriter as SnapshotWriter
    from cnn_core.training.snapshots import SnapshotPlan as SnapshotPlan
    from cnn_core.training.snapshots import Snapshots as Snapshots
    from cnn_core.training.snapshots import read_snapshots as read_snapshots
    from cnn_core.training.train import train_and_publish as train_and_publish
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
