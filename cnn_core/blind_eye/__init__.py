"""The blind-eye quiz: which activation grids are shown without their digit, and what answers are worth."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.blind_eye.grading import Grades as Grades
    from cnn_core.blind_eye.grading import grade as grade
    from cnn_core.blind_eye.readers import PairReaders as PairReaders
    from cnn_core.blind_eye.readers import read_pair as read_pair
    from cnn_core.blind_eye.showings import Showing as Showing
    from cnn_core.blind_eye.showings import Way as Way
    from cnn_core.blind_eye.showings import showings_of as showings_of
    from cnn_core.blind_eye.trials import Trial as Trial
    from cnn_core.blind_eye.trials import draw_trials as draw_trials
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
