"""The untrained twin: the same network with the weights that its training began with."""

from pathlib import Path
from typing import Any

from cnn_core.artifacts import MANIFEST, read_manifest
from cnn_core.errors import DataError
from cnn_core.network.classifier import Network
from cnn_core.training.course import open_snapshots, untrained_twin

NO_TWIN = "no untrained twin: the weights that the training began with are not recorded"


def find_twin(network: Network) -> tuple[Network | None, str]:
    """Find the untrained twin of a saved network.

    It is rebuilt from the seed that the manifest beside the file tells, which gives the article's
    CNN bit for bit, or taken from step 0 of ``NAME_snapshots.npz`` beside it.

    Returns
    -------
    twin
        None where there is neither.
    source
        Where its weights come from, or why there are none.

    Raises
    ------
    DataError
        When there are snapshots, but damaged or of another network.
    """
    path = network.path
    if path is None:
        return None, NO_TWIN
    seed = _record(path).get("seed")
    if seed is not None:
        try:
            twin = untrained_twin(network, seed)
            return twin, f"the article's CNN, built from seed {seed}, before its first step"
        except DataError:
            pass
    snapshots = path.with_name(f"{path.stem}_snapshots.npz")
    if snapshots.is_file():
        return open_snapshots(snapshots, network).network_at(0), f"step 0 of {snapshots.name}"
    return None, NO_TWIN


def _record(path: Path) -> dict[str, Any]:
    if not (path.parent / MANIFEST).exists():
        return {}
    record: dict[str, Any] = read_manifest(path.parent)["models"].get(path.name, {})
    return record
