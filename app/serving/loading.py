"""From files to an Explorer, with every step told."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.explorer import Explorer, require_fit
from app.reading import Progress, Reading
from app.serving.log import log
from cnn_core.errors import DataError, printable

if TYPE_CHECKING:
    from cnn_core.images.dataset import Dataset
    from cnn_core.network.classifier import Network

AnyPath = str | PathLike[str]

_LONGEST_NAME = 60

# Keras imports them where they are installed, for wrappers and plots of its own that nothing here
# uses: half a second for the one, nearly a second for the other.
_NEEDLESS = ("sklearn", "matplotlib")


def open_explorer(
    model_paths: Sequence[AnyPath],
    data_path: AnyPath,
    *,
    cache_folder: AnyPath | None = None,
    progress: Progress | None = None,
    pixels: str | None = None,
    snapshots: AnyPath | None = None,
) -> Explorer:
    """Load models and data; `read_surveys` then opens, or builds, their surveys.

    Parameters
    ----------
    snapshots
        File of snapshots of the first model's training, where it does not lie beside it.
    progress
        Called with (what is done, steps done, steps in all).

    Raises
    ------
    LookingGlassError
    """
    tell = progress or (lambda text, done, total: None)
    # Unpacking and hashing images leaves the interpreter free for TensorFlow's import.
    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(_read_images, data_path)
        tell("loading TensorFlow", 0, 1)
        with _out_of_sight(*_NEEDLESS):
            from cnn_core.network.opening import load_network_for

        tell("reading the images", 0, 1)
        datasets = reading.result()
    first = next(iter(datasets.values()))
    networks: dict[str, Network] = {}
    for number, path in enumerate(model_paths):
        tell("opening the networks", number, len(model_paths))
        name = _free_name(printable(Path(path).stem)[:_LONGEST_NAME], networks)
        network = load_network_for(first, path, name, pixels=pixels)
        networks[network.name] = network
    return explorer_of(
        networks,
        datasets,
        folder=Path(model_paths[0]).parent,
        cache_folder=cache_folder,
        snapshots={} if snapshots is None else {next(iter(networks)): Path(snapshots)},
        data_path=Path(data_path),
        pixels=pixels,
    )


def explorer_of(
    networks: Mapping[str, Network],
    datasets: Mapping[str, Dataset],
    *,
    folder: Path | None = None,
    cache_folder: AnyPath | None = None,
    snapshots: Mapping[str, Path] | None = None,
    data_path: Path | None = None,
    pixels: str | None = None,
) -> Explorer:
    """Put opened networks and loaded images together; `read_surveys` reads the sets.

    Parameters
    ----------
    folder
        Where the models lie, if anywhere.
    snapshots
        Files of snapshots that do not lie beside their models, by model: opened at once.
    data_path, pixels
        As `Explorer` has them.

    Raises
    ------
    LookingGlassError
    """
    from cnn_core.images.dataset import fit_labels

    datasets = fit_labels(datasets, next(iter(networks.values())).n_classes)
    first = next(iter(datasets.values()))
    # Fit is checked before an hour is spent on a survey of images that the network cannot take.
    for network in networks.values():
        require_fit(network, first)
    reading = Reading(networks, datasets, cache_folder)
    reading.open_first()
    explorer = Explorer(
        networks,
        datasets,
        reading.surveys,
        folder=folder,
        notes=reading.notes,
        snapshots=snapshots,
        reading=reading,
        data_path=data_path,
        pixels=pixels,
    )
    for model in explorer.snapshots:
        explorer.course(model)
    return explorer


def read_surveys(explorer: Explorer, progress: Progress | None = None) -> None:
    """Open or build the surveys that are missing, and log what the operator should know of them.

    Raises
    ------
    LookingGlassError
    """
    reading = explorer.reading
    assert reading is not None
    try:
        reading.read_all(progress)
    finally:
        of_surveys = {survey.note for survey in reading.surveys.values()}
        for note in explorer.notes:
            place = f" (cache folder: {reading.cache_folder})" if note in of_surveys else ""
            log.warning("%s%s", note, place)


@contextmanager
def _out_of_sight(*packages: str) -> Iterator[None]:
    """Let imports find none of these packages, unless they are there already."""
    hidden: dict[str, Any] = dict.fromkeys(name for name in packages if name not in sys.modules)
    sys.modules.update(hidden)
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _read_images(path: AnyPath) -> dict[str, Dataset]:
    from cnn_core.images.dataset import available_splits, load_dataset

    splits = available_splits(path)
    datasets = {name: load_dataset(path, name) for name in ("test", "train") if name in splits}
    if not datasets:
        raise DataError(f"{path}: holds neither a test nor a train set")
    for dataset in datasets.values():
        _ = dataset.digest  # kept; every survey is found by it
    return datasets


def _free_name(name: str, taken: Collection[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
