"""The controls of the Compare page: where they stand, what they offer, what they show."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.theme import COLOUR_MAPS
from app.frame.components import labelled, number, select
from app.frame.page import Panel
from app.pages.compare.boards import GROUP_KEYS, THRESHOLD_TEXT
from app.pages.compare.groups.members import GROUPS, OWN, OWN_WORD, RULES
from app.pages.compare.state import CompareSelection
from app.pages.compare.view import CompareView, circled_units
from app.pages.compare.words import STATISTIC_TITLES, pair, rule_text

THRESHOLD = "compare-t"
_WITHOUT_A_RULE = ("hand",)


def choices(explorer: Explorer) -> Component:
    """Lay the controls out that concern all groups."""
    models = [(name, name) for name in explorer.model_names]
    sets = [(name, f"{name} ({len(explorer.dataset(name)):,})") for name in explorer.set_names]
    network = explorer.network(explorer.model_names[0])
    layers = [(info.name, info.name) for info in network.layers]
    classes = [(str(number), explorer.class_name(number)) for number in range(network.n_classes)]
    return html.Div(
        [
            select("model", "Model", models),
            select("set", "Images", sets),
            select("layer", "Layer", layers),
            select("p", "A stands for p", classes),
            select("q", "B stands for q", classes),
            html.Div(
                [
                    labelled(
                        "On from this share of peak",
                        dbc.Input(
                            id=THRESHOLD, type="range", min=0, max=1, step=0.05, className="slider"
                        ),
                        title="A cell is on when its activation is at least this share of the largest "
                        "activation of the layer in that image",
                    ),
                    html.Output(id=THRESHOLD_TEXT, className="figures"),
                ],
                className="on-line button-row",
            ),
            select(
                "zoom",
                "Show",
                [("all", "all units")],
                title="Drag over the units of a grid to enlarge them in all grids",
            ),
            _more(),
        ],
        className="choices",
    )


def _more() -> Component:
    return html.Details(
        [
            html.Summary("Options", className="button"),
            html.Div(
                [
                    select("colours", "Colour map", [(name, name) for name in COLOUR_MAPS]),
                    number("seed", "Seed of random images", 0, None),
                ],
                className="options",
            ),
        ],
        className="options-box",
    )


def control_values(selection: CompareSelection) -> dict[str, Any]:
    """What the controls show where the address says less or more."""
    told: dict[str, Any] = {"p": str(selection.p), "q": str(selection.q), "zoom": _zoom(selection)}
    for key in GROUPS:
        members = selection.members[key]
        told |= {
            f"r{key}": selection.choices[key].rule,
            f"n{key}": len(members) or selection.choices[key].n,
            f"add_{key}": "",
            key: [OWN_WORD if image == OWN else image for image in members],
        }
    return told


def _zoom(selection: CompareSelection) -> str:
    if isinstance(selection.zoom, str):
        return selection.zoom or "all"
    return ",".join(map(str, selection.zoom))


def _draw(view: CompareView) -> dict[str, Any]:
    selection, layer = view.selection, view.layer
    p, q = pair(view)
    word = "map" if layer.is_spatial else "node"
    zooms = [
        ("all", f"all {layer.n_units:,} {word}s"),
        ("circled", f"{len(circled_units(view.circles, layer)):,} with rings"),
    ]
    if selection.zoom not in ("", "circled"):
        zooms.append(
            (
                _zoom(selection),
                f"{word} {_zoom(selection)}"
                if len(selection.zoom) == 1
                else f"{len(selection.zoom)} {word}s chosen",
            )
        )
    options = {
        "layer": [
            (
                info.name,
                f"{info.name} · {info.n_units:,}"
                + (f" of {info.grid[0]}×{info.grid[1]}" if info.is_spatial else ""),
            )
            for info in view.explorer.network(selection.model).layers
        ],
        "zoom": zooms,
        "stat": [(name, title.format(p=p, q=q)) for name, title in STATISTIC_TITLES.items()],
    }
    told: dict[str, list[dict[str, Any]]] = {
        key: [{"value": value, "label": text} for value, text in choices]
        for key, choices in options.items()
    }
    for key in GROUPS:
        own, other = (q, p) if key == "b" else (p, q)
        told[f"r{key}"] = [
            {
                "value": rule,
                "label": rule_text(rule, own, other),
                # Only naming images puts a group together by hand.
                "disabled": rule in _WITHOUT_A_RULE and selection.choices[key].rule != rule,
            }
            for rule in RULES
            if rule != "none" or key == "c"
        ]
    return told


CONTROLS = Panel(
    name="compare-controls",
    depends_on=(*GROUP_KEYS, "layer", "t", "zoom"),
    draw=_draw,
    options=("layer", "zoom", "stat", *(f"r{key}" for key in GROUPS)),
)
