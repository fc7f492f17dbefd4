"""Where things stand: mosaics of units, and the pixels that a cell can see (NumPy only)."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.space.display import colour_range as colour_range
    from cnn_core.space.display import dead_units as dead_units
    from cnn_core.space.display import display_values as display_values
    from cnn_core.space.display import standardise_and_clip as standardise_and_clip
    from cnn_core.space.mosaic import Mosaic as Mosaic
    from cnn_core.space.receptive_fields import Field as Field
    from cnn_core.space.receptive_fields import FieldSummary as FieldSummary
    from cnn_core.space.receptive_fields import ReceptiveFields as ReceptiveFields
    from cnn_core.space.tiled import layer_grid as layer_grid
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
