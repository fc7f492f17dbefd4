"""Explore: one image in one layer, with every unit, and the network's answer."""

from dataclasses import replace
from functools import lru_cache

from dash import Input, Output, html, no_update

from app.figures.charts.answer import answer_figure
from app.figures.pictures.grid import grid_figure, receptive_link
from app.figures.pictures.image import image_figure
from app.figures.pictures.thumbnail import strip_picture
from app.frame.address import ANSWER, NOTICES, answer, query_store, search_of, shown_by
from app.frame.components import notices, summary_id
from app.frame.query import as_values, write_query
from app.frame.wording import shape_text
from app.pages.explore import words
from app.pages.explore.layout import (
    ANSWER_BARS,
    FOUND,
    GRID,
    GRID_NOTE,
    GRID_TITLE,
    IMAGE,
    IMAGE_NOTE,
    STRIP,
    UNIT,
    VERDICT_PARTS,
    layout,
    strip_links,
)
from app.pages.explore.state import read, write
from app.pages.explore.unit import unit_panel
from app.pages.explore.view import can_be_sorted, columns_for, look, steps
from cnn_core.space.display import colour_range
from cnn_core.space.mosaic import Mosaic

PATH = "/"
TITLE = "Explore"

__all__ = ["PATH", "TITLE", "layout", "register_callbacks"]


def register_callbacks(app, explorer):
    """Connect the page.

    Parameters
    ----------
    app : dash.Dash
    explorer : Explorer
    """

    @app.callback(
        output={
            "image": Output(IMAGE, "figure"),
            "bars": Output(ANSWER_BARS, "figure"),
            "grid": Output(GRID, "figure"),
            "grid_title": Output(GRID_TITLE, "children"),
            "strip": Output(STRIP, "children"),
            "strip_picture": Output(STRIP, "style"),
            "unit": Output(UNIT, "children"),
            "notices": Output(NOTICES, "children", allow_duplicate=True),
            "answer": Output(ANSWER, "data", allow_duplicate=True),
        },
        inputs=[Input(query_store(PATH), "data")],
        prevent_initial_call="initial_duplicate",
    )
    def show(address):
        selection, problems = read(search_of(address), explorer)
        view = look(explorer, selection)
        return _drawn(explorer, view, problems, _before(explorer, address))


def _before(explorer, address):
    """Selection that the page shows already, None where it stands empty."""
    shown = shown_by(address)
    return None if shown is None else read(shown, explorer)[0]


def _drawn(explorer, view, problems, before):
    selection, layer = view.selection, view.layer
    sight = explorer.sight(selection.model, selection.layer)
    query, remedy = write(selection, explorer), None
    if view.search_fault:
        problems = [*problems, view.search_fault]
        remedy = PATH + write(replace(selection, find=""), explorer)
    is_same_model = before is not None and before.model == selection.model
    is_same_layer = is_same_model and before.layer == selection.layer
    return {
        "image": image_figure(
            view.image, name=f"{selection.set} {selection.image}", unread=sight.unread
        ),
        "bars": answer_figure(
            explorer.class_names,
            view.probabilities,
            view.logits,
            scale=selection.scale,
            label=view.label,
            prediction=view.prediction,
        ),
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
            fields=receptive_link(sight.summary, sight.boxes, layer.is_spatial),
        ),
        "grid_title": no_update
        if is_same_layer
        else [layer.name, html.Span(f" {shape_text(layer)}", className="faint")],
        "strip": no_update if is_same_model else _strip(explorer, view),
        "strip_picture": _strip_picture(explorer, view),
        "unit": no_update if _shows_no_unit(before, selection) else unit_panel(explorer, view),
        "notices": notices(problems, remedy),
        "answer": answer(
            PATH,
            query,
            values=as_values(selection),
            steps=steps(explorer, view),
            options={} if is_same_layer else _options(explorer, view),
            drops={
                "layer": ["unit", "columns"],
                "model": ["unit", "columns", "image"],
                "set": ["image", "find"],
                "find": [],
            },
            links=_links(explorer, selection),
            names=_names(selection),
            texts=_texts(explorer, view, sight),
        ),
    }


def _shows_no_unit(before, selection):
    return before is not None and before.unit is None and selection.unit is None


def _texts(explorer, view, sight):
    """Plain sentences by the id of the element that they stand in."""
    is_right = view.label == view.prediction
    verdict = (
        explorer.class_name(view.label),
        explorer.class_name(view.prediction),
        "right" if is_right else "",
        "" if is_right else "wrong",
    )
    return {
        **dict(zip(VERDICT_PARTS, verdict, strict=True)),
        summary_id(IMAGE): words.image_summary(explorer, view),
        IMAGE_NOTE: words.unread_text(sight),
        summary_id(ANSWER_BARS): words.answer_summary(explorer, view),
        summary_id(GRID): words.grid_summary(view),
        GRID_NOTE: " ".join(
            filter(
                None,
                (
                    words.dead_text(view),
                    words.sight_text(view, sight),
                    words.order_text(explorer, view),
                ),
            )
        ),
        FOUND: words.search_text(view),
    }


def _links(explorer, selection):
    """Queries with which the navigation opens other pages on the same image, and links here."""
    first = {"model": explorer.model_names[0], "set": explorer.set_names[0]}
    image = {"model": selection.model, "set": selection.set, "image": selection.image}
    here = {"model": selection.model, "set": selection.set, "layer": selection.layer}
    numbers = write_query({**image, "layer": selection.layer})
    return {
        "/decide": write_query(image, first),
        "/compare": write_query({"model": selection.model, "layer": selection.layer}, first),
        **{ending: f"/download/activations.{ending}{numbers}" for ending in ("csv", "npz")},
        **{
            group: "/compare" + write_query({**here, f"add_{group}": selection.image})
            for group in "abc"
        },
    }


def _names(selection):
    """Names under which pictures are saved."""
    name = f"{selection.model}_{selection.set}_{selection.image}_{selection.layer}"
    bars = {"linear": "softmax", "log": "softmax_log", "logits": "logits"}[selection.scale]
    return {IMAGE: f"{selection.set}_{selection.image}", ANSWER_BARS: f"{name}_{bars}", GRID: name}


def _options(explorer, view):
    """Choices of controls that depend on the model and the layer."""
    network = explorer.network(view.selection.model)
    return {
        "layer": [
            {"value": info.name, "label": f"{info.name} · {shape_text(info)}"}
            for info in network.layers
        ],
        "order": [
            {"value": "natural", "label": "by number"},
            {
                "value": "weight",
                "label": "by weight for p against q",
                "disabled": not can_be_sorted(network, view.layer),
            },
        ],
    }


def _strip(explorer, view):
    layers = explorer.network(view.selection.model).layers
    return html.Div(
        strip_links(layers, [shape_text(info) for info in layers]), className="strip-links"
    )


def _strip_picture(explorer, view):
    infos = explorer.network(view.selection.model).layers
    values = [view.all_layers[info.name] for info in infos]
    picture = strip_picture(
        [mosaic.tile(array) for mosaic, array in zip(_small_mosaics(infos), values, strict=True)],
        [colour_range(array) for array in values],
        colour_map=view.selection.colours,
    )
    return {"--pictures": f"url({picture})", "--places": len(infos)}


@lru_cache(maxsize=16)
def _small_mosaics(infos):
    return tuple(Mosaic.of(info.shape, columns_for(info)) for info in infos)
