"""What the Compare page shows, as it stands in the address."""

from dataclasses import dataclass, replace

from app.figures.theme import COLOUR_MAPS
from app.frame.defaults import default_layer
from app.frame.query import Problem, Query, write_query
from app.frame.search import search
from app.pages.compare.members import DEFAULT_CHOICES, GROUPS, RULES, Choice, members_of
from app.pages.compare.questions import asked_classes
from cnn_core.circles.groups import MOST_MEMBERS
from cnn_core.errors import SelectionError

THRESHOLD = 0.3
STATISTICS = ("difference", "auc", "mean_p", "mean_q", "term_p", "term_q")
SORTS = ("kind", "cell", "rate_p", "rate_q", "gap", "mean_p", "mean_q", "term_p", "term_q")
_LARGEST_SEED = 10**6
_MOST_ZOOMED = 64


@dataclass(frozen=True)
class CompareSelection:
    """One state of the page.

    Attributes
    ----------
    model, set, layer : str
    p, q : int
        Classes for which A and B stand.
    choices : dict of str to Choice
        How each group "a", "b", "c" is chosen.
    members : dict of str to tuple of int
        The images of each group.
    faults : dict of str to str
        Why the rule of a group chose none.
    seed : int
        Of random members.
    t : float
        Threshold in [0, 1] above which a cell is on.
    zoom : str or tuple of int
        "" for all units, "circled" for those with a ring, or the units shown.
    mean, minimum : bool
        Whether the mean and the minimum over each group are drawn.
    colours : str
    sort : str
        Column of the table, with a leading "-" for the largest first.
    cell : tuple of int or None
        (unit, row, column) of the cell pointed out.
    stat : str
        What the class statistics show.
    triples : int or None
        Seed of the random triples, None while nobody asked for them.
    """

    model: str
    set: str
    layer: str
    p: int
    q: int
    choices: dict
    members: dict
    faults: dict
    seed: int = 0
    t: float = THRESHOLD
    zoom: str | tuple[int, ...] = ""
    mean: bool = True
    minimum: bool = True
    colours: str = "viridis"
    sort: str = "kind"
    cell: tuple[int, int, int] | None = None
    stat: str = "difference"
    triples: int | None = None


def read(search_text, explorer):
    """Read a query string.

    Parameters
    ----------
    search_text : str
    explorer : Explorer

    Returns
    -------
    selection : CompareSelection
    problems : list of Problem
    """
    query = Query(search_text)
    model = query.choice("model", explorer.model_names, explorer.model_names[0], "model")
    set_name = query.choice("set", explorer.set_names, explorer.set_names[0], "image set")
    network, survey = explorer.network(model), explorer.survey(model, set_name)
    layer_names = [info.name for info in network.layers]
    info = network.layer(query.choice("layer", layer_names, default_layer(network), "layer"))
    last_class = network.n_classes - 1
    asked = [query.number(key, 0, last_class, None, "class") for key in "pq"]
    choices = {key: _choice(query, key, len(survey)) for key in GROUPS}
    p, q = asked_classes(explorer, survey, asked, choices)
    seed = query.number("seed", 0, _LARGEST_SEED, 0, "seed")
    members, faults = members_of(choices, survey, p, q, seed)
    for key in GROUPS:
        members, choices = _add(query, key, survey, explorer, members, choices)
    selection = CompareSelection(
        model=model,
        set=set_name,
        layer=info.name,
        p=p,
        q=q,
        choices=choices,
        members=members,
        faults=faults,
        seed=seed,
        t=query.number("t", 0.0, 1.0, THRESHOLD, "threshold", kind=float),
        zoom=_zoom(query, info),
        mean=query.choice("mean", ("0", "1"), "1", "switch") == "1",
        minimum=query.choice("min", ("0", "1"), "1", "switch") == "1",
        colours=query.choice("colours", COLOUR_MAPS, "viridis", "colour map"),
        sort=query.choice(
            "sort", [sign + name for name in SORTS for sign in ("", "-")], "kind", "column"
        ),
        cell=_cell(query, info),
        stat=query.choice("stat", STATISTICS, "difference", "statistic"),
        triples=query.number("triples", 0, _LARGEST_SEED, None, "seed"),
    )
    query.finish()
    return selection, query.problems


