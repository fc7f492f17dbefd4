"""What the Decide page says of the pixels: from what they are counted, what adds to the constant."""

import numpy as np

from app.explorer import Explorer
from app.frame.words.wording import number_text, signed
from app.pages.decide.view import DecideView, mean_set, reference_of
from cnn_core.decision.ledger import Ledger
from cnn_core.decision.references import TOLERANCE, IntegratedGradients, Reference
from cnn_core.network.layers import Adds

CONSTANT = (
    "Each entry is exact: the number that a layer adds, times the slope of the margin behind it."
)
_ADDS = {
    Adds.BIAS: "biases of {}",
    Adds.BESIDE: "values of {}, on a path beside",
    Adds.OFFSET: "bends of {}",
}


def reference_choices(explorer: Explorer) -> list[tuple[str, str]]:
    """References as choices of a list."""
    return [(str(name), _named(explorer, name)) for name in Reference]


def _named(explorer: Explorer, reference: str) -> str:
    if reference != Reference.MEAN:
        return str(reference)
    return "the mean training image" if mean_set(explorer) == "train" else "the mean image"


def _reference_name(view: DecideView) -> str:
    return _named(view.explorer, view.selection.ref)


def _is_zero(view: DecideView) -> bool:
    """Whether the reference adds nothing of its own: black, where black is 0."""
    return not reference_of(view.explorer, view.selection.ref).any()


def pixels_title(view: DecideView) -> str:
    """Title of the ledger over pixels: what is multiplied, and from where it is counted."""
    name = _reference_name(view)
    what = "gradient × input" if _is_zero(view) else f"gradient × (input − {view.selection.ref})"
    return f"Ledger over the pixels, counted from {name}: {what}"


def pixels_note(view: DecideView, opened: Ledger) -> str:
    """Tell what the pixels add and what the constant does."""
    p, q, name = view.class_name(view.p), view.class_name(view.q), _reference_name(view)
    terms = opened.terms[0]
    towards, against = float(terms[terms > 0].sum()), -float(terms[terms < 0].sum())
    is_black = view.selection.ref == Reference.BLACK
    subject = "Ink gives" if is_black else f"What differs from {name} gives"
    who = "the biases add" if _is_zero(view) else "biases and reference add"
    told = (
        f"{subject} {number_text(towards, '.2f')} points for {p} and "
        f"{number_text(against, '.2f')} for {q}; {who} a constant {signed(float(opened.constant[0]))}."
    )
    same = view.image == reference_of(view.explorer, view.selection.ref)
    if not same.any():
        return told
    pixels = "Empty pixels" if is_black else f"Pixels that are as in {name}"
    missing = "that ink is missing" if is_black else "that they do not differ"
    return (
        f"{told} {pixels} have no entry here, since {name} counts as nothing; {missing} acts "
        "through the constant alone."
    )


def constant_rows(view: DecideView, opened: Ledger) -> list[tuple[str, str]]:
    """Parts of the constant, layer by layer, and their sum."""
    parts = [
        (_ADDS[source.adds].format(source.layer or "the pixels"), signed(float(part), 4))
        for source, part in zip(opened.sources, opened.constant_parts[0], strict=True)
    ]
    if not _is_zero(view):
        parts.append((f"{_reference_name(view)} itself", signed(float(opened.of_reference[0]), 4)))
    return [*parts, ("sum: the constant c", signed(float(opened.constant[0]), 4))]


def path_sum(found: IntegratedGradients) -> tuple[str, bool]:
    """The check of integrated gradients, and whether the residual is as small as it should be."""
    change = found.margin - found.reference_margin
    equation = (
        f"Σ = {signed(found.total, 4)}   network: Δ(x) − Δ(r) = {signed(found.margin, 4)} − "
        f"({signed(found.reference_margin, 4)}) = {signed(change, 4)}"
    )
    return equation, found.residual_share <= TOLERANCE


def path_residual(found: IntegratedGradients) -> str:
    """What the sum leaves, in points and as a share of the sum of the absolute terms."""
    return (
        f"residual {number_text(found.residual, '.1e')}, "
        f"{number_text(found.residual_share, '.1e')} of Σ|terms|"
    )


def path_note(view: DecideView, found: IntegratedGradients) -> str:
    """Tell what integrated gradients are, and how they differ from the ledger."""
    name = _reference_name(view)
    flat = found.terms[np.abs(found.terms) > 0]
    p, q = view.class_name(view.p), view.class_name(view.q)
    return (
        f"On the way from {name} to this image, pixel by pixel: "
        f"{number_text(float(flat[flat > 0].sum()), '.2f')} points for {p} and "
        f"{number_text(-float(flat[flat < 0].sum()), '.2f')} for {q}. The slopes are means over "
        f"{found.n_steps:,} images in between, so that every gate on the way counts; the ledger "
        "above holds for the gates of this image alone."
    )
