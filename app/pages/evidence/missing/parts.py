"""What the Evidence page shows of a model or a question that was not measured."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.frame.links import EVIDENCE as PATH
from app.pages.evidence.missing import words as missing_words
from app.pages.evidence.state import EvidenceSelection, first_pair, write
from app.pages.evidence.view import EvidenceView, MeasuredView


def missing(view: EvidenceView) -> Component | None:
    """Tell what has not been measured, and the command that measures it; None if all was."""
    if isinstance(view, MeasuredView):
        return None
    selection = view.selection
    # A run replaces what was known of a model, so that it names the measured pairs too.
    pairs = (
        ()
        if view.results is None
        else (*view.found.pairs(selection.model), (selection.p, selection.q))
    )
    links = [
        html.A(
            f"{view.class_name(p)} against {view.class_name(q)}",
            href=PATH + write(replace(selection, p=p, q=q), view.explorer),
        )
        for p, q in view.found.pairs(selection.model)
    ]
    links += [
        html.A(model, href=PATH + write(_in_model(view, selection, model), view.explorer))
        for model in view.found.by_model
        if model != selection.model
    ]
    return html.Div(
        [
            html.P(missing_words.missing_text(view)),
            # A long one scrolls, which a keyboard has to reach.
            html.Pre(
                missing_words.command(view, selection.model, pairs),
                className="command",
                tabIndex="0",
            ),
            html.P([html.Span("Measured already: ", className="faint"), *_with_commas(links)])
            if links
            else None,
            html.P("The order of nodes below needs no measuring.", className="faint note"),
        ],
        className="missing",
    )


def _in_model(view: EvidenceView, selection: EvidenceSelection, model: str) -> EvidenceSelection:
    """Ask another model the same question, or its first one where it was not measured on that."""
    pair = selection.p, selection.q
    if pair not in view.found.pairs(model):
        pair = first_pair(view.explorer, model)
    results = view.found.of(model)
    variant = next((one.name for one in results.variants), None) if results else None
    return replace(selection, model=model, p=pair[0], q=pair[1], variant=variant, page=1)


def _with_commas(links: Sequence[Component]) -> list[Any]:
    parts: list[Any] = []
    for link in links:
        parts += [", ", link] if parts else [link]
    return parts
