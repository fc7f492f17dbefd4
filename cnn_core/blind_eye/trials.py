"""Which images are asked about, in which order and in which way: drawn by a seed (NumPy only)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.blind_eye.showings import Showing
from cnn_core.circles.circle_reader import rows_of_classes
from cnn_core.circles.groups import clearest
from cnn_core.errors import SelectionError
from cnn_core.survey.ranking import margins, smallest_first

N_TRIALS = 20
POOL = 50
"""The so many clearest, and most ambiguous, images of a class are drawn from."""

_KINDS = 4  # clear and ambiguous images of p and of q
_N_OF_KIND = N_TRIALS // _KINDS


@dataclass(frozen=True)
class Trial:
    """One question.

    Attributes
    ----------
    image
        Number in its set.
    label
        p or q.
    is_ambiguous
        Whether it is drawn from the most ambiguous images of its class, or else from the clearest.
    """

    image: int
    label: int
    is_ambiguous: bool
    showing: Showing


def draw_trials(
    logits: ArrayLike,
    labels: ArrayLike,
    predictions: ArrayLike,
    p: int,
    q: int,
    showings: Sequence[Showing],
    seed: int,
    *,
    exclude: Collection[int] = (),
) -> tuple[Trial, ...]:
    """Draw 20 questions about different images; the same seed draws the same ones.

    Five each are clear images of p, ambiguous ones of p, clear ones of q, ambiguous ones of q. They
    are drawn from the 50 clearest of each class against the other (largest margin among images
    labelled and predicted so) and from the 50 most ambiguous (smallest absolute margin among images
    labelled so), or from half of the class where it has fewer than 100 images. Each way of showing
    gets as many of each kind as the numbers allow, at most one more than another way.

    Parameters
    ----------
    logits : (n, n_classes) float
    labels, predictions : (n,) int
    showings
        At least one.
    seed
        0 or more.
    exclude
        Images that are not to be asked about.

    Raises
    ------
    SelectionError
        When p and q are no two classes, there is nothing to show, or a class has too few images.
    """
    if not showings:
        raise SelectionError(
            "nothing to show: a network with a convolution or a hidden dense layer is accepted"
        )
    logits, labels = np.asarray(logits), np.asarray(labels)
    rng = np.random.default_rng([seed, p, q])
    kinds = [
        (label, is_ambiguous, pool)
        for label, rival in ((p, q), (q, p))
        for is_ambiguous, pool in enumerate(
            _pools(logits, labels, np.asarray(predictions), label, rival, exclude)
        )
    ]
    kinds = [kinds[place] for place in rng.permutation(_KINDS)]
    ways = [showings[place] for place in rng.permutation(len(showings))]
    trials = [
        Trial(int(image), label, bool(is_ambiguous), ways[(kind * _N_OF_KIND + place) % len(ways)])
        for kind, (label, is_ambiguous, pool) in enumerate(kinds)
        for place, image in enumerate(rng.permutation(pool)[:_N_OF_KIND])
    ]
    return tuple(trials[place] for place in rng.permutation(N_TRIALS))


def _pools(
    logits: NDArray[Any],
    labels: NDArray[Any],
    predictions: NDArray[Any],
    label: int,
    rival: int,
    exclude: Collection[int],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Clear and ambiguous images of a class, none in both."""
    rows = rows_of_classes(labels, (label,), list(exclude))
    size = min(POOL, len(rows) // 2)
    margin = margins(logits, label, rival, rows)
    ambiguous = rows[smallest_first(np.abs(margin), size)]
    clear: Sequence[int] = ()
    if size:
        left_out = {*exclude, *ambiguous.tolist()}
        clear = clearest(logits, labels, predictions, label, rival, size, exclude=left_out)
    n = min(len(clear), len(ambiguous))
    if n < _N_OF_KIND:
        raise SelectionError(
            f"class {label} against {rival}: {len(rows)} images, {len(clear)} of them clear; a block "
            f"needs {2 * _N_OF_KIND} images of a class, {_N_OF_KIND} of them predicted right"
        )
    return np.array(clear, np.int64), ambiguous
