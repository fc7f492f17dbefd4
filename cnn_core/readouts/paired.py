"""Two ways of answering compared on the same images."""

from statistics import NormalDist

import numpy as np
from scipy.stats import binomtest

from cnn_core.errors import SelectionError
from cnn_core.readouts.results import Paired


def compare(first_right, second_right, level=0.95):
    """Compare the answers of two readers to the same images.

    The test is Q. McNemar's (Psychometrika 12, 1947) in its exact form. The interval is that of A.
    Agresti and Y. Min, "Simple improved confidence intervals for comparing matched proportions",
    Statistics in Medicine 24 (2005): Wald's after adding one half to each of the four counts.

    Parameters
    ----------
    first_right, second_right : array_like, shape (n,), bool
        Which images each answers rightly; at least one image.
    level : float
        Coverage of the interval.

    Returns
    -------
    Paired
    """
    first, second = np.asarray(first_right, bool), np.asarray(second_right, bool)
    if first.shape != second.shape or first.ndim != 1 or not len(first):
        raise SelectionError(
            f"answers of shapes {first.shape} and {second.shape}: both must be to the same images"
        )
    n = len(first)
    b, c = int((first & ~second).sum()), int((second & ~first).sum())
    padded_n = n + 2
    centre = (b - c) / padded_n
    spread = np.sqrt((b + c + 1) / padded_n - centre**2) / np.sqrt(padded_n)
    half = NormalDist().inv_cdf((1 + level) / 2) * float(spread)
    p_value = float(binomtest(b, b + c).pvalue) if b + c else 1.0
    return Paired(n, b, c, (b - c) / n, max(centre - half, -1.0), min(centre + half, 1.0), p_value)
