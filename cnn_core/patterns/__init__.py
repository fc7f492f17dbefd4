"""What a unit responds to: natural patches, optimised patterns, and how far to believe them."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.patterns.compute import PatternSurvey as PatternSurvey
    from cnn_core.patterns.files.pattern_file import load_patterns as load_patterns
    from cnn_core.patterns.files.relatives_file import load_relatives as load_relatives
    from cnn_core.patterns.on_demand import PatternBench as PatternBench
    from cnn_core.patterns.optimising.ascent import THE_ARTICLES as THE_ARTICLES
    from cnn_core.patterns.optimising.ascent import Ascender as Ascender
    from cnn_core.patterns.optimising.ascent import Objective as Objective
    from cnn_core.patterns.optimising.ascent import Recipe as Recipe
    from cnn_core.patterns.results import LayerPatterns as LayerPatterns
    from cnn_core.patterns.results import ModelPatterns as ModelPatterns
    from cnn_core.patterns.results import UnitPatterns as UnitPatterns
    from cnn_core.patterns.scoring.frames import frame_of as frame_of
    from cnn_core.patterns.scoring.likeness import patch_windows as patch_windows
    from cnn_core.patterns.scoring.quiz import quiz_trials as quiz_trials
    from cnn_core.patterns.scoring.scores import References as References
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
