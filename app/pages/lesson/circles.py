"""What the circles of clear images tell of two classes in the lesson, and of one unclear image."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.pages.lesson.facts import GROUP, Case, clear_images, last_maps
from cnn_core.circles.cells.class_pass import on_over
from cnn_core.circles.circle_reader import (
    CircleReader,
    circle_reader,
    network_on_pair,
    rows_of_classes,
)
from cnn_core.circles.fading import Fading, fading, first_disagreement
from cnn_core.circles.groups import least_clear
from cnn_core.circles.nulls import UniqueByChance, chance_across, chance_within
from cnn_core.circles.packed import PackedOn
from cnn_core.circles.rule import THRESHOLD, find_circles, on_from_peak
from cnn_core.statistics import Accuracy

FEWEST_UNCLEAR = 5


@dataclass(frozen=True)
class HardImage:
    """An unclear image of p that the network gets right.

    Attributes
    ----------
    n_p, n_q
        How many of p's and of q's circles are on in it.
    by_circles
        What the circles take it for, below 0 for nothing.
    """

    image: int
    n_p: int
    n_q: int
    by_circles: int
    probability: float


@dataclass(frozen=True)
class CircleFacts:
    """Circles of three clear images of p and three of q, and what they are worth.

    Attributes
    ----------
    n_p, n_q
        Cells on in all three of the one and in none of the other.
    chance, n_at_least, n_draws
        Mean count of random threes; how many draws have at least as many, of how many.
    within
        Mean count of three images of p against three other images of p; nan without enough.
    circles, network
        Who gets the other images right, asked p or q.
    fading
        None where there are too few clear images.
    """

    n_p: int
    n_q: int
    chance: float
    n_at_least: int
    n_draws: int
    within: float
    circles: Accuracy
    network: Accuracy
    fading: Fading
    hard: HardImage | None

    @property
    def n(self) -> int:
        """Circles of both."""
        return self.n_p + self.n_q

    @property
    def shares_with_half(self) -> tuple[float, float]:
        """Share of unclear images, and of the others, in which half of p's circles are on."""
        found = self.fading
        unclear = found.n_half_unclear / max(found.n_unclear, 1)
        return unclear, found.n_half_others / max(found.n_others, 1)

    @property
    def fades(self) -> bool | None:
        """Whether circles fade in unclear images; None where there are too few to say so."""
        if not self.n_p or self.fading.n_unclear < FEWEST_UNCLEAR:
            return None
        return self.shares_with_half[0] < self.shares_with_half[1]


def circle_facts(case: Case) -> CircleFacts | None:
    """Find the circles, chance and the reader; None where an image is missing for a group."""
    a, b = clear_images(case)
    if len(a) < GROUP or len(b) < GROUP:
        return None
    return case.kept("circles", lambda: _circle_facts(case, a, b))


def _circle_facts(case: Case, a: tuple[int, ...], b: tuple[int, ...]) -> CircleFacts:
    survey, p, q = case.survey, case.p, case.q
    rows = rows_of_classes(survey.labels, (p, q))
    labels, on = survey.labels[rows], _on(case, rows)
    own_a, own_b = (np.searchsorted(rows, group) for group in (a, b))
    own = np.concatenate([own_a, own_b])
    flat = PackedOn.of(on)
    everywhere = flat.rows(own).unpacked()
    circles = find_circles(everywhere[:GROUP], everywhere[GROUP:])
    unique = [np.flatnonzero(cells) for cells in (circles.unique_a, circles.unique_b)]
    on_p, on_q = (flat.columns(cells) for cells in unique)
    reader = circle_reader(on_p, on_q, labels, p, q, left_out=own)
    across = chance_across(flat, labels, p, q, GROUP, GROUP, left_out=own)
    within = chance_within(flat, labels, p, GROUP, GROUP, left_out=own)
    fits = (labels == p) & (survey.predictions[rows] == p)
    fits[own] = False
    margins = survey.margins(p, q)[rows]
    n = circles.n_unique_a + circles.n_unique_b
    return CircleFacts(
        n_p=circles.n_unique_a,
        n_q=circles.n_unique_b,
        chance=across.mean,
        n_at_least=int((across.unique >= n).sum()),
        n_draws=across.n_draws,
        within=_mean(within),
        circles=reader.overall,
        network=network_on_pair(survey.logits[rows], labels, p, q, left_out=own).overall,
        fading=fading(reader.share_a, margins, fits),
        hard=_hard(case, rows, (on_p, on_q), reader, margins, fits),
    )


def _on(case: Case, rows: np.ndarray) -> Any:
    survey, layer = case.survey, last_maps(case.network).name
    kept, peak = survey.features.get(layer), survey.peak[layer][rows]
    if kept is not None:
        return on_from_peak(kept[rows], peak, THRESHOLD)
    images = case.explorer.dataset(case.set_name).images[rows]
    return on_over(case.network, images, layer, peak, THRESHOLD)


def _mean(chance: UniqueByChance) -> float:
    return chance.mean if chance.n_draws else float("nan")


def _hard(
    case: Case,
    rows: np.ndarray,
    on: tuple[np.ndarray, np.ndarray],
    reader: CircleReader,
    margins: np.ndarray,
    fits: np.ndarray,
) -> HardImage | None:
    """The least clear p on which circles and network disagree, else the least clear one."""
    place = first_disagreement(reader.decisions, case.q, margins, fits)
    if place is None:
        if not fits.any():
            return None
        place = int(np.flatnonzero(fits)[np.argmin(margins[fits])])
    image = int(rows[place])
    return HardImage(
        image,
        int(on[0][place].sum()),
        int(on[1][place].sum()),
        int(reader.decisions[place]),
        float(case.survey.probabilities[image, case.p]),
    )


def hard_image(case: Case) -> int:
    """Image of the steps about an unclear case; 0 where p is never classified right."""
    facts = circle_facts(case)
    if facts is not None and facts.hard is not None:
        return facts.hard.image
    survey = case.survey
    found = least_clear(survey.logits, survey.labels, survey.predictions, case.p, case.q, 1)
    return next(iter(found), 0)
