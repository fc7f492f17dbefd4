"""The article's conclusions about circles: common points, unique points, fading points, the eye."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnn_core.readouts.comparing.pooling import network_right, versus_network
from cnn_core.readouts.judging.circles_worth import (
    FEW,
    MANY,
    N_CLEAR,
    N_DRAWS,
    N_RANDOM,
    UNCLEAR_SHARE,
)
from cnn_core.readouts.judging.claim_found import Number
from cnn_core.readouts.judging.evidence import (
    DOES_NOT,
    HOLDS,
    IN_PART,
    NEEDS,
    NOT_SETTLED,
    NOTHING,
    Evidence,
    Judgement,
    difference_number,
    margin_numbers,
    share_number,
)

NEARLY_ALL = 0.9
_N_RESAMPLES = 2000


def common_rule(evidence: Evidence) -> str:
    """How the verdict on common points follows."""
    p_name = evidence.names[0]
    return (
        f"A point is a cell that is on (at least {evidence.threshold:g} of the layer's largest "
        f"activation) in all of the {N_CLEAR} clearest {p_name}s of the training images. Holds if "
        f"there are more of them than in 97.5 % of {N_RANDOM:,} groups of {N_CLEAR} random "
        "training images of any class, taken over the models together; in part if there is one at "
        f"least; does not hold if there is none. Random {p_name}s beside it tell what being clear "
        "adds."
    )


def judge_common(evidence: Evidence) -> Judgement:
    """Clear images have points in common."""
    found, p_name = evidence.circles, evidence.names[0]
    if not found:
        return NOTHING
    observed = float(np.mean([one.first.n_common for one in found]))
    by_chance = [
        (told, _mean_of_draws([getattr(one, key) for one in found]))
        for key, told in (("any_class", "images"), ("same_class", f"{p_name}s"))
    ]
    mean = ", mean over the models" if len(found) > 1 else ""
    numbers = (
        Number(f"common to the {N_CLEAR} clearest {p_name}s{mean}", observed, unit="cells"),
        *(
            Number(
                f"common to {N_CLEAR} random {told}: mean, and where 95 % of the groups lie",
                *bounds,
                N_RANDOM,
                "cells",
            )
            for told, bounds in by_chance
        ),
    )
    high = by_chance[0][1][2]
    verdict = HOLDS if observed > high else IN_PART if observed > 0 else DOES_NOT
    return Judgement(verdict, numbers)


def _mean_of_draws(histograms: Sequence[Sequence[int]]) -> tuple[float, float, float]:
    """Mean over models of counts drawn for each: its mean and where 95 % of it lie."""
    chances = np.ones(1)
    for histogram in histograms:
        chances = np.convolve(chances, np.array(histogram) / sum(histogram))
    values = np.arange(len(chances)) / len(histograms)
    below = np.cumsum(chances)
    low, high = (
        values[min(int(np.searchsorted(below, at)), len(values) - 1)] for at in (0.025, 0.975)
    )
    return float(values @ chances), float(low), float(high)


def unique_rule(evidence: Evidence) -> str:
    """How the verdict on unique points follows."""
    p_name, q_name = evidence.names
    return (
        f"A circle is a cell on in all of three clear {p_name}s and in none of three clear "
        f"{q_name}s, all of them training images. It is unique to {p_name}s if over all test "
        f"images it is on in at least {MANY:.0%} of the {p_name}s and at most {FEW:.0%} of the "
        f"{q_name}s, both beyond the 95 % interval. The three clearest images are one draw: the "
        f"next {N_DRAWS} threes by clearness are drawn too. Holds if in the median draw "
        f"{NEARLY_ALL:.0%} of the circles are unique, in part if some are, does not hold if none."
    )


def judge_unique(evidence: Evidence) -> Judgement:
    """These points are unique to the class."""
    found, names = evidence.circles, evidence.names
    draws = [draw for one in found for draw in (one.first, *one.others) if draw.n_unique[0]]
    n_circles = sum(one.first.n_unique[0] for one in found)
    if not draws or not n_circles:
        return NOTHING
    shares = np.array([draw.n_passing / draw.n_unique[0] for draw in draws])
    median = float(np.median(shares))
    passing = sum(one.first.n_passing for one in found)
    numbers = [
        Number(
            "circles that are unique over all test images: median draw, lowest, highest",
            median,
            float(shares.min()),
            float(shares.max()),
            len(draws),
        ),
        Number("the same for the clearest images alone", passing / n_circles, n=n_circles),
    ]
    for place, name in enumerate(names):
        rates = np.concatenate(
            [np.array([hit[place] for hit in one.hits]) / one.n_images[place] for one in found]
        )
        numbers.append(
            Number(
                f"share of {name}s in which a circle of these is on: mean, lowest, highest circle",
                float(rates.mean()),
                float(rates.min()),
                float(rates.max()),
                n_circles,
            )
        )
    verdict = HOLDS if median >= NEARLY_ALL else IN_PART if median > 0 else DOES_NOT
    return Judgement(verdict, tuple(numbers))


def fade_rule(evidence: Evidence) -> str:
    """How the verdict on fading points follows."""
    p_name, q_name = evidence.names
    return (
        f"A test image of {p_name} is unclear if it is rightly classified with a margin over "
        f"{q_name} below that of {1 - UNCLEAR_SHARE:.0%} of the rightly classified training images "
        "of it. The share of the circles that is on in it is held against that in the other "
        f"{p_name}s. Holds if it is smaller, does not hold if it is larger, both beyond the 95 % "
        "interval (bootstrap over images, models inside); else not settled."
    )


def judge_fade(evidence: Evidence) -> Judgement:
    """They fade in unclear images."""
    p_name = evidence.names[0]
    found = [
        one
        for one in evidence.circles
        if one.first.n_unique[0] and 0 < one.unclear.right.mean() < 1
    ]
    if not found:
        return NOTHING
    on = np.array([one.n_on.values / one.first.n_unique[0] for one in found])
    unclear = np.array([one.unclear.right for one in found])
    difference, low, high = _difference_of_means(on, unclear)
    half = [float((own[which] >= 0.5).mean()) for own, which in zip(on, unclear, strict=True)]
    numbers = (
        Number(
            f"share of the circles on in other {p_name}s, minus that in unclear ones",
            difference,
            low,
            high,
            on.size,
            "difference of shares",
        ),
        Number(f"share on in unclear {p_name}s", float(on[unclear].mean()), n=int(unclear.sum())),
        Number(f"share on in other {p_name}s", float(on[~unclear].mean()), n=int((~unclear).sum())),
        Number(
            f"unclear {p_name}s in which at least half of the circles are on",
            float(np.mean(half)),
            n=int(unclear.sum()),
        ),
    )
    verdict = HOLDS if low > 0 else DOES_NOT if high < 0 else NOT_SETTLED
    return Judgement(verdict, numbers)


def _difference_of_means(
    values: NDArray[np.float64], which: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Mean where `which` is not, minus mean where it is, with its bootstrap interval.

    Both are (n_models, n_images): an image is drawn with the values of all models to it. Draws in
    which no model has an image of either side tell nothing and are left out.
    """
    n_images = values.shape[1]
    draws = np.random.default_rng(0).multinomial(
        n_images, np.full(n_images, 1 / n_images), _N_RESAMPLES
    )
    weights = np.vstack([np.ones(n_images), draws])
    sides = []
    for side in (~which, which):
        with np.errstate(invalid="ignore"):
            sides.append((weights @ (values * side).T) / (weights @ side.T))
    differences = sides[0] - sides[1]
    found = np.nanmean(differences[~np.isnan(differences).all(axis=1)], axis=1)
    low, high = np.quantile(found[1:], [0.025, 0.975])
    return float(found[0]), float(low), float(high)


