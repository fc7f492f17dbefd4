"""Decide: why one class and not another, as a sum that adds up."""

from dataclasses import replace

from dash import Input, Output, State, html, no_update

from app.figures.charts.ledger import ledger_figure
from app.figures.charts.silenced_answer import silenced_answer_figure
from app.figures.pictures.grid import grid_figure, receptive_link
from app.figures.pictures.image import image_figure
from app.figures.pictures.signed import signed_grid, signed_image, with_cells
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.address import ANSWER, NOTICES, answer, query_store, search_of
from app.frame.components import notices, summary_id
from app.frame.query import as_values
from app.frame.wording import shape_text
from app.pages.decide import layout as place
from app.pages.decide import parts, words
from app.pages.decide.bars import bars_of
from app.pages.decide.choices import ledger_layers, unit_layers
from app.pages.decide.downloads import register_routes
from app.pages.decide.layout import layout
from app.pages.decide.parts import PATH
from app.pages.decide.slow import register_slow
from app.pages.decide.state import read, write
from app.pages.decide.view import cells_of, fields_of_maps, look, nodes_of, pixels_of
from app.pages.explore.view import steps
from app.pages.explore.words import search_text
from cnn_core.space.display import colour_range

TITLE = "Decide"
KEYS = (
    ("← →", "previous, next image"),
    ("↑ ↓", "previous, next layer of the grids"),
    ("r", "random image"),
    ("w", "next misclassified image"),
    ("/", "search the images"),
)
HELP = (
    "Point at a bar or a cell to read its numbers. Click it to silence its unit, click again "
    "to let it speak."
)

__all__ = ["HELP", "KEYS", "PATH", "TITLE", "layout", "register_callbacks"]

_PARTS = {
    "image": ("image", "image_summary", "digit"),
    "nodes": (
        "nodes",
        "nodes_title",
        "nodes_summary",
        "nodes_sum",
        "nodes_note",
        "legend",
        "reason",
    ),
    "cells": (
        "seen",
        "seen_summary",
        "used",
        "used_summary",
        "cells_title",
        "cells_sum",
        "cells_note",
        "cells_lists",
        "downloads",
    ),
    "pixels": ("pixels", "pixels_summary", "pixels_sum", "pixels_note"),
}
"""Outputs of each part that is left as it is where nothing in it has changed."""


def register_callbacks(app, explorer):
    """Connect the page.

    Parameters
    ----------
    app : dash.Dash
    explorer : Explorer
    """
    register_routes(app.server, explorer)
    register_slow(app, explorer)

    @app.callback(
        output={
            "image": Output(place.IMAGE, "figure"),
            "image_summary": Output(summary_id(place.IMAGE), "children"),
            "digit": Output(place.DIGIT, "children"),
            "verdict": Output(place.VERDICT, "children"),
            "bars": Output(place.ANSWER_BARS, "figure"),
            "bars_summary": Output(summary_id(place.ANSWER_BARS), "children"),
            "reason": Output(place.REASON, "children"),
            "nodes": Output(place.NODES, "figure"),
            "nodes_title": Output(place.NODES_TITLE, "children"),
            "nodes_summary": Output(summary_id(place.NODES), "children"),
            "nodes_sum": Output(place.NODES_SUM, "children"),
            "nodes_note": Output(place.NODES_NOTE, "children"),
            "legend": Output(place.LEGEND, "children"),
            "silenced": Output(place.SILENCED, "children"),
            "seen": Output(place.SEEN, "figure"),
            "seen_summary": Output(summary_id(place.SEEN), "children"),
            "used": Output(place.USED, "figure"),
            "used_summary": Output(summary_id(place.USED), "children"),
            "cells_title": Output(place.CELLS_TITLE, "children"),
            "cells_sum": Output(place.CELLS_SUM, "children"),
            "cells_note": Output(place.CELLS_NOTE, "children"),
            "cells_lists": Output(place.CELLS_LISTS, "children"),
            "downloads": Output(place.DOWNLOADS, "children"),
            "pixels": Output(place.PIXELS, "figure"),
            "pixels_summary": Output(summary_id(place.PIXELS), "children"),
            "pixels_sum": Output(place.PIXELS_SUM, "children"),
            "pixels_note": Output(place.PIXELS_NOTE, "children"),
            "found": Output(place.FOUND, "children"),
            "pair": Output(place.PAIR, "children"),
            "drawn": Output(place.DRAWN, "data"),
            "later": Output(place.LATER, "data"),
            "notices": Output(NOTICES, "children", allow_duplicate=True),
            "answer": Output(ANSWER, "data", allow_duplicate=True),
        },
        inputs=[Input(query_store(PATH), "data")],
        state=[State(place.DRAWN, "data")],
        prevent_initial_call="initial_duplicate",
    )
    def show(address, drawn):
        selection, problems = read(search_of(address), explorer)
        view = look(explorer, selection)
        return _drawn(explorer, view, problems, drawn if isinstance(drawn, dict) else {})


