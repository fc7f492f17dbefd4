"""The lesson on paper: questions with this model's numbers on A4, and their answer key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.pictures.thumbnail import image_thumbnail, thumbnail
from app.frame.defaults import columns_for
from app.frame.fields import Selection, shared_fields, switch
from app.frame.links import LESSON
from app.frame.page import Page, Panel, Reply, View
from app.frame.subject import Subject
from app.frame.words.language import LANGUAGES, N_, _
from app.pages.lesson import facts
from app.pages.lesson.facts import Case
from app.pages.lesson.step_page import case_of, lesson_link, lesson_links
from app.pages.lesson.steps import STEPS, Step
from app.pages.lesson.told import Told
from cnn_core.network.layers import LayerInfo
from cnn_core.space.mosaic import Mosaic

SHEET = "lesson-sheet"
_LINES = 2
_WIDEST = 1400
_FEW = 6


@dataclass(frozen=True, kw_only=True)
class WorksheetSelection(Selection):
    """`key` tells whether the answers are printed."""

    key: bool = False


def _draw(view: View) -> dict[str, Any]:
    case, has_key = case_of(view), view.selection.key
    p, q = case.names
    head = html.Div(
        [
            html.B(_("Can you see how a network tells {p} from {q}?").format(p=p, q=q)),
            html.Span(_("Answer key, model {model}").format(model=case.model))
            if has_key
            else html.Span(_("Name: ____________________  Date: __________")),
        ],
        className="sheet-head",
    )
    return {"sheet": [head, *(_part(case, step, has_key) for step in STEPS)]}


def _part(case: Case, step: Step, has_key: bool) -> Component:
    told = step.tell(case)
    p, q = case.names
    title = html.H2(f"{step.number} · {_(step.question).format(p=p, q=q)}")
    if told.fault:
        return html.Section([title, html.P(told.fault)], className="sheet-part")
    picture = [] if has_key else _picture(case, step)
    return html.Section(
        [title, html.P(told.lead), *picture, _boxes(told, has_key), *_below(told, has_key)],
        className="sheet-part",
    )


def _boxes(told: Told, has_key: bool) -> Component:
    return html.Ul(
        [
            html.Li(f"{'☒' if has_key and place == told.right else '☐'} {option}")
            for place, option in enumerate(told.options)
        ],
        className="sheet-options",
    )


def _below(told: Told, has_key: bool) -> list[Component]:
    """Room to write, or what is right."""
    if has_key:
        return [
            html.P([html.B(_("Finding: ")), told.finding]),
            html.P([html.B(_("Why? ")), told.why]),
            html.P([html.B(told.belief), " ", told.reply]),
        ]
    lines = [html.Div(className="sheet-line") for _place in range(_LINES)]
    return [html.P(_("What did you find, and why is it so?"), className="faint"), *lines]


def _picture(case: Case, step: Step) -> list[Component]:
    """Grids in ink for the steps that are done with a pen."""
    layers = facts.convolutions(case.network)
    if step.number == 1 and layers:
        return [
            html.Img(
                src=_grid(case, layers[0], facts.first_image(case)), alt="", className="sheet-maps"
            )
        ]
    if step.number != 3:
        return []
    layer = facts.last_maps(case.network)
    images = [image for group in facts.clear_images(case) for image in group]
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.Img(src=_shown(case, image), alt="", className="sheet-digit"),
                        html.Img(src=_grid(case, layer, image), alt="", className="sheet-grid"),
                    ],
                    className="sheet-board",
                )
                for image in images
            ],
            className="sheet-boards",
        )
    ]


def _shown(case: Case, image: int) -> str:
    shown = case.explorer.shown(case.explorer.image(Subject(case.set_name, image)))
    return str(image_thumbnail(1 - shown, most=(64, 64)))


def _grid(case: Case, layer: LayerInfo, image: int) -> str:
    """All units of a layer, dark where they are active, as ink on paper."""
    values = case.explorer.activations(case.model, Subject(case.set_name, image))[layer.name][0]
    # Lines between maps of few cells would take more room than the maps.
    gap = 0 if layer.grid[0] < _FEW else None
    mosaic = Mosaic.of(layer.shape, columns_for(layer), gap=gap)
    most = float(np.max(values)) or 1.0
    tiled = -np.maximum(mosaic.tile(values), 0)
    return str(thumbnail(tiled, (-most, 0.0), colour_map="grey", most=(_WIDEST, _WIDEST)))


PANEL = Panel(
    name="lesson-worksheet",
    depends_on=("model", "p", "q", "lang", "key"),
    layout=lambda explorer: html.Article(id=SHEET, className="sheet"),
    draw=_draw,
    outputs={"sheet": (SHEET, "children")},
)


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    links = [
        html.A(text, href="#", **{"data-link": f"lesson-{name}"})
        for name, text in (
            ("start", _("Lesson")),
            ("sheet", _("Worksheet")),
            ("key", _("Answer key")),
        )
    ]
    how = html.Span(_("Print it with the browser: A4, two pages."), className="faint")
    return html.Div(
        [html.Div([*links, how], className="lesson-top"), placed[PANEL.name]],
        className="lesson",
        **{"data-step": "worksheet"},
    )


def _reply(view: View) -> Reply:
    path = f"{LESSON}/worksheet"
    return Reply(
        sentence=_("Its numbers and pictures are those of the model {model}.").format(
            model=view.selection.model
        ),
        links={
            **lesson_links(view),
            "lesson-sheet": lesson_link(view, path),
            "lesson-key": lesson_link(view, path, key=1),
        },
    )


PAGE = Page(
    path=f"{LESSON}/worksheet",
    title=N_("Worksheet"),
    question=N_("What do you find with pen and paper?"),
    words=("layer", "map", "cell", "node", "margin"),
    keys=((N_("Ctrl P"), N_("print")),),
    help=N_("The browser prints the sheet alone, on A4."),
    fields=(*shared_fields(), switch("key", "the answers on the worksheet")),
    selection=WorksheetSelection,
    look=lambda explorer, selection: View(explorer=explorer, selection=selection),
    panels=(PANEL,),
    arrange=_arrange,
    reply=_reply,
    languages=tuple(LANGUAGES),
    opened_from=(LESSON,),
)
