"""All readouts of one network, step by step; a killed run goes on after its last step."""

import contextlib
import hashlib
import json
import platform
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np

from cnn_core.artifacts import json_text, save_text
from cnn_core.errors import DataError, SelectionError
from cnn_core.network.layers import LayerKind
from cnn_core.readouts.claims import Evidence, judge_claims
from cnn_core.readouts.ladder import READERS, layers_to_read, make_task, read_layer
from cnn_core.readouts.mlp import find_mlp, make_variant, variant_steps
from cnn_core.readouts.result_file import FORMAT, readout_from, variant_from
from cnn_core.readouts.results import ModelReadouts
from cnn_core.readouts.samples import MOST_VALUES
from cnn_core.survey.one_pass import layers_from_last_convolution
from cnn_core.survey.store import default_cache_folder
from cnn_core.survey.whole_set import identity_of, survey_of

MOST_SHARED = 0.01
_PACKAGES = ("keras", "numpy", "scikit-learn", "scipy")


class Work:
    """Results of finished steps, kept in a file after each step.

    Parameters
    ----------
    path : pathlib.Path
        Where the folder cannot be written, results are held in memory only.
    """

    def __init__(self, path):
        self._path = path
        self.n_at_hand = 0
        try:
            self._done = dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            self._done = {}

    def step(self, key, compute):
        """Result of a step in its JSON form: the kept one, or computed and kept.

        Parameters
        ----------
        key : str
        compute : callable
            Without arguments; returns a dataclass or a sequence of them.

        Returns
        -------
        dict or list of dict
        """
        if key in self._done:
            self.n_at_hand += 1
            return self._done[key]
        found = compute()
        many = isinstance(found, tuple)
        plain = [asdict(one) for one in found] if many else asdict(found)
        # What comes from the file and what was just computed must look the same.
        self._done[key] = json.loads(json_text(plain))
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            save_text(self._path, json_text(self._done))
        return self._done[key]

    def forget(self):
        """Drop what was kept."""
        self._done = {}
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def compute_readouts(
    network, train, test, pairs=(), *, cache_folder=None, seed=0, anew=False, progress=None
):
    """Measure what each layer alone can tell, what the MLP adds, and judge the article's claims.

    Readers are fitted on training images and scored on test images; nothing is chosen on the test
    set. Steps that an earlier, perhaps killed run finished are not computed again.

    Parameters
    ----------
    network : Network
    train, test : Dataset
    pairs : sequence of (int, int)
        Pairs of classes to tell apart; all classes are always read.
    cache_folder : path, optional
        Where the survey and finished steps are kept; by default as in `survey_of`.
    seed : int
    anew : bool
        Compute finished steps again.
    progress : callable, optional
        Called with (steps done, steps in all, what comes next).

    Returns
    -------
    ModelReadouts

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
    n_shared = _check_apart(train, test)
    pairs = _checked_pairs(pairs, network, train, test)
    survey = survey_of(network, test, cache_folder, with_features=True)
    layers = layers_to_read(network, test.images[:8])
    tasks = tuple(make_task(pair, survey) for pair in (None, *pairs))
    mlp = find_mlp(network)
    variants = variant_steps(network, mlp)
    work = _open_work(network, train, test, cache_folder, seed)
    if anew:
        work.forget()

    n_steps = len(layers) * len(tasks) * len(READERS) + len(variants) + len(pairs)
    done = 0
    started = time.perf_counter()

    def announce(title):
        nonlocal done
        if progress is not None:
            progress(done, n_steps, title)
        done += 1

    def run(title, key, compute):
        announce(title)
        return work.step(key, compute)

    readouts = []
    for layer in layers:
        for task in tasks:
            for reader in READERS:
                stored = run(
                    f"{layer.title}, {task.name}, {reader.name}",
                    f"{layer.name}|{task.name}|{getattr(reader, 'kept_as', reader.name)}",
                    lambda reader=reader, layer=layer, task=task: read_layer(
                        reader, network, train, test, survey, layer.name, task, seed
                    ),
                )
                readouts += map(readout_from, stored)
    found_variants = []
    names_of_tasks = " ".join(task.name for task in tasks)
    for name in variants:
        stored = run(
            f"MLP: {name}",
            f"mlp|{name}|{names_of_tasks}",
            lambda name=name: make_variant(name, network, mlp, train, test, survey, tasks, seed),
        )
        found_variants.append(variant_from(stored))
    claims = []
    for task in tasks[1:]:
        evidence = _evidence(network, survey, task, mlp, readouts, found_variants, test, seed)
        announce(f"claims, {task.name}")
        claims += judge_claims(evidence)
    if progress is not None:
        progress(n_steps, n_steps, "done")
    return ModelReadouts(
        model_name=network.name,
        model_digest=identity_of(network),
        train_digest=train.digest,
        test_digest=test.digest,
        class_names=test.class_names,
        layers=layers,
        tasks=tasks,
        readouts=tuple(readouts),
        mlp=_told_mlp(mlp),
        variants=tuple(found_variants),
        claims=tuple(claims),
        provenance={
            "images": {"train": len(train), "test": len(test), "in_both": n_shared},
            "seed": seed,
            "most_values_fitted_at_once": MOST_VALUES,
            "seconds": round(time.perf_counter() - started, 1),
            "steps": n_steps - len(pairs),
            "steps_from_an_earlier_run": work.n_at_hand,
            "versions": {
                "python": platform.python_version(),
                **{name: version(name) for name in _PACKAGES},
            },
        },
    )


def count_shared(train, test):
    """Number of test images that are, pixel for pixel, training images."""
    seen = {hashlib.blake2b(np.ascontiguousarray(image).data).digest() for image in train.images}
    return sum(
        hashlib.blake2b(np.ascontiguousarray(image).data).digest() in seen for image in test.images
    )


def _check_apart(train, test):
    n_shared = count_shared(train, test)
    if n_shared > MOST_SHARED * len(test):
        raise DataError(
            f"{n_shared:,} of {len(test):,} test images are training images: readers must be "
            f"scored on other images than they were fitted on; at most {MOST_SHARED:.0%} is "
            "accepted"
        )
    return n_shared


def _checked_pairs(pairs, network, train, test):
    checked = []
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


def _open_work(network, train, test, cache_folder, seed):
    folder = Path(cache_folder) if cache_folder is not None else default_cache_folder()
    parts = (FORMAT, identity_of(network), train.digest, test.digest, seed, MOST_VALUES)
    key = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
    return Work(folder / f"readouts-{key}.json")


def _evidence(network, survey, task, mlp, readouts, variants, test, seed):
    first = layers_from_last_convolution(network.layers)[0]
    is_conv = first.kind in (LayerKind.CONV, LayerKind.DEPTHWISE_CONV)
    return Evidence(
        survey=survey,
        task=task,
        names=tuple(test.class_names[number] for number in task.classes),
        conv=first.name if is_conv else None,
        hidden=mlp.hidden if mlp else None,
        readouts=tuple(one for one in readouts if one.task == task.name),
        variants=tuple(variants),
        seed=seed,
    )


def _told_mlp(mlp):
    if mlp is None:
        return {
            "input": None,
            "hidden": None,
            "widths": [],
            "note": "No dense layer stands between the last convolution and the logits.",
        }
    note = "" if mlp.hidden else "The MLP is linear: no layer of it has a non-linearity."
    return {"input": mlp.input, "hidden": mlp.hidden, "widths": list(mlp.widths), "note": note}
