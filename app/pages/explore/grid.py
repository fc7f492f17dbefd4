"""The activation grid with all units of a layer, and the strip of all layers under it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.pictures.grid import grid_figure, receptive_link
from app.figures.pictures.thumbnail import strip_picture
from app.frame.components import graph, number, picture_button, select, summary_id
from app.frame.defaults import columns_for
from app.frame.page import Panel
from app.frame.words.wording import shape_text
from app.pages.explore import words
from app.pages.explore.image import BARS, IMAGE
from app.pages.explore.unit import UNIT, unit_panel
from app.pages.explore.view import ExploreView, can_be_sorted
from cnn_core.network.layers import LayerInfo
from cnn_core.space.display import colour_range
from cnn_core.space.mosaic import Mosaic

GRID, TITLE, NOTE, STRIP = (
    "explore-grid",
    "explore-grid-title",
    "explore-grid-note",
    "explore-strip",
)
_ONE = ("model", "set", "image", "own", "layer")


def _draw_grid(view: ExploreView) -> dict[str, Any]:
    selection, layer = view.selection, view.layer
    sight = view.explorer.sight(selection.model, layer.name)
    return {
        "grid": grid_figure(
            view.mosaic,
            view.shown,
            view.values,
            view.range,
            colour_map=selection.colours,
            dead=view.dead,
            selected=selection.unit,
            name=layer.name,
            range_title=words.range_title(view),
            is_numbered=True,
            names=words.class_names(view),
            fields=receptive_link(sight.summary, sight.boxes, layer.is_spatial),
        ),
        "summary": words.grid_summary(view),
        "note": words.grid_note(view, sight),
    }


def _grid_frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.Div([html.H2(id=TITLE), _grid_options()], className="panel-head"),
            html.Div(
                [
                    graph(GRID, "Activation grid", class_name="grid-figure"),
                    html.Aside(id=UNIT, className="unit-panel", **{"aria-live": "polite"}),
                ],
                className="grid-row",
            ),
            html.Div(
                [
                    html.P(id=NOTE, className="faint note"),
                    html.Div(_downloads(), className="button-row"),
                ],
                className="grid-foot",
            ),
        ],
        className="panel main-panel",
        **{"aria-label": "Activation grid"},
    )


def _grid_options() -> Component:
    ranges = [
        ("layer", "shared over the layer"),
        ("map", "each map its own"),
        ("clip", "standardise and clip (the article)"),
    ]
    orders = [("natural", "by number"), ("weight", "by weight for p against q")]
    colours = [(name, name) for name in ("viridis", "cividis", "inferno", "magma", "jet")]
    return html.Details(
        [
            html.Summary("Options", className="button small"),
            html.Div(
                [
                    select("range", "Colour range", ranges),
                    select("colours", "Colour map", colours),
                    number("columns", "Columns", 1, None, placeholder="auto"),
                    select(
                        "order",
                        "Order of nodes",
                        orders,
                        title="Of the layer that the output layer weighs",
                    ),
                    number("p", "p", 0, None, placeholder="prediction"),
                    number("q", "q", 0, None, placeholder="runner-up"),
                    number(
                        "unit",
                        "Unit",
                        0,
                        None,
                        placeholder="none",
                        title="Number of the unit to enlarge; or click it in the grid",
                    ),
                ],
                className="options",
            ),
        ],
        className="options-box",
    )


def _downloads() -> list[Component]:
    """Buttons whose names and addresses follow each answer."""
    return [
        picture_button(IMAGE, "", "Image PNG"),
        picture_button(BARS, "", "Softmax PNG"),
        picture_button(GRID, "", "Grid PNG"),
        *(
            html.A(
                ending.upper(),
                className="button small",
                download="",
                title=f"The numbers of this layer as a {kind}",
                **{"data-link": ending},
            )
            for ending, kind in (("csv", "table"), ("npz", "NumPy file"))
        ),
        html.Span(
            [html.Span("to Compare", className="faint"), *(_send_link(key) for key in "abc")],
            className="button-row",
        ),
    ]


def _send_link(key: str) -> Component:
    name = key.upper()
    return html.A(
        name,
        className="button small",
        title=f"Add this image to group {name} of Compare",
        **{"data-send": key, "data-link": key, "aria-label": f"Add to group {name} of Compare"},
    )


def _draw_choices(view: ExploreView) -> Mapping[str, Any]:
    """Title of the grid, and choices of controls that depend on the model and the layer."""
    network, layer = view.explorer.network(view.selection.model), view.layer
    return {
        "title": [layer.name, html.Span(f" {shape_text(layer)}", className="faint")],
        "layer": [
            {"value": info.name, "label": f"{info.name} · {shape_text(info)}"}
            for info in network.layers
        ],
        "order": [
            {"value": "natural", "label": "by number"},
            {
                "value": "weight",
                "label": "by weight for p against q",
                "disabled": not can_be_sorted(network, layer),
            },
        ],
    }


def _draw_strip_links(view: ExploreView) -> Mapping[str, Any]:
    layers = view.explorer.network(view.selection.model).layers
    links = [
        html.A(
            [
                html.Span(className="strip-picture", style={"--place": place}),
                html.Span(info.name, className="strip-name"),
                html.Span(shape_text(info), className="faint strip-shape"),
            ],
            className="strip-link",
            **{"data-set-key": "layer", "data-set-value": info.name},
        )
        for place, info in enumerate(layers)
    ]
    return {"links": html.Div(links, className="strip-links")}


def _draw_strip(view: ExploreView) -> Mapping[str, Any]:
    """One picture of all layers, of which each link shows its part."""
    infos = view.explorer.network(view.selection.model).layers
    values = [view.all_layers[info.name] for info in infos]
    picture = strip_picture(
        [mosaic.tile(array) for mosaic, array in zip(_small_mosaics(infos), values, strict=True)],
        [colour_range(array) for array in values],
        colour_map=view.selection.colours,
    )
    return {"pictures": {"--pictures": f"url({picture})", "--places": len(infos)}}


@lru_cache(maxsize=16)
def _small_mosaics(infos: tuple[LayerInfo, ...]) -> tuple[Mosaic, ...]:
    return tuple(Mosaic.of(info.shape, columns_for(info)) for info in infos)


GRID_PANEL = Panel(
    name="explore-grid",
    depends_on=(*_ONE, "range", "colours", "columns", "order", "p", "q", "unit"),
    layout=_grid_frame,
    draw=_draw_grid,
    outputs={"grid": (GRID, "figure")},
    texts={"summary": summary_id(GRID), "note": NOTE},
)
CHOICES = Panel(
    name="explore-choices",
    depends_on=("model", "layer"),
    draw=_draw_choices,
    markup={"title": TITLE},
    options=("layer", "order"),
)
UNIT_PANEL = Panel(
    name="explore-unit",
    depends_on=(*_ONE, "unit", "range", "colours"),
    draw=lambda view: {"unit": unit_panel(view)},
    markup={"unit": UNIT},
    is_empty=lambda selection: selection.unit is None,
)
STRIP_LINKS = Panel(
    name="explore-strip-links",
    depends_on=("model",),
    draw=_draw_strip_links,
    markup={"links": STRIP},
)
STRIP_PANEL = Panel(
    name="explore-strip",
    depends_on=("model", "set", "image", "own", "colours"),
    layout=lambda explorer: html.Nav(id=STRIP, className="strip", **{"aria-label": "Layers"}),
    draw=_draw_strip,
    outputs={"pictures": (STRIP, "style")},
)