def _drawn(explorer, view, problems, drawn):
    keys = parts.part_keys(explorer, view)
    shown = {
        "verdict": parts.verdict_parts(explorer, view),
        "bars": silenced_answer_figure(
            explorer.class_names,
            view.answer,
            view.after,
            view.p,
            view.q,
            scale=view.selection.scale,
            label=view.label,
        ),
        "bars_summary": words.answer_summary(explorer, view),
        "silenced": parts.silenced_parts(explorer, view),
        "found": search_text(view),
        "pair": parts.pair_parts(explorer, view),
        "drawn": keys,
        "later": parts.later_keys(explorer, view),
        **_addressed(explorer, view, problems),
    }
    for part, outputs in _PARTS.items():
        is_same = drawn.get(part) == keys[part]
        shown |= dict.fromkeys(outputs, no_update) if is_same else _DRAW[part](explorer, view)
    return shown


def _addressed(explorer, view, problems):
    selection = view.selection
    query, remedy = write(selection, explorer), None
    if view.search_fault:
        problems = [*problems, view.search_fault]
        remedy = PATH + write(replace(selection, find=""), explorer)
    network = explorer.network(selection.model)
    layers = ledger_layers(network)
    place_of_layer = layers.index(selection.layer)

    def offered(names):
        return [
            {"value": name, "label": f"{name} · {shape_text(network.layer(name))}"}
            for name in names
        ]

    return {
        "notices": notices(problems, remedy),
        "answer": answer(
            PATH,
            query,
            values={
                **as_values(selection),
                "off": str(selection.off),
                "p": str(view.p),
                "q": str(view.q),
            },
            steps={
                **steps(explorer, view),
                "above": layers[place_of_layer - 1],
                "below": layers[(place_of_layer + 1) % len(layers)],
            },
            options={"layer": offered(layers), "race": offered(unit_layers(network))},
            drops={
                "model": ["off"],
                "set": ["image", "find", "donor"],
                "p": ["donor"],
                "q": ["donor"],
            },
            links=parts.links_to(explorer, view),
        ),
    }


def _image(explorer, view):
    selection = view.selection
    return {
        "image": image_figure(view.image, name=f"{selection.set} {selection.image}"),
        "image_summary": words.image_summary(explorer, view),
        "digit": html.Img(
            src=image_thumbnail(view.image),
            className="big-digit",
            alt=words.image_summary(explorer, view),
        ),
    }


def _nodes(explorer, view):
    nodes = nodes_of(explorer, view)
    layer = nodes.ledger.layer
    off = view.selection.off
    return {
        "nodes": ledger_figure(
            bars_of(nodes, view, can_be_silenced=nodes.weights is not None),
            view.p,
            view.q,
            layer=layer,
            silenced=off.units if off.layer == layer else (),
        ),
        "nodes_title": words.nodes_title(explorer, view, nodes),
        "nodes_summary": words.nodes_summary(explorer, view, nodes),
        "nodes_sum": parts.sum_line(nodes.ledger, has_gates=False),
        "nodes_note": words.nodes_note(nodes),
        "legend": parts.legend_parts(explorer, view),
        "reason": parts.reason_parts(explorer, view, nodes),
    }


def _cells(explorer, view):
    selection = view.selection
    cells = cells_of(explorer, view)
    layer = explorer.network(selection.model).layer(selection.layer)
    sight = explorer.sight(selection.model, layer.name)
    fields = (
        fields_of_maps(sight.boxes)
        if cells.by_map
        else receptive_link(sight.summary, sight.boxes, layer.is_spatial)
    )
    crossed = selection.off.units if selection.off.layer == layer.name else ()
    marks = parts.marked_cells(cells)
    seen = grid_figure(
        cells.mosaic,
        cells.values,
        cells.values,
        colour_range(cells.values),
        name=layer.name,
        range_title="activation",
        fields=fields,
    )
    seen["layout"]["meta"].update(click="none", toggles=True)
    title, shape = words.cells_title(explorer, view)
    seen_summary, used_summary = words.grid_summaries(cells, layer.name)
    return {
        "seen": with_cells(seen, cells.mosaic, selected=crossed, marks=marks),
        "seen_summary": seen_summary,
        "used": signed_grid(
            cells.mosaic,
            cells.terms,
            view.p,
            view.q,
            name=layer.name,
            fields=fields,
            selected=crossed,
            marks=marks,
        ),
        "used_summary": used_summary,
        "cells_title": [title, html.Span(shape, className="faint")],
        "cells_sum": parts.sum_line(cells.ledger),
        "cells_note": words.cells_note(cells),
        "cells_lists": parts.cell_lists(cells),
        "downloads": parts.download_parts(explorer, view),
    }


def _pixels(explorer, view):
    opened = pixels_of(explorer, view)
    note = words.pixels_note(explorer, view, opened)
    return {
        "pixels": signed_image(opened.terms[0].sum(axis=-1), view.p, view.q),
        "pixels_summary": note,
        "pixels_sum": parts.sum_line(opened),
        "pixels_note": note,
    }


_DRAW = {"image": _image, "nodes": _nodes, "cells": _cells, "pixels": _pixels}
