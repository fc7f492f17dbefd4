"""What the Evidence page says of what was not measured, and the command that measures it."""

from collections.abc import Sequence
from shlex import quote

from app.pages.evidence.view import EvidenceView
from cnn_core.errors import printable
from cnn_core.shipped_files import SHIPPED

_PLACES = "DATA stands for the file or folder with your train and test images."


def command(view: EvidenceView, model: str, pairs: Sequence[tuple[int, int]] = ()) -> str:
    """Command that measures a model.

    model : str
    pairs : sequence of (int, int)
        Pairs of classes that it is to be measured on; by default those of the command.
    """
    parts = ["python", "-m", "cnn_core", "survey", "--readouts"]
    path = view.explorer.network(model).path
    if _is_own(view, model):
        parts += ["--model", quote(printable(path.name)) if path else "MODEL", "--data", "DATA"]
    for p, q in pairs:
        parts += ["--pair", str(p), str(q)]
    return " ".join(parts)


def missing_text(view: EvidenceView) -> str:
    """Tell why there is nothing to show."""
    selection, model = view.selection, view.selection.model
    if view.results is None:
        if model in view.found.other_data:
            return (
                f"{model} was measured on other test images than those shown here. This "
                "command measures it on yours; the page shows the results at the next start. "
                f"{_PLACES}"
            )
        if view.found.older:
            files = ", ".join(printable(path.name) for path in view.found.older)
            return (
                f"An older version wrote {files}, without what this page shows. This command "
                "measures anew; the page shows the results at the next start. "
                f"{_PLACES if _is_own(view, model) else ''}"
            ).rstrip()
        return (
            f"{model} has not been measured yet. This command does it, in minutes and "
            "going on where it was stopped; the page shows the results at the next start. "
            f"{_PLACES if _is_own(view, model) else ''}"
        ).rstrip()
    return (
        f"{view.class_name(selection.p)} against {view.class_name(selection.q)} has "
        f"not been measured for {model}. This command does it; the page shows the results at "
        "the next start."
    )


def _is_own(view: EvidenceView, model: str) -> bool:
    path = view.explorer.network(model).path
    return path is None or path.resolve().parent != SHIPPED
