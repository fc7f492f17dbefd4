"""What the Decide page shows, as it stands in the address."""

from dataclasses import dataclass, fields

from app.figures.charts.answer import SCALES
from app.frame.defaults import default_layer
from app.frame.query import Problem, Query, as_values, write_query
from app.pages.decide.choices import default_image, default_race_layer, ledger_layers, unit_layers
from app.pages.decide.silenced import NONE_SILENCED, Silenced, read_silenced

GROUPINGS = ("cell", "map")
BASELINES = ("zero", "mean")


@dataclass(frozen=True)
class DecideSelection:
    """One state of the page.

    Attributes
    ----------
    model, set : str
    image : int
    p, q : int or None
        Target and rival; prediction and runner-up if None.
    layer : str
        Layer of the ledger over cells.
    group : {"cell", "map"}
        What a number of that ledger belongs to.
    off : Silenced
        Units that are silenced.
    baseline : {"zero", "mean"}
        What a silenced unit puts out.
    race : str
        Layer whose units are removed in the race.
    curve : bool
        Run the race over all images of the target too.
    donor : int or None
        Image of the rival whose maps are taken over; no edit is looked for if None.
    scale : {"linear", "log", "logits"}
        Of the softmax bars.
    find : str
        The search that previous and next follow, "" for none.
    """

    model: str
    set: str
    image: int
    layer: str
    race: str
    p: int | None = None
    q: int | None = None
    group: str = "cell"
    off: Silenced = NONE_SILENCED
    baseline: str = "zero"
    curve: bool = False
    donor: int | None = None
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
    selection : DecideSelection
    problems : list of Problem
    """
    query = Query(search)
    model = query.choice("model", explorer.model_names, explorer.model_names[0], "model")
    set_name = query.choice("set", explorer.set_names, explorer.set_names[0], "image set")
    network, last_image = explorer.network(model), len(explorer.dataset(set_name)) - 1
    layers, units_of = ledger_layers(network), unit_layers(network)
    p = query.number("p", 0, network.n_classes - 1, None, "class")
    q = query.number("q", 0, network.n_classes - 1, None, "class")
    if p is not None and p == q:
        q = None
        name = explorer.class_names[p] if p < len(explorer.class_names) else str(p)
        query.problems.append(
            Problem(
                f"Target and rival are both {name}, and the margin of a class over itself is 0; the "
                "page takes the strongest other class as rival.",
                "q",
                "",
            )
        )
    off, problem = read_silenced(query.text("off", longest=3000), network, units_of)
    query.problems.extend(problem)
    selection = DecideSelection(
        model=model,
        set=set_name,
        image=query.number(
            "image", 0, last_image, default_image(explorer, model, set_name), "image"
        ),
        layer=query.choice("layer", layers, default_layer(network), "layer"),
        race=query.choice("race", units_of, default_race_layer(network), "layer for the race"),
        p=p,
        q=q,
        group=query.choice("group", GROUPINGS, "cell", "grouping"),
        off=off,
        baseline=query.choice("baseline", BASELINES, "zero", "baseline"),
        curve=query.number("curve", 0, 1, 0, "switch") == 1,
        donor=query.number("donor", 0, last_image, None, "image"),
        scale=query.choice("scale", SCALES, "linear", "scale"),
        find=query.text("find").strip(),
    )
    query.finish()
    return selection, query.problems


def write(selection, explorer):
    """Write the query string of a selection, as short as it can be.

    Parameters
    ----------
    selection : DecideSelection
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
        "race": default_race_layer(network),
    }
    return write_query(as_values(selection), defaults)


def write_only(selection, keep, **effective):
    """Write the query string of a part of the page: what that part depends on and no more.

    Parameters
    ----------
    selection : DecideSelection
    keep : sequence of str
        Keys that the part depends on.
    **effective
        Values to be written instead of those of the selection.

    Returns
    -------
    str
        Read by `read` like any other.
    """
    values = {
        field.name: getattr(selection, field.name)
        for field in fields(selection)
        if field.name in keep
    }
    values |= effective
    return write_query(values, {"off": NONE_SILENCED}) or "?"
