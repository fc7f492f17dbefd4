"""The check of a ledger as a line: both sides of its sum, the residual, what the terms are."""

from dash import html
from dash.development.base_component import Component

from app.pages.decide import words
from cnn_core.decision.ledger import Ledger


def sum_line(opened: Ledger, *, has_gates: bool = True) -> list[Component]:
    """Lay the line out; `has_gates` says whether non-linearities lie behind the layer."""
    equation, is_exact, residual = words.sum_parts(opened)
    gates = [html.Span(words.gates_text(opened), className="faint")] if has_gates else []
    return [
        html.Span(equation, className="equation"),
        html.Span(
            "exact" if is_exact else "not exact", className="tag right" if is_exact else "tag wrong"
        ),
        html.Span(residual, className="faint"),
        *gates,
    ]
