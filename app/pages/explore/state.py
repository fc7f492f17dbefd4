"""What the Explore page shows, as it stands in the address."""

from dataclasses import dataclass

from app.figures.charts.answer import SCALES
from app.figures.theme import COLOUR_MAPS
from app.frame.defaults import default_image, default_layer
from app.frame.query import Query, as_values, write_query
from cnn_core.space.display import COLOUR_MODES

ORDERS = ("natural", "weight")


@dataclass(frozen=True)
class ExploreSelection:
    """One state of the page.

    Attributes
    ----------
    model, set, layer : str
    image : int
    range : {"layer", "map", "clip"}
        What the colours span.
    colours : str
        Colour map.
    columns : int or None
        Units beside each other; chosen by the page if None.
    order : {"natural", "weight"}
        Nodes by number, or by their weight for p against q.
    p, q : int or None
        Classes of that weight; prediction and runner-up if None.
    unit : int or None
        The enlarged unit.
    scale : {"linear", "log", "logits"}
        Of the softmax bars.
    find : str
        The search that previous and next follow, "" for none.
    """

    model: str
    set: str
    image: int
    layer: str
    range: str = "layer"
    colours: str = "viridis"
    columns: int | None = None
    order: str = "natural"
    p: int | None = None
    q: int | None = None
    unit: int | None = None
    scale: str = "linear"
    find: str = ""


def read(search, explorer):
    """Read a query string.

    Parameters
    ----------
    search : str
    explorer : Explorer

    Returns
    -------
    selection : ExploreSelection
    problems : list of Problem
    """
    query = Query(search)
    model = query.choice("model", explorer.model_names, explorer.model_names[0], "model")
    set_name = query.choice("set", explorer.set_names, explorer.set_names[0], "image set")
    network, dataset = explorer.network(model), explorer.dataset(set_name)
    layer_names = [info.name for info in network.layers]
    layer = query.choice("layer", layer_names, default_layer(network), "layer")
    info = network.layer(layer)
    last_class = network.n_classes - 1
    selection = ExploreSelection(
        model=model,
        set=set_name,
        image=query.number(
            "image", 0, len(dataset) - 1, default_image(explorer, model, set_name), "image"
        ),
        layer=layer,
        range=query.choice("range", COLOUR_MODES, "layer", "colour range"),
        colours=query.choice("colours", COLOUR_MAPS, "viridis", "colour map"),
        columns=query.number("columns", 1, info.n_units, None, "number of columns"),
        order=query.choice("order", ORDERS, "natural", "order of nodes"),
        p=query.number("p", 0, last_class, None, "class"),
        q=query.number("q", 0, last_class, None, "class"),
        unit=query.number("unit", 0, info.n_units - 1, None, "map" if info.is_spatial else "node"),
        scale=query.choice("scale", SCALES, "linear", "scale"),
        find=query.text("find").strip(),
    )
    query.finish()
    return selection, query.problems


def write(selection, explorer):
    """Write the query string of a selection, as short as it can be.

    Parameters
    ----------
    selection : ExploreSelection
    explorer : Explorer

    Returns
    -------
    str
    """
    network = explorer.network(selection.model)
    defaults = {
        **{name: field.default for name, field in selection.__dataclass_fields__.items()},
        "model": explorer.model_names[0],
        "set": explorer.set_names[0],
        "layer": default_layer(network),
    }
    return write_query(as_values(selection), defaults)


def classes_of_order(selection, ranked):
    """Classes p and q of a selection, those not named taken from the network's ranking.

    Parameters
    ----------
    selection : ExploreSelection
    ranked : sequence of int
        Classes from the largest logit to the smallest.

    Returns
    -------
    tuple of int
    """
    p = (
        selection.p
        if selection.p is not None
        else next(number for number in ranked if number != selection.q)
    )
    q = selection.q if selection.q is not None else next(number for number in ranked if number != p)
    return int(p), int(q)
