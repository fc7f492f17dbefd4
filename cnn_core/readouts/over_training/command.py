"""``python -m cnn_core survey --snapshots``: measure trainings and put what was found beside them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from cnn_core.artifacts import AnyPath, sha256_of
from cnn_core.errors import ArtifactError, SelectionError, printable
from cnn_core.images.dataset import load_dataset, require_both_sets
from cnn_core.network.opening import load_network_for
from cnn_core.readouts.command import ARTICLES_PAIR, USES
from cnn_core.readouts.over_training.measure import measure_course
from cnn_core.readouts.over_training.results import (
    TRAINING_COURSE,
    CourseReadings,
    course_text,
    load_training_course,
)
from cnn_core.terminal import tell
from cnn_core.training.course import open_snapshots, snapshots_beside
from cnn_core.training.publishing import keep_text


def measure_files(
    models: Sequence[AnyPath],
    snapshots: AnyPath | None,
    data: AnyPath,
    pairs: Sequence[tuple[int, int]] | None = None,
    *,
    cache_folder: AnyPath | None = None,
    output: AnyPath | None = None,
    anew: bool = False,
    pixels: str | None = None,
) -> None:
    """Measure the trainings of saved models and keep what was found in a file.

    Parameters
    ----------
    models
        Those without snapshots beside them are passed over.
    snapshots
        The file of snapshots of the one model, where it does not lie beside it.
    data
        Image sets, train and test.
    pairs
        Pairs of classes; 4 and 9 by default, or the first two classes where there is no class 9.
    cache_folder, anew
        As in `measure_course`.
    output
        The file; by default ``training_course.json`` beside the snapshots. What it says of other
        trainings stays. In a folder of artifacts the manifest describes it.
    pixels
        As in `load_network`.

    Raises
    ------
    SelectionError
        When no model has snapshots, or one file is given for several models.
    """
    found = _with_snapshots([Path(model) for model in models], snapshots)
    require_both_sets(data, USES)
    train, test = (load_dataset(data, split) for split in ("train", "test"))
    pairs = pairs or [ARTICLES_PAIR if max(ARTICLES_PAIR) < test.n_classes else (0, 1)]
    for model, file in found:
        network = load_network_for(test, model, pixels=pixels)
        course = open_snapshots(file, network)
        with tqdm(total=len(course), desc=printable(file.name), unit=" snapshots") as bar:

            def show(done: int, total: int, title: str, bar: Any = bar) -> None:
                bar.set_postfix_str(title, refresh=False)
                bar.update(done - bar.n)

            readings = measure_course(
                course, sha256_of(file), train, test, pairs,
                cache_folder=cache_folder, anew=anew, progress=show,
            )  # fmt: skip
        path = Path(output) if output else file.parent / TRAINING_COURSE
        keep(path, readings)
        tell(f"{file.name}: {len(readings.moments)} snapshots measured in {path}")


def _with_snapshots(models: list[Path], snapshots: AnyPath | None) -> list[tuple[Path, Path]]:
    if snapshots is not None:
        if len(models) != 1:
            raise SelectionError(
                f"{snapshots}: snapshots of one network for {len(models)} models; name it with "
                "--model FILE"
            )
        return [(models[0], Path(snapshots))]
    beside = [(model, snapshots_beside(model)) for model in models]
    found = [(model, file) for model, file in beside if file is not None]
    if not found:
        raise SelectionError(
            f"{', '.join(model.name for model in models)}: no snapshots beside; they are taken by "
            "`python -m cnn_core train --snapshots` or by SnapshotWriter"
        )
    return found


def keep(path: Path, readings: CourseReadings) -> None:
    """Put the readings of a training into a file beside those of others.

    They take the place of what the file says of the same training. A damaged file is replaced.
    """
    try:
        known = load_training_course(path)
    except ArtifactError:
        known = ()
    others = [one for one in known if one.identity != readings.identity]
    everything = sorted([*others, readings], key=lambda one: (one.model_name, *one.identity))
    keep_text(path, "readouts", TRAINING_COURSE, course_text(everything))
