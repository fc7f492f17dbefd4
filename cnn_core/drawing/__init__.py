"""From ink to input: reading, cleaning, comparing and changing an image of one's own."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.drawing.packed import pack as pack
    from cnn_core.drawing.packed import unpack as unpack
    from cnn_core.drawing.pictures import Picture as Picture
    from cnn_core.drawing.pictures import picture_of as picture_of
    from cnn_core.drawing.pictures import read_picture as read_picture
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
