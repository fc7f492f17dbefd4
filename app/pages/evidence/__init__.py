"""Evidence: is looking enough? What each layer alone can tell, and what the MLP adds."""

from dash import Input, Output

from app.figures.charts.ladder import figure_height, share_figure
from app.frame.address import ANSWER, NOTICES, answer, query_store, search_of
from app.frame.components import notices, summary_id
from app.frame.query import as_values, write_query
from app.pages.evidence import parts, words
from app.pages.evidence.downloads import address_of, register_routes
from app.pages.evidence.found import find_results, fitted_elsewhere
from app.pages.evidence.layout import (
    CARDS,
    CARDS_NOTE,
    CELLS,
    CELLS_NOTE,
    CLAIMS,
    CLAIMS_NOTE,
    FILES,
    LADDER,
    LADDER_BOX,
    LADDER_NOTE,
    LADDER_TABLE,
    LEGEND,
    LIKENESS,
    MEASURED,
    MISSING,
    MLP,
    MLP_BOX,
    MLP_LIST,
    MLP_NOTE,
    NODES,
    NODES_IMAGE,
    NODES_NOTE,
    PAIR_BOX,
    PURPOSE,
    REST,
    STEPS,
    download_id,
    layout,
)
from app.pages.evidence.parts import PATH
from app.pages.evidence.purpose import purpose
from app.pages.evidence.state import read, write
from app.pages.evidence.titles import variant_title
from app.pages.evidence.view import look

TITLE = "Evidence"
KEYS = (("← →", "previous, next image of the order of nodes"), ("r", "random image there"))
HELP = "Point at a mark to read its numbers, counts and interval."

__all__ = ["HELP", "KEYS", "PATH", "TITLE", "layout", "register_callbacks"]

