"""``python -m cnn_core survey --patterns``: compute patterns and put them beside the models."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from cnn_core.artifacts import MANIFEST, replacing
from cnn_core.errors import ArtifactError, printable
from cnn_core.images.dataset import Dataset, fit_labels, load_dataset, require_both_sets
from cnn_core.network.classifier import Network
from cnn_core.network.opening import load_network_for
from cnn_core.patterns.compute import PatternSurvey, Progress, relatives_among
from cnn_core.patterns.files.pattern_file import load_patterns, patterns_file, write_patterns
from cnn_core.patterns.files.relatives_file import RELATIVES, write_relatives
from cnn_core.patterns.reading import SetReading, read_set
from cnn_core.patterns.results import ModelPatterns
from cnn_core.readouts.twin import find_twin
from cnn_core.survey.identity import identity_of
from cnn_core.training.publishing import publish_file

USES = {"train": "which patches come from", "test": "which they are scored on"}
"""What the sets are needed for."""

_MODEL_SUFFIXES = (".keras", ".h5")


def patterns_of_files(
    models: Sequence[Path | str],
    data: Path | str,
    *,
    cache_folder: Path | str | None = None,
    anew: bool = False,
    pixels: str | None = None,
) -> None:
    """Compute the patterns of saved models, each into a file beside it.

    All models of a folder that have such a file are then compared. In a folder of artifacts the
    manifest describes the files.

    Parameters
    ----------
    data
        Image sets, train and test.
    cache_folder
        Where finished steps are kept: a killed run goes on.
    anew
        Compute finished steps again.
    pixels
        As in `load_network`.

    Raises
    ------
    DataError
        When the data lack a train or a test set.
    """
    require_both_sets(data, USES)
    sets = {split: load_dataset(data, split) for split in ("train", "test")}
    paths = [Path(model) for model in models]
    for path in paths:
        file = path.parent / patterns_file(path.stem)
        with tqdm(total=1, desc=printable(path.name), unit=" steps") as bar:
            network = load_network_for(sets["test"], path, pixels=pixels)
            survey = _survey_of(network, sets, cache_folder, anew, _shown_on(bar))
            found = survey.result()
        _keep(file, partial(write_patterns, found=found))
        tqdm.write(f"{path.name}: {_told(found)} in {file}")
    for folder in dict.fromkeys(path.parent for path in paths):
        _compare_models(folder, sets, cache_folder, pixels)


def _compare_models(
    folder: Path, sets: Mapping[str, Dataset], cache_folder: Path | str | None, pixels: str | None
) -> None:
    """Find the relatives of all units among the surveyed models of a folder, and keep them."""
    found = _surveyed(folder, sets, cache_folder, pixels)
    surveys = {identity_of(one.network): one for one in found}
    relatives = relatives_among(
        {digest: one.network.name for digest, one in surveys.items()},
        {digest: one.reading() for digest, one in surveys.items()},
        {digest: read for digest, one in surveys.items() if (read := _before_training(one))},
        next(iter(surveys.values())).test.digest,
    )
    _keep(folder / RELATIVES, partial(write_relatives, found=relatives))


def _before_training(survey: PatternSurvey) -> SetReading | None:
    """What the network answers before its training, None where its first weights are not known."""
    twin, _source = find_twin(survey.network)
    return None if twin is None else read_set(twin, survey.test, survey.layers)


def _survey_of(
    network: Network,
    sets: Mapping[str, Dataset],
    cache_folder: Path | str | None,
    anew: bool = False,
    progress: Progress | None = None,
) -> PatternSurvey:
    fitted = fit_labels(sets, network.n_classes)
    return PatternSurvey(
        network,
        fitted["train"],
        fitted["test"],
        cache_folder=cache_folder,
        anew=anew,
        progress=progress,
    )


def _keep(path: Path, write: Callable[[Path], None]) -> None:
    """Put a file into its folder; in a folder of artifacts the manifest describes it."""
    if (path.parent / MANIFEST).exists():
        publish_file(path.parent, "patterns", path.name, write)
    else:
        with replacing(path) as staged:
            write(staged)


def _shown_on(bar: Any) -> Progress:
    def show(done: int, total: int, title: str) -> None:
        bar.total = total
        bar.set_postfix_str(title, refresh=False)
        bar.update(done - bar.n)

    return show


def _surveyed(
    folder: Path, sets: Mapping[str, Dataset], cache_folder: Path | str | None, pixels: str | None
) -> Iterator[PatternSurvey]:
    """Models of a folder beside which lie their patterns, found with these images."""
    for path in sorted(folder.iterdir()):
        found = _patterns_beside(path) if path.suffix in _MODEL_SUFFIXES else None
        if found is None:
            continue
        network = load_network_for(sets["test"], path, pixels=pixels)
        is_of_it = found.model_digest == identity_of(network)
        if is_of_it and found.test_digest == fit_labels(sets, network.n_classes)["test"].digest:
            yield _survey_of(network, sets, cache_folder)


def _patterns_beside(model: Path) -> ModelPatterns | None:
    try:
        return load_patterns(model.parent / patterns_file(model.stem))
    except ArtifactError:
        return None


def _told(found: ModelPatterns) -> str:
    n_units = sum(layer.n_units for layer in found.layers.values())
    dead = sum(int(layer["is_dead"].sum()) for layer in found.layers.values())
    return f"{n_units} units, {dead} of them dead"
