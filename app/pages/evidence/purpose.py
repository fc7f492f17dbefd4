"""What the MLP is for: a sentence and a few large numbers, both made of what was measured."""

from dataclasses import dataclass, replace

from app.frame.words.wording import percent
from app.pages.evidence.state import EvidenceSelection
from app.pages.evidence.titles import first_large, layer_title, probe_title
from app.pages.evidence.verdicts import ONE_MODEL, hidden_layer_text, pooled_text
from app.pages.evidence.view import EvidenceView, MeasuredView, Rung
from app.pages.evidence.words import question, wrong_in_thousand
from cnn_core.readouts.comparing.pooling import Spread
from cnn_core.readouts.judging.evidence import DOES_NOT, HOLDS, NEEDS, UNJUDGED

_ENOUGH = {HOLDS: "{seeing} is not enough to {asked}", DOES_NOT: "{seeing} is enough to {asked}"}
"""By the verdict on "the eye does not suffice"."""


@dataclass(frozen=True)
class Step:
    """One of the large numbers on top.

    Attributes
    ----------
    key
        Key of `app.figures.charts.ladder.STYLES`, or "circles".
    value, low, high
        Share of right answers and its interval.
    before
        Of the untrained networks.
    before_note
        What is to be known about it.
    """

    key: str
    title: str
    detail: str
    value: float
    low: float
    high: float
    before: Spread | None = None
    before_note: str = ""


def steps_of(view: EvidenceView) -> tuple[Step, ...]:
    """The way from looking to weighing in a few numbers.

    Returns
    -------
    tuple of Step
        Empty without results.
    """
    if not isinstance(view, MeasuredView):
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


def _circles(view: MeasuredView) -> Step | None:
    if view.selection.task == "all":
        return None
    claim = next((one for one in view.claims if one.name == "eye_does_not_suffice"), None)
    number = claim.numbers[0] if claim and claim.numbers else None
    if number is None or number.low is None or number.high is None:
        return None
    return Step(
        "circles",
        "By eye: circles",
        "found by a rule on three clear images each",
        number.value,
        number.low,
        number.high,
    )


def _cell(view: MeasuredView, layer: str | None) -> Step | None:
    rung = view.rung(layer, "best_cell")
    if layer is None or rung is None:
        return None
    told = f"the best of the {_n_cells(view, layer):,} in {layer_title(view, layer)}"
    return _step(rung, "One cell", told)


def _probe(view: MeasuredView, layer: str | None) -> Step | None:
    """The weighing of all cells: the one in place of the MLP, which saw all training images."""
    rung = view.rung(layer, "linear_probe")
    if layer is None or rung is None:
        return None
    detail = f"{probe_title(len(view.task.classes))} on {layer_title(view, layer)}, no MLP"
    step = _step(rung, "All cells, weighed", detail)
    changed = view.results.variant("linear_probe")
    score = changed.scores.get(view.task.name) if changed else None
    if score is None or score.n_fitted == rung.readout.n_fitted:
        return step
    share = score.share
    note = f" (fitted on {rung.readout.n_fitted:,})"
    return replace(step, value=share.value, low=share.low, high=share.high, before_note=note)


def few_cells(view: EvidenceView) -> str | None:
    """Tell how few cells get as many images right as the network; None where no reader does."""
    if not isinstance(view, MeasuredView):
        return None
    layer = view.results.mlp["input"]
    found = view.results.of(view.task.name, layer, "best_cells")
    as_good = [one for one in found if one.share.n_right >= view.task.network.n_right]
    if not as_good:
        return None
    best = min(as_good, key=lambda one: one.setting or 0)
    return f"the {best.setting:,} best of them alone: {percent(best.share.value)}"


def _step(rung: Rung, title: str, detail: str) -> Step:
    share = rung.readout.share
    return Step(rung.readout.reader, title, detail, share.value, share.low, share.high, rung.before)


def _n_cells(view: MeasuredView, layer: str) -> int:
    return next(facts.n_cells for facts in view.results.layers if facts.name == layer)


def purpose(view: EvidenceView) -> tuple[str, str]:
    """Answer the page's question in a few sentences, whatever the numbers say.

    Returns
    -------
    headline, rest
        "" both without results.
    """
    if not isinstance(view, MeasuredView):
        return "", ""
    layer = view.results.mlp["input"]
    probe = _probe(view, layer)
    if layer is None or probe is None:
        return ("This network has no MLP behind its maps.", view.results.mlp["note"])
    share, n_cells = probe.value, _n_cells(view, layer)
    rest = [
        f"Weighing all {n_cells:,} cells of {layer_title(view, layer)} with fixed weights (a linear "
        f"probe) gets {percent(share)} right in {view.selection.model}, the network with its "
        f"MLP {percent(view.task.network.value)}."
    ]
    for selection in (view.selection, _other_question(view)):
        compared = view.weighed(selection.task_name)
        if compared is not None:
            asked = question(replace(view, selection=selection))
            rest.append(f"To {asked}, {pooled_text(compared, 'the weighing')}")
    compared = view.weighed()
    if compared is not None and compared.difference.n_models == 1:
        rest.append(ONE_MODEL)
    return f"{_looking(view)} {hidden_layer_text(compared)}", " ".join(rest)


def _other_question(view: MeasuredView) -> EvidenceSelection:
    other = "pair" if view.selection.task == "all" else "all"
    return replace(view.selection, task=other)


def _looking(view: MeasuredView) -> str:
    """Say whether looking is enough, by the verdict on circles or, for all classes, on one cell."""
    network = view.task.network.value
    eye = next((claim for claim in view.pooled if claim.name == "eye_does_not_suffice"), None)
    steps = {step.key: step for step in steps_of(view)}
    if view.selection.task == "pair" and eye is not None and "circles" in steps:
        verdict, seen, what = eye.verdict, steps["circles"].value, "circles"
    elif "best_cell" in steps:
        compared = view.compared("best_cell")
        verdict = UNJUDGED if compared is None else NEEDS[compared.verdict]
        seen, what = steps["best_cell"].value, "the best single cell"
    else:
        return ""
    start = _ENOUGH.get(verdict, "Whether {seeing} is enough to {asked} is not settled")
    seeing = "looking" if "circles" in what else "one cell"
    return (
        f"{first_large(start.format(asked=question(view), seeing=seeing))}: in 1,000 images {what} "
        f"{'makes' if 'cell' in what else 'make'} {wrong_in_thousand(seen)} "
        f"mistakes, the network {wrong_in_thousand(network)}."
    )


_SEEN = {
    "best_cell": "by one cell",
    "circles": "by circles",
    "linear_probe": "by weighing all cells",
}
"""What a step does, in a list of mistakes; by circles where some were found, else by one cell."""


def sentence(view: EvidenceView) -> str:
    """The answer of the page in one sentence: mistakes by looking, by weighing, by the network."""
    if not isinstance(view, MeasuredView):
        return "This model has not been measured on this question yet."
    steps = {step.key: step for step in steps_of(view)}
    told = [
        f"{_SEEN[key]} {wrong_in_thousand(step.value)}"
        for key, step in steps.items()
        if key in _SEEN and not (key == "best_cell" and "circles" in steps)
    ]
    own = "the network, whose MLP weighs," if "linear_probe" in steps else "the network"
    told.append(f"by {own} {wrong_in_thousand(view.task.network.value)}")
    return f"Mistakes in 1,000: {', '.join(told)}."
