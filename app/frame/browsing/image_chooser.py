"""Controls that lead from image to image, shared by the pages that show one image."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.browsing.search import HELP
from app.frame.components import control, labelled, still_reading
from app.frame.defaults import default_pair


def image_steps(*, to_mistakes: bool = True) -> Component:
    """Image number between its buttons; one of them may lead to the next mistake."""
    number = dbc.Input(
        id=control("image"), type="number", min=0, step=1, debounce=True, className="image-number"
    )
    wrong = _step("wrong", "Next wrong", "Next misclassified image (w)")
    return html.Div(
        [
            _step("previous", "‹", "Previous image (←)", **{"aria-label": "Previous image"}),
            labelled("Image", number),
            _step("next", "›", "Next image (→)", **{"aria-label": "Next image"}),
            _step("random", "Random", "Random image (r)"),
            *([wrong] if to_mistakes else []),
        ],
        className="button-row on-line",
    )


def _step(where: str, text: str, title: str, **more: str) -> Component:
    return html.Button(text, className="button", title=title, **{"data-step": where, **more})


def image_search(explorer: Explorer, found_id: str) -> Component:
    """Search field with examples of what it takes.

    Parameters
    ----------
    found_id
        Id of the text that tells the place among the images found.
    """
    p, q = (explorer.class_name(number) for number in default_pair(explorer.class_names))
    examples = (
        "wrong",
        f"label:{p} pred:{q}",
        f"borderline {p} {q}",
        f"clear {p} {q}",
        f"clear {q} {p}",
    )
    list_id = f"{found_id}-examples"
    return html.Div(
        [
            labelled(
                "Search",
                dbc.Input(
                    id=control("find"),
                    type="text",
                    debounce=True,
                    list=list_id,
                    placeholder=examples[1],
                    maxlength=200,
                    autocomplete="off",
                ),
                title=HELP,
            ),
            html.Datalist([html.Option(value=words) for words in examples], id=list_id),
            html.Span(id=found_id, className="faint found", role="status"),
            still_reading("Search and Next wrong wait:"),
        ],
        className="button-row on-line field-find",
    )
