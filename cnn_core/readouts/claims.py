"""The article's conclusions held against the numbers of one network and one pair of classes.

Each verdict follows from numbers by the rule that is told beside it; nothing is typed in.
"""

from dataclasses import dataclass

import numpy as np

from cnn_core.circles.circle_reader import rows_of_classes, weigh_circles
from cnn_core.circles.groups import article_groups, least_clear, random_triples
from cnn_core.circles.rule import find_circles, on_from_peak
from cnn_core.readouts.paired import compare
from cnn_core.readouts.results import ALL_CLASSES, Claim, Number, Share
from cnn_core.statistics import wilson_interval

THRESHOLD = 0.3
N_CLEAR = 3
N_UNCLEAR = 50
N_RANDOM = 1000
N_RANDOM_READERS = 200
MOST_LOSS = 0.005
FEW, MANY, NEARLY_ALL = 0.1, 0.5, 0.9

HOLDS, IN_PART, DOES_NOT, UNJUDGED = ("holds", "holds in part", "does not hold", "cannot be judged")


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that the claims about one pair are judged by.

    Attributes
    ----------
    survey : Survey
        Of the network over the test set, with features.
    task : Task
        The pair p, q.
    names : (str, str)
        What the images of p and of q are called.
    conv, hidden : str or None
        The last convolution and the last hidden layer.
    readouts : sequence of Readout
        Of this task at these two layers.
    variants : sequence of Variant
    seed : int
        Of random groups.
    """

    survey: object
    task: object
    names: tuple[str, str]
    conv: str | None
    hidden: str | None
    readouts: tuple
    variants: tuple
    seed: int = 0

    def readout(self, layer, reader):
        """The readout of this reader at this layer, or None."""
        return next(
            (one for one in self.readouts if (one.layer, one.reader) == (layer, reader)), None
        )


@dataclass(frozen=True, eq=False)
class _Circled:
    """The article's groups and circles on the last convolution, and all images of the pair."""

    circles: object
    rows: np.ndarray
    left_out: np.ndarray
    on: np.ndarray
    unclear: tuple
    worth: object


def judge_claims(evidence):
    """Judge all claims about a pair.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    tuple of Claim
        In the article's order.
    """
    circled = _draw_circles(evidence)
    return tuple(
        claim(evidence, circled)
        for claim in (
            _common_points,
            _unique_points,
            _points_survive,
            _eye_does_not_suffice,
            _linear_suffices,
            _nodes_beat_cells,
            _mlp_needed,
        )
    )


def _draw_circles(evidence):
    survey, (p, q) = evidence.survey, evidence.task.classes
    if evidence.conv is None or evidence.conv not in survey.features:
        return None
    known = survey.logits, survey.labels, survey.predictions
    clear_p, clear_q, _ = article_groups(*known, p, q, n=N_CLEAR)
    if not clear_p or not clear_q:
        return None
    rows = rows_of_classes(survey.labels, (p, q))
    values = survey.features[evidence.conv]
    flat = values.reshape(len(values), -1)[rows]
    peak = survey.peak[evidence.conv][rows]
    on = on_from_peak(flat, peak, THRESHOLD)
    groups = [np.searchsorted(rows, group) for group in (clear_p, clear_q)]
    circles = find_circles(*(on[group] for group in groups))
    left_out = np.concatenate(groups)
    unclear = least_clear(*known, p, q, N_UNCLEAR, exclude=clear_p)
    worth = weigh_circles(
        circles, flat[:, circles.cells], peak, survey.labels[rows], p, q, THRESHOLD, left_out
    )
    return _Circled(circles, rows, left_out, on, tuple(np.searchsorted(rows, unclear)), worth)


def _claim(evidence, name, statement, rule, numbers, verdict):
    return Claim(name, evidence.task.name, statement, verdict, rule, tuple(numbers))


def _share(label, share):
    return Number(label, share.value, share.low, share.high, share.n)


def _difference(label, paired):
    return Number(
        label, paired.difference, paired.low, paired.high, paired.n, "difference of shares"
    )


def _graded(holds, in_part):
    return HOLDS if holds else IN_PART if in_part else DOES_NOT


# --- circles ----------------------------------------------------------------------------------


def _common_points(evidence, circled):
    p_name = evidence.names[0]
    statement = f"Clear {p_name}s have points in common on the last convolutional layer"
    rule = (
        f"A point is a cell that is on (at least {THRESHOLD:g} of the layer's largest activation) "
        f"in all of the {N_CLEAR} clearest {p_name}s. Holds if there are more of them than in "
        f"97.5 % of {N_RANDOM:,} groups of {N_CLEAR} random test images of any class; in part if "
        "there is one at least; does not hold if there is none."
    )
    if circled is None:
        return _claim(evidence, "common_points", statement, rule, (), UNJUDGED)
    observed = int(circled.circles.common_a.sum())
    counts = _common_by_chance(evidence)
    low, high = np.quantile(counts, [0.025, 0.975])
    numbers = (
        Number(f"common to the {N_CLEAR} clearest {p_name}s", observed, unit="cells"),
        Number(
            f"common to {N_CLEAR} random images: mean, and where 95 % of the groups lie",
            float(counts.mean()),
            float(low),
            float(high),
            N_RANDOM,
            "cells",
        ),
    )
    verdict = _graded(observed > high, observed > 0)
    return _claim(evidence, "common_points", statement, rule, numbers, verdict)


