"""From what was looked at and measured to figures and components."""

import numpy as np
from dash import html, no_update

from app.figures import theme
from app.figures.charts.worth import accuracies_figure, chance_figure, intervals_figure
from app.figures.pictures.board import board_figure
from app.figures.pictures.grid import grid_figure, receptive_link
from app.figures.pictures.signed import signed_stops
from app.frame.components import picture_button
from app.frame.query import as_values, write_query
from app.frame.wording import number_text
from app.pages.compare import parts, words
from app.pages.compare.captions import captions
from app.pages.compare.members import GROUPS
from app.pages.compare.statistic import look_at_statistic
from app.pages.compare.table import MOST_ROWS, CircleTable, table_parts
from app.pages.compare.view import LINES, SLOTS_IN_A_ROW

_ROOMY = 5


def drawn_groups(explorer, view, path, query):
    """Draw the groups: outputs of the page's first callback, by name.

    Parameters
    ----------
    explorer : Explorer
    view : CompareView
    path, query : str

    Returns
    -------
    dict
    """
    selection, slots = view.selection, view.slots
    legend = words.legend(view.circles)
    return {
        "groups": {key: _group(explorer, view, path, key) for key in GROUPS},
        "legend": [
            html.Span(
                [html.Span(symbol, className=ink, **{"aria-hidden": "true"}), f" {legend[kind]}"],
                title=title,
            )
            for kind, symbol, ink, title in (
                ("A", "○", "ink-a", "Common to A and on in no image of B"),
                ("B", "□", "ink-b", "Common to B and on in no image of A"),
                ("shared", "◇", "ink-shared", words.shared_text(view.circles)),
            )
        ],
        "colour_bar": _colour_bar(view),
        "rings_note": words.rings_note(view),
        "threshold": f"{selection.t:.2f}",
        "boards_class": "boards tight" if slots.n > _ROOMY else "boards",
        "boards_style": {
            "--columns": str(slots.n),
            "--aspect": f"{slots.n * slots.columns / slots.rows:.4f}",
        },
        "downloads": _downloads(view, query),
        "run": ""
        if selection.triples is None
        else write_query(
            {
                "model": selection.model,
                "layer": selection.layer,
                "p": selection.p,
                "q": selection.q,
                "t": selection.t,
                "triples": selection.triples,
            }
        ),
    }


def _group(explorer, view, path, key):
    tiles, selection = view.groups[key], view.selection
    if selection.choices[key].rule == "none" and not tiles:
        told = "No group C: choose a rule or add an image."
    else:
        fault = selection.faults.get(key) or "no image fits"
        told = "" if tiles else f"No image is in this group: {fault}."
    lines = [tiles[line * SLOTS_IN_A_ROW : (line + 1) * SLOTS_IN_A_ROW] for line in LINES]
    return {
        "empty": told,
        "lines": [
            _line(explorer, view, path, key, line, of_line)
            for line, of_line in zip(LINES, lines, strict=True)
        ],
    }


def _line(explorer, view, path, key, line, tiles):
    if not tiles:
        return {
            "hidden": True,
            "captions": [],
            "figure": {
                "data": [],
                "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}},
            },
            "summary": "",
        }
    layer, selection = view.layer, view.selection
    sight = explorer.sight(selection.model, layer.name)
    fields = receptive_link(sight.summary, sight.boxes, layer.is_spatial)
    figure = board_figure(
        view.mosaic,
        view.slots,
        [tile.values for tile in tiles],
        view.range,
        rings=view.rings[key],
        outlined=view.outlined,
        colour_map=selection.colours,
        name=layer.name,
        fields=fields,
        units=view.units if len(view.units) < layer.n_units else None,
    )
    return {
        "hidden": False,
        "captions": captions(explorer, view, path, key, tiles),
        "figure": figure,
        "summary": words.board_summary(explorer, view, key)
        if line == 0
        else f"More of group {key.upper()}.",
    }


def _colour_bar(view):
    stops = ", ".join(colour for _, colour in theme.colour_stops(view.selection.colours))
    low, high = view.range
    return [
        html.Span(number_text(low), className="figures"),
        html.Span(
            className="colour-stripe", style={"background": f"linear-gradient(90deg, {stops})"}
        ),
        html.Span(number_text(high), className="figures"),
        html.Span(" activation, all grids", className="faint"),
    ]


