"""All readouts of one network, step by step; a killed run goes on after its last step."""

import hashlib
import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import cast

import numpy as np

from cnn_core.artifacts import AnyPath
from cnn_core.errors import DataError, SelectionError
from cnn_core.images.dataset import Dataset
from cnn_core.network.classifier import Network
from cnn_core.network.layers import LayerKind
from cnn_core.readouts.judging.circles_found import CirclesFound
from cnn_core.readouts.judging.circles_worth import find_circles_worth
from cnn_core.readouts.judging.claims import judge_claims
from cnn_core.readouts.ladder import N_FITTED, Rungs, layers_to_read, read_layers
from cnn_core.readouts.mlp import Mlp, find_mlp, make_variants
from cnn_core.readouts.result_file import FORMAT, as_read
from cnn_core.readouts.results import Facts, MlpFacts, ModelReadouts, Readout, Task, Twin, Variant
from cnn_core.readouts.samples import MOST_VALUES
from cnn_core.readouts.task import make_task
from cnn_core.readouts.twin import NO_TWIN
from cnn_core.readouts.work import Steps, Tell, Work
from cnn_core.survey.identity import identity_of
from cnn_core.survey.one_pass import layers_from_last_convolution
from cnn_core.survey.store import default_cache_folder

MOST_SHARED = 0.01
_PACKAGES = ("keras", "numpy", "scikit-learn", "scipy")


def compute_readouts(
    network: Network,
    train: Dataset | None,
    test: Dataset,
    pairs: Sequence[tuple[int, int]] = (),
    *,
    twin: Network | None = None,
    twin_source: str = NO_TWIN,
    cache_folder: AnyPath | None = None,
    seed: int = 0,
    anew: bool = False,
    progress: Tell | None = None,
) -> ModelReadouts:
    """Measure what each layer alone can tell, what the MLP adds, and judge the article's claims.

    Readers are fitted on training images and scored on test images; nothing is chosen on the test
    set. Steps that an earlier, perhaps killed run finished are not computed again.

    Parameters
    ----------
    pairs
        Pairs of classes to tell apart; all classes are always read.
    twin, twin_source
        The same network before its training, and where its weights come from; see `find_twin`.
    cache_folder
        Where finished steps are kept; by default as in `survey_of`.
    anew
        Compute finished steps again.
    progress
        Called with (steps done, steps in all, what comes next).

    Raises
    ------
    DataError
        When the training images are missing, or among the test images.
    SelectionError
        When a class of a pair does not exist.
    """
    if train is None:
        raise DataError(
            "no training images: readers are fitted on a train set and scored on a "
            "test set; data with both is accepted"
        )
    n_shared = check_apart(train, test)
    pairs = checked_pairs(pairs, network, train, test)
    started = time.perf_counter()
    layers = layers_to_read(network, test.images[:8])
    logits = network.logits(test.images)
    tasks = tuple(make_task(pair, logits, test.labels) for pair in (None, *pairs))
    mlp, conv = find_mlp(network), _last_convolution(network)
    work = _open_work(network, train, test, cache_folder, seed)
    if anew:
        work.forget()
    n_circles = len(pairs) if conv else 0
    steps = Steps(len(tasks) * (2 if twin else 1) + 1 + n_circles + 1, progress)

    def rungs_of(one: Network, own_tasks: Sequence[Task], is_trained: bool) -> list[Rungs]:
        kept_as, told = ("ladder", "trained") if is_trained else (twin_source, "untrained")
        found = []
        for task in own_tasks:
            steps.begin(f"{task.name}, {told}")
            read = partial(read_layers, one, train, test, layers, task, seed, is_trained=is_trained)
            tell = partial(steps.within, f"{task.name}, {told}")
            found.append(work.step(f"{kept_as}|{task.name}", Rungs, partial(read, tell=tell)))
        return found

    # What is cheap and what the claims need comes first.
    steps.begin("MLP")
    variants = work.step(
        "mlp|" + " ".join(task.name for task in tasks),
        tuple[Variant, ...],
        lambda: make_variants(network, mlp, train, test, logits, tasks, seed),
    )
    circles: list[CirclesFound] = []
    for task in tasks[1:] if conv else ():
        steps.begin(f"circles, {task.name}")
        circles += work.step(
            f"circles|{task.name}",
            tuple[CirclesFound, ...],
            partial(find_circles_worth, network, train, test, str(conv), task, logits, seed),
        )
    trained = rungs_of(network, tasks, True)
    untrained: Twin | None = None
    if twin is not None:
        twin_logits = twin.logits(test.images)
        twin_tasks = tuple(make_task(pair, twin_logits, test.labels) for pair in (None, *pairs))
        found = rungs_of(twin, twin_tasks, False)
        readouts = tuple(_slim(readout) for one in found for readout in one.readouts)
        untrained = Twin(twin_source, twin_tasks, readouts)
    steps.begin("claims")
    told = ModelReadouts(
        model_name=network.name,
        model_digest=identity_of(network),
        train_digest=train.digest,
        test_digest=test.digest,
        class_names=test.class_names,
        layers=layers,
        tasks=tasks,
        readouts=tuple(readout for one in trained for readout in one.readouts),
        removals=tuple(removal for one in trained for removal in one.removals),
        mlp=_told_mlp(mlp),
        conv=conv,
        variants=variants,
        circles=tuple(circles),
        twin=untrained,
        claims=(),
        provenance={
            "images": {"train": len(train), "test": len(test), "in_both": n_shared},
            "most_images_fitted": N_FITTED,
            "seed": seed,
            "untrained": twin_source,
            "seconds": round(time.perf_counter() - started, 1),
            "steps": steps.n_steps - 1,
            "steps_from_an_earlier_run": work.n_at_hand,
            "versions": {
                "python": platform.python_version(),
                **{name: version(name) for name in _PACKAGES},
            },
        },
    )
    finished: ModelReadouts = as_read(ModelReadouts, judged(told))
    steps.begin("done")
    return finished


