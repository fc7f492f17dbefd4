"""What the MLP is for: a sentence and a few large numbers, both made of what was measured."""

from dataclasses import dataclass, replace

from app.frame.wording import percent
from app.pages.evidence.titles import layer_title, probe_title
from app.pages.evidence.words import (
    ALIKE,
    BETTER,
    WORSE,
    outcome,
    points,
    points_interval,
    question,
)
from cnn_core.readouts.pooling import Spread

_RESULTS = {
    BETTER: "the network is better",
    ALIKE: "there is no difference beyond the interval",
    WORSE: "the linear reader is better",
}


@dataclass(frozen=True)
class Step:
    """One of the large numbers on top.

    Attributes
    ----------
    key : str
        Key of `app.figures.charts.ladder.STYLES`, or "circles".
    title, detail : str
    value, low, high : float
        Share of right answers and its interval.
    before : Spread, optional
        Of the untrained networks.
    """

    key: str
    title: str
    detail: str
    value: float
    low: float
    high: float
    before: Spread | None = None


def steps_of(view):
    """The way from looking to weighing in a few numbers.

    Returns
    -------
    tuple of Step
        Empty without results.
    """
    if view.task is None:
        return ()
    layer = view.results.mlp["input"]
    steps = [step for step in (_cell(view, layer), _circles(view), _probe(view, layer)) if step]
    network = view.task.network
    has_mlp = layer is not None
    return (
        *steps,
        Step(
            "network",
            "The network itself",
            "its MLP weighs, bends and weighs again" if has_mlp else "all its layers",
            network.value,
            network.low,
            network.high,
        ),
    )


def _circles(view):
    if view.selection.task == "all":
        return None
    number = next(
        (
            number
            for claim in view.claims
            if claim.name == "eye_does_not_suffice"
            for number in claim.numbers[:1]
        ),
        None,
    )
    return (
        None
        if number is None
        else Step(
            "circles",
            "By eye: circles",
            "found on three clear images of each class",
            number.value,
            number.low,
            number.high,
        )
    )


def _cell(view, layer):
    rung = view.rung(layer, "best_cell")
    return (
        None
        if rung is None
        else _step(
            rung,
            "One cell",
            f"the best of the {_n_cells(view, layer):,} in {layer_title(view, layer)}",
        )
    )


def _probe(view, layer):
    rung = view.rung(layer, "linear_probe")
    title = probe_title(len(view.task.classes))
    return (
        None
        if rung is None
        else _step(rung, "All cells, weighed", f"{title} on {layer_title(view, layer)}, no MLP")
    )


def _step(rung, title, detail):
    share = rung.readout.share
    return Step(rung.readout.reader, title, detail, share.value, share.low, share.high, rung.before)


def _n_cells(view, layer):
    return next(facts.n_cells for facts in view.results.layers if facts.name == layer)


def purpose(view):
    """Say in a few sentences what the MLP is for, whatever the numbers say.

    Returns
    -------
    headline, rest : str
        "" both without results.
    """
    if view.task is None:
        return "", ""
    layer = view.results.mlp["input"]
    probe, cell = (
        None if layer is None else view.rung(layer, reader)
        for reader in ("linear_probe", "best_cell")
    )
    if probe is None:
        return ("This network has no MLP behind its maps.", view.results.mlp["note"])
    weighing = probe.readout.share.low > cell.readout.share.high if cell else False
    headline = _headline(
        weighing, probe.readout.versus_network, question(view), layer_title(view, layer)
    )
    versus, share = probe.readout.versus_network, probe.readout.share
    told = [
        f"A linear reader of all {_n_cells(view, layer):,} cells of {layer_title(view, layer)} "
        f"gets {percent(share.value)} right, the network with its MLP "
        f"{percent(view.task.network.value)}: {_measured(versus)}."
    ]
    elsewhere = _elsewhere(view, view.task.name, layer, outcome(versus))
    if elsewhere:
        told.append(f"To {question(view)}, {elsewhere}.")
    if cell:
        told.append(f"The best single cell gets {percent(cell.readout.share.value)}.")
    told.append(_other_question(view, layer))
    return headline, " ".join(filter(None, told))


def _headline(weighing, versus, asked, layer):
    gain = points(abs(versus.difference))[1:]
    result = outcome(versus)
    if not weighing:
        start = f"To {asked}, one cell of {layer} does as well as a weighing of all"
        return {
            BETTER: f"{start}; the MLP adds {gain} points.",
            ALIKE: f"{start}, and the MLP adds nothing that can be measured.",
            WORSE: f"{start}, and the MLP does worse than a linear reader.",
        }[result]
    start = (
        f"To {asked}, the MLP weighs all maps of {layer} together: no single point tells as much"
    )
    return {
        BETTER: f"{start}. Its hidden layer adds {gain} points that a linear reader does not get.",
        ALIKE: f"{start}. A linear reader does the same, so its hidden layer adds nothing that can "
        "be measured.",
        WORSE: f"To {asked}, it takes a weighing of all maps of {layer}: no single point tells as "
        f"much. The MLP does it worse than a linear reader, by {gain} points.",
    }[result]


def _measured(paired):
    bounds = f"95 % interval {points_interval(paired.low, paired.high)}"
    nothing = ", no difference beyond it" if outcome(paired) == ALIKE else ""
    return f"{points(paired.difference)} points ({bounds}{nothing})"


def _other_question(view, layer):
    """Tell the same comparison for all classes beside that for a pair, and the other way round."""
    selection = view.selection
    other = replace(selection, task="pair" if selection.task == "all" else "all")
    found = view.results.of(other.task_name, layer, "linear_probe")
    if not found:
        return ""
    asked = question(replace(view, selection=other))
    versus = found[0].versus_network
    told = f"To {asked}, network minus linear reader is {_measured(versus)}"
    elsewhere = _elsewhere(view, other.task_name, layer, outcome(versus))
    return "; ".join(filter(None, (told, elsewhere))) + "."


def _elsewhere(view, task, layer, own):
    """Tell how many other models give the same result on one question, "" without other models.

    Which models agree may differ from question to question, so each is told with its question.
    """
    results = {
        model: outcome(found[0].versus_network)
        for model, measured in view.measured.items()
        if model != view.selection.model and (found := measured.of(task, layer, "linear_probe"))
    }
    others, alike = len(results), sum(result == own for result in results.values())
    if not others:
        return ""
    if alike == others:
        start = "the other model says" if others == 1 else f"the other {others} models say"
        return f"{start} the same: {_RESULTS[own]}"
    start = (
        "the other model does not say"
        if others == 1
        else (f"{alike or 'none'} of the other {others} models {'say' if alike > 1 else 'says'}")
    )
    differing = [
        (kind, [model for model, result in results.items() if result == kind])
        for kind in _RESULTS
        if kind != own
    ]
    return f"{start} the same{', but ' if alike else ': '}" + ", ".join(
        f"in {' and '.join(models)} {_RESULTS[kind]}" for kind, models in differing if models
    )
