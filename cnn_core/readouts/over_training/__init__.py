"""What each layer could tell at every snapshot of a training."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.readouts.over_training.measure import measure_course as measure_course
    from cnn_core.readouts.over_training.results import CourseReadings as CourseReadings
    from cnn_core.readouts.over_training.results import load_training_course as load_training_course
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
