"""Every claim's numbers against a direct count, and its verdict turned by turning the numbers."""

from types import SimpleNamespace

import numpy as np
import pytest

from cnn_core.circles.rule import on_cells, peaks
from cnn_core.readouts.claims import (
    DOES_NOT,
    HOLDS,
    IN_PART,
    N_CLEAR,
    UNJUDGED,
    Evidence,
    judge_claims,
)
from cnn_core.readouts.ladder import network_answers, rows_of_task
from cnn_core.readouts.paired import compare
from cnn_core.readouts.results import Share, Task

P, Q = 1, 2
CLASSES = 4
NAMES = ("four", "nine")
ORDER = (
    "common_points",
    "unique_points",
    "points_survive",
    "eye_does_not_suffice",
    "linear_suffices",
    "nodes_beat_cells",
    "mlp_needed",
)


class World:
    """A network's answers to made-up images, and maps that light up as told.

    Parameters
    ----------
    always : int
        Cells that are on in every image.
    chances : sequence of (float, float)
        One cell each: chance to be on in an image of P and of any other class.
    n_wrong : int
        Images of P that the network takes for Q.
    """

    def __init__(self, always=0, chances=(), n_wrong=2, n_each=150, seed=0):
        rng = np.random.default_rng(seed)
        self.labels = rng.permutation(np.repeat(np.arange(CLASSES), n_each))
        n = len(self.labels)
        self.logits = rng.uniform(0, 1, (n, CLASSES)).astype(np.float32)
        self.logits[np.arange(n), self.labels] += np.linspace(1.5, 9, n)
        mistaken = np.flatnonzero(self.labels == P)[:n_wrong]
        self.logits[mistaken, Q] = 20
        self.predictions = self.logits.argmax(axis=1)
        cells = rng.uniform(0, 0.2, (n, always + len(chances) + 6)).astype(np.float32)
        cells[:, :always] = 0.8
        for place, (own, other) in enumerate(chances):
            chance = np.where(self.labels == P, own, other)
            cells[rng.random(n) < chance, always + place] = 0.8
        cells[:, -1] = 1.0  # the layer's largest, on in every image
        self.features = {
            "conv": cells.reshape(n, 1, 1, -1),
            "hidden": rng.normal(0, 1, (n, 5)).astype(np.float32),
        }
        self.peak = {name: peaks(values) for name, values in self.features.items()}

    def __len__(self):
        return len(self.labels)

    @property
    def rows(self):
        return rows_of_task(self.labels, (P, Q))

    @property
    def network_right(self):
        answers = network_answers(self.logits, (P, Q))
        return (answers == self.labels)[self.rows]

    def task(self):
        right = self.network_right
        return Task(f"{P}-{Q}", (P, Q), Share.of(right.sum(), len(right)))

    def readout(self, layer, reader, right, **facts):
        return SimpleNamespace(
            layer=layer,
            reader=reader,
            setting=None,
            facts=facts,
            share=Share.of(right.sum(), len(right)),
            versus_network=compare(self.network_right, right),
        )


def judge(world, readouts=(), variants=(), conv="conv"):
    claims = judge_claims(
        Evidence(world, world.task(), NAMES, conv, "hidden", tuple(readouts), tuple(variants), 0)
    )
    assert tuple(claim.name for claim in claims) == ORDER
    return {claim.name: claim for claim in claims}


def numbers(claim):
    return [(number.value, number.low, number.high) for number in claim.numbers]


def flipped(right, n, which=True):
    """Turn the first n answers that are right (or wrong)."""
    changed = right.copy()
    changed[np.flatnonzero(right == which)[:n]] = not which
    return changed


# --- circles ----------------------------------------------------------------------------------


def clear_ones(world, label, against):
    margin = world.logits[:, label].astype(float) - world.logits[:, against]
    fits = np.flatnonzero((world.labels == label) & (world.predictions == label))
    return fits[np.argsort(-margin[fits], kind="stable")]


