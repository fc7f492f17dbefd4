"""Parts of the Decide page that are made of words and small tables."""

from dataclasses import replace

from dash import html

from app.figures.theme import class_colour
from app.frame.components import picture_button, table
from app.frame.query import write_query
from app.pages.decide import words
from app.pages.decide.choices import default_donor
from app.pages.decide.layout import NODES, PIXELS, USED
from app.pages.decide.silenced import NONE_SILENCED
from app.pages.decide.state import write, write_only

PATH = "/decide"


def reason_parts(explorer, view, nodes):
    """The decision in one sentence, its heart in bold."""
    headline, detail = words.reason(explorer, view, nodes)
    return [html.B(headline), " ", html.Span(detail)]


def verdict_parts(explorer, view):
    """Label, prediction and whether they agree."""
    label, prediction, is_right = words.verdict(explorer, view)
    return [
        html.Span([html.Span("label ", className="faint"), html.B(label)]),
        html.Span([html.Span("prediction ", className="faint"), html.B(prediction)]),
        html.Span(
            "right" if is_right else "wrong", className="tag right" if is_right else "tag wrong"
        ),
    ]


def legend_parts(explorer, view):
    """Which colour speaks for which class."""
    return [
        html.Span(
            [
                html.Span(
                    className=f"swatch {kind}",
                    style={"backgroundColor": class_colour(number)},
                    **{"aria-hidden": "true"},
                ),
                f"{arrow} for {explorer.class_name(number)}",
            ],
            className="legend-item",
        )
        for arrow, number, kind in (("↑", view.p, ""), ("↓", view.q, "hatched"))
    ]


def sum_line(opened, *, has_gates=True):
    """Both sides of a ledger's sum, the residual, and what the terms are if gates lie behind."""
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


def pair_parts(explorer, view):
    """Ways to another pair of classes."""
    selection = view.selection
    parts = []
    if view.label not in (view.p, view.q):
        label = explorer.class_name(view.label)
        parts.append(
            html.A(
                f"or {label}",
                className="button",
                title=f"Against the label, {label}",
                href=PATH + write(replace(selection, p=view.p, q=view.label, donor=None), explorer),
            )
        )
    parts += [
        html.A(
            "⇄",
            className="button",
            title="Swap target and rival",
            href=PATH + write(replace(selection, p=view.q, q=view.p, donor=None), explorer),
            **{"aria-label": "Swap target and rival"},
        )
    ]
    if selection.p is not None or selection.q is not None:
        parts.append(
            html.A(
                "reset",
                className="button",
                title="Back to prediction against runner-up",
                href=PATH + write(replace(selection, p=None, q=None), explorer),
            )
        )
    return parts


def silenced_parts(explorer, view):
    """Which units are silenced, what that did, and the ways back."""
    if view.after is None:
        return [
            html.Span(
                "Click a bar, or a unit in the grids below, to silence it and run the "
                "rest of the network again.",
                className="faint",
            )
        ]
    off = view.selection.off
    before = off.without_last()
    return [
        html.Span(words.silenced_units(explorer, view), className="silenced-units"),
        html.Button(
            "Undo",
            className="button small",
            title=f"Let unit {off.units[-1]} speak",
            **{"data-set-key": "off", "data-set-value": str(before)},
        ),
        html.Button(
            "Clear",
            className="button small",
            title="Let all units speak again",
            **{"data-set-key": "off", "data-set-value": str(NONE_SILENCED)},
        ),
        html.B(words.silenced_text(explorer, view), className="silenced-result"),
    ]


def cell_lists(cells):
    """The brightest cells that count for nothing, and the dim ones that count."""
    what = "map" if cells.by_map else "unit" if cells.terms.ndim == 1 else "map (row, column)"
    seen = cells.visibility
    return [
        html.Div(
            [
                html.H3(words.list_title(title, len(chosen))),
                table(
                    [words.cell_text(cells, flat) for flat in chosen[: words.N_LISTED]],
                    (what, "activation", "contribution"),
                )
                if len(chosen)
                else html.P("None in this image.", className="faint"),
            ]
        )
        for title, chosen in (
            ("○ Bright, yet they count for nothing", seen.bright_idle),
            ("◇ Dim, yet they count", seen.dim_working),
        )
    ]


