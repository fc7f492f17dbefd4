"""What the Evidence page shows, as it stands in the address."""

from dataclasses import dataclass

from app.frame.defaults import default_pair
from app.frame.query import Problem, Query, as_values, write_query
from cnn_core.circles.groups import clearest
from cnn_core.readouts.results import ALL_CLASSES

TASKS = ("pair", "all")
DEFAULT_CELLS = 10
_MOST_CELLS = 10**6
_MOST_PAGES = 10**6


@dataclass(frozen=True)
class EvidenceSelection:
    """One state of the page.

    Attributes
    ----------
    model : str
    p, q : int
        The pair of classes that are told apart and that nodes are sorted by.
    image : int
        Image of the node grids.
    task : {"pair", "all"}
        Whether the ladder and the changed networks tell p from q or all classes apart.
    k : int
        How many cells the reader of the best cells has.
    variant : str or None
        Changed network whose disagreements are listed; None without results.
    page : int
        Part of that list, from 1.
    """

    model: str
    p: int
    q: int
    image: int
    task: str = "pair"
    k: int = DEFAULT_CELLS
    variant: str | None = None
    page: int = 1

    @property
    def task_name(self):
        """Name of the task in the results."""
        return ALL_CLASSES if self.task == "all" else self.pair_name

    @property
    def pair_name(self):
        """Name of the pair in the results."""
        return f"{self.p}-{self.q}"


def first_pair(explorer, found, model):
    """Pair shown first: the default one where it was measured, else the first measured one.

    Parameters
    ----------
    explorer : Explorer
    found : Found
    model : str

    Returns
    -------
    tuple of int
    """
    usual, measured = default_pair(explorer.class_names), found.pairs(model)
    return usual if usual in measured or not measured else measured[0]


def first_image(explorer, p, q):
    """Image shown first: the clearest p against q of the first model, 0 where there is none.

    Parameters
    ----------
    explorer : Explorer
    p, q : int

    Returns
    -------
    int
    """
    survey = explorer.survey(explorer.model_names[0], explorer.set_names[0])
    if max(p, q) >= survey.n_classes:
        return 0
    found = clearest(survey.logits, survey.labels, survey.predictions, p, q, 1)
    return int(found[0]) if found else 0


def read(search, explorer, found):
    """Read a query string.

    Parameters
    ----------
    search : str
    explorer : Explorer
    found : Found

    Returns
    -------
    selection : EvidenceSelection
    problems : list of Problem
    """
    query = Query(search)
    model = query.choice("model", explorer.model_names, explorer.model_names[0], "model")
    set_name = explorer.set_names[0]
    results = found.of(model)
    p, q = _read_pair(query, explorer, found, model)
    variants = [variant.name for variant in results.variants] if results else []
    selection = EvidenceSelection(
        model=model,
        p=p,
        q=q,
        image=query.number(
            "image", 0, len(explorer.dataset(set_name)) - 1, first_image(explorer, p, q), "image"
        ),
        task=query.choice("task", TASKS, "pair", "question"),
        k=query.number("k", 1, _MOST_CELLS, DEFAULT_CELLS, "number of cells"),
        variant=_read_variant(query, variants),
        page=query.number("page", 1, _MOST_PAGES, 1, "part"),
    )
    query.finish()
    return selection, query.problems


def _read_pair(query, explorer, found, model):
    last = explorer.network(model).n_classes - 1
    usual = first_pair(explorer, found, model)
    # A link that names q alone asks for q against the other usual class.
    asked_q = query.number("q", 0, last, None, "class") if not query.has("p") else None
    p = query.number("p", 0, last, usual[1] if asked_q == usual[0] else usual[0], "class")
    q = query.number("q", 0, last, usual[1] if p != usual[1] else usual[0], "class")
    if p == q:
        other = next(number for number in (*reversed(usual), 0, 1) if number != p)
        name = explorer.class_name(p)
        query.problems.append(
            Problem(
                f"p and q are both {name}, and no reader can tell a class from itself; the page takes "
                f"{explorer.class_name(other)} for q.",
                "q",
                str(other),
            )
        )
        q = other
    measured = found.pairs(model)
    if (p, q) not in measured and (q, p) in measured:
        p, q = q, p
        if query.has("p") and query.has("q"):
            query.problems.append(
                Problem(
                    f"This pair was measured as {explorer.class_name(p)} against "
                    f"{explorer.class_name(q)}, and the page shows it so.",
                    "p",
                    str(p),
                )
            )
    return p, q


def _read_variant(query, variants):
    if variants:
        return query.choice("variant", variants, variants[0], "changed network")
    query.text("variant")
    return None


def write(selection, explorer, found):
    """Write the query string of a selection, as short as it can be.

    Parameters
    ----------
    selection : EvidenceSelection
    explorer : Explorer
    found : Found

    Returns
    -------
    str
    """
    results = found.of(selection.model)
    p, q = first_pair(explorer, found, selection.model)
    defaults = {
        **{name: field.default for name, field in selection.__dataclass_fields__.items()},
        "model": explorer.model_names[0],
        "p": p,
        "q": q,
        "image": first_image(explorer, selection.p, selection.q),
        "variant": results.variants[0].name if results and results.variants else None,
    }
    values = as_values(selection)
    if (selection.p, selection.q) != (p, q):
        # Half a pair would be completed by another rule.
        defaults = {key: default for key, default in defaults.items() if key not in ("p", "q")}
    return write_query(values, defaults)
