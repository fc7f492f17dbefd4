"""What the Evidence page says of what was not measured, and the command that measures it."""

from collections.abc import Sequence

from app.frame.recorded.commands import places, survey_command
from app.pages.evidence.view import EvidenceView
from cnn_core.errors import printable


def command(view: EvidenceView, model: str, pairs: Sequence[tuple[int, int]] = ()) -> str:
    """Command that measures a model.

    model : str
    pairs : sequence of (int, int)
        Pairs of classes that it is to be measured on; by default those of the command.
    """
    asked = [word for p, q in pairs for word in ("--pair", str(p), str(q))]
    return survey_command(view.explorer, model, "--readouts", *asked)


def missing_text(view: EvidenceView) -> str:
    """Tell why there is nothing to show."""
    selection, model = view.selection, view.selection.model
    put_in = places(view.explorer, model)
    if view.results is None:
        if model in view.found.other_data:
            return (
                f"{model} was measured on other test images than those shown here. This "
                "command measures it on yours; the page shows the results at the next start. "
                f"{put_in}"
            ).rstrip()
        if view.found.older:
            files = ", ".join(printable(path.name) for path in view.found.older)
            return (
                f"An older version wrote {files}, without what this page shows. This command "
                "measures anew; the page shows the results at the next start. "
                f"{put_in}"
            ).rstrip()
        return (
            f"{model} has not been measured yet. This command does it, in minutes and "
            "going on where it was stopped; the page shows the results at the next start. "
            f"{put_in}"
        ).rstrip()
    return (
        f"{view.class_name(selection.p)} against {view.class_name(selection.q)} has "
        f"not been measured for {model}. This command does it; the page shows the results at "
        f"the next start. {put_in}"
    ).rstrip()
