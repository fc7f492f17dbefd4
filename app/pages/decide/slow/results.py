"""What takes longer than a click: the race, its curve over a class, edits, mean effects.

All of it is kept for everybody, under what it depends on.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.frame.parts import up_to
from app.frame.subject import Subject
from app.pages.decide.choices import clearest_donors
from app.pages.decide.view import DecideView, baseline_of, reference_of
from cnn_core.decision.drawn_values import DrawnAblation, ablate_with_donors
from cnn_core.decision.effects import (
    EffectSums,
    MeanEffects,
    effect_sums,
    images_in_a_second,
    sample_of,
)
from cnn_core.decision.race import ClassRace, Curve, Race, class_race, race
from cnn_core.decision.references import IntegratedGradients, integrated_gradients
from cnn_core.decision.smallest_edit import BestEdit, smallest_edit_of_donors
from cnn_core.statistics import wilson_interval
from cnn_core.survey.one_pass import layers_from_last_convolution

PART_IMAGES = 128
"""Images of a class that one request takes through the race."""
MOST_IMAGES = 20_000
"""Larger sets are told by so many of their images, drawn at random."""
SEED = 0
_MOST_PARTS = 64
_FEW_STEPS, _MOST_STEPS = 16, 128


@dataclass(frozen=True, eq=False)
class CurvePart:
    """The race over the first images of a class.

    Attributes
    ----------
    n_images
        Images of the class in all.
    next_part
        What to ask for next, None when all images are done.
    """

    race: ClassRace
    n_images: int
    next_part: int | None


@dataclass(frozen=True, eq=False)
class EffectPart:
    """The mean effects over the first of the images that are taken.

    Attributes
    ----------
    effects
        Of all silenced units together and of the last one alone; over the images of target and
        rival, as far as there are any, and over all images, whose class is None.
    n_images
        Images that are taken in all.
    n_in_set
        Images of the set; more than those taken if they are a sample.
    next_part
        What to ask for next, None when all are done.
    """

    effects: tuple[tuple[int | None, MeanEffects], ...]
    n_images: int
    n_in_set: int
    next_part: int | None

    @property
    def n_done(self) -> int:
        """Images that the effects are over."""
        return self.effects[-1][1].n_images


def _kept(view: DecideView, key: Hashable, make: Callable[[], Any], n_bytes: int) -> Any:
    return view.explorer.kept.get_or_make(key, make, lambda made: n_bytes)


def _question(view: DecideView) -> tuple[Hashable, ...]:
    """What an answer about one image depends on."""
    return (view.selection.model, view.selection.subject, view.p, view.q)


def race_of(view: DecideView) -> Race:
    """Run the race for one image."""
    selection, explorer = view.selection, view.explorer

    def make() -> Race:
        return race(
            explorer.network(selection.model),
            selection.race,
            view.image,
            view.p,
            view.q,
            baseline=baseline_of(explorer, selection, selection.race),
        )

    key = ("race", *_question(view), selection.race, selection.baseline)
    return _kept(view, key, make, 200_000)


def curve(view: DecideView, part: int) -> CurvePart | None:
    """Run the race over the images of the target, up to a part; None of a class without images.

    One request computes one part at most, so that none takes long: where parts before it are not
    in the cache any more, the answer is over fewer images and tells how to go on.

    Parameters
    ----------
    part
        From 0; cut to the last part.
    """
    selection = view.selection
    members = np.flatnonzero(view.explorer.dataset(selection.set).labels == view.p)
    if not len(members):
        return None

    def add(before: ClassRace | None, rows: slice, number: int) -> ClassRace:
        run = _curve_part(view, members[rows], number)
        return run if before is None else joined([before, run])

    key: tuple[Hashable, ...] = ("curve", selection.model, selection.set, view.p, view.q)
    key += (selection.race, selection.baseline)
    run, next_part = up_to(view.explorer.kept, key, part, len(members), PART_IMAGES, add, 20_000)
    return CurvePart(run, len(members), next_part)


def _curve_part(view: DecideView, members: NDArray[np.int64], seed: int) -> ClassRace:
    explorer, selection = view.explorer, view.selection
    # Behind an early layer nearly the whole network is run again at every step.
    late = layers_from_last_convolution(explorer.network(selection.model).layers)
    is_late = selection.race in {info.name for info in late}
    return class_race(
        explorer.network(selection.model),
        selection.race,
        explorer.dataset(selection.set).images[members],
        view.p,
        view.q,
        seed=seed,
        baseline=baseline_of(explorer, selection, selection.race),
        most_steps=_MOST_STEPS if is_late else _FEW_STEPS,
    )


def path_of(view: DecideView) -> IntegratedGradients:
    """Share the change of the margin from the reference to the image out among the pixels."""
    selection, explorer = view.selection, view.explorer

    def make() -> IntegratedGradients:
        reference = reference_of(explorer, selection.ref)
        network = explorer.network(selection.model)
        return integrated_gradients(network, view.image, view.p, view.q, reference)

    key = ("path", *_question(view), selection.ref)
    found: IntegratedGradients = _kept(view, key, make, 8 * view.image.size)
    return found


def edit_of(view: DecideView, layer: str) -> BestEdit:
    """Look for the smallest edit of an image towards one of the donors."""
    selection, explorer = view.selection, view.explorer
    donors = donors_of(view)

    def make() -> BestEdit:
        images = [explorer.image(donor) for donor in donors]
        network = explorer.network(selection.model)
        return smallest_edit_of_donors(network, layer, view.image, images, view.p, view.q)

    key = ("edit", *_question(view), layer, donors)
    found: BestEdit = _kept(view, key, make, 20_000)
    return found


def donors_of(view: DecideView) -> tuple[Subject, ...]:
    """The images whose maps are taken over: the chosen one, then the clearest of the rival."""
    selection, n_donors = view.selection, int(view.selection.donors)
    assert selection.donor is not None
    edited = None if selection.subject.is_own else selection.image
    clearest = clearest_donors(
        view.explorer, selection.model, selection.set, view.p, view.q, edited, n_donors
    )
    others = [number for number in clearest if number != selection.donor]
    numbers = [selection.donor, *others][:n_donors]
    return tuple(Subject(selection.set, number) for number in numbers)


def mean_effects(view: DecideView, part: int) -> EffectPart:
    """What the silenced units do on average over a set, up to a part of it.

    As with `curve`, one request computes one part at most.
    """
    explorer, selection, pair = view.explorer, view.selection, (view.p, view.q)
    network, dataset = explorer.network(selection.model), explorer.dataset(selection.set)
    size, off = images_in_a_second(network), selection.off
    most = min(MOST_IMAGES, _MOST_PARTS * size)
    taken = _kept(
        view,
        ("taken", selection.set, size),
        lambda: sample_of(len(dataset), most, SEED),
        8 * MOST_IMAGES,
    )
    baseline = baseline_of(explorer, selection, off.layer)

    def add(before: EffectSums | None, rows: slice, _: int) -> EffectSums:
        images, labels = dataset.images[taken[rows]], dataset.labels[taken[rows]]
        sets = [off.units, off.units[-1:]]
        sums = effect_sums(network, off.layer, sets, images, labels, *pair, baseline)
        return sums if before is None else before + sums

    key = ("effect", selection.model, selection.set, *pair, off, selection.baseline)
    sums, next_part = up_to(view.explorer.kept, key, part, len(taken), size, add, 1_000)
    means = ((label, sums.mean_over(label)) for label in (*pair, None))
    effects = tuple((label, mean) for label, mean in means if mean.n_images)
    return EffectPart(effects, len(taken), len(dataset), next_part)


def drawn_of(view: DecideView) -> DrawnAblation | None:
    """Silence the units to what they put out in images of the rival; None if there are none."""
    explorer, selection, subject = view.explorer, view.selection, view.selection.subject
    dataset, off = explorer.dataset(selection.set), selection.off
    candidates = np.flatnonzero(dataset.labels == view.q)
    if not subject.is_own:
        candidates = candidates[candidates != subject.image]
    if not len(candidates):
        return None

    def make() -> DrawnAblation:
        network = explorer.network(selection.model)
        donors = dataset.images, candidates
        pair = view.p, view.q
        return ablate_with_donors(network, off.layer, off.units, view.image, *donors, *pair)

    key = ("drawn", selection.set, *_question(view), off)
    found: DrawnAblation = _kept(view, key, make, 10_000)
    return found


def joined(parts: Sequence[ClassRace]) -> ClassRace:
    """Put races over parts of a class together, of the same layer, target and steps."""
    first, n_images = parts[0], sum(part.n_images for part in parts)

    def curve_of(name: str) -> Curve:
        curves = [getattr(part, name) for part in parts]
        n_right = np.sum([one.n_right for one in curves], axis=0)
        margins = np.sum(
            [one.mean_margin * part.n_images for one, part in zip(curves, parts, strict=True)],
            axis=0,
        )
        return Curve(
            n_right, n_right / n_images, *wilson_interval(n_right, n_images), margins / n_images
        )

    return ClassRace(
        first.layer,
        first.target,
        n_images,
        first.removed,
        *(curve_of(name) for name in ("by_activation", "by_contribution", "random")),
    )