_EMPTY_FIGURE = {"data": [], "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}}}
_MOST_NEIGHBOURS = 60


def register_callbacks(app, explorer):
    """Connect the page.

    Parameters
    ----------
    app : dash.Dash
    explorer : Explorer
    """
    found = find_results(explorer)
    register_routes(app.server, explorer, found)

    @app.callback(
        output={
            "purpose": Output(PURPOSE, "children"),
            "steps": Output(STEPS, "children"),
            "rest": Output(REST, "children"),
            "missing": Output(MISSING, "children"),
            "measured_hidden": Output(MEASURED, "hidden"),
            "pair_hidden": Output(PAIR_BOX, "hidden"),
            "measured": _measured_outputs(),
            "nodes_image": Output(NODES_IMAGE, "children"),
            "nodes": Output(NODES, "children"),
            "nodes_note": Output(NODES_NOTE, "children"),
            "likeness": Output(LIKENESS, "children"),
            "files": {what: Output(download_id(what), "href") for what in FILES},
            "notices": Output(NOTICES, "children", allow_duplicate=True),
            "answer": Output(ANSWER, "data", allow_duplicate=True),
        },
        inputs=[Input(query_store(PATH), "data")],
        prevent_initial_call="initial_duplicate",
    )
    def show(address):
        selection, problems = read(search_of(address), explorer, found)
        view = look(explorer, found, selection)
        return _drawn(explorer, found, view, problems)


def _measured_outputs():
    return {
        "ladder": Output(LADDER, "figure"),
        "ladder_summary": Output(summary_id(LADDER), "children"),
        "ladder_style": Output(LADDER_BOX, "style"),
        "ladder_note": Output(LADDER_NOTE, "children"),
        "ladder_table": Output(LADDER_TABLE, "children"),
        "legend": Output(LEGEND, "children"),
        "cells_place": Output(CELLS, "value"),
        "cells_last": Output(CELLS, "max"),
        "cells_note": Output(CELLS_NOTE, "children"),
        "mlp": Output(MLP, "figure"),
        "mlp_summary": Output(summary_id(MLP), "children"),
        "mlp_style": Output(MLP_BOX, "style"),
        "mlp_list": Output(MLP_LIST, "children"),
        "mlp_note": Output(MLP_NOTE, "children"),
        "claims": Output(CLAIMS, "children"),
        "claims_note": Output(CLAIMS_NOTE, "children"),
        "cards": Output(CARDS, "children"),
        "cards_note": Output(CARDS_NOTE, "children"),
    }


def _drawn(explorer, found, view, problems):
    selection = view.selection
    query = write(selection, explorer, found)
    headline, rest = purpose(explorer, view)
    first = explorer.model_names[0]
    return {
        "purpose": headline,
        "steps": parts.steps(view),
        "rest": rest,
        "missing": parts.missing(explorer, found, view),
        "measured_hidden": view.task is None,
        "pair_hidden": len(found.pairs(selection.model)) == 1
        and ((selection.p, selection.q) in found.pairs(selection.model)),
        "measured": _drawn_measured(explorer, found, view),
        "nodes_image": parts.nodes_image(explorer, view),
        "nodes": parts.node_grids(explorer, view),
        "nodes_note": words.nodes_text(explorer, view),
        "likeness": words.likeness_text(explorer, view),
        "files": {what: address_of(what, query) for what in FILES},
        "notices": notices(problems),
        "answer": answer(
            PATH,
            query,
            steps=_steps(explorer, view),
            values={**as_values(selection), "p": str(selection.p), "q": str(selection.q)},
            options=_options(explorer, found, view),
            drops={
                "model": ["variant", "page"],
                "task": ["page"],
                "variant": ["page"],
                "p": ["page"],
                "q": ["page"],
            },
            links={
                "/": write_query({"model": selection.model}, {"model": first}),
                "/model": write_query({"model": selection.model}, {"model": first}),
            },
        ),
    }


def _drawn_measured(explorer, found, view):
    if view.task is None:
        empty = dict.fromkeys(_measured_outputs())
        return {
            **empty,
            "ladder": _EMPTY_FIGURE,
            "mlp": _EMPTY_FIGURE,
            "cells_place": 0,
            "cells_last": 0,
        }
    n_layers, n_networks = len(view.results.layers), 1 + len(view.variants)
    network, n_classes = view.task.network, len(view.task.classes)
    guide = (network.value, network.low, network.high)
    titles = ["the network", *(variant_title(view, variant) for variant, _ in view.variants)]
    return {
        "ladder": share_figure(
            parts.ladder_rows(view), parts.ladder_marks(view), guide=guide, chance=1 / n_classes
        ),
        "ladder_summary": words.ladder_summary(explorer, view),
        "ladder_style": {"height": f"{figure_height(n_layers + 1)}px"},
        "ladder_note": words.ladder_note(explorer, view, fitted_elsewhere(view.results, explorer)),
        "ladder_table": parts.ladder_table(view),
        "legend": parts.legend(view),
        "cells_place": view.counts.index(view.k) if view.counts else 0,
        "cells_last": max(len(view.counts) - 1, 0),
        "cells_note": f"{view.k}" if view.k else "–",
        "mlp": share_figure(words.wrapped(titles), parts.variant_marks(view), guide=guide),
        "mlp_summary": words.variants_summary(explorer, view),
        "mlp_style": {"height": f"{figure_height(n_networks)}px"},
        "mlp_list": parts.variant_list(view),
        "mlp_note": " ".join(
            filter(None, (words.two_probes_note(explorer, view), words.paired_note(view)))
        ),
        "claims": parts.claim_list(explorer, view),
        "claims_note": words.claims_note(explorer, view),
        "cards": parts.disagreements(explorer, found, view),
        "cards_note": words.disagreement_text(view) if view.disagreement else "",
    }


def _steps(explorer, view):
    count = len(explorer.dataset(explorer.set_names[0]))
    image = view.selection.image
    reach = range(1, min(_MOST_NEIGHBOURS, count) + 1)
    return {
        "next": [(image + step) % count for step in reach],
        "previous": [(image - step) % count for step in reach],
        "count": count,
        "cells": view.counts,
    }


def _options(explorer, found, view):
    """Choices of controls that depend on what was measured."""
    p, q = (explorer.class_name(number) for number in (view.selection.p, view.selection.q))
    n_classes = len(explorer.class_names)
    variants = view.results.variants if view.results else ()
    return {
        "task": [
            {"value": "pair", "label": f"{p} or {q}?"},
            {"value": "all", "label": f"which of the {n_classes} classes?"},
        ],
        "variant": [
            {"value": variant.name, "label": variant_title(view, variant)} for variant in variants
        ],
    }
