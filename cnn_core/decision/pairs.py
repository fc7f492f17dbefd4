"""Target and rival: the two classes whose logits a margin compares."""

import numpy as np

from cnn_core.errors import SelectionError


def checked_pair(n_classes, target, rival, n_images):
    """Bring target and rival to one class for each image.

    Parameters
    ----------
    n_classes : int
    target, rival : int or array_like of int, shape (n_images,)
        Classes p and q, different for every image.
    n_images : int

    Returns
    -------
    target, rival : ndarray, shape (n_images,), int64

    Raises
    ------
    SelectionError
        When a class does not exist, both are the same, or there is not one pair for each image;
        `nearest` is the nearest class that exists.
    """
    pair = tuple(_classes(given, n_classes, n_images) for given in (target, rival))
    is_same = pair[0] == pair[1]
    if is_same.any():
        raise SelectionError(
            f"class {pair[0][is_same][0]} against itself: choose two different classes"
        )
    return pair


def _classes(given, n_classes, n_images):
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


def strongest_other(logits, target):
    """Class with the largest logit beside the target: the default rival.

    Parameters
    ----------
    logits : ndarray, shape (n, n_classes), float
    target : int or array_like of int, shape (n,)

    Returns
    -------
    ndarray, shape (n,), int64
        The runner-up where the target is the prediction, the prediction elsewhere.

    Raises
    ------
    SelectionError
        When a class does not exist.
    """
    others = np.array(logits, np.float64)
    others[np.arange(len(others)), _classes(target, others.shape[1], len(others))] = -np.inf
    return others.argmax(axis=1)


def margin_of(logits, target, rival):
    """Margin of target over rival.

    Parameters
    ----------
    logits : ndarray, shape (n, ..., n_classes), float
    target, rival : int or ndarray of int, shape (n,)

    Returns
    -------
    ndarray, shape (n, ...), float64
        z_target - z_rival.
    """

    def picked(classes):
        classes = np.broadcast_to(classes, len(logits))
        classes = classes.reshape(-1, *[1] * (logits.ndim - 1))
        return np.take_along_axis(logits, classes, axis=-1)[..., 0].astype(np.float64)

    return picked(target) - picked(rival)
