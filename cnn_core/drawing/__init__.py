"""From ink to input: reading, cleaning, comparing and changing an image of one's own."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.drawing.answers import Curve as Curve
    from cnn_core.drawing.answers import ShiftMap as ShiftMap
    from cnn_core.drawing.answers import curve as curve
    from cnn_core.drawing.answers import shift_map as shift_map
    from cnn_core.drawing.change_results import ModelChanges as ModelChanges
    from cnn_core.drawing.change_results import load_changes as load_changes
    from cnn_core.drawing.familiar.familiar_images import Familiar as Familiar
    from cnn_core.drawing.familiar.familiar_images import Reference as Reference
    from cnn_core.drawing.familiar.familiar_images import familiarity as familiarity
    from cnn_core.drawing.familiar.reference import build_reference as build_reference
    from cnn_core.drawing.familiar.reference_file import load_reference as load_reference
    from cnn_core.drawing.from_paper.cleaning import Cleaned as Cleaned
    from cnn_core.drawing.from_paper.cleaning import Steps as Steps
    from cnn_core.drawing.from_paper.cleaning import clean as clean
    from cnn_core.drawing.from_paper.cleaning import each_way as each_way
    from cnn_core.drawing.from_paper.cleaning import usual_steps as usual_steps
    from cnn_core.drawing.from_paper.pictures import Picture as Picture
    from cnn_core.drawing.from_paper.pictures import picture_of as picture_of
    from cnn_core.drawing.from_paper.pictures import read_picture as read_picture
    from cnn_core.drawing.from_paper.strokes import stroke_width as stroke_width
    from cnn_core.drawing.morphing import Morph as Morph
    from cnn_core.drawing.morphing import morph as morph
    from cnn_core.drawing.packed import pack as pack
    from cnn_core.drawing.packed import unpack as unpack
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
