"""The small explorer with results of readouts beside it, computed by the core."""

import tempfile
from functools import lru_cache
from pathlib import Path

from app.explorer import Explorer
from app.factory import create_app
from cnn_core.readouts.compute import compute_readouts
from cnn_core.readouts.result_file import READOUTS, save_readouts
from tests.app.small_explorer import Names, small_explorer

PLAIN = Names()
PAIR = (1, 3)
"""The classes named 4 and 9."""


@lru_cache(maxsize=2)
def measured_explorer(words=PLAIN):
    """Build it: both models are measured on the pair and on all classes."""
    plain = small_explorer(words=words)
    folder = Path(tempfile.mkdtemp(prefix="looking-glass-measured-"))
    names = plain.set_names
    results = [
        compute_readouts(
            network,
            plain.dataset("train"),
            plain.dataset("test"),
            [PAIR],
            cache_folder=folder / "cache",
        )
        for network in plain.networks.values()
    ]
    save_readouts(folder / READOUTS, results)
    return Explorer(
        plain.networks,
        {name: plain.dataset(name) for name in names},
        {(model, name): plain.survey(model, name) for model in plain.model_names for name in names},
        folder=folder,
    )


@lru_cache(maxsize=2)
def measured_app(words=PLAIN):
    """Return the whole app over it."""
    app = create_app(measured_explorer(words))
    # The first request sets the layout up.
    assert app.server.test_client().get("/").status_code == 200
    return app
