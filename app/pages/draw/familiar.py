"""How familiar the drawing is: what the training images hold that is near it, and how near."""

from functools import lru_cache
from math import floor
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.links import EXPLORE, link
from app.frame.page import Panel
from app.frame.recorded.commands import places, survey_command
from app.pages.draw.view import DrawView
from cnn_core.drawing.familiar.familiar_images import Familiar, Neighbour, Reference, familiarity
from cnn_core.drawing.familiar.reference_file import familiarity_file, load_reference
from cnn_core.errors import ArtifactError

_SAID, _NEAR = "draw-familiar", "draw-familiar-near"
_UNLIKE, _CAREFUL, _USUAL = 99, 95, 75
_EMPTY = "Draw something, and the training images that are nearest to it stand here."
_NO_SET = "There are no training images here, so nobody can tell how familiar your drawing is."


def _draw(view: DrawView) -> dict[str, Any]:
    if view.activations is None:
        return {"said": _EMPTY, "near": []}
    explorer, model = view.explorer, view.selection.model
    if "train" not in explorer.set_names:
        return {"said": _NO_SET, "near": []}
    try:
        reference = reference_of(explorer, model)
    except ArtifactError as error:
        return {"said": f"{error}.", "near": []}
    if reference is None:
        return {"said": _not_computed(explorer, model), "near": []}
    image = explorer.image(view.selection.subject)
    found = familiarity(reference, explorer.network(model), explorer.dataset("train"), image)
    return {"said": familiar_sentence(found), "near": [_near(view, one) for one in found.nearest]}


@lru_cache(maxsize=8)
def reference_of(explorer: Explorer, model: str) -> Reference | None:
    """What is kept of a model's training images, by the checksums of both; beside the models."""
    if explorer.folder is None:
        return None
    found = load_reference(explorer.folder / familiarity_file(model))
    identity = explorer.identity(model)
    wanted = identity, explorer.dataset("train").digest
    return found if found and (found.model_digest, found.train_digest) == wanted else None


def _not_computed(explorer: Explorer, model: str) -> str:
    told = (
        "How near the training images are was not computed for this model; "
        f"`{survey_command(explorer, model, '--familiarity')}` does it."
    )
    return f"{told} {places(explorer, model)}".rstrip()


def familiar_sentence(found: Familiar) -> str:
    """Tell in one sentence how familiar an image is."""
    # Rounded down: 99.96 % is not "all".
    share = floor(10 * found.percentile) / 10
    if share >= 100:
        return (
            "But your drawing resembles no training image: it is further from all of them than any "
            "test image is. The network must name some class; be careful with the answer."
        )
    if share >= _UNLIKE:
        return (
            "But your drawing resembles no training image: it is further from all of them than "
            f"{share:g} % of test images are. The network must name some class; be careful with the "
            "answer."
        )
    if share >= _CAREFUL:
        return (
            f"Your drawing is further from every training image than {share:g} % of test images: "
            "be careful with the answer."
        )
    if share >= _USUAL:
        return (
            f"Your drawing is somewhat unusual: {share:g} % of test images are nearer to a "
            "training image."
        )
    return "Your drawing is as near to the training images as most test images."


def _near(view: DrawView, one: Neighbour) -> Component:
    explorer = view.explorer
    name = explorer.class_name(one.label)
    picture = image_thumbnail(explorer.shown(explorer.dataset("train").images[one.number]))
    address = link(explorer, EXPLORE, model=view.selection.model, set="train", image=one.number)
    told = f"{name}, distance {one.distance:.3g}"
    return html.A(
        [html.Img(src=picture, alt=f"Training image {one.number}"), html.Span(told)],
        href=address,
        title=f"Training image {one.number}: {told}. Open it on Explore.",
    )


def _frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.P(id=_SAID, className="draw-familiar"),
            html.H2("Nearest training images"),
            html.Div(id=_NEAR, className="draw-near"),
            html.P(
                "Nearest by the values of the last convolution. The probabilities alone do not tell: a "
                "network can be sure of a scribble.",
                className="faint note",
            ),
        ],
        className="panel",
        **{"aria-label": "Familiarity"},
    )


FAMILIAR = Panel(
    name="draw-familiar",
    depends_on=("model", "own"),
    layout=_frame,
    draw=_draw,
    outputs={"near": (_NEAR, "children")},
    texts={"said": _SAID},
    is_slow=True,
)