def _downloads(view, query):
    selection = view.selection
    low, high = view.range
    stem = f"{selection.model}_{selection.set}_{selection.layer}"
    buttons = [
        picture_button(
            parts.board(key, line),
            f"{stem}_{key.upper()}{line or ''} from {low:.3g} to {high:.3g}",
            f"{key.upper()}{'′' * line} PNG",
        )
        for key in GROUPS
        for line in LINES
        if len(view.groups[key]) > line * SLOTS_IN_A_ROW
    ]
    return [
        *buttons,
        html.A(
            "Circles CSV",
            href=f"/download/circles.csv{query}",
            className="button small",
            download=f"{stem}_circles.csv",
            title="All circled cells with their numbers",
        ),
        html.A(
            "NPZ",
            href=f"/download/compare.npz{query}",
            className="button small",
            download=f"{stem}_compare.npz",
            title="Activations of all images, circles and what they are worth",
        ),
    ]


def drawn_worth(explorer, measures, selection, path):
    """Draw what the circles are worth: outputs of the second callback, by name.

    Parameters
    ----------
    explorer : Explorer
    measures : Measures
    selection : CompareSelection
    path : str

    Returns
    -------
    dict
    """
    worth, terms = measures.worth(selection), measures.terms(selection)
    table = CircleTable.of(worth, terms)
    reader, network, chance = worth.worth.reader, worth.network, worth.chance
    sentence = words.sentence(explorer, selection, worth)
    warnings = words.warnings(explorer, selection, worth.circles, reader)
    return {
        "warnings": [html.P(text, className="notice") for text in warnings if text != sentence],
        "sentence": sentence,
        "chance": chance_figure(chance.unique, chance.observed),
        "chance_note": words.chance_note(chance, worth.circles.n_a == worth.circles.n_b),
        "readers": intervals_figure(
            [
                (
                    "circles",
                    reader.overall.value,
                    reader.overall.low,
                    reader.overall.high,
                    theme.ACCENT,
                ),
                ("network", network.value, network.low, network.high, theme.FAINT_INK),
            ]
        ),
        "readers_note": words.readers_note(explorer, selection, worth),
        "table": table_parts(explorer, selection, path, table),
        "table_note": words.table_note(explorer, selection, worth, terms, MOST_ROWS),
    }


def drawn_statistic(explorer, measures, selection, before=None):
    """Draw the class statistics: outputs of the third callback, by name.

    Parameters
    ----------
    explorer : Explorer
    measures : Measures
    selection : CompareSelection
    before : str, optional
        What the page shows already: where that is the same, nothing is drawn again.

    Returns
    -------
    dict
    """
    query = write_query(
        {key: as_values(selection)[key] for key in ("model", "layer", "p", "q", "stat", "colours")}
    )
    if before == query:
        return dict.fromkeys(("figure", "title", "note", "downloads", "shown"), no_update)
    shown = look_at_statistic(explorer, measures, selection)
    sight = explorer.sight(selection.model, selection.layer)
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
        "note": [*(_ends(explorer, selection) if shown.is_signed else ()), shown.note],
        "shown": query,
        "downloads": [
            picture_button(parts.STATISTIC, stem),
            html.A(
                "CSV",
                href=f"/download/class-statistics.csv{query}",
                download=f"{stem}.csv",
                className="button small",
                title="All class statistics of this layer",
            ),
        ],
    }


def _ends(explorer, selection):
    """Which colour stands for which class."""
    return [
        html.Span(
            [
                html.Span(
                    className="swatch",
                    **{"aria-hidden": "true"},
                    style={"backgroundColor": theme.class_colour(number)},
                ),
                f" {side} speaks for {explorer.class_name(number)}. ",
            ]
        )
        for side, number in (("high", selection.p), ("low", selection.q))
    ]


def drawn_triples(measures, selection, found):
    """Draw the random threes: outputs of the fourth callback, by name.

    Parameters
    ----------
    measures : Measures
    selection : CompareSelection
    found : dict
        What the browser collected; only finite numbers from 0 to 1 are taken.

    Returns
    -------
    dict
    """
    given = found.get("accuracies") if isinstance(found, dict) else None
    given = given[:1000] if isinstance(given, list) else []
    accuracies = np.array(
        [value for value in given if isinstance(value, int | float) and 0 <= value <= 1], float
    )
    if not len(accuracies):
        return {
            "figure": accuracies_figure(accuracies, ()),
            "note": "No random threes can be drawn and judged here: a class has too few "
            "images, or both classes are the same.",
        }
    reader = measures.worth(selection).worth.reader
    has_reader = reader.overall.n > 0 and (reader.share_a.any() or reader.share_b.any())
    own = reader.overall.value if has_reader else float("nan")
    share = float((accuracies <= own).mean()) if has_reader else float("nan")
    return {
        "figure": accuracies_figure(accuracies, [(own, "these groups", theme.ACCENT)]),
        "note": words.triples_sentence(
            selection, accuracies.mean(), accuracies.min(), accuracies.max(), share, own
        ),
    }