def _common_by_chance(evidence):
    survey = evidence.survey
    values, peak = survey.features[evidence.conv], survey.peak[evidence.conv]
    draw = np.random.default_rng(evidence.seed)
    size = min(N_CLEAR, len(survey))
    members = np.array([draw.choice(len(survey), size, replace=False) for _ in range(N_RANDOM)])
    counts = []
    for group in members:
        on = on_from_peak(values[group].reshape(size, -1), peak[group], THRESHOLD)
        counts.append(on.all(axis=0).sum())
    return np.array(counts)


def _unique_points(evidence, circled):
    p_name, q_name = evidence.names
    statement = f"These points are unique to {p_name}s"
    rule = (
        f"A circle is a cell on in all of the {N_CLEAR} clearest {p_name}s and in none of the "
        f"{N_CLEAR} clearest {q_name}s. It is unique to {p_name}s if over all other test images it "
        f"is on in at least {MANY:.0%} of the {p_name}s and at most {FEW:.0%} of the {q_name}s, "
        f"both beyond the 95 % interval. Holds if {NEARLY_ALL:.0%} of the circles are, in part if "
        "one is, does not hold if none is."
    )
    name = "unique_points"
    if circled is None or circled.circles.n_unique_a == 0:
        return _claim(evidence, name, statement, rule, (), UNJUDGED)
    mask = circled.circles.unique_a.reshape(-1)[circled.worth.cells]
    rates = circled.worth.hit_rates
    passing = int(((rates.low[0] >= MANY) & (rates.high[1] <= FEW))[mask].sum())
    n_circles = int(mask.sum())
    low, high = (float(bound) for bound in wilson_interval(passing, n_circles))
    numbers = [
        Number(
            "circles that are unique over the whole test set",
            passing / n_circles,
            low,
            high,
            n_circles,
        )
    ]
    for place, class_name in enumerate((p_name, q_name)):
        on = rates.rate[place][mask]
        numbers.append(
            Number(
                f"share of {class_name}s in which a circle is on: mean, and from the lowest to the "
                "highest circle",
                float(on.mean()),
                float(on.min()),
                float(on.max()),
                n_circles,
            )
        )
    verdict = _graded(passing >= NEARLY_ALL * n_circles, passing > 0)
    return _claim(evidence, name, statement, rule, numbers, verdict)


def _points_survive(evidence, circled):
    p_name, q_name = evidence.names
    statement = f"They survive in unclear {p_name}s"
    rule = (
        f"The {N_UNCLEAR} rightly classified {p_name}s with the smallest margin over {q_name} are "
        "looked at. The circles survive in one if at least half of them are on in it. Holds if "
        "they survive in more than half of these images, does not hold if in fewer than half, "
        "both beyond the 95 % interval; else in part."
    )
    name = "points_survive"
    if circled is None or circled.circles.n_unique_a == 0 or not circled.unclear:
        return _claim(evidence, name, statement, rule, (), UNJUDGED)
    unique = circled.circles.unique_a.reshape(-1)
    shares = circled.on[:, unique][list(circled.unclear)].mean(axis=1)
    share = Share.of((shares >= 0.5).sum(), len(shares))
    numbers = (
        _share(f"unclear {p_name}s in which the circles survive", share),
        Number(
            "share of the circles that is on in an unclear image: mean, lowest, highest",
            float(shares.mean()),
            float(shares.min()),
            float(shares.max()),
            len(shares),
        ),
    )
    verdict = _graded(share.low > 0.5, share.high >= 0.5)
    return _claim(evidence, name, statement, rule, numbers, verdict)


