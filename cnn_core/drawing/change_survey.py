"""``python -m cnn_core survey --shifts``: how many test images stay right when they are changed."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cnn_core.drawing.answers import usual_reach
from cnn_core.drawing.change_results import (
    FORMAT,
    SHIFTS,
    ModelChanges,
    OverAmounts,
    Repaired,
    changes_text,
    load_changes,
)
from cnn_core.drawing.changes import KINDS, Images, shifted
from cnn_core.drawing.from_paper.cleaning import MNIST_SHAPE, Steps, clean
from cnn_core.drawing.from_paper.pictures import picture_of
from cnn_core.drawing.named_changes import NAMED_CHANGES
from cnn_core.drawing.own_images import given, light_of
from cnn_core.errors import ArtifactError, DataError
from cnn_core.images.dataset import Dataset, load_dataset
from cnn_core.network.classifier import Network
from cnn_core.network.opening import load_network_for
from cnn_core.readouts.work import Work
from cnn_core.survey.identity import identity_of
from cnn_core.survey.store import default_cache_folder
from cnn_core.training.publishing import keep_text
from cnn_core.training.versions import versions

MOST_IMAGES = 2000
_SEED = 0

Progress = Callable[[int, int], None]


def shifts_of_files(
    models: Sequence[Path | str],
    data: Path | str,
    output: Path | str | None = None,
    cache_folder: Path | str | None = None,
    anew: bool = False,
    pixels: str | None = None,
) -> None:
    """Count for saved models, and keep it in a file; a run that was stopped goes on.

    Parameters
    ----------
    data
        Image sets; the test set is looked at.
    cache_folder
        Where counts are kept until all are there; by default that of the surveys.
    anew
        Whether counts of a run that was stopped are left.
    output
        The file; by default ``shifts.json`` in the first model's folder. What it says of other
        models stays. In a folder of artifacts the manifest describes it.
    pixels
        As in `load_network`.

    Raises
    ------
    DataError
        When the data hold no test set, or images that a model does not take.
    """
    test = load_dataset(data, "test")
    paths = [Path(model) for model in models]
    networks = [load_network_for(test, path, pixels=pixels) for path in paths]
    file = Path(output) if output else paths[0].parent / SHIFTS
    with tqdm(total=1, unit=" changes") as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        work = _open_work(networks, test, cache_folder)
        if anew:
            work.forget()
        found = count_changes(networks, test, show, work)
    _keep(file, found)
    work.forget()
    for one in found:
        unchanged = one.share_shifted[one.reach][one.reach]
        tqdm.write(f"{one.model_name}: {unchanged:.2%} of {one.n_images:,} images; in {file}")


def _open_work(networks: Sequence[Network], test: Dataset, cache_folder: Path | str | None) -> Work:
    folder = Path(cache_folder) if cache_folder is not None else default_cache_folder()
    parts = (FORMAT, MOST_IMAGES, _SEED, test.digest, *map(identity_of, networks))
    key = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
    return Work(folder / f"shifts-{key}.json")


def _keep(file: Path, found: Sequence[ModelChanges]) -> None:
    try:
        kept = load_changes(file)
    except ArtifactError:
        # A damaged file is mended by computing it.
        kept = ()
    new = {(one.model_digest, one.test_digest) for one in found}
    others = [one for one in kept if (one.model_digest, one.test_digest) not in new]
    everything = sorted([*others, *found], key=lambda one: (one.model_name, one.model_digest))
    keep_text(file, "drawing", SHIFTS, changes_text(everything))


@dataclass(frozen=True, eq=False)
class _Job:
    """One set of changed images: where its counts belong, and how it is made."""

    part: str
    place: tuple[int, ...]
    make: Callable[[], Images]

    @property
    def key(self) -> str:
        """Its name among all jobs."""
        return " ".join([self.part, *map(str, self.place)])


def count_changes(
    networks: Sequence[Network],
    test: Dataset,
    progress: Progress | None = None,
    work: Work | None = None,
) -> list[ModelChanges]:
    """Count right answers to changed test images, for several networks with the same input.

    At most `MOST_IMAGES` images, drawn at random with a fixed seed; every change is made once for
    all networks.

    Parameters
    ----------
    work
        Counts of a run that was stopped, made of the same networks and images; each change is kept
        there once it is counted.

    Raises
    ------
    DataError
        When the networks do not take the same images.
    """
    if {network.input_shape for network in networks} != {test.input_shape}:
        raise DataError(
            f"images of {test.input_shape}: networks that take such images are accepted together"
        )
    started = time.monotonic()
    chosen = _drawn(len(test))
    light, labels = light_of(test.images[chosen], test.value_range), test.labels[chosen]
    reach = usual_reach(test.input_shape)
    jobs = list(_jobs(light, reach))
    counts: list[dict[tuple[str, tuple[int, ...]], int]] = [{} for _ in networks]
    for done, job in enumerate(jobs, 1):
        count = partial(_counts, networks, job, test, labels)
        kept = count() if work is None else work.step(job.key, tuple[int, ...], count)
        for own, n_right in zip(counts, kept, strict=True):
            own[job.part, job.place] = n_right
        if progress is not None:
            progress(done, len(jobs))
    provenance = {
        "command": "python -m cnn_core survey --shifts",
        "images": f"{len(chosen)} of {len(test)} test images, drawn with seed {_SEED}",
        "versions": versions(),
        "seconds_for_all_models": round(time.monotonic() - started, 1),
    }
    return [
        _result(network, test, len(chosen), reach, own, provenance)
        for network, own in zip(networks, counts, strict=True)
    ]


def _drawn(n: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(_SEED)
    return np.sort(rng.choice(n, min(n, MOST_IMAGES), replace=False))


def _counts(
    networks: Sequence[Network], job: _Job, test: Dataset, labels: NDArray[np.int64]
) -> tuple[int, ...]:
    images = given(job.make(), test.value_range)
    return tuple(_n_right(network, images, labels) for network in networks)


def _n_right(network: Network, images: Images, labels: NDArray[np.int64]) -> int:
    return int(np.count_nonzero(network.logits(images).argmax(axis=1) == labels))


def _jobs(light: Images, reach: int) -> Iterator[_Job]:
    steps = range(-reach, reach + 1)
    for down in steps:
        for right in steps:
            yield _Job("shift", (down, right), partial(shifted, light, right, down))
    for number, name in enumerate(_kinds(light.shape[3])):
        for place, amount in enumerate(KINDS[name].amounts):
            yield _Job("curve", (number, place), partial(KINDS[name].change, light, amount))
    if light.shape[1:] == MNIST_SHAPE:
        for number, change in enumerate(NAMED_CHANGES.values()):
            yield _Job("raw", (number,), partial(change, light))
            yield _Job("cleaned", (number,), partial(_changed_and_cleaned, change, light))


def _changed_and_cleaned(change: Callable[[Images], Images], light: Images) -> Images:
    return cleaned(change(light))


def _kinds(n_channels: int) -> list[str]:
    return [name for name in KINDS if name != "stroke" or n_channels == 1]


def cleaned(images: Images) -> Images:
    """Clean each image with all steps; where nothing is left to clean it stays as it is."""
    found = images.copy()
    for image, place in zip(images, found, strict=True):
        try:
            place[...] = clean(picture_of(np.clip(image, 0, 1)), Steps(), MNIST_SHAPE).seen
        except DataError:
            continue
    return found


def _result(
    network: Network,
    test: Dataset,
    n_images: int,
    reach: int,
    counts: dict[tuple[str, tuple[int, ...]], int],
    provenance: dict[str, object],
) -> ModelChanges:
    steps = range(-reach, reach + 1)
    shifts = tuple(tuple(counts["shift", (down, right)] for right in steps) for down in steps)
    curves = tuple(
        OverAmounts(
            name,
            KINDS[name].unit,
            KINDS[name].amounts,
            tuple(counts["curve", (number, place)] for place in range(len(KINDS[name].amounts))),
        )
        for number, name in enumerate(_kinds(test.input_shape[2]))
    )
    repaired = tuple(
        Repaired(name, counts["raw", (number,)], counts["cleaned", (number,)])
        for number, name in enumerate(NAMED_CHANGES)
        if ("raw", (number,)) in counts
    )
    return ModelChanges(
        network.name,
        identity_of(network),
        test.digest,
        n_images,
        reach,
        shifts,
        curves,
        repaired,
        dict(provenance),
    )