def test_points_are_counted_in_the_clearest_images():
    world = World(always=2, chances=[(1, 0), (1, 0), (1, 1), (0.6, 0.6)])
    on = on_cells(world.features["conv"].reshape(len(world), -1))
    common = on[clear_ones(world, P, Q)[:N_CLEAR]].all(axis=0)
    claim = judge(world)["common_points"]
    assert claim.numbers[0].value == common.sum() and claim.numbers[0].unit == "cells"
    assert "clearest fours" in claim.numbers[0].label


@pytest.mark.parametrize(
    "chances, verdict",
    [
        ([(1, 0)] * 5, HOLDS),  # five cells that only images of P share
        ([(1, 1)] * 5, IN_PART),  # any images share them
    ],
)
def test_common_points_must_be_more_than_any_images_share(chances, verdict):
    assert judge(World(chances=chances))["common_points"].verdict == verdict


def test_no_common_point_is_no_common_point():
    world = World()
    one_each = np.eye(6, dtype=np.float32)[np.arange(len(world)) % 6]
    one_each[clear_ones(world, P, Q)[0]] = np.eye(6)[0]
    one_each[clear_ones(world, P, Q)[1]] = np.eye(6)[1]
    world.features["conv"] = one_each.reshape(-1, 1, 1, 6)
    world.peak["conv"] = peaks(world.features["conv"])
    assert judge(world)["common_points"].verdict == DOES_NOT


@pytest.mark.parametrize(
    "chances, verdict, passing",
    [
        ([(0.95, 0.01)] * 6, HOLDS, 1.0),
        ([(0.95, 0.01)] * 3 + [(1, 0.4)] * 3, IN_PART, None),
        ([(1, 0.3)] * 6, DOES_NOT, 0.0),
    ],
)
def test_unique_points_are_held_against_all_other_images(chances, verdict, passing):
    for seed in range(20):  # a draw in which the clear images show circles
        claim = judge(World(chances=chances, seed=seed))["unique_points"]
        if claim.numbers and claim.numbers[0].n >= 4:
            break
    assert claim.verdict == verdict
    if passing is not None:
        assert claim.numbers[0].value == passing
    assert 0 <= claim.numbers[2].value <= claim.numbers[1].value <= 1


def test_nothing_unique_cannot_be_judged():
    claims = judge(World(always=4))
    for name in ("unique_points", "points_survive"):
        assert claims[name].verdict == UNJUDGED and claims[name].numbers == ()


@pytest.mark.parametrize("left_on, verdict", [(5, HOLDS), (0, DOES_NOT), (None, IN_PART)])
def test_survival_is_counted_in_the_least_clear_images(left_on, verdict):
    world = World(chances=[(1, 0)] * 5)
    least_clear = clear_ones(world, P, Q)[::-1][:50]
    if left_on is None:
        world.features["conv"][least_clear[::2], 0, 0, :5] = 0
    else:
        world.features["conv"][least_clear, 0, 0, left_on:5] = 0
    claim = judge(world)["points_survive"]
    assert claim.verdict == verdict
    expected = {5: 1, 0: 0, None: 0.5}[left_on]
    assert claim.numbers[0].value == claim.numbers[1].value == expected
    assert claim.numbers[0].n == 50


@pytest.mark.parametrize(
    "chances, n_wrong, verdict",
    [
        ([(0.7, 0.3)] * 5, 0, HOLDS),  # the circles of few images deceive
        ([(1, 0), (0, 1)] * 3, 40, DOES_NOT),  # they tell all
    ],
)
def test_eye_is_compared_with_the_network(chances, n_wrong, verdict):
    claim = judge(World(chances=chances, n_wrong=n_wrong))["eye_does_not_suffice"]
    assert claim.verdict == verdict
    assert claim.numbers[-1].n == 300 and claim.numbers[-1].value == 1 - n_wrong / 300


# --- readers and variants ---------------------------------------------------------------------


