"""Which images a cell of the confusion matrix stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer

if TYPE_CHECKING:
    from cnn_core.survey.whole_set import Survey

MOST_ON_A_PAGE = 40


def listed_images(survey: Survey, label: int | None, predicted: int | None) -> NDArray[np.int64]:
    """Images of a cell, of a row's or column's errors, or all errors.

    Parameters
    ----------
    label, predicted
        Classes of the cell. With one of them, or none, only misclassified images count: the right
        ones would bury them.

    Returns
    -------
    shape (k,)
        Numbers of the images, ascending.
    """
    if label is None or predicted is None or label != predicted:
        return survey.wrong(label, predicted)
    return np.flatnonzero((survey.labels == label) & survey.is_right)


def n_pages(images: NDArray[np.int64]) -> int:
    """Number of pages that a list takes, at least 1."""
    return max(-(-len(images) // MOST_ON_A_PAGE), 1)


def on_page(images: NDArray[np.int64], page: int) -> NDArray[np.int64]:
    """Images of one page.

    Parameters
    ----------
    page
        From 1.
    """
    return images[(page - 1) * MOST_ON_A_PAGE : page * MOST_ON_A_PAGE]


def search_words(explorer: Explorer, label: int | None, predicted: int | None) -> str | None:
    """Search with which the Explore page walks through the same images.

    None where a class has a name that the search cannot take.
    """
    names = {"label": label, "pred": predicted}
    told = {
        word: explorer.class_name(number) for word, number in names.items() if number is not None
    }
    if any(name.split() != [name] for name in told.values()):
        return None
    is_diagonal = label is not None and label == predicted
    words = [f"{word}:{name}" for word, name in told.items()]
    # A cell off the diagonal holds wrong images only, one on it right ones only.
    return " ".join(words if is_diagonal or len(told) == 2 else [*words, "wrong"])
