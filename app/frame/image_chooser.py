"""Controls that lead from image to image, shared by the pages that show one image."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.components import control, labelled, still_reading
from app.frame.defaults import default_pair
from app.frame.search import HELP


def image_steps() -> Component:
    """Image number between its buttons."""
    return html.Div(
        [
            html.Button(
                "‹",
                className="button",
                title="Previous image (←)",
                **{"data-step": "previous", "aria-label": "Previous image"},
            ),
            labelled(
                "Image",
                dbc.Input(
                    id=control("image"),
                    type="number",
                    min=0,
                    step=1,
                    debounce=True,
                    className="image-number",
                ),
            ),
            html.Button(
                "›",
                className="button",
                title="Next image (→)",
                **{"data-step": "next", "aria-label": "Next image"},
            ),
            html.Button(
                "Random", className="button", title="Random image (r)", **{"data-step": "random"}
            ),
            html.Button(
                "Next wrong",
                className="button",
                title="Next misclassified image (w)",
                **{"data-step": "wrong"},
            ),
        ],
        className="button-row on-line",
    )


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
