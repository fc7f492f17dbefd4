"""The class statistics as a panel: one number for every cell of the layer, in one picture."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures import theme
from app.figures.pictures.grid import grid_figure, receptive_link
from app.figures.pictures.signed import signed_stops
from app.frame.components import control, graph, labelled, picture_button
from app.frame.page import Panel
from app.frame.query import write_query
from app.pages.compare.measured.statistic import look_at_statistic
from app.pages.compare.view import CompareView

STATISTIC, TITLE, NOTE, DOWNLOADS = (
    "compare-statistic",
    "compare-statistic-title",
    "compare-statistic-note",
    "compare-statistic-downloads",
)
_KEYS = ("model", "layer", "p", "q", "stat", "colours")


def _draw(view: CompareView) -> dict[str, Any]:
    selection = view.selection
    query = write_query({key: selection.values()[key] for key in _KEYS})
    shown = look_at_statistic(view)
    sight = view.explorer.sight(selection.model, selection.layer)
    figure = grid_figure(
        shown.mosaic,
        shown.values,
        shown.values,
        shown.range,
        colour_map="diverging" if shown.is_signed else selection.colours,
        name=shown.name,
        fields=receptive_link(sight.summary, sight.boxes, shown.layer.is_spatial),
    )
    figure["layout"]["meta"] |= {"measure": shown.title, "click": "none"}
    if shown.is_signed:
        figure["data"][0]["colorscale"] = signed_stops(selection.p, selection.q)
    stem = f"{selection.model}_{selection.layer}_{selection.stat}"
    return {
        "figure": figure,
        "title": [html.B(shown.title), f" of every cell of {shown.layer.name}"],
        "note": [*(_ends(view) if shown.is_signed else ()), shown.note],
        "downloads": [
            picture_button(STATISTIC, stem),
            html.A(
                "CSV",
                href=f"/download/class-statistics.csv{query}",
                download=f"{stem}.csv",
                className="button small",
                title="All class statistics of this layer",
            ),
        ],
    }


def _ends(view: CompareView) -> list[Component]:
    """Which colour stands for which class."""
    return [
        html.Span(
            [
                html.Span(
                    className="swatch",
                    **{"aria-hidden": "true"},
                    style={"backgroundColor": theme.class_colour(number)},
                ),
                f" {side} speaks for {view.class_name(number)}. ",
            ]
        )
        for side, number in (("high", view.selection.p), ("low", view.selection.q))
    ]


def _frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Class statistics"),
                    labelled(
                        "Statistic",
                        dbc.Select(id=control("stat"), options=[]),
                        class_name="field inline",
                        hide_label=True,
                    ),
                ],
                className="panel-head",
            ),
            html.P(id=TITLE, className="note"),
            graph(STATISTIC, "Class statistics of every cell", class_name="statistic-figure"),
            html.P(id=NOTE, className="faint note"),
            html.Div(id=DOWNLOADS, className="button-row"),
        ],
        className="panel",
        **{"aria-label": "Class statistics"},
    )


STATISTIC_PANEL = Panel(
    name="compare-statistic",
    depends_on=_KEYS,
    layout=_frame,
    draw=_draw,
    outputs={
        "figure": (STATISTIC, "figure"),
        "title": (TITLE, "children"),
        "note": (NOTE, "children"),
        "downloads": (DOWNLOADS, "children"),
    },
    is_slow=True,
)
