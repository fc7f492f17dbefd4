"""The facts about a layer and two classes, kept as one file each in a cache folder of bounded size."""

from __future__ import annotations

import hashlib
import os
import secrets
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn_core.circles.cells.pair_facts import MOST_BYTES, PairFacts, pair_facts
from cnn_core.survey.identity import identity_of
from cnn_core.survey.store import default_cache_folder

if TYPE_CHECKING:
    from cnn_core.images.dataset import Dataset
    from cnn_core.network.classifier import Network

_FORMAT, _FOLDER = 1, "pairs"
MOST_KEPT_BYTES = 128 * 2**20
"""Most bytes of facts in a cache folder; those that were asked for longest ago make room."""


def kept_pair_facts(
    network: Network,
    dataset: Dataset,
    layer: str,
    p: int,
    q: int,
    *,
    folder: Path | str | None = None,
    values: NDArray[np.float32] | None = None,
    most_bytes: int = MOST_BYTES,
    progress: Callable[[int, int], None] | None = None,
) -> PairFacts:
    """Read the facts from the cache folder, or compute and keep them there.

    A pair and its turned one are one file. What is damaged is computed anew; where nothing can be
    written, nothing is kept.

    Parameters
    ----------
    folder
        By default that of the surveys.
    values, most_bytes, progress
        As in `pair_facts`.
    """
    first, second = sorted((p, q))
    place = Path(folder) if folder is not None else default_cache_folder()
    key = repr((_FORMAT, identity_of(network), dataset.digest, layer, first, second))
    path = place / _FOLDER / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"
    facts = _read(path, network.layer(layer).shape, (first, second))
    if facts is None:
        facts = pair_facts(
            network,
            dataset.images,
            dataset.labels,
            layer,
            first,
            second,
            values=values,
            most_bytes=most_bytes,
            progress=progress,
        )
        with suppress(OSError):
            _write(path, facts)
    return facts if (p, q) == (first, second) else facts.turned()


def _make_room(folder: Path, most_bytes: int) -> None:
    """Take away the files that were read longest ago, until the others take at most so much."""
    found = []
    for path in folder.glob("*.npz"):
        # Another process may take it away at the same time.
        with suppress(OSError):
            state = path.stat()
            found.append((state.st_mtime_ns, state.st_size, path))
    left = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if left <= most_bytes:
            break
        path.unlink(missing_ok=True)
        left -= size


def _write(path: Path, facts: PairFacts) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.stem}.{secrets.token_hex(8)}.npz")
    try:
        with open(staged, "wb") as file:
            np.savez(file, **{field.name: getattr(facts, field.name) for field in fields(facts)})
            file.flush()
            os.fsync(file.fileno())
        _make_room(path.parent, MOST_KEPT_BYTES)
        os.replace(staged, path)
    finally:
        staged.unlink(missing_ok=True)


def _read(path: Path, shape: tuple[int, ...], classes: tuple[int, int]) -> PairFacts | None:
    """Facts of a file, None where there is none or it is not what was written."""
    arrays = ("mean_p", "mean_q", "auc", "term_p", "term_q")
    # A pipe would be waited for.
    if not path.is_file():
        return None
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
        if any(found[name].shape != shape or found[name].dtype != np.float64 for name in arrays):
            return None
        with suppress(OSError):
            os.utime(path)
        n_p, n_q = found["n_images"].tolist()
        if tuple(found["classes"].tolist()) != classes:
            return None
        return PairFacts(
            classes=classes,
            n_images=(n_p, n_q),
            is_exact=bool(found["is_exact"]),
            fault=str(found["fault"]),
            **{name: found[name] for name in arrays},
        )
    except (OSError, ValueError, KeyError, EOFError, MemoryError, zipfile.BadZipFile):
        return None
