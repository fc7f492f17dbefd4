"""What the Training page says: short sentences made of the numbers that it shows."""

from shlex import quote

from app.frame.recorded.commands import places, survey_command
from app.frame.words.wording import interval, percent, probability_text, signed, unit_word
from app.pages.training.view import TrainingView
from cnn_core.errors import printable
from cnn_core.readouts.over_training.results import TaskReading
from cnn_core.statistics import Accuracy


def moment_name(view: TrainingView, place: int) -> str:
    """Name of a snapshot: its step, and its epoch where it stands at the end of one."""
    moment = view.known.moments[place]
    if moment.step == 0:
        return "before training"
    return f"epoch {moment.epoch}" if moment.epoch else f"step {moment.step:,}"


def short_name(view: TrainingView, place: int) -> str:
    """Name of a snapshot under a curve."""
    step = view.known.moments[place].step
    return f"{step / 1000:.0f}k" if step >= 1000 else f"{step}"


def task_reading(view: TrainingView, place: int) -> TaskReading | None:
    """What was measured of the pair at a snapshot."""
    if view.readings is None or place >= len(view.readings.moments):
        return None
    return view.readings.moments[place].of("-".join(map(str, view.pair)))


def sentence(view: TrainingView) -> str:
    """What training changed, in one sentence."""
    if view.course is None:
        return view.fault
    first, now = task_reading(view, 0), task_reading(view, view.place)
    if view.readings is None or first is None or now is None:
        answer = view.class_name(int(view.logits.argmax()))
        return f"{moment_name(view, view.place).capitalize()}: the network says {answer}."
    p, q = (view.class_name(number) for number in view.pair)
    if view.place == 0:
        return (
            f"Before any training, with weights from the dice, one weighted sum of all cells of "
            f"{view.readings.layer} tells {p} from {q} in {percent(now.probe.value)}; the best "
            f"single cell in {percent(now.best_cell.value)}."
        )
    return (
        f"From the start to {moment_name(view, view.place)}: one weighted sum of all cells "
        f"{percent(first.probe.value)} → {percent(now.probe.value)}, the best single cell "
        f"{percent(first.best_cell.value)} → {percent(now.best_cell.value)}.{_lesson(first, now)}"
    )


def _lesson(first: TaskReading, now: TaskReading) -> str:
    """What the four shares say together, where they say one thing beyond their intervals."""
    if now.best_cell.low <= first.best_cell.high:
        return ""
    if first.probe.value - first.best_cell.value > now.probe.value - first.probe.value:
        return " Training made visible in single cells what all cells together held before."
    return " Training made it, and made it visible in single cells."


def answer_text(view: TrainingView) -> str:
    """Tell the softmax bars to someone who does not see them."""
    best = int(view.probabilities.argmax())
    return (
        f"{moment_name(view, view.place).capitalize()}: the network says "
        f"{view.class_name(best)}, probability {probability_text(float(view.probabilities[best]))}."
    )


def grid_text(view: TrainingView) -> str:
    """Say what the colours and the order of the grid are."""
    layer = view.layer
    values = view.values.reshape(-1, layer.n_units)
    n_silent = int((values == 0).all(axis=0).sum())
    told = f"{n_silent:,} of {layer.n_units:,} {unit_word(layer, 2)} are silent here. "
    told += (
        "Colours are those of this snapshot alone."
        if view.selection.free
        else "One colour range for all snapshots."
    )
    if view.mosaic.order is not None:
        p, q = (view.class_name(number) for number in view.pair)
        told += f" Nodes that speak for {p} after the training come first, those for {q} last."
    return told


def curves_text(view: TrainingView) -> str:
    """Say what the curves are, or how they are had."""
    if view.readings is None:
        explorer, model = view.explorer, view.selection.model
        file = [quote(printable(path)) for path in [explorer.snapshots.get(model)] if path]
        command = survey_command(explorer, model, "--snapshots", *file)
        return (
            f"Nothing was measured along this training yet: `{command}` does it, in minutes. "
            f"{places(explorer, model)}"
        ).rstrip()
    now = task_reading(view, view.place)
    p, q = (view.class_name(number) for number in view.pair)
    if now is None:
        return f"This training was not measured on {p} against {q}."
    task = next(one for one in view.readings.tasks if one.name == now.task)
    silent = view.readings.moments[view.place].silent
    told = (
        f"{p} against {q}, on test images; readers are fitted on {task.n_fitted:,} training images."
    )
    if now.votes_correlation is not None:
        told += (
            f" What the nodes' weights say for {p} over {q} still correlates "
            f"{signed(now.votes_correlation)} with the start."
        )
    if silent:
        told += f" Silent units of {silent[-1].layer}: {percent(silent[-1].silent)} on average."
    return told


def hover(name: str, moment: str, share: Accuracy) -> str:
    """What a point of a curve tells."""
    return (
        f"{name}, {moment}\n{percent(share.value)} right, 95 % interval "
        f"{interval(share.low, share.high)} %"
    )