@pytest.mark.parametrize("change, verdict", [(0, HOLDS), (60, DOES_NOT)])
def test_linear_probe_may_lose_next_to_nothing(change, verdict):
    world = World(chances=[(1, 0), (0, 1)] * 3, n_each=2000)
    probe = world.readout("conv", "linear_probe", flipped(world.network_right, change))
    claim = judge(world, [probe])["linear_suffices"]
    assert claim.verdict == verdict
    assert numbers(claim)[2][0] == pytest.approx(change / 4000)


def test_linear_probe_that_only_beats_the_eye_suffices_in_part():
    world = World(chances=[(0.7, 0.3)] * 5, n_each=2000)
    probe = world.readout("conv", "linear_probe", flipped(world.network_right, 60))
    assert judge(world, [probe])["linear_suffices"].verdict == IN_PART


@pytest.mark.parametrize(
    "node, cell, verdict", [(5.0, 0.3, HOLDS), (0.3, 5.0, DOES_NOT), (0.0, 0.0, None)]
)
def test_best_node_is_compared_with_best_cell(node, cell, verdict):
    world = World()
    rng = np.random.default_rng(1)
    is_p = world.labels == P
    for layer, strength in (("hidden", node), ("conv", cell)):
        flat = world.features[layer].reshape(len(world), -1)
        flat[:, 3] = rng.normal(0, 1, len(world)) + strength * is_p
    thresholds = {"hidden": node / 2, "conv": cell / 2}
    right = {
        layer: (
            np.where(
                world.features[layer].reshape(len(world), -1)[world.rows, 3] >= thresholds[layer],
                P,
                Q,
            )
            == world.labels[world.rows]
        )
        for layer in thresholds
    }
    found = [
        world.readout(
            layer, "best_cell", right[layer], cell=3, above=P, threshold=thresholds[layer]
        )
        for layer in thresholds
    ]
    claim = judge(world, found)["nodes_beat_cells"]
    expected = compare(right["hidden"], right["conv"])
    assert numbers(claim)[2] == (expected.difference, expected.low, expected.high)
    if verdict is not None:
        assert claim.verdict == verdict
    else:
        assert claim.verdict == (IN_PART if expected.difference > 0 else DOES_NOT)


def test_threshold_without_a_value_takes_every_image_for_one_class():
    world = World()
    right = world.labels[world.rows] == Q
    found = [
        world.readout(layer, "best_cell", right, cell=0, above=Q, threshold=None)
        for layer in ("hidden", "conv")
    ]
    claim = judge(world, found)["nodes_beat_cells"]
    assert numbers(claim)[2][0] == 0 and claim.verdict == DOES_NOT


@pytest.mark.parametrize(
    "losses, verdict",
    [((40, 40, 40, 40), HOLDS), ((40, 40, 0, 0), IN_PART), ((0, 0, 0, 0), DOES_NOT)],
)
def test_mlp_is_needed_if_linear_replacements_lose_beyond_the_interval(losses, verdict):
    world = World()
    right = world.network_right
    variants = [
        SimpleNamespace(
            name=name,
            title=name,
            scores={
                task: SimpleNamespace(versus_network=compare(right, flipped(right, loss)))
                for task, loss in zip(("all", f"{P}-{Q}"), pair, strict=True)
            },
        )
        for name, pair in (("linear_probe", losses[:2]), ("linear_refit", losses[2:]))
    ]
    claim = judge(world, variants=variants)["mlp_needed"]
    assert claim.verdict == verdict and len(claim.numbers) == 4


def test_claims_without_their_numbers_cannot_be_judged():
    claims = judge(World(), conv=None)
    assert {claim.verdict for claim in claims.values()} == {UNJUDGED}
    for claim in claims.values():
        assert claim.rule and claim.statement and claim.task == f"{P}-{Q}"


def test_statements_name_the_classes_of_the_data():
    claims = judge(World(chances=[(1, 0)] * 5))
    assert "fours" in claims["common_points"].statement
    assert "nines" in claims["unique_points"].rule
