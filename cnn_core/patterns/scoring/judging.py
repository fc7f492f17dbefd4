"""Scores of the patches and patterns of some units: chosen on one set, scored on another."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.dataset import Dataset
from cnn_core.network.classifier import Network
from cnn_core.network.layers import LayerInfo
from cnn_core.patterns.peaks import read_peaks
from cnn_core.patterns.reading import SetReading
from cnn_core.patterns.scoring.frames import Frame
from cnn_core.patterns.scoring.likeness import direction, likeness, patch_windows
from cnn_core.patterns.scoring.scores import References, out_of_range, predictivity, top_and_low

N_RANDOM = 9
N_QUIZ = 8
_BYTES_AT_ONCE = 256 * 2**20


class Judge:
    """Scores units of one layer.

    Parameters
    ----------
    train
        Where references come from.
    test, reading
        What they are scored on, and every unit's answer to it.
    """

    def __init__(
        self,
        network: Network,
        layer: LayerInfo,
        frame: Frame,
        train: Dataset,
        test: Dataset,
        reading: SetReading,
        seed: int = 0,
    ) -> None:
        self._layer, self._frame = layer, frame
        self._train, self._test, self._reading = train, test, reading
        self._seed = seed
        self._random_rows = _random_rows(len(train), seed)
        self._random_cell = np.concatenate(
            [
                batch.peaks[layer.name].cell
                for batch in read_peaks(network, train, [layer], self._random_rows)
            ]
        )

    def scores(
        self, units: NDArray[np.int64], found: Mapping[str, NDArray[Any]]
    ) -> dict[str, NDArray[Any]]:
        """Scores of units as `results.TABLE` names them.

        Parameters
        ----------
        units
            (u,) which ones.
        found
            Their patches and patterns by the names of the table.
        """
        parts = [
            self._scores_of(units[part], {name: array[part] for name, array in found.items()})
            for part in self._parts(len(units))
        ]
        scores = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        largest = found["patch_response"].max(axis=1)
        return {"out_of_range": out_of_range(found["pattern_response"][:, 0], largest), **scores}

    def _parts(self, n_units: int) -> Iterator[slice]:
        n_pixels = self._frame.size[0] * self._frame.size[1] * self._test.input_shape[2]
        bytes_each = 4 * (2 * N_RANDOM * n_pixels + len(References) * len(self._reading.rows))
        size = max(1, _BYTES_AT_ONCE // bytes_each)
        for start in range(0, n_units, size):
            yield slice(start, min(start + size, n_units))

    def _scores_of(
        self, units: NDArray[np.int64], found: Mapping[str, NDArray[Any]]
    ) -> dict[str, NDArray[Any]]:
        peaks, rows = self._reading.peaks[self._layer.name], self._reading.rows
        directions = np.stack([direction(windows) for windows in self._references(units, found)], 1)
        alike = likeness(self._test, rows, self._frame, units, peaks.cell[:, units], directions)
        response, activation = peaks.response[:, units], peaks.activation[:, units]
        judged = [predictivity(alike[:, :, k], response, activation) for k in range(alike.shape[2])]
        return {
            "rank_correlation": np.stack([one.rank_correlation for one in judged], axis=1),
            "right_choice": np.stack([one.right_choice for one in judged], axis=1),
            "n_top": judged[0].n_top,
        }

    def _references(
        self, units: NDArray[np.int64], found: Mapping[str, NDArray[Any]]
    ) -> Iterator[NDArray[np.floating]]:
        """Windows of each kind of `References`, in its order, each (units, k, ...)."""
        each = units[:, np.newaxis]
        patches = patch_windows(
            self._train, self._frame, each, found["patch_image"], found["patch_cell"]
        )
        yield patches
        yield patches[:, :1]
        patterns = found["pattern"].astype(np.float32)
        yield patterns
        yield patterns[:, :1]
        yield patch_windows(
            self._train, self._frame, each, self._random_rows, self._random_cell[:, units].T
        )

    def quiz(self, units: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """Images to ask about, as `results.TABLE` names them.

        Returns
        -------
        dict
            Arrays (u, 2, `N_QUIZ`): some that excite the unit most, and some below the top 20 %;
            fewer are repeated, and a unit that never fires has image 0 throughout.
        """
        peaks, rows = self._reading.peaks[self._layer.name], self._reading.rows
        at = np.stack([self._drawn(unit, peaks.response[:, unit]) for unit in units])
        column = units[:, np.newaxis, np.newaxis]
        return {
            "quiz_image": rows[at],
            "quiz_cell": peaks.cell[at, column],
            "quiz_response": peaks.response[at, column],
        }

    def _drawn(self, unit: np.int64, response: NDArray[np.float32]) -> NDArray[np.int64]:
        rng = np.random.default_rng([self._seed, int(unit)])
        groups = top_and_low(response)
        if min(map(len, groups)) == 0:
            return np.zeros((2, N_QUIZ), np.int64)
        return np.stack([np.resize(rng.permutation(group), N_QUIZ) for group in groups])


def _random_rows(n_images: int, seed: int) -> NDArray[np.int64]:
    chosen = np.random.default_rng([seed, n_images]).permutation(n_images)[:N_RANDOM]
    return np.sort(chosen)
