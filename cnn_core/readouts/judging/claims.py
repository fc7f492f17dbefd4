"""The article's conclusions held against the numbers of one or more networks and one pair.

Each verdict follows from numbers by the rule that is told beside it; nothing is typed in. The maps
of every network here were trained together with its MLP: what a layer can tell, it was taught to
tell this MLP.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn_core.circles.rule import THRESHOLD
from cnn_core.circles.thresholds import THRESHOLDS
from cnn_core.readouts.comparing.pooling import Compared, network_right, versus_network
from cnn_core.readouts.judging import circle_claims
from cnn_core.readouts.judging.claim_found import Claim, Elsewhere, Number
from cnn_core.readouts.judging.evidence import (
    NEEDS,
    NOT_SETTLED,
    NOTHING,
    SUFFICES,
    Evidence,
    Judgement,
    difference_number,
    margin_numbers,
    share_number,
)
from cnn_core.readouts.results import ALL_CLASSES, ModelReadouts
from cnn_core.statistics import paired_difference

TOGETHER = "The maps were trained together with this MLP."
_BY_DESIGN = (
    "Paired answers of all models to all test images, 95 % intervals by a bootstrap over images "
    "with the models inside. "
)


@dataclass(frozen=True)
class _Question:
    name: str
    statement: Callable[[Evidence], str]
    rule: Callable[[Evidence], str]
    judge: Callable[[Evidence], Judgement]
    by_threshold: bool


def judge_claims(models: Sequence[ModelReadouts], task: str) -> tuple[Claim, ...]:
    """Judge all claims about a pair by one or more models, pooled.

    Parameters
    ----------
    models
        At least one. Those that were not measured on this pair, or on other test images than the
        first that was, are left out.
    task
        Name of the pair.

    Returns
    -------
    tuple of Claim
        In the article's order; nothing if no model was measured on the pair.
    """
    measured = [one for one in models if one.task(task) is not None]
    alike = tuple(one for one in measured if one.test_digest == measured[0].test_digest)
    if not alike:
        return ()
    evidence = Evidence(alike, task, THRESHOLD)
    return tuple(_claim(question, evidence) for question in QUESTIONS)


def _claim(question: _Question, evidence: Evidence) -> Claim:
    judged = question.judge(evidence)
    elsewhere = []
    if question.by_threshold:
        for threshold in THRESHOLDS:
            elsewhere += _elsewhere(question, evidence.at(threshold), f"t = {threshold:.2f}")
    if len(evidence.models) > 1:
        for model in evidence.models:
            elsewhere += _elsewhere(question, evidence.of(model), model.model_name)
    return Claim(
        question.name,
        evidence.task,
        question.statement(evidence),
        judged.verdict,
        question.rule(evidence),
        judged.numbers,
        tuple(model.model_name for model in evidence.models),
        tuple(elsewhere),
    )


def _elsewhere(question: _Question, evidence: Evidence, setting: str) -> list[Elsewhere]:
    judged = question.judge(evidence)
    return [Elsewhere(setting, judged.verdict, judged.numbers[0])] if judged.numbers else []


# --- a linear combination ---------------------------------------------------------------------


def _linear_rule(evidence: Evidence) -> str:
    return (
        "The linear combination is a linear probe on the last convolutional layer, fitted on all "
        f"training images of the classes asked for. {_BY_DESIGN}Holds if the loss against the "
        "network lies within ± m, half of the network's own mistakes; does not hold if the network "
        f"is better beyond the interval; else not settled. {TOGETHER}"
    )


def _probe_right(evidence: Evidence, task: str) -> list[NDArray[np.bool_]]:
    """Answers of the probe on the last convolution, fitted on as many images as there are."""
    found = []
    for model in evidence.models:
        probe = model.variant("linear_probe")
        if probe is not None and model.mlp["input"] == model.conv and task in probe.scores:
            found.append(probe.scores[task].right.right)
        elif model.conv is not None:
            rungs = model.of(task, model.conv, "linear_probe")
            found += [one.answers.right for one in rungs if one.answers]
    return found if len(found) == len(evidence.models) else []


def _judge_linear(evidence: Evidence) -> Judgement:
    numbers: list[Number] = []
    verdicts = []
    for task, told in _tasks(evidence):
        right = _probe_right(evidence, task)
        if not right:
            return NOTHING
        compared = versus_network(evidence.models, task, right)
        verdicts.append(compared.verdict)
        numbers += [
            difference_number(f"network minus probe{told}", compared),
            *margin_numbers(compared, told),
            share_number(f"linear probe{told}", right),
            share_number(f"the network itself{told}", list(network_right(evidence.models, task))),
        ]
    return Judgement(SUFFICES[verdicts[0]], tuple(numbers))


def _tasks(evidence: Evidence) -> list[tuple[str, str]]:
    """The pair, then all classes where every model was measured on them."""
    tasks = [(evidence.task, "")]
    if all(model.task(ALL_CLASSES) for model in evidence.models):
        tasks.append((ALL_CLASSES, ", all classes"))
    return tasks


# --- nodes and cells --------------------------------------------------------------------------


def _nodes_rule(evidence: Evidence) -> str:
    return (
        "The best single node of the last hidden layer is compared with the best single cell of "
        "the last convolutional layer; cell, node and thresholds are chosen on training images. "
        f"{_BY_DESIGN}Holds if the node is right more often, does not hold if the cell is, both "
        "beyond the interval, or if the difference lies within ± m, half of the network's own "
        "mistakes; else not settled."
    )


def _judge_nodes(evidence: Evidence) -> Judgement:
    right = [
        _best_right(evidence, [model.mlp["hidden"] for model in evidence.models]),
        _best_right(evidence, [model.conv for model in evidence.models]),
    ]
    if not all(right):
        return NOTHING
    networks = versus_network(evidence.models, evidence.task, right[0])
    difference = paired_difference(right[0], right[1])
    verdict = None if networks.verdict is None else difference.verdict(networks.margin)
    compared = Compared(difference, networks.margin, verdict)
    numbers = (
        difference_number("node minus cell", compared),
        share_number("best single node", right[0]),
        share_number("best single cell", right[1]),
        *margin_numbers(compared),
    )
    return Judgement(NEEDS[verdict], numbers)


def _best_right(evidence: Evidence, layers: Sequence[str | None]) -> list[NDArray[np.bool_]]:
    found = [
        one.answers.right
        for model, layer in zip(evidence.models, layers, strict=True)
        if layer is not None
        for one in model.of(evidence.task, layer, "best_cell")
        if one.answers
    ]
    return found if len(found) == len(layers) else []


# --- the hidden layer -------------------------------------------------------------------------


def _hidden_rule(evidence: Evidence) -> str:
    return (
        "Tested is the MLP's hidden layer, its bend, and not the weighing of the maps, which a "
        "linear reader does too. The network is compared with two linear replacements of its MLP, "
        "the linear probe and the MLP refitted without its non-linearity (median of several "
        f"seeds). {_BY_DESIGN}Holds if on all classes the network is better than both beyond the "
        "interval; does not hold if both losses lie within ± m, half of the network's own "
        "mistakes, or are gains; else not settled. The pair stands beside it and decides nothing. "
        f"{TOGETHER}"
    )


def _judge_hidden(evidence: Evidence) -> Judgement:
    names = ("linear_probe", "linear_refit")
    found = [[model.variant(name) for model in evidence.models] for name in names]
    tasks = _tasks(evidence)[::-1]
    if any(one is None for own in found for one in own) or len(tasks) < 2:
        return NOTHING
    numbers: list[Number] = []
    decisive = []
    for task, told in tasks:
        for own in found:
            variants = [one for one in own if one is not None]
            right = [one.scores[task].right.right for one in variants]
            compared = versus_network(evidence.models, task, right)
            where = told or ", the pair"
            numbers.append(
                difference_number(f"network minus: {variants[0].title}{where}", compared)
            )
            if task == ALL_CLASSES:
                decisive.append(compared)
    numbers += margin_numbers(decisive[0])
    verdicts = {NEEDS[one.verdict] for one in decisive}
    verdict = next(iter(verdicts)) if len(verdicts) == 1 else NOT_SETTLED
    return Judgement(verdict, tuple(numbers))


# --- all of them ------------------------------------------------------------------------------


def _about_p(text: str) -> Callable[[Evidence], str]:
    return lambda evidence: text.format(p=evidence.names[0])


QUESTIONS = (
    _Question(
        "common_points",
        _about_p("Clear {p}s have points in common on the last convolutional layer"),
        circle_claims.common_rule,
        circle_claims.judge_common,
        True,
    ),
    _Question(
        "unique_points",
        _about_p("These points are unique to {p}s"),
        circle_claims.unique_rule,
        circle_claims.judge_unique,
        True,
    ),
    _Question(
        "points_fade",
        _about_p("They fade in unclear {p}s"),
        circle_claims.fade_rule,
        circle_claims.judge_fade,
        True,
    ),
    _Question(
        "eye_does_not_suffice",
        _about_p("The last convolutional layer alone does not suffice for the eye"),
        circle_claims.eye_rule,
        circle_claims.judge_eye,
        True,
    ),
    _Question(
        "linear_suffices",
        _about_p("A linear combination across all maps of that layer does suffice"),
        _linear_rule,
        _judge_linear,
        False,
    ),
    _Question(
        "nodes_beat_cells",
        _about_p("Nodes of the dense layer separate better than single cells of the maps"),
        _nodes_rule,
        _judge_nodes,
        False,
    ),
    _Question(
        "hidden_layer_needed",
        _about_p("The MLP's hidden layer is needed: weighing the maps is not enough"),
        _hidden_rule,
        _judge_hidden,
        False,
    ),
)
