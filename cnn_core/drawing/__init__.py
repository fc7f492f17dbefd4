"""From ink to input: reading, cleaning, comparing and changing an image of one's own."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.drawing.packed import pack as pack
    from cnn_core.drawing.packed import unpack as unpack
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
