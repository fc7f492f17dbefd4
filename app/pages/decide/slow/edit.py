"""The smallest edit found: which units, taken over from an image of the rival, flip the decision."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.browsing.answer import ONE
from app.frame.components import number, select, table
from app.frame.defaults import default_layer
from app.frame.page import Panel
from app.frame.subject import Subject
from app.frame.words.wording import probability_text, unit_word
from app.pages.decide.choices import default_donor
from app.pages.decide.slow import results_words as words
from app.pages.decide.slow.results import donors_of, edit_of
from app.pages.decide.view import DecideView
from cnn_core.decision.smallest_edit import Edit
from cnn_core.network.layers import LayerInfo

EDIT = "decide-edit"


def draw_edit(view: DecideView) -> dict[str, Any]:
    """Draw the edit, or the way to it where no donor is chosen."""
    selection, explorer = view.selection, view.explorer
    button = _donor_button(view)
    network = explorer.network(selection.model)
    layer = network.layer(default_layer(network))
    intro = html.P(
        f"Which {unit_word(layer, 2)} of {layer.name}, taken over from an image of the "
        f"rival {view.class_name(view.q)}, flip the decision? The fewest are looked "
        "for step by step, and every step runs through the rest of the real network.",
        className="statement",
    )
    if selection.donor is None:
        told = (
            "No image of the rival is classified right, so none is offered; give any image number."
        )
        return {"edit": [intro, button or html.P(told, className="faint")]}
    found = edit_of(view, layer.name)
    donor = donors_of(view)[found.donor]
    read_as = int(explorer.activations(selection.model, donor).predictions[0])
    told = words.edit_text(view, found, layer, donor, read_as)
    clear = html.Button(
        "Clear", className="button", **{"data-set-key": "donor", "data-set-value": ""}
    )
    return {
        "edit": [
            intro,
            html.P(html.B(told), role="status"),
            *([_result(view, found.edit, layer, donor)] if found.edit.flipped else []),
            html.Div(
                [part for part in (button, clear) if part is not None], className="button-row"
            ),
        ]
    }


def _result(view: DecideView, found: Edit, layer: LayerInfo, donor: Subject) -> Component:
    share = view.explorer.network(view.selection.model).probabilities(found.logits)
    p, q = (
        f"P({view.class_name(number)}) {probability_text(float(share[number]))}"
        for number in (view.p, view.q)
    )
    pictures = [
        _pictured(view, view.selection.subject, "image"),
        _pictured(view, donor, "gives its maps"),
    ]
    steps = table(words.edit_rows(view, found, layer), ("taken over", "Δ after it", "prediction"))
    return html.Div(
        [
            html.Div(pictures, className="edit-images"),
            html.Div([steps, html.P(f"With all of these: {p}, {q}.", className="faint figures")]),
        ],
        className="edit-result",
    )


def _pictured(view: DecideView, subject: Subject, what: str) -> Component:
    name = "your own image" if subject.is_own else f"Image {subject.image}"
    picture = html.Img(
        src=image_thumbnail(view.explorer.shown(view.explorer.image(subject))), alt=name
    )
    return html.Div([picture, "yours" if subject.is_own else f"{subject.image}, {what}"])


def _donor_button(view: DecideView) -> Component | None:
    """Way to the edit with the image chosen by rule, None where the class has no image."""
    selection = view.selection
    edited = None if selection.subject.is_own else selection.image
    donor = default_donor(view.explorer, selection.model, selection.set, view.p, view.q, edited)
    if donor is None:
        return None
    return html.Button(
        f"Take over maps from the clearest {view.class_name(view.q)} (image {donor})",
        className="button donor",
        **{"data-set-key": "donor", "data-set-value": str(donor)},
    )


def edit_head(explorer: Explorer) -> Component:
    """Title and choice of the donor."""
    return html.Div(
        [
            html.H2("Smallest edit found"),
            html.Div(
                [
                    number("donor", "Image of the rival", 0, None, placeholder="none"),
                    select(
                        "donors",
                        "Tried",
                        [("1", "this one"), ("4", "4 images"), ("8", "8 images")],
                        title="This image and the clearest others of the rival",
                    ),
                ],
                className="button-row on-line",
            ),
        ],
        className="panel-head",
    )


EDIT_PANEL = Panel(
    name="decide-edit",
    depends_on=(*ONE, "p", "q", "donor", "donors"),
    layout=lambda explorer: html.Div(id=EDIT),
    draw=draw_edit,
    markup={"edit": EDIT},
    is_slow=True,
)
