"""What the Explore page shows, as it stands in the address."""

from dataclasses import dataclass

from app.explorer import Explorer
from app.figures.charts.answer import SCALES
from app.figures.theme import COLOUR_MAPS
from app.frame.fields import (
    Selection,
    Values,
    choice,
    image_field,
    layer_field,
    number,
    reader_and_writer,
    shared_fields,
    words,
)
from cnn_core.network.layers import LayerInfo
from cnn_core.space.display import COLOUR_MODES

ORDERS = ("natural", "weight")


@dataclass(frozen=True, kw_only=True)
class ExploreSelection(Selection):
    """One state of the page.

    Attributes
    ----------
    range
        What the colours span: one of `COLOUR_MODES`.
    colours
        Colour map.
    columns
        Units beside each other; chosen by the page if None.
    order
        Nodes by number, or by their weight for p against q: one of `ORDERS`.
    unit
        The enlarged unit.
    scale
        Of the softmax bars.
    find
        The search that previous and next follow, "" for none.
    """

    range: str = "layer"
    colours: str = "viridis"
    columns: int | None = None
    order: str = "natural"
    unit: int | None = None
    scale: str = "linear"
    find: str = ""


def _layer(explorer: Explorer, values: Values) -> LayerInfo:
    return explorer.network(values["model"]).layer(values["layer"])


FIELDS = (
    *shared_fields(
        model_drops=("unit", "columns", "image"),
        set_drops=("image", "find"),
        image=image_field(),
        layer=layer_field(drops=("unit", "columns")),
    ),
    choice("range", "colour range", COLOUR_MODES, "layer"),
    choice("colours", "colour map", COLOUR_MAPS, "viridis"),
    number(
        "columns", "number of columns", 1, lambda explorer, values: _layer(explorer, values).n_units
    ),
    choice("order", "order of nodes", ORDERS, "natural"),
    number(
        "unit", "unit", 0, lambda explorer, values: _layer(explorer, values).n_units - 1, drops=()
    ),
    choice("scale", "scale", SCALES, "linear"),
    words("find", "search"),
)

read, write = reader_and_writer(FIELDS, ExploreSelection)