def marked_cells(cells):
    """The listed cells as marks for the grids."""
    seen = cells.visibility
    return {
        kind: [cells.cell(flat) for flat in chosen[: words.N_LISTED]]
        for kind, chosen in (("unused", seen.bright_idle), ("used", seen.dim_working))
    }


def download_parts(explorer, view):
    """Buttons that save pictures and numbers."""
    selection = view.selection
    stem = f"{selection.model}_{selection.set}_{selection.image}_{view.p}_{view.q}"
    parts = [
        picture_button(NODES, f"{stem}_nodes", "Nodes PNG"),
        picture_button(USED, f"{stem}_{selection.layer}", "Cells PNG"),
        picture_button(PIXELS, f"{stem}_pixels", "Pixels PNG"),
    ]
    node_layer = explorer.network(selection.model).last_hidden
    layers = {
        "Nodes": node_layer.name if node_layer else selection.layer,
        selection.layer: selection.layer,
        "Pixels": "pixels",
    }
    for text, layer in layers.items():
        query = write_query(
            {
                "model": selection.model,
                "set": selection.set,
                "image": selection.image,
                "p": view.p,
                "q": view.q,
                "layer": layer,
            }
        )
        parts += [
            html.A(
                f"{text} {ending.upper()}",
                href=f"/download/ledger.{ending}{query}",
                className="button small",
                download=f"{stem}_{layer}.{ending}",
            )
            for ending in ("csv", "npz")
        ]
    return parts


def links_to(explorer, view):
    """Queries with which the navigation opens other pages."""
    selection = view.selection
    image = {"model": selection.model, "set": selection.set, "image": selection.image}
    first = {"model": explorer.model_names[0], "set": explorer.set_names[0]}
    return {
        "/": write_query({**image, "layer": selection.layer}, first),
        "/compare": write_query({"model": selection.model, "layer": selection.layer}, first),
    }


def part_keys(explorer, view):
    """What each part of the page depends on; a part whose key is the same is not drawn again."""
    selection, pair = view.selection, {"p": view.p, "q": view.q}
    one = ("model", "set", "image")
    off = selection.off if selection.off.layer == selection.layer else NONE_SILENCED
    return {
        "image": write_only(selection, ("set", "image")),
        "nodes": write_only(selection, (*one, "off", "baseline"), **pair),
        "cells": write_only(selection, (*one, "layer", "group"), **pair, off=off),
        "pixels": write_only(selection, one, **pair),
    }


def later_keys(explorer, view):
    """What is to be computed once the page has settled: a key for each part, "" for nothing.

    Each key is a query string, and names no more than its part depends on.
    """
    selection = view.selection
    pair = {"p": view.p, "q": view.q}
    one = ("model", "set", "image")
    race = (*one, "race", "baseline")
    return {
        "race": write_only(selection, race, **pair),
        "curve": write_only(selection, ("model", "race", "baseline"), **pair)
        if selection.curve
        else "",
        "edit": write_only(selection, (*one, "donor"), **pair),
        "effect": write_only(selection, ("model", "off", "baseline"), **pair)
        if selection.off
        else "",
    }


def donor_button(explorer, view):
    """Way to the smallest edit with the image chosen by rule, None where the class has no image."""
    selection = view.selection
    donor = default_donor(explorer, selection.model, selection.set, view.p, view.q, selection.image)
    if donor is None:
        return None
    name = explorer.class_name(view.q)
    return html.Button(
        f"Take over maps from the clearest {name} (image {donor})",
        className="button donor",
        **{"data-set-key": "donor", "data-set-value": str(donor)},
    )
