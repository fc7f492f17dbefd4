"""How firm the accuracy is: both halves of MNIST, disputed labels, writers, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from dash.development.base_component import Component
from numpy.typing import NDArray

from app.explorer import Explorer
from app.frame.components import table
from app.frame.recorded.records import disputed_in
from app.frame.words.wording import interval, percent
from app.pages.model.view import ModelView
from cnn_core.images.mnist_writers import BLOCK, Writers, writers_of
from cnn_core.statistics import Accuracy, accuracy, design_effect
from cnn_core.survey.calibration import N_BINS, Calibration, calibration

SURE, UNSURE = 0.999, 0.9
ALIKE = 1.2
"""Up to how many times as many mistakes two halves count as equally hard."""


@dataclass(frozen=True)
class Firmness:
    """What is asked of one model's accuracy on one set.

    Attributes
    ----------
    n_wrong
        Mistakes in each part of `writers_of`.
    undisputed
        Accuracy without the images whose labels are disputed, None where none are known.
    independent, alike
        With an interval that takes images as unrelated, and one for images that are alike where one
        hand wrote them; None where the writers are not known.
    """

    model: str
    n_wrong: tuple[int, ...]
    undisputed: Accuracy | None
    independent: Accuracy
    alike: Accuracy | None


def firmness_of(view: ModelView) -> tuple[Firmness, ...]:
    """Ask all models."""
    dataset = view.explorer.dataset(view.selection.set)
    writers, effect = writers_of(dataset), effect_of(view.explorer, view.selection.set)
    keep = _undisputed(view.explorer, view.selection.set)
    found = []
    for model in view.explorer.model_names:
        right = view.explorer.survey(model, view.selection.set).is_right
        found.append(
            Firmness(
                model,
                tuple(int((~right[part.images]).sum()) for part in writers),
                None if keep is None else accuracy(right[keep]),
                accuracy(right),
                accuracy(right, design_effect=effect) if writers else None,
            )
        )
    return tuple(found)


@lru_cache(maxsize=4)
def effect_of(explorer: Explorer, set_name: str) -> float:
    """Design effect of writers on the mistakes, 1 where the writers are not known.

    From the mistakes of all models together, in the part whose images stand in the writers' order.
    """
    ordered = [part for part in writers_of(explorer.dataset(set_name)) if part.in_order]
    if not ordered:
        return 1.0
    wrong = np.mean(
        [~explorer.survey(model, set_name).is_right for model in explorer.model_names], axis=0
    )
    return design_effect(wrong[ordered[0].images], BLOCK)


def _undisputed(explorer: Explorer, set_name: str) -> NDArray[np.bool_] | None:
    dataset = explorer.dataset(set_name)
    disputed, _ = disputed_in(dataset)
    if disputed is None:
        return None
    keep = np.ones(len(dataset), bool)
    keep[[one.image for one in disputed.labels]] = False
    return keep


def firmness_table(view: ModelView) -> Component | None:
    """Lay out what is known, a row for each model; None where it is the accuracy alone."""
    writers = writers_of(view.explorer.dataset(view.selection.set))
    found = firmness_of(view)
    if not writers and found[0].undisputed is None:
        return None
    head = [
        "Model",
        *(f"wrong, {part.name}" for part in writers),
        *(["without disputed labels"] if found[0].undisputed else []),
        "interval, images unrelated",
        *(["interval, writers alike"] if writers else []),
    ]
    rows = [
        [
            one.model,
            *(f"{n:,} of {_size(part):,}" for n, part in zip(one.n_wrong, writers, strict=True)),
            *([percent(one.undisputed.value, 2)] if one.undisputed else []),
            _interval(one.independent),
            *([_interval(one.alike)] if one.alike else []),
        ]
        for one in found
    ]
    return table(rows, head)


def _size(part: Writers) -> int:
    return part.stop - part.start


def _interval(found: Accuracy) -> str:
    return f"{interval(found.low, found.high, 2)} %"


def firmness_text(view: ModelView) -> str:
    """Say what the halves, the disputed labels and the writers do to the accuracy."""
    writers = writers_of(view.explorer.dataset(view.selection.set))
    found = firmness_of(view)
    if not writers:
        return (
            "Who wrote which image is known of MNIST's test set in its standard order alone. "
            "The intervals take images as unrelated; where one hand wrote many of them they are too "
            "narrow."
        )
    totals = [sum(one.n_wrong[place] for one in found) for place in range(len(writers))]
    first, last = writers[0], writers[-1]
    return (
        f"The first {_size(first):,} images were written by {first.name}, the others by {last.name}: "
        f"{halves_text(totals, writers)} "
        f"Images by one hand are alike, so that {_size(first) + _size(last):,} images tell less than as "
        f"many unrelated ones. How much less is estimated here from the images of the {last.name}, "
        f"which stand in the order of their writers: in blocks of {BLOCK} neighbours the mistakes "
        f"vary {effect_of(view.explorer, view.selection.set):.2f} times as much (the design effect). "
        f"It is assumed to hold for the {first.name} too, whose images are shuffled."
    )


def halves_text(totals: Sequence[int], writers: Sequence[Writers]) -> str:
    """Say which half is harder, as the rest of a sentence."""
    shares = [n / _size(part) for n, part in zip(totals, writers, strict=True)]
    if min(shares) == 0:
        return "in one half nothing is wrong."
    hard = shares.index(max(shares))
    times = max(shares) / min(shares)
    if times < ALIKE:
        return "both halves are about equally hard."
    return f"these models make {times:.1f} times as many mistakes on those by {writers[hard].name}."


# --- calibration ------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def calibration_of(explorer: Explorer, model: str, set_name: str) -> Calibration:
    """Calibration of a model on a set."""
    survey = explorer.survey(model, set_name)
    return calibration(given(explorer, model, set_name), survey.is_right)


def given(explorer: Explorer, model: str, set_name: str) -> NDArray[np.float32]:
    """What each prediction got, (n,)."""
    found: NDArray[np.float32] = explorer.survey(model, set_name).probabilities.max(axis=1)
    return found


def calibration_text(view: ModelView) -> str:
    """Say how far the probabilities can be believed."""
    model, set_name = view.selection.model, view.selection.set
    right = view.explorer.survey(model, set_name).is_right
    probabilities = given(view.explorer, model, set_name)
    sure, unsure = probabilities > SURE, probabilities < UNSURE
    told = [
        f"Expected calibration error {percent(view_error(view), 2)}: so far the probability of a "
        f"prediction and the share that is right lie apart on average, over {N_BINS} equal bins."
    ]
    if sure.any():
        n, wrong = int(sure.sum()), int((sure & ~right).sum())
        told.append(f"{n:,} of {len(right):,} predictions get more than {SURE}; {_wrong(wrong)}.")
    if unsure.any():
        share = percent(float(right[unsure].mean()), 0)
        told.append(f"Of the {int(unsure.sum()):,} below {UNSURE}, {share} are right.")
    told.append(
        f"This holds for images like those of the {set_name} set; of a scribble the network can be "
        "as sure."
    )
    return " ".join(told)


def view_error(view: ModelView) -> float:
    """Expected calibration error of what is shown, in [0, 1]."""
    return calibration_of(view.explorer, view.selection.model, view.selection.set).error


def _wrong(n: int) -> str:
    return "none of them is wrong" if n == 0 else f"{n:,} of them {'is' if n == 1 else 'are'} wrong"
