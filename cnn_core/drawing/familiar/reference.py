"""``python -m cnn_core survey --familiarity``: what is kept of the training images."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cnn_core.artifacts import MANIFEST, replacing
from cnn_core.drawing.familiar.familiar_images import N_NEAREST, Reference, nearest, values_at
from cnn_core.drawing.familiar.reference_file import COMPUTED_BY, familiarity_file, write_reference
from cnn_core.errors import printable
from cnn_core.images.dataset import Dataset, fit_labels, load_dataset
from cnn_core.network.classifier import Network
from cnn_core.network.opening import load_network_for
from cnn_core.survey.identity import identity_of
from cnn_core.survey.one_pass import layers_from_last_convolution
from cnn_core.training.publishing import publish_file
from cnn_core.training.versions import versions

N_DIRECTIONS = 32
_N_FITTED = 2000
_MOST_TEST_BYTES = 64 * 2**20
_N_CHECKED = 200
_BATCH = 500

Progress = Callable[[int, int], None]


def build_reference(
    network: Network, train: Dataset, test: Dataset, progress: Progress | None = None
) -> Reference:
    """Compute what `familiarity` needs, in one pass over the training images.

    The directions are the principal ones of 2,000 training images. The distances of test images
    are exact, over all training images; where 10,000 rows of values take more than 64 MiB, over as
    many test images, evenly spaced, as that holds.
    """
    layer = layers_from_last_convolution(network.layers)[0].name
    at = partial(values_at, network, layer)
    mean, directions, step = _directions(at(train.images[_spaced(len(train), _N_FITTED)]))
    most_rows = max(1, _MOST_TEST_BYTES // (4 * len(mean)))
    asked = at(test.images[_spaced(len(test), most_rows)])
    checked = _spaced(len(asked), _N_CHECKED)
    search = _ExactSearch(asked, checked)
    codes = np.empty((len(train), len(directions)), np.int8)
    for start in range(0, len(train), _BATCH):
        rows = slice(start, min(start + _BATCH, len(train)))
        values = at(train.images[rows])
        steps = (values - mean) @ directions.T / step
        codes[rows] = np.clip(np.round(steps), -127, 127).astype(np.int8)
        search.add(values)
        if progress is not None:
            progress(rows.stop, len(train))
    found = Reference(
        identity_of(network),
        train.digest,
        test.digest,
        layer,
        mean,
        directions,
        codes,
        step,
        np.sort(search.distances()),
        {
            "command": f"python -m cnn_core {COMPUTED_BY}",
            "test_images": len(asked),
            "versions": versions(),
        },
    )
    agreement = _agreement(found, network, train, asked[checked], search.nearest_of_checked)
    provenance = {**found.provenance, **agreement}
    return Reference(**{**vars(found), "provenance": provenance})


def _spaced(n: int, most: int) -> NDArray[np.int64]:
    """Give at most so many numbers below n, evenly spaced."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.int64))


def _directions(
    values: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Give mean, principal directions and a step in which every coordinate fits into a byte.

    From the products of the images with each other, which are fewer than those of the cells.
    """
    mean = values.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = (values - mean).astype(np.float64)
    strength, combinations = np.linalg.eigh(centred @ centred.T)
    k = min(N_DIRECTIONS, values.shape[1], len(values))
    kept = np.argsort(-strength)[:k]
    directions = (centred.T @ combinations[:, kept]).T
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    directions = directions[lengths[:, 0] > 1e-6] / lengths[lengths[:, 0] > 1e-6]
    # In the file they take half: the codes are made with what will be read.
    short = directions.astype(np.float16).astype(np.float32)
    largest = float(np.abs((values - mean) @ short.T).max(initial=0))
    return mean, short, 1.2 * largest / 127 or 1.0


class _ExactSearch:
    """Nearest training images of test images, batch by batch, every distance in full."""

    def __init__(self, asked: NDArray[np.float32], checked: NDArray[np.int64]) -> None:
        self._asked = asked
        self._norms = np.square(asked, dtype=np.float32).sum(axis=1)
        self._least = np.full(len(asked), np.inf, np.float32)
        self._checked = checked
        self._near = np.full((len(checked), N_NEAREST), np.inf, np.float32)
        self.nearest_of_checked = np.full((len(checked), N_NEAREST), -1, np.int64)
        self._n_seen = 0

    def add(self, values: NDArray[np.float32]) -> None:
        """Compare with the next training images, (n, n_cells)."""
        squares = self._asked @ values.T
        squares *= -2
        squares += self._norms[:, np.newaxis]
        squares += np.square(values).sum(axis=1)
        np.minimum(self._least, squares.min(axis=1), out=self._least)
        numbers = np.arange(self._n_seen, self._n_seen + len(values))
        both = np.concatenate([self._near, squares[self._checked]], axis=1)
        named = np.concatenate(
            [self.nearest_of_checked, np.broadcast_to(numbers, (len(both), len(values)))], axis=1
        )
        order = np.argsort(both, axis=1, kind="stable")[:, :N_NEAREST]
        self._near = np.take_along_axis(both, order, axis=1)
        self.nearest_of_checked = np.take_along_axis(named, order, axis=1)
        self._n_seen += len(values)

    def distances(self) -> NDArray[np.float32]:
        """Of each test image to its nearest training image so far."""
        return np.sqrt(np.maximum(self._least, 0))


def _agreement(
    found: Reference,
    network: Network,
    train: Dataset,
    asked: NDArray[np.float32],
    exact: NDArray[np.int64],
) -> dict[str, Any]:
    """Search as `familiarity` does, and count how often this finds the truly nearest images."""
    numbers = [nearest(found, network, train, values)[0] for values in asked]
    firsts = sum(int(one[0] == true[0]) for one, true in zip(numbers, exact, strict=True))
    alls = sum(set(one) == set(true[true >= 0]) for one, true in zip(numbers, exact, strict=True))
    return {"checked": len(asked), "nearest_found": firsts, "all_three_found": int(alls)}


def references_of_files(
    models: Sequence[Path | str], data: Path | str, *, pixels: str | None = None
) -> None:
    """Compute what is kept of the training images for saved models, each into a file beside it.

    Parameters
    ----------
    pixels
        As in `load_network`.

    Raises
    ------
    DataError
        When the data lack a train or a test set.
    """
    sets = {split: load_dataset(data, split) for split in ("train", "test")}
    for path in map(Path, models):
        network = load_network_for(sets["test"], path, pixels=pixels)
        fitted = fit_labels(sets, network.n_classes)
        with tqdm(total=len(fitted["train"]), desc=printable(path.name), unit=" images") as bar:

            def show(done: int, _total: int, bar: Any = bar) -> None:
                bar.update(done - bar.n)

            found = build_reference(network, fitted["train"], fitted["test"], show)
        file = path.parent / familiarity_file(path.stem)
        write = partial(write_reference, found=found)
        if (path.parent / MANIFEST).exists():
            publish_file(path.parent, "drawing", file.name, write)
        else:
            with replacing(file) as staged:
                write(staged)
        counts = found.provenance
        tqdm.write(
            f"{path.name}: of {counts['checked']} test images {counts['all_three_found']} find their "
            f"three nearest training images; in {file}"
        )
