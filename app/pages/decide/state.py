"""What the Decide page shows, as it stands in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.explorer import Explorer
from app.figures.charts.answer import SCALES
from app.frame.defaults import pair_of
from app.frame.fields import (
    Field,
    Selection,
    Values,
    choice,
    image_field,
    last_class,
    last_image,
    number,
    reader_and_writer,
    shared_fields,
    switch,
    words,
)
from app.frame.query import Problem, Query
from app.frame.subject import Subject
from app.pages.decide.choices import (
    default_image,
    default_ledger_layer,
    default_race_layer,
    ledger_layers,
    unit_layers,
)
from app.pages.decide.silenced import NONE_SILENCED, Silenced, read_silenced
from cnn_core.decision.references import Reference

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network


GROUPINGS = ("cell", "map")
BASELINES = ("zero", "mean")
REFERENCES = tuple(map(str, Reference))
VIEWS = ("ledger", "integrated")
DONORS = ("1", "4", "8")


@dataclass(frozen=True, kw_only=True)
class DecideSelection(Selection):
    """One state of the page; p and q are always told, prediction and runner-up if not chosen.

    Attributes
    ----------
    layer
        Layer of the ledger over cells.
    group
        What a number of that ledger belongs to: one of `GROUPINGS`.
    off
        Units that are silenced.
    baseline
        What a silenced unit puts out: one of `BASELINES`.
    ref
        From what the pixels are counted: one of `REFERENCES`.
    view
        What is shown of the pixels: one of `VIEWS`, the second beside the first.
    race
        Layer whose units are removed in the race.
    curve
        Run the race over all images of the target too.
    donor
        Image of the rival whose maps are taken over; no edit is looked for if None.
    donors
        How many images of the rival are tried, the donor first: one of `DONORS`.
    scale
        Of the softmax bars.
    find
        The search that previous and next follow, "" for none.
    """

    group: str = "cell"
    off: Silenced = NONE_SILENCED
    baseline: str = "zero"
    ref: str = REFERENCES[0]
    view: str = VIEWS[0]
    race: str = ""
    curve: bool = False
    donor: int | None = None
    donors: str = DONORS[0]
    scale: str = "linear"
    find: str = ""


def _network(explorer: Explorer, values: Values) -> Network:
    return explorer.network(values["model"])


@dataclass(frozen=True)
class _Pair:
    p: int | None
    q: int | None


def _pair(explorer: Explorer, values: Values, p: int | None, q: int | None) -> tuple[int, int]:
    """Target and rival, those not named taken from what the network answers for the image."""
    subject = Subject(values["set"], values["image"], values["own"])
    logits = explorer.activations(values["model"], subject).logits[0]
    return pair_of(_Pair(p, q), np.argsort(-logits, kind="stable").tolist())


def _read_target(query: Query, explorer: Explorer, values: Values) -> int:
    highest = last_class(explorer, values)
    p = query.number("p", 0, highest, None, "class")
    q = query.peek_number("q", 0, highest)
    return _pair(explorer, values, p, q)[0]


def _read_rival(query: Query, explorer: Explorer, values: Values) -> int:
    q = query.number("q", 0, last_class(explorer, values), None, "class")
    if q == values["p"]:
        name, q = explorer.class_name(q), None
        query.problems.append(
            Problem(
                f"Target and rival are both {name}, and the margin of a class over itself is 0; "
                "the page takes the strongest other class as rival.",
                "q",
                "",
            )
        )
    return _pair(explorer, values, values["p"], q)[1]


def _default_target(explorer: Explorer, values: Values) -> int:
    return _pair(explorer, values, None, None)[0]


def _default_rival(explorer: Explorer, values: Values) -> int:
    return _pair(explorer, values, values["p"], None)[1]


_TARGET = Field("p", "target", _read_target, _default_target, ("donor",))
_RIVAL = Field("q", "rival", _read_rival, _default_rival, ("donor",))


def _read_off(query: Query, explorer: Explorer, values: Values) -> Silenced:
    network = _network(explorer, values)
    off, problems = read_silenced(query.text("off", longest=3000), network, unit_layers(network))
    query.problems.extend(problems)
    return off


def _nothing_off(explorer: Explorer, values: Values) -> Any:
    return NONE_SILENCED


FIELDS = (
    *shared_fields(
        model_drops=("off",),
        set_drops=("image", "find", "donor"),
        image=image_field(default_image),
        layer=choice(
            "layer",
            "layer",
            lambda explorer, values: ledger_layers(_network(explorer, values)),
            lambda explorer, values: default_ledger_layer(_network(explorer, values)),
        ),
        pair=(_TARGET, _RIVAL),
    ),
    choice("group", "grouping", GROUPINGS, "cell"),
    Field("off", "silenced units", _read_off, _nothing_off),
    choice("baseline", "baseline", BASELINES, "zero"),
    choice("ref", "what the pixels are counted from", REFERENCES, REFERENCES[0]),
    choice(
        "view", "the ledger over the pixels alone, or integrated gradients too", VIEWS, VIEWS[0]
    ),
    choice(
        "race",
        "layer for the race",
        lambda explorer, values: unit_layers(_network(explorer, values)),
        lambda explorer, values: default_race_layer(_network(explorer, values)),
    ),
    switch("curve", "the race over all images of the target"),
    number("donor", "image", 0, last_image),
    choice("donors", "how many images of the rival give their maps", DONORS, DONORS[0]),
    choice("scale", "scale", SCALES, "linear"),
    words("find", "search"),
)

read, write = reader_and_writer(FIELDS, DecideSelection)
