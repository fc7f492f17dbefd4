"""The side of the Decide page: the image, its label and prediction, the softmax bars."""

from typing import Any

from dash import html

from app.figures.charts.decision.silenced_answer import silenced_answer_figure
from app.figures.pictures.image import image_figure
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.browsing.answer import ONE, answer_panel, image_summary, place_in_search
from app.frame.components import graph, summary_id
from app.frame.page import Panel
from app.frame.recorded.doubt import doubt_text
from app.pages.decide import words
from app.pages.decide.view import DecideView

IMAGE, VERDICT, DIGIT, FOUND = "decide-image", "decide-verdict", "decide-digit", "decide-found"


def _draw_image(view: DecideView) -> dict[str, Any]:
    shown = view.explorer.shown(view.image)
    told = image_summary(view.explorer, view.selection.subject)
    name = view.selection.subject.file_stem.replace("_", " ")
    return {
        "image": image_figure(shown, name=name),
        "digit": html.Img(src=image_thumbnail(shown), className="big-digit", alt=told),
        "summary": told,
    }


def _draw_verdict(view: DecideView) -> dict[str, Any]:
    label, prediction, agreement = words.verdict(view)
    tag = html.Span(agreement, className=f"tag {agreement}") if agreement else None
    return {
        "verdict": [
            html.Span([html.Span("label ", className="faint"), html.B(label)]),
            html.Span([html.Span("prediction ", className="faint"), html.B(prediction)]),
            tag,
            html.Span(doubt_text(view.explorer, view.selection.subject), className="doubt"),
        ]
    }


def _draw_bars(view: DecideView) -> dict[str, Any]:
    return silenced_answer_figure(
        view.explorer.class_names,
        view.answer,
        view.after,
        view.p,
        view.q,
        scale=view.selection.scale,
        label=view.label,
    )


IMAGE_PANEL = Panel(
    name="decide-image",
    depends_on=("set", "image", "own"),
    layout=lambda explorer: graph(IMAGE, "The image", class_name="image-figure"),
    draw=_draw_image,
    outputs={"image": (IMAGE, "figure")},
    markup={"digit": DIGIT},
    texts={"summary": summary_id(IMAGE)},
)
VERDICT_PANEL = Panel(
    name="decide-verdict",
    depends_on=ONE,
    layout=lambda explorer: html.Div(id=VERDICT, className="verdict"),
    draw=_draw_verdict,
    markup={"verdict": VERDICT},
)
ANSWER = answer_panel("decide", ("p", "q", "off", "baseline"), _draw_bars, words.answer_summary)
PLACE_IN_SEARCH = place_in_search("decide")
