"""What the Evidence page shows, as it stands in the address."""

from dataclasses import dataclass

from app.explorer import Explorer
from app.frame.defaults import default_pair
from app.frame.fields import (
    Field,
    Selection,
    Values,
    choice,
    chosen_image_field,
    last_class,
    number,
    reader_and_writer,
    shared_fields,
)
from app.frame.pair import asked_pair, usual_class
from app.frame.query import Problem, Query
from app.frame.recorded.readouts import find_results
from cnn_core.circles.groups import clearest
from cnn_core.readouts.results import ALL_CLASSES

TASKS = ("pair", "all")
DEFAULT_CELLS = 10
_MOST_CELLS = 10**6
_MOST_PAGES = 10**6


@dataclass(frozen=True, kw_only=True)
class EvidenceSelection(Selection):
    """One state of the page.

    Attributes
    ----------
    p, q
        The pair of classes that are told apart and that nodes are sorted by; always told.
    image
        Image of the node grids.
    task
        Whether the ladder and the changed networks tell p from q or all classes apart: one of
        `TASKS`.
    k
        How many cells the reader of the best cells has.
    variant
        Changed network whose disagreements are listed; None without results.
    page
        Part of that list, from 1.
    """

    task: str = "pair"
    k: int = DEFAULT_CELLS
    variant: str | None = None
    page: int = 1

    @property
    def task_name(self) -> str:
        """Name of the task in the results."""
        return ALL_CLASSES if self.task == "all" else self.pair_name

    @property
    def pair_name(self) -> str:
        """Name of the pair in the results."""
        return f"{self.p}-{self.q}"


def first_pair(explorer: Explorer, model: str) -> tuple[int, int]:
    """Pair shown first: the default one where it was measured, else the first measured one."""
    usual, measured = default_pair(explorer.class_names), find_results(explorer).pairs(model)
    return usual if usual in measured or not measured else measured[0]


def _first_image(explorer: Explorer, values: Values) -> int:
    """Image shown first: the clearest p against q of the first model, 0 where there is none."""
    survey = explorer.survey(explorer.model_names[0], values["set"])
    p, q = values["p"], values["q"]
    if max(p, q) >= survey.n_classes:
        return 0
    found = clearest(survey.logits, survey.labels, survey.predictions, p, q, 1)
    return int(found[0]) if found else 0


def _asked_pair(
    query: Query, explorer: Explorer, model: str
) -> tuple[tuple[int, int], list[Problem]]:
    """The pair that an address asks for, in the order in which it was measured."""
    usual, name = first_pair(explorer, model), explorer.class_name
    (p, q), problems = asked_pair(query, explorer, {"model": model}, usual)
    measured = find_results(explorer).pairs(model)
    if (p, q) not in measured and (q, p) in measured:
        p, q = q, p
        last = explorer.network(model).n_classes - 1
        if None not in (query.peek_number(key, 0, last) for key in "pq"):
            told = (
                f"This pair was measured as {name(p)} against {name(q)}, and the page shows it so."
            )
            problems.append(Problem(told, "p", str(p)))
    return (p, q), problems


def _read_p(query: Query, explorer: Explorer, values: Values) -> int:
    query.number("p", 0, last_class(explorer, values), None, "class")
    pair, problems = _asked_pair(query, explorer, values["model"])
    query.problems.extend(problems)
    return pair[0]


def _read_q(query: Query, explorer: Explorer, values: Values) -> int:
    query.number("q", 0, last_class(explorer, values), None, "class")
    return _asked_pair(query, explorer, values["model"])[0][1]


def _usual(explorer: Explorer, values: Values) -> tuple[int, int]:
    return first_pair(explorer, values["model"])


def _variant_names(explorer: Explorer, values: Values) -> list[str]:
    results = find_results(explorer).of(values["model"])
    return [variant.name for variant in results.variants] if results else []


def _first_variant(explorer: Explorer, values: Values) -> str | None:
    return next(iter(_variant_names(explorer, values)), None)


def _read_variant(query: Query, explorer: Explorer, values: Values) -> str | None:
    names = _variant_names(explorer, values)
    if names:
        return query.choice("variant", names, names[0], "changed network")
    query.text("variant")
    return None


_MODEL, _SET, _IMAGE, _LAYER, _P, _Q, *_OTHERS = shared_fields(
    model_drops=("variant", "page"),
    image=chosen_image_field(_first_image),
    pair=(
        Field("p", "first class of the pair", _read_p, usual_class(_usual, 0), ("page",)),
        Field("q", "second class of the pair", _read_q, usual_class(_usual, 1), ("page",)),
    ),
)
FIELDS = (
    _MODEL,
    _SET,
    # The image shown first depends on the pair.
    _P,
    _Q,
    _IMAGE,
    _LAYER,
    *_OTHERS,
    choice("task", "question", TASKS, "pair", drops=("page",)),
    number("k", "number of cells", 1, _MOST_CELLS, DEFAULT_CELLS),
    Field("variant", "changed network", _read_variant, _first_variant, ("page",)),
    number("page", "part", 1, _MOST_PAGES, 1),
)

read, write = reader_and_writer(FIELDS, EvidenceSelection)
