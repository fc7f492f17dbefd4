"""Names of the layers, the linear probes and the changed networks of the Evidence page."""

from app.pages.evidence.view import EvidenceView, MeasuredView
from cnn_core.readouts.judging.claim_found import Claim, Number
from cnn_core.readouts.results import Variant


def layer_title(view: MeasuredView, name: str) -> str:
    """Name of a layer of the ladder."""
    return next((layer.title for layer in view.results.layers if layer.name == name), name)


def probe_title(n_classes: int) -> str:
    """Name a linear probe by the classes that it was fitted to tell apart."""
    return f"{n_classes}-class linear probe"


def variant_title(view: EvidenceView, variant: Variant) -> str:
    """Name a changed network, a probe in place of the MLP with its number of classes."""
    asked = view.task.classes if isinstance(view, MeasuredView) else view.explorer.class_names
    return variant.title.replace("a linear probe", f"the {probe_title(len(asked))}")


def number_label(view: MeasuredView, claim: Claim, number: Number) -> str:
    """Name a number of a claim, so that linear probes of two and of all classes are told apart."""
    is_of_all = number.label.endswith("all classes")
    n_classes = len(view.results.class_names) if is_of_all else 2
    if claim.name == "linear_suffices":
        return number.label.replace("linear probe", "probe").replace(
            "probe", probe_title(n_classes)
        )
    return number.label.replace("a linear probe", f"the {probe_title(n_classes)}")


def first_large(text: str) -> str:
    """Begin a text with a capital and leave the rest, names of models say, as it is."""
    return text[:1].upper() + text[1:]
