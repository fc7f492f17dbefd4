"""Two ways of answering compared on the same images."""

from collections.abc import Sequence

from numpy.typing import ArrayLike
from scipy.stats import false_discovery_control

from cnn_core.readouts.comparing.answers import Paired
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


def false_discovery_rates(compared: Sequence[Paired]) -> list[float]:
    """Share of false alarms among the comparisons that are as sure as each of these, at most.

    Y. Benjamini and Y. Hochberg, Journal of the Royal Statistical Society B 57 (1995): what a table
    of many comparisons needs in place of each one's own p-value.
    """
    if not compared:
        return []
    return [float(one) for one in false_discovery_control([one.p_value for one in compared])]
