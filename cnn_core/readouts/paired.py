"""Two ways of answering compared on the same images."""

from numpy.typing import ArrayLike

from cnn_core.readouts.results import Paired
from cnn_core.statistics import paired_difference


def compare(first_right: ArrayLike, second_right: ArrayLike) -> Paired:
    """Compare the answers of two readers to the same images, each of shape (n,).

    Interval and test are those of `paired_difference`, with one model.
    """
    found = paired_difference(first_right, second_right)
    return Paired(
        found.n_images,
        found.only_a,
        found.only_b,
        found.difference / 100,
        found.low / 100,
        found.high / 100,
        found.p_value,
        found.smallest_detectable / 100,
    )
