"""The way from the drawing to a test image, and where on it the answer changes."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.amounts import Line, amounts_figure
from app.frame.components import EMPTY_FIGURE, graph, number, summary_id
from app.frame.links import DECIDE, link_to
from app.frame.page import Panel
from app.frame.subject import Subject
from app.frame.words.wording import number_text, percent
from app.pages.draw.view import DrawView
from cnn_core.drawing.morphing import Flip, Morph, morph
from cnn_core.drawing.packed import pack

_FIGURE, _NOTE, _LINK = "draw-way", "draw-way-note", "draw-way-link"


def _draw(view: DrawView) -> dict[str, Any]:
    if view.activations is None:
        told = "Draw something, and it is turned step by step into a test image here."
        return {"figure": EMPTY_FIGURE, "note": told, "link": [], "summary": told}
    selection, explorer = view.selection, view.explorer
    last = Subject(selection.set, selection.to)
    found = morph(
        explorer.network(selection.model), explorer.image(selection.subject), explorer.image(last)
    )
    note = _note(view, found, last)
    return {
        "figure": _figure(view, found),
        "note": note,
        "link": [] if found.flip is None else [_flip_link(view, found.flip)],
        "summary": note,
    }


def _figure(view: DrawView, found: Morph) -> dict[str, Any]:
    p, q = view.class_name(found.target), view.class_name(found.rival)
    margin = found.margin.tolist()
    best = found.logits.argmax(axis=1)
    hovers = [
        f"{percent(place)} of the way: {view.class_name(int(answer))}, margin "
        f"{number_text(value, '.2f')}"
        for place, answer, value in zip(found.way, best, margin, strict=True)
    ]
    return amounts_figure(
        (100 * found.way).tolist(),
        [Line("margin", margin, hovers)],
        ("per cent of the way", f"margin of {p} over {q}"),
        is_share=False,
        marked=100 * found.flip.after if found.flip else None,
    )


def _note(view: DrawView, found: Morph, last: Subject) -> str:
    start = f"Your drawing is mixed with {last.name}, pixel by pixel."
    if found.flip is None:
        return f"{start} It stays {view.class_name(view.prediction)} on the whole way."
    name = view.class_name(found.flip.new)
    return f"{start} After {percent(found.flip.after, 1)} of the way it becomes {name}."


def _flip_link(view: DrawView, flip: Flip) -> Component:
    """Door to what weighs for both classes where the answer changes."""
    # The way runs through pixels, so there is an image.
    assert flip.pixels is not None
    selection = view.selection
    subject = Subject(selection.set, selection.image or 0, pack(flip.pixels))
    address = link_to(view.explorer, DECIDE, selection.model, subject, p=flip.old, q=flip.new)
    return html.A("Decide on the image at which it changes", href=address)


def _frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.H2("On the way to a test image"),
            number("to", "To image", 0, None),
            graph(_FIGURE, "The margin on the way to a test image", class_name="amount-figure"),
            html.P(id=_NOTE, className="faint note"),
            html.P(id=_LINK),
        ],
        className="panel",
        **{"aria-label": "Way to a test image"},
    )


WAY = Panel(
    name="draw-way",
    depends_on=("model", "own", "set", "to"),
    layout=_frame,
    draw=_draw,
    outputs={"figure": (_FIGURE, "figure"), "link": (_LINK, "children")},
    texts={"note": _NOTE, "summary": summary_id(_FIGURE)},
    is_slow=True,
)
