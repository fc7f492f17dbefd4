"""Explore: one image in one layer, with every unit, and the network's answer."""

from collections.abc import Mapping
from dataclasses import replace

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.browsing.image_chooser import image_search, image_steps
from app.frame.browsing.search import steps
from app.frame.components import select
from app.frame.links import COMPARE, EXPLORE, LESSON, link, link_to
from app.frame.page import Page, Reply, Steps
from app.frame.query import write_query
from app.pages.explore import words
from app.pages.explore.grid import CHOICES, GRID, GRID_PANEL, STRIP_LINKS, STRIP_PANEL, UNIT_PANEL
from app.pages.explore.image import (
    ANSWER,
    BARS,
    FOUND,
    IMAGE,
    IMAGE_PANEL,
    PLACE_IN_SEARCH,
    VERDICT,
)
from app.pages.explore.state import FIELDS, ExploreSelection
from app.pages.explore.view import ExploreView, look


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    return html.Div(
        [
            _choices(explorer),
            html.Div(
                [
                    html.Section(
                        [placed[IMAGE_PANEL.name], placed[ANSWER.name]],
                        className="panel side",
                        **{"aria-label": "Image and answer"},
                    ),
                    placed[GRID_PANEL.name],
                ],
                className="explore-body",
            ),
            placed[STRIP_PANEL.name],
        ],
        className="explore",
    )


def _choices(explorer: Explorer) -> Component:
    models = [(name, name) for name in explorer.model_names]
    sets = [(name, f"{name} ({len(explorer.dataset(name)):,})") for name in explorer.set_names]
    layers = [(info.name, info.name) for info in explorer.network(explorer.model_names[0]).layers]
    return html.Div(
        [
            select("model", "Model", models),
            select("set", "Images", sets),
            image_steps(),
            image_search(explorer, FOUND),
            _doors(),
            select("layer", "Layer", layers),
        ],
        className="choices",
    )


def _doors() -> Component:
    """Where a first reader may go from here: be led, or look around."""
    lesson = html.A("Take the lesson", href=LESSON, **{"data-link": "lesson"})
    around = html.A("look around", href=EXPLORE, **{"data-link": "around"})
    return html.P(["New here? ", lesson, " or ", around, "."], className="note doors")


def _reply(view: ExploreView) -> Reply:
    selection = view.selection
    remedy = None
    if view.problems:
        remedy = EXPLORE + PAGE.write(replace(selection, find=""), view.explorer)
    leading = steps(view, view.found)
    return Reply(
        sentence=words.sentence(view),
        steps=leading,
        links={**_links(view), **_first_doors(view, leading)},
        names=_names(selection),
        remedy=remedy,
    )


def _links(view: ExploreView) -> dict[str, str]:
    """Addresses of the links that stand in the page."""
    explorer, selection = view.explorer, view.selection
    model, subject, layer = selection.model, selection.subject, selection.layer
    # A file is asked for by its address, where an own image has no place.
    numbers = write_query(
        {"model": model, "set": subject.set, "image": subject.image, "layer": layer}
    )
    files = {
        ending: "" if subject.is_own else f"/download/activations.{ending}{numbers}"
        for ending in ("csv", "npz")
    }
    member = "own" if subject.is_own else subject.image
    return {
        **files,
        **{
            group: link_to(
                explorer, COMPARE, model, subject, layer=layer, **{f"add_{group}": member}
            )
            for group in "abc"
        },
    }


def _first_doors(view: ExploreView, leading: Steps) -> dict[str, str]:
    """Addresses of the doors for a first reader; looking around begins with an image at random."""
    explorer, selection = view.explorer, view.selection
    around = {"model": selection.model, "set": selection.subject.set, "layer": selection.layer}
    image = leading.random[0] if leading.random else None
    return {
        "lesson": link(explorer, LESSON, model=selection.model),
        "around": link(explorer, EXPLORE, **around, image=image),
    }


def _names(selection: ExploreSelection) -> dict[str, str]:
    """Names under which pictures are saved."""
    stem = selection.subject.file_stem
    name = f"{selection.model}_{stem}_{selection.layer}"
    bars = {"linear": "softmax", "log": "softmax_log", "logits": "logits"}[selection.scale]
    return {IMAGE: stem, BARS: f"{name}_{bars}", GRID: name}


PAGE = Page(
    path=EXPLORE,
    title="Explore",
    question="{p} or {q}: can you tell by looking inside the network?",
    words=(
        "layer",
        "map",
        "node",
        "cell",
        "activation",
        "silent",
        "receptive field",
        "stride",
        "softmax",
        "logit",
        "probability",
        "label",
        "prediction",
        "filter",
        "bias",
        "dead",
    ),
    keys=(
        ("← →", "previous, next image"),
        ("↑ ↓", "previous, next layer"),
        ("c", "a cell by keys: arrows move, Enter chooses, Esc leaves"),
        ("r", "random image"),
        ("w", "next misclassified image"),
        ("/", "search the images"),
        ("Esc", "close the unit"),
    ),
    help="Point at a cell to read its value and to see on the image which pixels it can see. "
    "Click it to enlarge its unit.",
    fields=FIELDS,
    selection=ExploreSelection,
    look=look,
    panels=(
        IMAGE_PANEL,
        VERDICT,
        ANSWER,
        PLACE_IN_SEARCH,
        GRID_PANEL,
        CHOICES,
        UNIT_PANEL,
        STRIP_LINKS,
        STRIP_PANEL,
    ),
    arrange=_arrange,
    reply=_reply,
)
