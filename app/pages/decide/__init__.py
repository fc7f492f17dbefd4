"""Decide: why one class and not another, as a sum that adds up."""

from collections.abc import Mapping
from dataclasses import replace

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.browsing.image_chooser import image_search, image_steps
from app.frame.browsing.search import steps
from app.frame.components import control, labelled, select
from app.frame.links import DECIDE
from app.frame.page import Page, Reply
from app.pages.decide import words
from app.pages.decide.choices import ledger_layers, unit_layers
from app.pages.decide.downloads import register_routes
from app.pages.decide.image import ANSWER, FOUND, IMAGE_PANEL, PLACE_IN_SEARCH, VERDICT_PANEL
from app.pages.decide.nodes import (
    EFFECT_PANEL,
    NODE_BUTTONS_PANEL,
    NODES_PANEL,
    PAIR,
    PAIR_PANEL,
    SILENCED_PANEL,
)
from app.pages.decide.slow.drawn import DRAWN_PANEL
from app.pages.decide.slow.edit import EDIT_PANEL, edit_head
from app.pages.decide.slow.race import CURVE_PANEL, RACE_PANEL, race_head
from app.pages.decide.spatial.cells import CELLS_PANEL, CHOICES, DOWNLOADS_PANEL
from app.pages.decide.spatial.pixels import PATH_PANEL, PIXELS_PANEL
from app.pages.decide.spatial.twin import TWIN_PANEL
from app.pages.decide.state import FIELDS, DecideSelection
from app.pages.decide.view import DecideView, look


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    return html.Div(
        [
            _choices(explorer),
            html.Div(
                [
                    html.Section(
                        [placed[panel.name] for panel in (IMAGE_PANEL, VERDICT_PANEL, ANSWER)],
                        className="panel side",
                        **{"aria-label": "Image and answer"},
                    ),
                    html.Section(
                        [placed[NODES_PANEL.name], _silencing(explorer, placed)],
                        className="panel main-panel",
                        **{"aria-label": "Ledger over the nodes"},
                    ),
                ],
                className="decide-body",
            ),
            placed[DRAWN_PANEL.name],
            placed[TWIN_PANEL.name],
            placed[CELLS_PANEL.name],
            html.Div([placed[PIXELS_PANEL.name], placed[PATH_PANEL.name]], className="panel below"),
            html.Section(
                [
                    race_head(explorer),
                    html.Div(
                        [placed[RACE_PANEL.name], placed[CURVE_PANEL.name]], className="twins"
                    ),
                ],
                className="panel below",
                **{"aria-label": "Ablation race"},
            ),
            html.Section(
                [edit_head(explorer), placed[EDIT_PANEL.name]],
                className="panel below",
                **{"aria-label": "Smallest edit found"},
            ),
        ],
        className="decide",
    )


def _silencing(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    said = [placed[panel.name] for panel in (SILENCED_PANEL, EFFECT_PANEL)]
    baselines = [("zero", "zero"), ("mean", "its mean over the set")]
    return html.Div(
        [
            html.Div([*said, _by_keyboard(explorer, placed)], className="silence-words"),
            select("baseline", "A silenced unit puts out", baselines),
        ],
        className="silence-row",
    )


def _by_keyboard(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    """Ways to silence units without a pointer: any unit by its number, nodes by a button each."""
    layer = unit_layers(explorer.network(explorer.model_names[0]))[-1]
    units = dbc.Input(
        id=control("off"),
        type="text",
        debounce=True,
        placeholder=f"{layer}:0,3-5",
        maxlength=3000,
        autocomplete="off",
    )
    return html.Details(
        [
            html.Summary("Silence by number"),
            placed[NODE_BUTTONS_PANEL.name],
            labelled("Silenced units (layer:numbers)", units),
        ],
        className="by-keyboard",
    )


def _choices(explorer: Explorer) -> Component:
    models = [(name, name) for name in explorer.model_names]
    sets = [(name, f"{name} ({len(explorer.dataset(name)):,})") for name in explorer.set_names]
    classes = [(str(value), name) for value, name in enumerate(explorer.class_names)]
    pair = [
        select("p", "Why", classes, title="Target: the class whose reason is asked for"),
        select("q", "and not", classes, title="Rival: the class that it is compared with"),
        html.Div(id=PAIR, className="button-row"),
    ]
    return html.Div(
        [
            select("model", "Model", models),
            select("set", "Images", sets),
            image_steps(),
            image_search(explorer, FOUND),
            html.Div(pair, className="button-row on-line"),
        ],
        className="choices",
    )


def _reply(view: DecideView) -> Reply:
    selection = view.selection
    layers = ledger_layers(view.explorer.network(selection.model))
    place = layers.index(selection.layer)
    remedy = None
    if view.problems:
        remedy = DECIDE + PAGE.write(replace(selection, find=""), view.explorer)
    return Reply(
        sentence=words.sentence(view),
        steps=replace(
            steps(view, view.found),
            above=layers[place - 1],
            below=layers[(place + 1) % len(layers)],
        ),
        values={"off": str(selection.off), "p": str(view.p), "q": str(view.q)},
        remedy=remedy,
    )


PAGE = Page(
    path=DECIDE,
    title="Decide",
    question="Why this class and not the other?",
    words=(
        "target",
        "rival",
        "margin",
        "ledger",
        "contribution",
        "bias",
        "gate",
        "residual",
        "cancellation",
        "ablation",
        "effect",
        "rank correlation",
        "gradient × input",
        "integrated gradients",
        "node",
        "cell",
        "logit",
        "MLP",
    ),
    keys=(
        ("← →", "previous, next image"),
        ("↑ ↓", "previous, next layer of the grids"),
        ("c", "a cell by keys: arrows move, Enter chooses, Esc leaves"),
        ("r", "random image"),
        ("w", "next misclassified image"),
        ("/", "search the images"),
    ),
    help="Point at a bar or a cell to read its numbers. Click it to silence its unit, click again "
    "to let it speak.",
    fields=FIELDS,
    selection=DecideSelection,
    look=look,
    panels=(
        IMAGE_PANEL,
        VERDICT_PANEL,
        ANSWER,
        PLACE_IN_SEARCH,
        PAIR_PANEL,
        NODES_PANEL,
        NODE_BUTTONS_PANEL,
        SILENCED_PANEL,
        EFFECT_PANEL,
        DRAWN_PANEL,
        TWIN_PANEL,
        CELLS_PANEL,
        PIXELS_PANEL,
        PATH_PANEL,
        DOWNLOADS_PANEL,
        CHOICES,
        RACE_PANEL,
        CURVE_PANEL,
        EDIT_PANEL,
    ),
    arrange=_arrange,
    reply=_reply,
    register_downloads=register_routes,
)
