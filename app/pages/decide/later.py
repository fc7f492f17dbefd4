"""What takes longer than a click: the race, its curve over a class, edits, mean effects."""

from dataclasses import dataclass

import numpy as np

from app.explorer import BoundedCache
from app.pages.decide.view import baseline_of
from app.pages.explore.state import classes_of_order
from cnn_core.ablation import Ablation, ablate
from cnn_core.race import ClassRace, Curve, Race, class_race, race
from cnn_core.statistics import wilson_interval
from cnn_core.transplant import Edit, smallest_edit

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
    n_parts : int
        Requests that take all of them.
    """

    race: ClassRace | None
    n_images: int
    n_parts: int


@dataclass(frozen=True, eq=False)
class MeanEffect:
    """What silencing does on average over some images of a set.

    Attributes
    ----------
    label : int or None
        Class of the images, None for all images of the set.
    n_images : int
    last, together : float
        Mean change of the margin when the unit silenced last, and when all of them, are silenced.
    n_flips : int
        Images whose prediction changes when all of them are silenced.
    """

    label: int
    n_images: int
    last: float
    together: float
    n_flips: int


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
        logits = self._explorer.activations(selection.model, selection.set,
                                            selection.image).logits[0]
        return classes_of_order(selection, np.argsort(-logits, kind="stable"))

    def race(self, selection):
        """Run the race for one image.

        Returns
        -------
        Race
        """
        key = ("race", selection.model, selection.set, selection.image, *self.pair(selection),
               selection.race, selection.baseline)
        return self._keep(key, lambda: self._run_race(selection), 200_000)

    def _run_race(self, selection) -> Race:
        explorer = self._explorer
        return race(explorer.network(selection.model), selection.race,
                    explorer.image(selection.set, selection.image), *self.pair(selection),
                    baseline=baseline_of(explorer, selection, selection.race))

    def curve(self, selection, part):
        """Run the race over the images of the target, up to a part.

        Parts computed before are taken from the cache, and computed where they are not there: the
        answer depends on nothing but the request.

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
        n_parts = -(-len(members) // PART_IMAGES)
        if n_parts == 0:
            return CurvePart(None, 0, 0)
        parts = [self._curve_part(selection, p, q, members, number)
                 for number in range(min(max(part, 0), n_parts - 1) + 1)]
        return CurvePart(joined(parts), len(members), n_parts)

    def _curve_part(self, selection, p, q, members, number):
        explorer = self._explorer
        network = explorer.network(selection.model)
        # Behind an early layer nearly the whole network is run again at every step.
        is_late = selection.race in explorer.survey(selection.model,
                                                    explorer.set_names[0]).features
        rows = members[number * PART_IMAGES:(number + 1) * PART_IMAGES]
        key = ("curve", selection.model, selection.set, p, q, selection.race, selection.baseline,
               number)
        return self._keep(key, lambda: class_race(
            network, selection.race, explorer.dataset(selection.set).images[rows], p, q,
            seed=number, baseline=baseline_of(explorer, selection, selection.race),
            most_steps=_MOST_STEPS if is_late else _FEW_STEPS), 20_000)

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
        key = ("edit", selection.model, selection.set, selection.image, p, q, layer,
               selection.donor)

        def make() -> Edit:
            image, donor = (explorer.image(selection.set, number)
                            for number in (selection.image, selection.donor))
            return smallest_edit(explorer.network(selection.model), layer, image, donor, p, q)

        return self._keep(key, make, 20_000)

    def mean_effects(self, selection):
        """What the silenced units do on average over a whole set.

        Returns
        -------
        tuple of MeanEffect
            Of target and rival, as far as they have images, and of all images.
        """
        p, q = self.pair(selection)
        key = ("effect", selection.model, selection.set, p, q, selection.off, selection.baseline)
        return self._keep(key, lambda: self._mean_effects(selection, p, q), 1_000)

    def _mean_effects(self, selection, p, q):
        explorer, off = self._explorer, selection.off
        dataset = explorer.dataset(selection.set)
        network, baseline = explorer.network(selection.model), baseline_of(explorer, selection)

        def silenced(units) -> Ablation:
            return ablate(network, off.layer, units, dataset.images, baseline)

        together = silenced(off.units)
        alone = together if len(off.units) == 1 else silenced(off.units[-1:])
        last, all_of_them, flips = alone.effect(p, q), together.effect(p, q), together.flips
        everyone = np.ones(len(dataset), bool)
        return tuple(
            MeanEffect(label, int(rows.sum()), float(last[rows].mean()),
                       float(all_of_them[rows].mean()), int(flips[rows].sum()))
            for label, rows in ((p, dataset.labels == p), (q, dataset.labels == q),
                                (None, everyone)) if rows.any())


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
        margins = np.sum([one.mean_margin * part.n_images
                          for one, part in zip(curves, parts, strict=True)], axis=0)
        return Curve(n_right, n_right / n_images, *wilson_interval(n_right, n_images),
                     margins / n_images)

    return ClassRace(first.layer, first.target, n_images, first.removed,
                     *(curve(name) for name in ("by_activation", "by_contribution", "random")))
