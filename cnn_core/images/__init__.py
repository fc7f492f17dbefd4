"""Read, check and hold labelled image sets."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.images.dataset import Dataset as Dataset
    from cnn_core.images.dataset import available_splits as available_splits
    from cnn_core.images.dataset import dataset_of as dataset_of
    from cnn_core.images.dataset import fit_labels as fit_labels
    from cnn_core.images.dataset import load_dataset as load_dataset
    from cnn_core.images.disputed_labels import DisputedLabel as DisputedLabel
    from cnn_core.images.disputed_labels import DisputedLabels as DisputedLabels
    from cnn_core.images.disputed_labels import read_disputed_labels as read_disputed_labels
    from cnn_core.images.scaled_images import ScaledImages as ScaledImages
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
