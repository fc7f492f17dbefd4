"""What the Draw page shows, as it stands in the address; the drawing stands in its fragment."""

from dataclasses import dataclass

from app.explorer import Explorer
from app.frame.fields import (
    Selection,
    Values,
    choice,
    image_field,
    last_image,
    number,
    shared_fields,
)
from cnn_core.drawing.changes import KINDS
from cnn_core.survey.one_pass import layers_from_last_convolution

PIXELS, MAPS = "pixels", "maps"

KIND_NAMES = {
    "rotation": "rotation",
    "size": "size",
    "stroke": "width of the strokes",
    "noise": "noise",
}


@dataclass(frozen=True, kw_only=True)
class DrawSelection(Selection):
    """One state of the page; what stands on the pad is the browser's own.

    Attributes
    ----------
    change
        Kind of change whose amounts are tried, one of `cnn_core.drawing.changes.KINDS`.
    to
        Number of the image of the set that the drawing is turned into.
    by
        What is mixed on the way: `PIXELS`, or the maps of the last convolution.
    at
        Place on the way that is shown, per cent.
    """

    change: str
    to: int
    by: str
    at: int


def kinds_for(explorer: Explorer) -> list[str]:
    """Kinds of change that the images take: strokes are those of grey ones."""
    return [kind for kind in KINDS if kind != "stroke" or explorer.input_shape[2] == 1]


def mixed_layer(explorer: Explorer, model: str) -> str | None:
    """The last convolution of a model, None where it has none."""
    last = layers_from_last_convolution(explorer.network(model).layers)[0]
    return last.name if last.is_spatial else None


def _ways(explorer: Explorer, values: Values) -> list[str]:
    return [PIXELS, MAPS] if mixed_layer(explorer, values["model"]) else [PIXELS]


FIELDS = (
    *shared_fields(set_drops=("image", "to"), image=image_field()),
    choice(
        "change", "change of the drawing", lambda explorer, values: kinds_for(explorer), "rotation"
    ),
    number(
        "to",
        "image of the set that the drawing is turned into",
        0,
        last_image,
        lambda explorer, values: values["image"],
    ),
    choice("by", "what is mixed on the way", _ways, PIXELS),
    number("at", "place on the way, per cent", 0, 100, 50),
)