def _eye_does_not_suffice(evidence, circled):
    p_name, q_name = evidence.names
    statement = "The last convolutional layer alone does not suffice for the eye"
    rule = (
        "The eye is the circle reader: an image goes to the class whose circles are on in larger "
        f"share. Holds if the network's 95 % interval lies above that of the reader with the "
        f"circles of the {N_CLEAR} clearest {p_name}s and {q_name}s, and above 97.5 % of the "
        f"readers with circles of {N_CLEAR} + {N_CLEAR} random images; in part if above one of the "
        "two; else does not hold."
    )
    name = "eye_does_not_suffice"
    if circled is None:
        return _claim(evidence, name, statement, rule, (), UNJUDGED)
    survey, (p, q), network = evidence.survey, evidence.task.classes, evidence.task.network
    reader = circled.worth.reader.overall
    triples = random_triples(
        circled.on, survey.labels[circled.rows], p, q, N_RANDOM_READERS, evidence.seed, size=N_CLEAR
    )
    if not len(triples.accuracies) or not reader.n or not triples.n_judged:
        return _claim(evidence, name, statement, rule, (), UNJUDGED)
    low, high = np.quantile(triples.accuracies, [0.025, 0.975])
    numbers = (
        Number(
            "circle reader with the clearest images",
            reader.value,
            reader.low,
            reader.high,
            reader.n,
        ),
        Number(
            "circle readers with random images: mean, and where 95 % of them lie",
            triples.mean,
            float(low),
            float(high),
            N_RANDOM_READERS,
        ),
        _share("the network itself", network),
    )
    above = [network.low > reader.high, network.low > high]
    return _claim(evidence, name, statement, rule, numbers, _graded(all(above), any(above)))


# --- readers and variants ---------------------------------------------------------------------


def _linear_suffices(evidence, circled):
    statement = "A linear combination across all maps of that layer does suffice"
    rule = (
        "The linear combination is the linear probe on the last convolutional layer, compared with "
        f"the network on the same test images. Holds if it loses at most {MOST_LOSS:.1%} of them "
        "at the upper end of the 95 % interval; in part if it may lose more, but is better than "
        "the circle reader beyond the intervals; else does not hold."
    )
    probe = evidence.readout(evidence.conv, "linear_probe")
    if probe is None:
        return _claim(evidence, "linear_suffices", statement, rule, (), UNJUDGED)
    numbers = [
        _share("linear probe", probe.share),
        _share("the network itself", evidence.task.network),
        _difference("network minus probe", probe.versus_network),
    ]
    beats_eye = circled is not None and probe.share.low > circled.worth.reader.overall.high
    verdict = _graded(probe.versus_network.high <= MOST_LOSS, beats_eye)
    return _claim(evidence, "linear_suffices", statement, rule, numbers, verdict)


def _nodes_beat_cells(evidence, circled):
    statement = "Nodes of the dense layer separate better than single cells of the maps"
    rule = (
        "The best single node of the last hidden layer is compared with the best single cell of "
        "the last convolutional layer, cell, node and thresholds chosen on training images. Holds "
        "if the node is right more often beyond the 95 % interval of the difference, in part if it "
        "is, but within the interval, else does not hold."
    )
    name = "nodes_beat_cells"
    places = (evidence.hidden, evidence.conv)
    found = [evidence.readout(layer, "best_cell") for layer in places]
    if None in found or any(layer not in evidence.survey.features for layer in places):
        return _claim(evidence, name, statement, rule, (), UNJUDGED)
    right = [_right_by_threshold(evidence, one) for one in found]
    paired = compare(*right)
    numbers = (
        _share("best single node", found[0].share),
        _share("best single cell", found[1].share),
        _difference("node minus cell", paired),
    )
    verdict = _graded(paired.low > 0, paired.difference > 0)
    return _claim(evidence, name, statement, rule, numbers, verdict)


def _right_by_threshold(evidence, readout):
    survey, classes = evidence.survey, evidence.task.classes
    rows = rows_of_classes(survey.labels, classes)
    layer = survey.features[readout.layer]
    values = layer.reshape(len(layer), -1)[rows, readout.facts["cell"]].astype(np.float64)
    threshold, above = readout.facts["threshold"], readout.facts["above"]
    below = classes[0] if above == classes[1] else classes[1]
    is_above = values >= (-np.inf if threshold is None else threshold)
    return np.where(is_above, above, below) == survey.labels[rows]


def _mlp_needed(evidence, circled):
    statement = "The MLP is needed"
    rule = (
        "The network is compared with two linear replacements of its MLP, the linear probe and the "
        "refitted MLP without non-linearity, on all classes and on the pair. Holds if it is right "
        "more often than both on both, beyond the 95 % interval of the difference; in part if in "
        "one of the comparisons; does not hold if in none."
    )
    linear = [one for one in evidence.variants if one.name in ("linear_probe", "linear_refit")]
    if len(linear) < 2:
        return _claim(evidence, "mlp_needed", statement, rule, (), UNJUDGED)
    places = ((ALL_CLASSES, "all classes"), (evidence.task.name, "the pair"))
    compared = [
        (variant.title, told, variant.scores[task].versus_network)
        for variant in linear
        for task, told in places
    ]
    numbers = [
        _difference(f"network minus: {title}, {told}", paired) for title, told, paired in compared
    ]
    better = [paired.low > 0 for _, _, paired in compared]
    return _claim(
        evidence, "mlp_needed", statement, rule, numbers, _graded(all(better), any(better))
    )
