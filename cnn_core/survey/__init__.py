"""One stored reading of a whole image set, and ranking in it."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.survey.ranking import smallest_first as smallest_first
    from cnn_core.survey.store import default_cache_folder as default_cache_folder
    from cnn_core.survey.whole_set import Survey as Survey
    from cnn_core.survey.whole_set import survey_of as survey_of
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
