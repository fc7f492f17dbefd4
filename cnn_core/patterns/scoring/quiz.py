"""Quiz: two references, two queries; which of the two excites the unit more is to be told."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import SelectionError
from cnn_core.images.dataset import Dataset
from cnn_core.patterns.results import UnitPatterns
from cnn_core.patterns.scoring.frames import Frame
from cnn_core.patterns.scoring.likeness import direction, patch_windows

N_REFERENCES = 2


@dataclass(frozen=True, eq=False)
class Trial:
    """One question.

    Attributes
    ----------
    reference_image, reference_cell
        (2,) of the training set: patches that excite the unit.
    query_image, query_cell
        (2,) of the test set, in the order in which they are shown.
    query_response
        (2,) what they excite.
    references, queries
        (2, rows, columns, channels) float32 in 0…1: the pixels of them.
    answer
        0 or 1: the query that excites the unit more.
    machine
        What the mean cosine with the references says; None where it is the same for both.
    """

    reference_image: NDArray[np.int64]
    reference_cell: NDArray[np.int64]
    query_image: NDArray[np.int64]
    query_cell: NDArray[np.int64]
    query_response: NDArray[np.float32]
    references: NDArray[np.float32]
    queries: NDArray[np.float32]
    answer: int
    machine: int | None


def quiz_trials(
    found: UnitPatterns, frame: Frame, train: Dataset, test: Dataset, n_trials: int, seed: int = 0
) -> tuple[Trial, ...]:
    """Draw questions about a unit; the same seed draws the same ones.

    Parameters
    ----------
    frame
        Of its layer.
    n_trials
        At least 1.

    Raises
    ------
    SelectionError
        When the unit never fires, so that nothing can be asked, or its images are not known yet.
    """
    if not found.n_top or found.quiz_image is None or found.patch_image is None:
        raise SelectionError(
            f'unit {found.unit} of layer "{found.layer}": no image excites it, so that there is '
            "nothing to ask; a unit that fires is accepted"
        )
    rng = np.random.default_rng([seed, found.unit])
    return tuple(_trial(found, frame, train, test, rng) for _ in range(n_trials))


def _trial(
    found: UnitPatterns, frame: Frame, train: Dataset, test: Dataset, rng: np.random.Generator
) -> Trial:
    assert found.patch_image is not None and found.patch_cell is not None
    assert found.quiz_image is not None and found.quiz_cell is not None
    assert found.quiz_response is not None
    chosen = rng.permutation(len(found.patch_image))[:N_REFERENCES]
    # The first row of the quiz images excites the unit more.
    side = rng.permutation(2)
    at = side, rng.integers(found.quiz_image.shape[1], size=2)
    unit = np.array(found.unit)
    reference = (
        found.patch_image[chosen].astype(np.int64),
        found.patch_cell[chosen].astype(np.int64),
    )
    query = found.quiz_image[at].astype(np.int64), found.quiz_cell[at].astype(np.int64)
    references = patch_windows(train, frame, unit, *reference)
    queries = patch_windows(test, frame, unit, *query)
    return Trial(
        *reference,
        *query,
        found.quiz_response[at],
        references,
        queries,
        answer=int(side.argmin()),
        machine=_machine(references, queries),
    )


def _machine(references: NDArray[np.float32], queries: NDArray[np.float32]) -> int | None:
    told = direction(references[np.newaxis])[0]
    alike = [float(direction(query[np.newaxis, np.newaxis])[0] @ told) for query in queries]
    return None if alike[0] == alike[1] else int(np.argmax(alike))
