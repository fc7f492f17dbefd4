"""Readouts of networks that do not exist, with answers as told, for tests of verdicts."""

import numpy as np

from cnn_core.readouts.comparing.answers import Answers, Counts, Share
from cnn_core.readouts.comparing.paired import compare
from cnn_core.readouts.judging.circles_found import CirclesFound, Draw
from cnn_core.readouts.results import ModelReadouts, Readout, Task, Variant, VariantScore

PAIR, ALL = "1-2", "all"
SIZES = {PAIR: 2000, ALL: 5000}
CLASSES = {PAIR: (1, 2), ALL: (0, 1, 2, 3)}


def right_but(n_wrong, n, start=0):
    """All answers right but so many, from one place on."""
    right = np.ones(n, bool)
    right[start : start + n_wrong] = False
    return right


def flipped(right, n):
    """The first n right answers turned wrong."""
    changed = right.copy()
    changed[np.flatnonzero(right)[:n]] = False
    return changed


def task_of(name, right):
    return Task(name, CLASSES[name], Share.of(right.sum(), len(right)), Answers.of(right))


def readout_of(task, layer, reader, right, network):
    share = Share.of(right.sum(), len(right))
    return Readout(
        task, layer, reader, None, 99, share, compare(network, right), {}, 0.0, Answers.of(right)
    )


def variant_of(name, right, networks):
    scores = {
        task: VariantScore(
            Share.of(own.sum(), len(own)),
            compare(networks[task], own),
            (),
            (),
            (),
            Answers.of(own),
            9,
        )
        for task, own in right.items()
    }
    return Variant(name, f"title of {name}", "how", 9, scores)


def circles_of(threshold=0.3, **changes):
    """Circles of a pair whose reader is right on all images, three of four of them unique."""
    n = SIZES[PAIR]
    half = n // 2
    unclear = np.arange(half) < 50
    told = {
        "task": PAIR,
        "layer": "conv",
        "threshold": threshold,
        "groups": ((5, 6, 7), (8, 9, 10)),
        "cells": (0, 1, 2, 3),
        "hits": ((900, 20), (900, 20), (900, 20), (600, 400)),
        "n_images": (half, half),
        "first": Draw(6, (4, 3), 3, 0.0),
        "others": (Draw(6, (4, 3), 3, 0.0),) * 4,
        "any_class": (50, 40, 10),
        "same_class": (0, 0, 10, 40, 40, 10),
        "unclear": Answers.of(unclear),
        "n_on": Counts.of(np.where(unclear, 1, 3)),
        "right": Answers.of(np.ones(n, bool)),
        "undecided": Answers.of(np.zeros(n, bool)),
        "random_readers": (0.9, 0.7, 0.97),
    }
    return CirclesFound(**{**told, **changes})


def model_of(name="a", *, networks=None, readouts=(), variants=(), circles=()):
    """Readouts of one model; by default the network errs on 8 of 2,000 and 20 of 5,000."""
    networks = networks or {task: right_but(n // 250, n) for task, n in SIZES.items()}
    return ModelReadouts(
        model_name=name,
        model_digest=name,
        train_digest="train",
        test_digest="test",
        class_names=("zero", "four", "nine", "three"),
        layers=(),
        tasks=tuple(task_of(task, right) for task, right in networks.items()),
        readouts=tuple(
            readout_of(task, layer, reader, right, networks[task])
            for (task, layer, reader), right in dict(readouts).items()
        ),
        removals=(),
        mlp={"input": "conv", "hidden": "hidden", "widths": [5, 4], "note": ""},
        conv="conv",
        variants=tuple(variant_of(one, right, networks) for one, right in dict(variants).items()),
        circles=tuple(circles),
        twin=None,
        claims=(),
    )
