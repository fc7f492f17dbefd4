"""The side of the Explore page: the image, its label and prediction, the softmax bars."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.answer import answer_figure
from app.figures.pictures.image import image_figure
from app.frame.browsing.answer import ONE, answer_panel, image_summary, place_in_search
from app.frame.components import graph, summary_id
from app.frame.page import Panel
from app.pages.explore import words
from app.pages.explore.view import ExploreView

IMAGE, BARS, FOUND = "explore-image", "explore-answer", "explore-found"
_VERDICT = {
    part: f"explore-verdict-{part}" for part in ("label", "prediction", "right", "wrong", "doubt")
}


def _draw_image(view: ExploreView) -> dict[str, Any]:
    selection = view.selection
    sight = view.explorer.sight(selection.model, selection.layer)
    name = selection.subject.file_stem.replace("_", " ")
    return {
        "image": image_figure(view.explorer.shown(view.image), name=name, unread=sight.unread),
        "summary": image_summary(view.explorer, selection.subject),
        "note": words.unread_text(sight),
    }


def _image_frame(explorer: Explorer) -> Component:
    return html.Div(
        [
            graph(IMAGE, "The image", class_name="image-figure"),
            html.Div(
                [
                    html.Span(["label ", html.B(id=_VERDICT["label"])]),
                    html.Span(["prediction ", html.B(id=_VERDICT["prediction"])]),
                    html.Span(id=_VERDICT["right"], className="tag right"),
                    html.Span(id=_VERDICT["wrong"], className="tag wrong"),
                    html.Span(id=_VERDICT["doubt"], className="doubt"),
                ],
                id="explore-verdict",
                className="verdict",
            ),
            html.P(id="explore-image-note", className="faint note"),
        ],
        className="panel-part",
    )


def _draw_bars(view: ExploreView) -> dict[str, Any]:
    return answer_figure(
        view.explorer.class_names,
        view.probabilities,
        view.logits,
        scale=view.selection.scale,
        label=view.label,
        prediction=view.prediction,
    )


IMAGE_PANEL = Panel(
    name="explore-image",
    depends_on=(*ONE, "layer"),
    layout=_image_frame,
    draw=_draw_image,
    outputs={"image": (IMAGE, "figure")},
    texts={"summary": summary_id(IMAGE), "note": "explore-image-note"},
)
VERDICT = Panel(name="explore-verdict", depends_on=ONE, draw=words.verdict, texts=_VERDICT)
ANSWER = answer_panel("explore", (), _draw_bars, words.answer_summary)
PLACE_IN_SEARCH = place_in_search("explore")