def eye_rule(evidence: Evidence) -> str:
    """How the verdict on the eye follows."""
    p_name, q_name = evidence.names
    return (
        "The eye is the circle reader: a test image goes to the class whose circles are on in "
        f"larger share; circles of the {N_CLEAR} clearest {p_name}s and {q_name}s of the training "
        f"images. Network and circles answer the same question, {p_name} or {q_name}. Holds if the "
        "network is right more often beyond the 95 % interval of the paired difference; does not "
        "hold if the interval lies within ± m, half of the network's own mistakes; else not "
        "settled."
    )


def judge_eye(evidence: Evidence) -> Judgement:
    """The last convolution alone does not suffice for the eye."""
    found = evidence.circles
    if not found:
        return NOTHING
    credit = [one.credit for one in found]
    compared = versus_network(evidence.models, evidence.task, credit)
    means = np.array([one.random_readers for one in found]).mean(axis=0).tolist()
    numbers = (
        share_number("circle reader with the clearest images", credit),
        share_number("the network itself", list(network_right(evidence.models, evidence.task))),
        difference_number("network minus circle reader", compared),
        *margin_numbers(compared),
        Number(
            "circle readers with random training images: mean, and where 95 % of them lie", *means
        ),
    )
    return Judgement(NEEDS[compared.verdict], numbers)
