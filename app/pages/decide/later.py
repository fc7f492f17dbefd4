"""What takes longer than a click: the race, its curve over a class, edits, mean effects."""

from dataclasses import dataclass

import numpy as np

from app.bounded_cache import BoundedCache
from app.pages.decide.effect import (
    MOST_IMAGES,
    EffectPart,
    effect_sums,
    effects_of,
    images_taken,
    part_images,
)
from app.pages.decide.view import baseline_of
from app.pages.explore.state import classes_of_order
from cnn_core.decision.race import ClassRace, Curve, Race, class_race, race
from cnn_core.decision.smallest_edit import Edit, smallest_edit
from cnn_core.statistics import wilson_interval

PART_IMAGES = 128
"""Images of a class that one request takes through the race."""
_FEW_STEPS, _MOST_STEPS = 16, 128
_MOST_CACHED_BYTES = 16 * 2**20


@dataclass(frozen=True, eq=False)
class CurvePart:
    """The race over the first images of a class.

    Attributes
    ----------
    race : ClassRace or None
        None for a class without images.
    n_images : int
        Images of the class in all.
    next_part : int or None
        What to ask for next, None when all images are done.
    """

    race: ClassRace | None
    n_images: int
    next_part: int | None


class Later:
    """Answers that are kept, since they take long.

    Parameters
    ----------
    explorer : Explorer
    """

    def __init__(self, explorer):
        self._explorer = explorer
        self._kept = BoundedCache(_MOST_CACHED_BYTES)

    def _keep(self, key, make, n_bytes=100_000):
        return self._kept.get_or_make(key, make, lambda made: n_bytes)

    def pair(self, selection):
        """Target and rival of a selection."""
        logits = self._explorer.activations(selection.model, selection.set, selection.image).logits[
            0
        ]
        return classes_of_order(selection, np.argsort(-logits, kind="stable"))

    def race(self, selection):
        """Run the race for one image.

        Returns
        -------
        Race
        """
        key = (
            "race",
            selection.model,
            selection.set,
            selection.image,
            *self.pair(selection),
            selection.race,
            selection.baseline,
        )
        return self._keep(key, lambda: self._run_race(selection), 200_000)

    def _run_race(self, selection) -> Race:
        explorer = self._explorer
        return race(
            explorer.network(selection.model),
            selection.race,
            explorer.image(selection.set, selection.image),
            *self.pair(selection),
            baseline=baseline_of(explorer, selection, selection.race),
        )

    def curve(self, selection, part):
        """Run the race over the images of the target, up to a part.

        One request computes one part at most, so that none takes long: where parts before it are
        not in the cache any more, the answer is over fewer images and tells how to go on.

        Parameters
        ----------
        selection : DecideSelection
        part : int
            From 0; cut to the last part.

        Returns
        -------
        CurvePart
        """
        explorer = self._explorer
        p, q = self.pair(selection)
        members = np.flatnonzero(explorer.dataset(selection.set).labels == p)
        if not len(members):
            return CurvePart(None, 0, None)
        key = ("curve", selection.model, selection.set, p, q, selection.race, selection.baseline)

        def add(before, rows, number):
            run = self._curve_part(selection, p, q, members[rows], number)
            return run if before is None else joined([before, run])

        run, next_part = self._up_to(key, part, len(members), PART_IMAGES, add, 20_000)
        return CurvePart(run, len(members), next_part)

    def _curve_part(self, selection, p, q, members, seed):
        explorer = self._explorer
        # Behind an early layer nearly the whole network is run again at every step.
        is_late = selection.race in explorer.survey(selection.model, explorer.set_names[0]).features
        return class_race(
            explorer.network(selection.model),
            selection.race,
            explorer.dataset(selection.set).images[members],
            p,
            q,
            seed=seed,
            baseline=baseline_of(explorer, selection, selection.race),
            most_steps=_MOST_STEPS if is_late else _FEW_STEPS,
        )

    def _up_to(self, key, part, n_images, size, add, n_bytes):
        """Result over the images up to a part, from what is kept and one further part at most.

        `add` puts a part to the result before it: add(result or None, slice of images, number).
        """
        n_parts = -(-n_images // size)
        wanted = min(max(part, 0), n_parts - 1)
        kept = ((number, self._kept.get((*key, number))) for number in range(wanted, -1, -1))
        last, found = next((one for one in kept if one[1] is not None), (-1, None))
        if last < wanted:
            before, last = found, last + 1
            rows = slice(last * size, min((last + 1) * size, n_images))
            found = self._keep((*key, last), lambda: add(before, rows, last), n_bytes)
        return found, last + 1 if last + 1 < n_parts else None

    def edit(self, selection, layer):
        """Look for the smallest edit of an image towards the donor.

        Parameters
        ----------
        selection : DecideSelection
            With a donor.
        layer : str

        Returns
        -------
        Edit
        """
        explorer = self._explorer
        p, q = self.pair(selection)
        key = (
            "edit",
            selection.model,
            selection.set,
            selection.image,
            p,
            q,
            layer,
            selection.donor,
        )

        def make() -> Edit:
            image, donor = (
                explorer.image(selection.set, number)
                for number in (selection.image, selection.donor)
            )
            return smallest_edit(explorer.network(selection.model), layer, image, donor, p, q)

        return self._keep(key, make, 20_000)

    def mean_effects(self, selection, part):
        """What the silenced units do on average over a set, up to a part of it.

        As with `curve`, one request computes one part at most.

        Parameters
        ----------
        selection : DecideSelection
            With silenced units.
        part : int
            From 0; cut to the last part.

        Returns
        -------
        EffectPart
        """
        explorer, pair = self._explorer, self.pair(selection)
        network, dataset = explorer.network(selection.model), explorer.dataset(selection.set)
        size = part_images(network)
        taken = self._keep(
            ("taken", selection.set, size),
            lambda: images_taken(len(dataset), size),
            8 * MOST_IMAGES,
        )
        baseline = baseline_of(explorer, selection)

        def add(before, rows, _):
            numbers = taken[rows]
            sums = effect_sums(
                network,
                selection.off,
                dataset.images[numbers],
                dataset.labels[numbers],
                pair,
                baseline,
            )
            return sums if before is None else before + sums

        key = ("effect", selection.model, selection.set, *pair, selection.off, selection.baseline)
        sums, next_part = self._up_to(key, part, len(taken), size, add, 1_000)
        return EffectPart(effects_of(sums, pair), len(taken), len(dataset), next_part)


def joined(parts):
    """Put races over parts of a class together.

    Parameters
    ----------
    parts : sequence of ClassRace
        Of the same layer, target and steps.

    Returns
    -------
    ClassRace
    """
    first, n_images = parts[0], sum(part.n_images for part in parts)

    def curve(name):
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
        *(curve(name) for name in ("by_activation", "by_contribution", "random")),
    )
