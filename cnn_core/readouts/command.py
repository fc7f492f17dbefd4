"""``python -m cnn_core survey --readouts``: compute readouts and put them beside the models."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from cnn_core.artifacts import AnyPath
from cnn_core.errors import ArtifactError, printable
from cnn_core.images.dataset import load_dataset, require_both_sets
from cnn_core.network.opening import load_network_for
from cnn_core.readouts.compute import compute_readouts
from cnn_core.readouts.result_file import READOUTS, load_readouts, readouts_text
from cnn_core.readouts.results import ModelReadouts
from cnn_core.readouts.twin import find_twin
from cnn_core.training.publishing import keep_text

USES = {"train": "on which readers are fitted", "test": "on which readers are scored"}
"""What the sets are needed for."""

ARTICLES_PAIR = (4, 9)


def compute_for_files(
    models: Sequence[AnyPath],
    data: AnyPath,
    pairs: Sequence[tuple[int, int]] | None = None,
    *,
    cache_folder: AnyPath | None = None,
    output: AnyPath | None = None,
    anew: bool = False,
    pixels: str | None = None,
) -> None:
    """Compute the readouts of saved models and keep them in a file.

    Parameters
    ----------
    data
        Image sets, train and test.
    pairs
        Pairs of classes; 4 and 9 by default, or the first two classes where there is no class 9.
    cache_folder
        As in `compute_readouts`.
    output
        The file; by default ``readouts.json`` in each model's folder. What it says of other models
        or data stays. In a folder of artifacts the manifest describes it.
    anew
        Compute again what an earlier run found.
    pixels
        As in `load_network`.

    Raises
    ------
    DataError
        When the data lack a train or a test set.
    """
    require_both_sets(data, USES)
    train, test = (load_dataset(data, split) for split in ("train", "test"))
    pairs = pairs or [ARTICLES_PAIR if max(ARTICLES_PAIR) < test.n_classes else (0, 1)]
    for model in map(Path, models):
        network = load_network_for(test, model, pixels=pixels)
        twin, source = find_twin(network)
        path = Path(output) if output else model.parent / READOUTS
        with tqdm(total=1, desc=printable(model.name), unit=" steps") as bar:

            def show(done: int, total: int, title: str, bar: Any = bar) -> None:
                bar.total = total
                bar.update(done - bar.n)
                bar.set_postfix_str(title)

            found = compute_readouts(
                network,
                train,
                test,
                pairs,
                twin=twin,
                twin_source=source,
                cache_folder=cache_folder,
                anew=anew,
                progress=show,
            )
        keep(path, found)
        tqdm.write(f"{model.name}: {_told(found)} in {path}")


def keep(path: AnyPath, found: ModelReadouts) -> None:
    """Put the readouts of a model into a file beside those of others.

    They take the place of what the file says of the same model and data. A damaged file is
    replaced.
    """
    path = Path(path)
    try:
        others = [one for one in load_readouts(path) if _identity(one) != _identity(found)]
    except ArtifactError:
        others = []
    everything = sorted([*others, found], key=lambda one: (one.model_name, *_identity(one)))
    keep_text(path, "readouts", READOUTS, readouts_text(everything))


def _identity(found: ModelReadouts) -> tuple[str, str, str]:
    return found.model_digest, found.train_digest, found.test_digest


def _told(found: ModelReadouts) -> str:
    verdicts = [claim.verdict for claim in found.claims]
    counts = ", ".join(
        f"{verdicts.count(verdict)} {verdict}" for verdict in dict.fromkeys(verdicts)
    )
    return f"{len(found.readouts)} readouts; of {len(verdicts)} claims {counts}"
