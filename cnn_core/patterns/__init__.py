"""What a unit responds to: natural patches, optimised patterns, and how far to believe them."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.patterns.ascent import THE_ARTICLES as THE_ARTICLES
    from cnn_core.patterns.ascent import Ascender as Ascender
    from cnn_core.patterns.ascent import Objective as Objective
    from cnn_core.patterns.ascent import Recipe as Recipe
    from cnn_core.patterns.frames import frame_of as frame_of
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
