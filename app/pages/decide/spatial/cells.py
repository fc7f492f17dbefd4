"""The ledger over the cells of a layer, beside what the eye sees of it."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.pictures.grid import grid_figure, receptive_link
from app.figures.pictures.signed import signed_grid, with_cells
from app.frame.browsing.answer import ONE
from app.frame.components import graph, picture_button, select, summary_id, table
from app.frame.links import PATTERNS, link_to
from app.frame.page import Panel
from app.frame.query import write_query
from app.frame.words.wording import shape_text
from app.pages.decide import words
from app.pages.decide.choices import ledger_layers, unit_layers
from app.pages.decide.nodes import NODES
from app.pages.decide.spatial.pixels import DOWNLOADS, PIXELS
from app.pages.decide.spatial.sums import sum_line
from app.pages.decide.state import REFERENCES, DecideSelection
from app.pages.decide.view import Cells, DecideView, cells_of, fields_of_maps
from cnn_core.space.display import colour_range

SEEN, USED, TITLE, SUM, NOTE, LISTS = (
    "decide-seen",
    "decide-used",
    "decide-cells-title",
    "decide-cells-sum",
    "decide-cells-note",
    "decide-cells-lists",
)


def layer_choices(explorer: Explorer) -> list[tuple[str, str]]:
    """Layers of the first model, until the page tells those of the chosen one."""
    return [(info.name, info.name) for info in explorer.network(explorer.model_names[0]).layers]


def _draw_cells(view: DecideView) -> dict[str, Any]:
    selection, cells = view.selection, cells_of(view)
    layer = view.explorer.network(selection.model).layer(selection.layer)
    sight = view.explorer.sight(selection.model, layer.name)
    fields = (
        fields_of_maps(sight.boxes)
        if cells.by_map
        else receptive_link(sight.summary, sight.boxes, layer.is_spatial)
    )
    crossed = _crossed(selection)
    marks = _marked(cells)
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
    title, shape = words.cells_title(view, cells)
    seen_summary, used_summary = words.grid_summaries(cells, layer.name)
    return {
        "seen": with_cells(seen, cells.mosaic, selected=crossed, marks=marks),
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
        "title": [title, html.Span(shape, className="faint")],
        "sum": sum_line(cells.ledger),
        "lists": cell_lists(cells, view),
        "seen_summary": seen_summary,
        "used_summary": used_summary,
        "note": words.cells_note(cells),
    }


def _crossed(selection: DecideSelection) -> tuple[int, ...]:
    """Units of the layer shown that are silenced."""
    return selection.off.units if selection.off.layer == selection.layer else ()


def _marked(cells: Cells) -> dict[str, list[tuple[int, int, int]]]:
    """The listed cells as marks for the grids."""
    seen = cells.visibility
    return {
        kind: [cells.cell(flat) for flat in chosen[: words.N_LISTED]]
        for kind, chosen in (("unused", seen.bright_idle), ("used", seen.dim_working))
    }


def cell_lists(cells: Cells, view: DecideView) -> list[Component]:
    """The brightest cells that count for nothing, and the dim ones that count."""
    what = "map" if cells.by_map else "unit" if cells.terms.ndim == 1 else "map (row, column)"
    seen = cells.visibility
    return [
        html.Div(
            [
                html.H3(words.list_title(title, len(chosen))),
                table(
                    [_listed(cells, flat, view) for flat in chosen[: words.N_LISTED]],
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


def _listed(cells: Cells, flat: int, view: DecideView) -> tuple[Any, ...]:
    """One line of a list; its cell leads to what the unit looks for."""
    name, *numbers = words.cell_text(cells, flat)
    selection, unit = view.selection, int(cells.cell(flat)[0])
    address = link_to(
        view.explorer,
        PATTERNS,
        selection.model,
        selection.subject,
        layer=selection.layer,
        unit=unit,
    )
    return (html.A(name, href=address, title="What does this unit look for?"), *numbers)


def _cells_frame(explorer: Explorer) -> Component:
    choices = [
        select("layer", "Layer", layer_choices(explorer), title="↑ and ↓ change it"),
        select("group", "Grouped by", [("cell", "cell"), ("map", "map")]),
    ]
    twins = (
        ("Seen: the activation", graph(SEEN, "Activation grid", class_name="twin-figure")),
        (
            "Used: its contribution to Δ",
            graph(USED, "Grid of contributions", class_name="twin-figure"),
        ),
    )
    return html.Section(
        [
            html.Div(
                [html.H2(id=TITLE), html.Div(choices, className="button-row on-line")],
                className="panel-head",
            ),
            html.P(id=NOTE, className="statement"),
            html.Div(
                [html.Div([html.H3(title), picture]) for title, picture in twins], className="twins"
            ),
            html.Div(id=SUM, className="sum figures"),
            html.Div(id=LISTS, className="lists"),
        ],
        className="panel below",
        **{"aria-label": "Ledger over the cells of a layer"},
    )


def download_parts(view: DecideView) -> list[Component]:
    """Buttons that save pictures and numbers; an own image has no place in a file's address."""
    selection, subject = view.selection, view.selection.subject
    stem = f"{selection.model}_{subject.file_stem}_{view.p}_{view.q}"
    pictures = [
        picture_button(NODES, f"{stem}_nodes", "Nodes PNG"),
        picture_button(USED, f"{stem}_{selection.layer}", "Cells PNG"),
        picture_button(PIXELS, f"{stem}_pixels", "Pixels PNG"),
    ]
    if subject.is_own:
        return pictures
    hidden = view.explorer.network(selection.model).last_hidden
    layers = {
        "Nodes": hidden.name if hidden else selection.layer,
        selection.layer: selection.layer,
        "Pixels": "pixels",
    }
    asked = {"model": selection.model, "set": subject.set, "image": subject.image}
    asked |= {"p": view.p, "q": view.q}
    # Only pixels are counted from a reference.
    ref = None if selection.ref == REFERENCES[0] else selection.ref
    return pictures + [
        html.A(
            f"{text} {ending.upper()}",
            href=f"/download/ledger.{ending}"
            + write_query({**asked, "layer": layer, "ref": ref if layer == "pixels" else None}),
            className="button small",
            download=f"{stem}_{layer}.{ending}",
        )
        for text, layer in layers.items()
        for ending in ("csv", "npz")
    ]


def _draw_choices(view: DecideView) -> dict[str, Any]:
    network = view.explorer.network(view.selection.model)

    def offered(names: tuple[str, ...]) -> list[dict[str, str]]:
        return [
            {"value": name, "label": f"{name} · {shape_text(network.layer(name))}"}
            for name in names
        ]

    return {"layer": offered(ledger_layers(network)), "race": offered(unit_layers(network))}


CELLS_PANEL = Panel(
    name="decide-cells",
    depends_on=(*ONE, "p", "q", "layer", "group", "off"),
    layout=_cells_frame,
    draw=_draw_cells,
    outputs={"seen": (SEEN, "figure"), "used": (USED, "figure")},
    markup={"title": TITLE, "sum": SUM, "lists": LISTS},
    texts={"seen_summary": summary_id(SEEN), "used_summary": summary_id(USED), "note": NOTE},
    seen={"off": _crossed},
)
DOWNLOADS_PANEL = Panel(
    name="decide-downloads",
    depends_on=(*ONE, "p", "q", "layer", "ref"),
    draw=lambda view: {"downloads": download_parts(view)},
    markup={"downloads": DOWNLOADS},
)
CHOICES = Panel(
    name="decide-choices", depends_on=("model",), draw=_draw_choices, options=("layer", "race")
)
