"""What the Compare page shows, as it stands in the address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.explorer import Explorer
from app.figures.theme import COLOUR_MAPS
from app.frame.fields import (
    Field,
    Selection,
    Values,
    choice,
    last_class,
    layer_field,
    number,
    reader_and_writer,
    shared_fields,
    switch,
)
from app.frame.query import Problem, Query
from app.pages.compare.groups.added import adding_field, with_added
from app.pages.compare.groups.members import (
    DEFAULT_CHOICES,
    GROUPS,
    OWN,
    OWN_WORD,
    RULES,
    Choice,
    members_of,
)
from app.pages.compare.groups.questions import asked_classes
from app.pages.compare.hand.drawn import Drawn, drawn_field
from app.plain_numbers import count_in
from cnn_core.circles.groups import MOST_MEMBERS
from cnn_core.circles.rule import THRESHOLD
from cnn_core.network.layers import LayerInfo

STATISTICS = ("difference", "auc", "mean_p", "mean_q", "term_p", "term_q")
SORTS = ("kind", "cell", "rate_p", "rate_q", "gap", "mean_p", "mean_q", "term_p", "term_q")
_LARGEST_SEED = 10**6
_MOST_ZOOMED = 64
_RENAMED = {"min": "minimum", "hand": "by_hand", "ha": "hand_a", "hb": "hand_b"}
"""Short keys of the address, and what a selection calls them."""
_OF_LAYER = ("zoom", "cell", "ha", "hb")
"""Keys that name units or cells of the layer."""


@dataclass(frozen=True, kw_only=True)
class CompareSelection(Selection):
    """One state of the page.

    Attributes
    ----------
    p, q
        Classes for which A and B stand; always told.
    choices
        How each group "a", "b", "c" is chosen.
    members
        The images of each group.
    faults
        Why the rule of a group chose none.
    seed
        Of random members.
    t
        Threshold in [0, 1] above which a cell is on.
    zoom
        "" for all units, "circled" for those with a ring, or the units shown.
    mean, minimum
        Whether the mean and the minimum over each group are drawn.
    sort
        Column of the table, with a leading "-" for the largest first.
    cell
        (unit, row, column) of the cell pointed out.
    stat
        What the class statistics show.
    triples
        Seed of the random triples, None while nobody asked for them.
    by_hand
        Whether the circles are those that the reader draws, not those of the rule.
    hand_a, hand_b
        Cells that the reader has circled for A and for B.
    """

    choices: Mapping[str, Choice]
    members: Mapping[str, tuple[int, ...]]
    faults: Mapping[str, str]
    seed: int = 0
    t: float = THRESHOLD
    zoom: str | tuple[int, ...] = ""
    mean: bool = False
    minimum: bool = False
    colours: str = "viridis"
    sort: str = "kind"
    cell: tuple[int, int, int] | None = None
    stat: str = "difference"
    triples: int | None = None
    by_hand: bool = False
    hand_a: Drawn = ()
    hand_b: Drawn = ()

    def values(self) -> dict[str, Any]:
        """Value of every part of the address by its key."""
        told = super().values()
        for name in ("choices", "members", "faults"):
            del told[name]
        for key, name in _RENAMED.items():
            told[key] = told.pop(name)
        told["cell"] = None if self.cell is None else ":".join(map(str, self.cell))
        for key in GROUPS:
            chosen = self.choices[key]
            is_by_hand = chosen.rule == "hand"
            told[key] = tuple(map(_written, self.members[key])) if is_by_hand else None
            told[f"r{key}"] = None if is_by_hand else chosen.rule
            told[f"n{key}"] = None if is_by_hand else chosen.n
            told[f"add_{key}"] = None
        return told


def _written(image: int) -> int | str:
    return OWN_WORD if image == OWN else image


def _named(key: str) -> Field:
    """The images of a group, one by one."""

    def read_images(query: Query, explorer: Explorer, values: Values) -> tuple[int, ...] | None:
        if not query.has(key):
            return None
        last = len(explorer.dataset(values["set"])) - 1
        words = {OWN_WORD: OWN} if values["own"] else {}
        return query.numbers(key, 0, last, (), "image", most=MOST_MEMBERS, words=words)

    return Field(key, f"images of group {key.upper()}", read_images, _none)


def _none(explorer: Explorer, values: Values) -> Any:
    return None


def _choices_of(values: Values) -> dict[str, Choice]:
    """How each group is chosen, of the values by key."""
    choices = {}
    for key in GROUPS:
        usual, by_hand = DEFAULT_CHOICES[key], values[key]
        if by_hand is not None:
            members = tuple(OWN if image == OWN_WORD else image for image in by_hand)
            choices[key] = Choice("hand", len(members), members)
        else:
            rule = values[f"r{key}"]
            choices[key] = Choice(usual.rule if rule == "hand" else rule, values[f"n{key}"])
    return choices


def _asked_pair(explorer: Explorer, values: Values, asked: Sequence[int | None]) -> tuple[int, int]:
    survey = explorer.survey(values["model"], values["set"])
    return asked_classes(explorer, survey, asked, _choices_of(values))


def _read_class(place: int) -> Callable[[Query, Explorer, Values], int]:
    def read_class(query: Query, explorer: Explorer, values: Values) -> int:
        last = last_class(explorer, values)
        query.number("pq"[place], 0, last, None, "class")
        asked = [query.peek_number(key, 0, last) for key in "pq"]
        return _asked_pair(explorer, values, asked)[place]

    return read_class


def _omitted_class(place: int) -> Callable[[Explorer, Values], int | None]:
    """Value of a class where it need not be named beside the groups, None where it must be."""

    def default(explorer: Explorer, values: Values) -> int | None:
        p, q = values["p"], values["q"]
        for asked in ((None, None), (p, None), (None, q)):
            if _asked_pair(explorer, values, asked) == (p, q):
                return (p, q)[place] if asked[place] is None else None
        return None

    return default


def _layer(explorer: Explorer, values: Values) -> LayerInfo:
    return explorer.network(values["model"]).layer(values["layer"])


def _read_zoom(query: Query, explorer: Explorer, values: Values) -> str | tuple[int, ...]:
    info, text = _layer(explorer, values), query.text("zoom")
    if text in ("", "all"):
        return ""
    if text == "circled":
        return "circled"
    what = "map" if info.is_spatial else "node"
    return query.numbers("zoom", 0, info.n_units - 1, (), what, most=_MOST_ZOOMED) or ""


def _read_cell(query: Query, explorer: Explorer, values: Values) -> tuple[int, ...] | None:
    info, text = _layer(explorer, values), query.text("cell")
    if not text:
        return None
    parts = text.split(":")
    cell = tuple(number for part in parts if (number := count_in(part)) is not None)
    size = (info.n_units, *info.grid)
    if (
        len(parts) != 3
        or len(cell) != 3
        or any(number >= limit for number, limit in zip(cell, size, strict=True))
    ):
        told = (
            f"{info.name} has no such cell; a cell is unit:row:column, up to "
            f"{size[0] - 1}:{size[1] - 1}:{size[2] - 1}."
        )
        query.problems.append(Problem(told, "cell", ""))
        return None
    return cell


def complete(query: Query, explorer: Explorer, values: dict[str, Any]) -> None:
    """Choose the images of the groups, as far as the address leaves them open."""
    choices = _choices_of(values)
    survey = explorer.survey(values["model"], values["set"])
    members, faults = members_of(choices, survey, values["p"], values["q"], values["seed"])
    for key in GROUPS:
        grown = with_added(query, key, explorer, values, members[key])
        if grown != members[key]:
            members[key] = grown
            choices[key] = Choice("hand", len(grown), grown)
        for name in (key, f"r{key}", f"n{key}", f"add_{key}"):
            del values[name]
    values |= {"choices": choices, "members": members, "faults": faults}
    for key, name in _RENAMED.items():
        values[name] = values.pop(key)


_ALL_SORTS = [sign + name for name in SORTS for sign in ("", "-")]
_MODEL, _SET, _IMAGE, _LAYER, _P, _Q, *_OTHERS = shared_fields(
    model_drops=_OF_LAYER,
    set_drops=("image", *GROUPS, *_OF_LAYER),
    layer=layer_field(drops=_OF_LAYER),
    pair=(
        Field("p", "class for which A stands", _read_class(0), _omitted_class(0)),
        Field("q", "class for which B stands", _read_class(1), _omitted_class(1)),
    ),
)
FIELDS = (
    _MODEL,
    _SET,
    _IMAGE,
    _LAYER,
    *map(_named, GROUPS),
    *(choice(f"r{key}", "rule", RULES, DEFAULT_CHOICES[key].rule, drops=(key,)) for key in GROUPS),
    *(
        number(f"n{key}", "number of images", 1, MOST_MEMBERS, DEFAULT_CHOICES[key].n, drops=(key,))
        for key in GROUPS
    ),
    # Which classes are asked about may follow from the groups.
    _P,
    _Q,
    *_OTHERS,
    number("seed", "seed", 0, _LARGEST_SEED, 0),
    *map(adding_field, GROUPS),
    number("t", "threshold", 0.0, 1.0, THRESHOLD, kind=float),
    Field("zoom", "units shown", _read_zoom, lambda explorer, values: ""),
    switch("mean", "mean over each group"),
    switch("min", "minimum over each group"),
    choice("colours", "colour map", COLOUR_MAPS, "viridis"),
    choice("sort", "column", _ALL_SORTS, "kind"),
    Field("cell", "cell pointed out", _read_cell, _none),
    choice("stat", "statistic", STATISTICS, "difference"),
    number("triples", "seed", 0, _LARGEST_SEED),
    switch("hand", "circles drawn by hand in place of the rule's"),
    drawn_field("ha", "A"),
    drawn_field("hb", "B", other="ha"),
)

read, write = reader_and_writer(FIELDS, CompareSelection, complete)


def with_members(selection: CompareSelection, key: str, members: Sequence[int]) -> CompareSelection:
    """Return the selection with one group put together by hand."""
    members = tuple(members)
    return replace(
        selection,
        members={**selection.members, key: members},
        choices={**selection.choices, key: Choice("hand", len(members), members)},
    )
