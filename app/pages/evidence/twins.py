"""What training adds: the readers on the network before its first step, in numbers and words."""

from app.frame.recorded.commands import survey_command
from app.frame.words.wording import percent, signed_interval
from app.pages.evidence.titles import layer_title
from app.pages.evidence.view import EvidenceView, MeasuredView
from app.pages.evidence.words import percents, question
from cnn_core.readouts.comparing.pooling import Gain, Spread

MOSTLY = 2.0
"""How many times as much single cells must gain as the weighing, for training to be "mostly" that."""


def twin_lines(before: Spread | None) -> list[str]:
    """Tell an untrained mark, a list of lines."""
    if before is None:
        return []
    return [f"before training: {twin_text(before)}"]


def twin_text(before: Spread) -> str:
    """Write the share before training, with its range over several models."""
    if before.n_models == 1:
        return percent(before.mean)
    return (
        f"{percent(before.mean)} (mean of {before.n_models} models, "
        f"{percents(before.least, before.most)})"
    )


def _command(view: EvidenceView) -> str:
    return survey_command(view.explorer, view.selection.model, "--readouts")


def what_training_adds(view: EvidenceView) -> str:
    """Say in one sentence what training adds, whatever the numbers are; "" without results."""
    if not isinstance(view, MeasuredView) or view.layer is None:
        return ""
    cell, probe = view.gain("best_cell"), view.gain("linear_probe")
    rung = view.rung(view.layer, "linear_probe")
    if cell is None or probe is None or rung is None:
        return (
            "What training adds is not known here: the weights that it began with were not kept, "
            f"or this was measured by an older version. `{_command(view)}` "
            "measures the untrained network too, where a file of snapshots or the seed is at hand."
        )
    already = "already " if probe.untrained.least > _halfway(view) else ""
    n = probe.trained.n_models
    fitted = rung.readout.n_fitted
    models = ("" if n == 1 else f"; means of {n} models") + f"; readers fitted on {fitted:,} images"
    return (
        f"The untrained network {already}{_does(view)} in {percent(probe.untrained.mean)} when all "
        f"cells of {layer_title(view, view.layer)} are weighed (trained: "
        f"{percent(probe.trained.mean)}), and in {percent(cell.untrained.mean)} by its best single "
        f"cell (trained: {percent(cell.trained.mean)}{models}): "
        f"{_verdict(cell, probe, 1 / len(view.task.classes))}."
    )


def _does(view: MeasuredView) -> str:
    return question(view).replace("tell ", "tells ", 1)


def _halfway(view: MeasuredView) -> float:
    """Half of the way from guessing to no mistake: above it a share counts as much."""
    chance = 1 / len(view.task.classes)
    return (1 + chance) / 2


def _verdict(cell: Gain, probe: Gain, chance: float) -> str:
    gains = [_points(one) for one in (cell, probe)]
    grows = [_grows(one) for one in (cell, probe)]
    if probe.untrained.least <= chance:
        return "hardly anything can be read before training"
    if not any(grows):
        return "training adds nothing to either that these images could show"
    if grows[0] and gains[0] >= MOSTLY * max(gains[1], 0):
        return "training mostly makes visible in single cells what was there before"
    if not grows[0]:
        return "training helps the weighing and not the single cell"
    return "training adds to both"


def _points(gain: Gain) -> float:
    return 100 * (gain.trained.mean - gain.untrained.mean)


def _grows(gain: Gain) -> bool:
    """Whether training helps beyond the 95 % interval or, without answers, in every model."""
    if gain.difference is None:
        return gain.trained.least > gain.untrained.most
    return gain.difference.low > 0


def gains_text(view: EvidenceView) -> str:
    """Tell the intervals of the gains by training, "" where they are not known."""
    if not isinstance(view, MeasuredView):
        return ""
    told = [
        f"{name} {signed_interval(gain.difference.low, gain.difference.high)} points"
        for name, gain in (
            ("best single cell", view.gain("best_cell")),
            ("weighing", view.gain("linear_probe")),
        )
        if gain is not None and gain.difference is not None
    ]
    return f"Gain by training, 95 % intervals: {', '.join(told)}." if told else ""
