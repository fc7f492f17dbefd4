"""What each layer of a network alone can tell, and what the part behind it adds.

`results` reads what was found, without Keras; `compute` finds it.
"""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.readouts.comparing.answers import Paired as Paired
    from cnn_core.readouts.comparing.answers import Share as Share
    from cnn_core.readouts.comparing.paired import compare as compare
    from cnn_core.readouts.comparing.pooling import compare_reader as compare_reader
    from cnn_core.readouts.comparing.pooling import gain_by_training as gain_by_training
    from cnn_core.readouts.compute import compute_readouts as compute_readouts
    from cnn_core.readouts.judging.circles_found import CirclesFound as CirclesFound
    from cnn_core.readouts.judging.claim_found import Claim as Claim
    from cnn_core.readouts.judging.claims import judge_claims as judge_claims
    from cnn_core.readouts.result_file import load_readouts as load_readouts
    from cnn_core.readouts.result_file import save_readouts as save_readouts
    from cnn_core.readouts.results import LayerFacts as LayerFacts
    from cnn_core.readouts.results import ModelReadouts as ModelReadouts
    from cnn_core.readouts.results import Readout as Readout
    from cnn_core.readouts.results import Removal as Removal
    from cnn_core.readouts.results import Task as Task
    from cnn_core.readouts.results import Twin as Twin
    from cnn_core.readouts.results import Variant as Variant
    from cnn_core.readouts.results import VariantScore as VariantScore
    from cnn_core.readouts.twin import find_twin as find_twin
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
