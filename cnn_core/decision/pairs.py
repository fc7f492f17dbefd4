"""Target and rival: the two classes whose logits a margin compares."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError


def checked_pair(
    n_classes: int, target: ArrayLike, rival: ArrayLike, n_images: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bring target and rival, each one class or (n_images,), to one class for each image.

    Raises
    ------
    SelectionError
        When a class does not exist, both are the same, or there is not one pair for each image;
        `nearest` is the nearest class that exists.
    """
    p, q = (_classes(given, n_classes, n_images) for given in (target, rival))
    is_same = p == q
    if is_same.any():
        raise SelectionError(f"class {p[is_same][0]} against itself: choose two different classes")
    return p, q


def _classes(given: ArrayLike, n_classes: int, n_images: int) -> NDArray[np.int64]:
    array = np.asarray(given)
    if array.dtype.kind not in "iu":
        raise SelectionError(
            f"class {given!r}: whole numbers from 0 to {n_classes - 1} are accepted"
        )
    if array.shape not in ((), (n_images,)):
        raise SelectionError(
            f"classes of shape {array.shape}: one for all or one for each of {n_images} images"
        )
    does_not_exist = (array < 0) | (array >= n_classes)
    if does_not_exist.any():
        wanted = int(array[does_not_exist].flat[0])
        raise SelectionError(
            f"class {wanted} does not exist: classes go from 0 to {n_classes - 1}",
            nearest=int(np.clip(wanted, 0, n_classes - 1)),
        )
    return np.broadcast_to(array.astype(np.int64), (n_images,))


def strongest_other(logits: NDArray[np.floating], target: ArrayLike) -> NDArray[np.int64]:
    """Class with the largest logit beside the target, for each image: the default rival.

    The runner-up where the target is the prediction, the prediction elsewhere. `logits` is
    (n, n_classes), `target` one class or (n,).

    Raises
    ------
    SelectionError
        When a class does not exist.
    """
    others = np.array(logits, np.float64)
    others[np.arange(len(others)), _classes(target, others.shape[1], len(others))] = -np.inf
    return np.asarray(others.argmax(axis=1))


def margin_of(
    logits: NDArray[np.floating], target: ArrayLike, rival: ArrayLike
) -> NDArray[np.float64]:
    """Margin z_target - z_rival (n, ...) from logits (n, ..., n_classes).

    Target and rival are one class or (n,).
    """

    def picked(classes: ArrayLike) -> NDArray[Any]:
        classes = np.broadcast_to(classes, len(logits))
        classes = classes.reshape(-1, *[1] * (logits.ndim - 1))
        return np.take_along_axis(logits, classes, axis=-1)[..., 0]

    return np.asarray(picked(target).astype(np.float64) - picked(rival))
