"""The article's own method, tried on the unit: the whole map, behind its non-linearity."""

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.components import switch
from app.frame.page import Panel
from app.frame.words.wording import number_text
from app.pages.patterns.unit import captioned
from app.pages.patterns.view import PatternsView
from cnn_core.patterns.scoring.frames import frame_of

if TYPE_CHECKING:
    from cnn_core.patterns.optimising.ascent import Ascent

_ARTICLE = "patterns-article"
_SHOWN = 4


def draw_article(view: PatternsView) -> dict[str, Any]:
    """Climb as the article does, and say from how many starts the unit was silent."""
    if not view.selection.article:
        return {"article": None}
    selection = view.selection
    first, last = view.explorer.kept.get_or_make(
        ("article", selection.model, selection.layer, view.unit),
        lambda: _climbed(view),
        lambda made: made[0].windows.nbytes + made[1].windows.nbytes,
    )
    order = np.argsort(-last.value[0], kind="stable")[:_SHOWN]
    pictures = [captioned(last.windows[0, one], float(last.value[0, one])) for one in order]
    return {
        "article": [
            html.P(_told(first, last), className="note"),
            html.Div(pictures, className="row made-1"),
        ]
    }


def _climbed(view: PatternsView) -> "tuple[Ascent, Ascent]":
    # Brings TensorFlow, which nothing starts by being imported.
    from cnn_core.patterns.optimising.ascent import THE_ARTICLES, Ascender

    explorer, selection = view.explorer, view.selection
    network = explorer.network(selection.model)
    frame = frame_of(explorer.receptive_fields(selection.model), view.layer)
    ascents = list(Ascender(network, view.layer.name, frame, THE_ARTICLES).run([view.unit]))
    return ascents[0], ascents[-1]


def _told(first: "Ascent", last: "Ascent") -> str:
    n = last.value.shape[1]
    dark = int((first.value[0] <= 0).sum())
    silent = int((last.value[0] <= 0).sum())
    if silent == n:
        found = f"No reaction found from any of {n} starts."
    else:
        best = number_text(float(last.value[0].max()), ".2f")
        found = (
            f"No reaction found from {silent} of {n} starts; the best mean of the map is {best}."
        )
    return (
        f"{found} The method drives up the mean of the whole map behind its non-linearity. In "
        f"{dark} of the {n} starts the whole map is 0: there is no slope to climb, the pixels never "
        "change. The value before the non-linearity has a slope there; the page's own patterns use "
        "it."
    )


def _frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.Div(
                [html.H2("The article's own method"), switch("article", "try it")],
                className="panel-head",
            ),
            html.Div(id=_ARTICLE),
        ],
        className="panel",
        **{"aria-label": "The article's own method"},
    )


ARTICLE = Panel(
    name="patterns-article",
    depends_on=("model", "layer", "unit", "article"),
    layout=_frame,
    draw=draw_article,
    outputs={"article": (_ARTICLE, "children")},
    is_empty=lambda selection: not selection.article,
    is_slow=True,
)