def write(selection, explorer):
    """Write the query string of a selection, as short as it can be.

    Parameters
    ----------
    selection : CompareSelection
    explorer : Explorer

    Returns
    -------
    str
    """
    survey = explorer.survey(selection.model, selection.set)
    asked_p, asked_q = _shortest_question(explorer, survey, selection)
    values = {
        "model": selection.model,
        "set": selection.set,
        "layer": selection.layer,
        "p": asked_p,
        "q": asked_q,
    }
    for key in GROUPS:
        choice = selection.choices[key]
        if choice.rule == "hand":
            values[key] = selection.members[key]
        elif choice != DEFAULT_CHOICES[key]:
            values |= {f"r{key}": choice.rule, f"n{key}": choice.n}
    zoom = selection.zoom
    values |= {
        "seed": selection.seed,
        "t": f"{selection.t:g}",
        "zoom": zoom,
        "mean": selection.mean,
        "min": selection.minimum,
        "colours": selection.colours,
        "sort": selection.sort,
        "cell": None if selection.cell is None else ":".join(map(str, selection.cell)),
        "stat": selection.stat,
        "triples": selection.triples,
    }
    defaults = {
        "model": explorer.model_names[0],
        "set": explorer.set_names[0],
        "layer": default_layer(explorer.network(selection.model)),
        "seed": 0,
        "t": f"{THRESHOLD:g}",
        "zoom": "",
        "mean": True,
        "min": True,
        "colours": "viridis",
        "sort": "kind",
        "stat": "difference",
    }
    for key in GROUPS:
        defaults |= {f"r{key}": DEFAULT_CHOICES[key].rule, f"n{key}": DEFAULT_CHOICES[key].n}
    return write_query(values, defaults)


def with_members(selection, key, members):
    """Return the selection with one group put together by hand.

    Parameters
    ----------
    selection : CompareSelection
    key : {"a", "b", "c"}
    members : sequence of int

    Returns
    -------
    CompareSelection
    """
    members = tuple(members)
    return replace(
        selection,
        members={**selection.members, key: members},
        choices={**selection.choices, key: Choice("hand", len(members), members)},
    )


def _shortest_question(explorer, survey, selection):
    """As few of the classes p and q as have to be named beside the groups."""
    p, q = selection.p, selection.q
    for asked in ((None, None), (p, None), (None, q)):
        if asked_classes(explorer, survey, asked, selection.choices) == (p, q):
            return asked
    return p, q


def _choice(query, key, n_images):
    default = DEFAULT_CHOICES[key]
    by_hand = query.numbers(key, 0, n_images - 1, (), "image", most=MOST_MEMBERS)
    rule = query.choice(f"r{key}", RULES, default.rule, "rule")
    n = query.number(f"n{key}", 1, MOST_MEMBERS, default.n, "number of images")
    if query.has(key):
        return Choice("hand", len(by_hand), by_hand)
    return Choice(default.rule if rule == "hand" else rule, n)


def _add(query, key, survey, explorer, members, choices):
    """Members and choices with the image that the address adds to a group."""
    given = query.text(f"add_{key}").strip()
    if not given:
        return members, choices
    present = members[key]
    try:
        found = search(given, survey, explorer.class_names).images
    except SelectionError as error:
        return members, _complain(query, key, str(error), choices)
    fresh = [int(image) for image in found[: len(present) + 1] if image not in present]
    if not fresh:
        text = (
            f"Nothing in the {survey.set_name} set is {given}."
            if len(found) == 0
            else f"Image {found[0]} stands in group {key.upper()} already."
        )
        return members, _complain(query, key, text, choices)
    if len(present) == MOST_MEMBERS:
        return members, _complain(
            query,
            key,
            f"Group {key.upper()} is full: it takes {MOST_MEMBERS} images. Remove one first.",
            choices,
        )
    grown = (*present, fresh[0])
    return ({**members, key: grown}, {**choices, key: Choice("hand", len(grown), grown)})


def _complain(query, key, text, choices):
    query.problems.append(Problem(text, f"add_{key}", ""))
    return choices


def _zoom(query, info):
    text = query.text("zoom")
    if text in ("", "all"):
        return ""
    if text == "circled":
        return "circled"
    what = "map" if info.is_spatial else "node"
    return query.numbers("zoom", 0, info.n_units - 1, (), what, most=_MOST_ZOOMED) or ""


def _cell(query, info):
    text = query.text("cell")
    if not text:
        return None
    parts = text.split(":")
    cell = tuple(int(part) for part in parts if part.isdecimal() and len(part) < 9)
    size = (info.n_units, *info.grid)
    if (
        len(parts) != 3
        or len(cell) != 3
        or any(number >= limit for number, limit in zip(cell, size, strict=True))
    ):
        query.problems.append(
            Problem(
                f"{info.name} has no such cell; a cell is unit:row:column, up to "
                f"{size[0] - 1}:{size[1] - 1}:{size[2] - 1}.",
                "cell",
                "",
            )
        )
        return None
    return cell
