"""The untrained twin: the same network with the weights that its training began with."""

from pathlib import Path
from typing import Any

from cnn_core.artifacts import MANIFEST, read_manifest
from cnn_core.network.classifier import Network
from cnn_core.training.article_cnn import SMALLEST_SIDE, build_article_cnn

NO_TWIN = "no untrained twin: the weights that the training began with are not recorded"


def find_twin(network: Network) -> tuple[Network | None, str]:
    """Rebuild the untrained twin of a network of the article's kind from its recorded seed.

    Returns
    -------
    twin
        None where the manifest beside the file tells no seed or the network is of another kind.
    source
        Where its weights come from, or why there are none.
    """
    record = _record(network.path)
    if record is None or min(network.input_shape[:2]) < SMALLEST_SIDE:
        return None, NO_TWIN
    model = build_article_cnn(
        network.input_shape, network.n_classes, record["seed"], record["recipe"]["l2"]
    )
    twin = Network(model, name=network.name)
    if twin.layers != network.layers:
        return None, NO_TWIN
    return twin, f"the article's CNN, built from seed {record['seed']}, before its first step"


def _record(path: Path | None) -> dict[str, Any] | None:
    if path is None or not (path.parent / MANIFEST).exists():
        return None
    record = read_manifest(path.parent)["models"].get(path.name, {})
    return record if {"seed", "recipe"} <= set(record) else None