def _slim(readout: Readout) -> Readout:
    """Leave out what a twin's readers of several cells answer: it would be a quarter of the file."""
    if readout.setting is None:
        return readout
    facts = {key: value for key, value in readout.facts.items() if key != "cells"}
    return replace(readout, answers=None, facts=cast(Facts, facts))


def judged(found: ModelReadouts) -> ModelReadouts:
    """Add the claims about each pair, judged by this model alone."""
    claims = [judge_claims([found], task.name) for task in found.tasks[1:]]
    return replace(found, claims=tuple(claim for own in claims for claim in own))


def count_shared(train: Dataset, test: Dataset) -> int:
    """Number of test images that are, pixel for pixel, training images."""
    seen = {hashlib.blake2b(np.ascontiguousarray(image).data).digest() for image in train.images}
    return sum(
        hashlib.blake2b(np.ascontiguousarray(image).data).digest() in seen for image in test.images
    )


def check_apart(train: Dataset, test: Dataset) -> int:
    """Number of test images that are training images too.

    Raises
    ------
    DataError
        When they are more than one in a hundred.
    """
    n_shared = count_shared(train, test)
    if n_shared > MOST_SHARED * len(test):
        raise DataError(
            f"{n_shared:,} of {len(test):,} test images are training images: readers must be "
            f"scored on other images than they were fitted on; at most {MOST_SHARED:.0%} is "
            "accepted"
        )
    return n_shared


def checked_pairs(
    pairs: Sequence[tuple[int, int]], network: Network, train: Dataset, test: Dataset
) -> list[tuple[int, int]]:
    """Pairs of classes, each once, whichever way round.

    Raises
    ------
    SelectionError
        When a class does not exist, is asked for against itself, or has no images.
    """
    checked: list[tuple[int, int]] = []
    for p, q in pairs:
        for wanted in (p, q):
            if not 0 <= wanted < network.n_classes:
                raise SelectionError(
                    f"class {wanted}: the network {network.name} has the classes 0 to "
                    f"{network.n_classes - 1}",
                    nearest=int(np.clip(wanted, 0, network.n_classes - 1)),
                )
            for dataset in (train, test):
                if not (dataset.labels == wanted).any():
                    raise SelectionError(
                        f"class {wanted}: no image of it in the {dataset.name} set"
                    )
        if p == q:
            raise SelectionError(f"class {p} against itself: choose two different classes")
        if not {(p, q), (q, p)}.intersection(checked):
            checked.append((p, q))
    return checked


def _open_work(
    network: Network, train: Dataset, test: Dataset, cache_folder: AnyPath | None, seed: int
) -> Work:
    folder = Path(cache_folder) if cache_folder is not None else default_cache_folder()
    parts = (FORMAT, identity_of(network), train.digest, test.digest, seed, N_FITTED, MOST_VALUES)
    key = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
    return Work(folder / f"readouts-{key}.json")


def _last_convolution(network: Network) -> str | None:
    first = layers_from_last_convolution(network.layers)[0]
    is_conv = first.kind in (LayerKind.CONV, LayerKind.DEPTHWISE_CONV)
    return first.name if is_conv else None


def _told_mlp(mlp: Mlp | None) -> MlpFacts:
    if mlp is None:
        return MlpFacts(
            input=None,
            hidden=None,
            widths=[],
            note="No dense layer stands between the last convolution and the logits.",
        )
    note = "" if mlp.hidden else "The MLP is linear: no layer of it has a non-linearity."
    return MlpFacts(input=mlp.input, hidden=mlp.hidden, widths=list(mlp.widths), note=note)
