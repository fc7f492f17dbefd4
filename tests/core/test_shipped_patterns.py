"""The shipped patterns belong to the shipped models, and plain Keras says the same of a part."""

from pathlib import Path

import numpy as np
import pytest

from cnn_core.artifacts import read_manifest
from cnn_core.images.dataset import load_dataset
from cnn_core.network.backend import keras
from cnn_core.patterns.files.pattern_file import load_patterns, patterns_file
from cnn_core.patterns.files.relatives_file import RELATIVES, load_relatives
from cnn_core.patterns.optimising.ascent import GREY_STEP, Recipe
from cnn_core.patterns.scoring.scores import References

# Keras reads its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
MODELS = {Path(file).stem: told for file, told in read_manifest(ARTIFACTS)["models"].items()}
SIZES = {"Conv2D_1": (3, 1), "Conv2D_2": (8, 2), "Conv2D_3": (18, 4), "Dense_1": (26, 0),
         "Dense_2": (26, 0)}  # fmt: skip
MOST_BYTES = 4_000_000


@pytest.fixture(scope="module")
def found():
    return {name: load_patterns(ARTIFACTS / patterns_file(name)) for name in MODELS}


def test_every_shipped_model_has_its_patterns(found):
    manifest = read_manifest(ARTIFACTS)
    assert set(manifest["patterns"]) == {RELATIVES, *map(patterns_file, MODELS)}
    assert sum(record["bytes"] for record in manifest["patterns"].values()) <= MOST_BYTES
    for name, patterns in found.items():
        record = MODELS[name]
        assert patterns.model_digest == record["sha256"]
        assert patterns.train_digest == record["data"]["train"]
        assert patterns.test_digest == record["data"]["test"]
        assert patterns.n_searched == 60_000 and patterns.n_of_class.sum() == 10_000
        assert {key: layer.size[0] for key, layer in patterns.layers.items()} == {
            key: size for key, (size, _) in SIZES.items()
        }
        # The command gives them again.
        recipe = {**patterns.recipe, "length_scales": tuple(patterns.recipe["length_scales"])}
        recipe["shown_after"] = tuple(recipe["shown_after"])
        assert Recipe(**recipe) == Recipe()


def test_every_unit_has_a_relative_in_every_other_model(found):
    relatives = load_relatives(ARTIFACTS / RELATIVES)
    assert set(relatives.models.values()) == set(MODELS)
    for name, patterns in found.items():
        for unit in range(10):
            told = relatives.of(patterns.model_digest, "Dense_2", unit)
            assert {one.model for one in told} == set(MODELS) - {name}
            # Output classes are not taken for one another.
            assert all(one.unit == unit and one.correlation > 0.9 for one in told)


def test_relatives_are_nearer_than_an_untrained_network_brings_them():
    relatives = load_relatives(ARTIFACTS / RELATIVES)
    assert len(relatives.by_chance) == 2 * len(relatives.matches)
    for layer in ("Conv2D_1", "Conv2D_2", "Conv2D_3", "Dense_1", "Dense_2"):
        found, chance = (
            np.concatenate([told for key, told in by.items() if key[2] == layer])
            for by in (
                {key: match.correlation for key, match in relatives.matches.items()},
                relatives.by_chance,
            )
        )
        assert np.nanmedian(found) > np.nanmedian(chance) + 0.2, layer


def test_natural_patches_tell_more_than_patterns_and_both_more_than_random_images(found):
    kinds = list(References)
    for patterns in found.values():
        shares = np.nanmedian(patterns.layer("Conv2D_3")["right_choice"][:, :, 0], axis=0)
        told = dict(zip(kinds, shares, strict=True))
        assert told[References.NINE_PATCHES] > told[References.ONE_PATCH]
        assert told[References.ONE_PATCH] > told[References.ONE_PATTERN]
        assert told[References.ONE_PATTERN] > told[References.RANDOM]


def before_activation(name, layer):
    """The shipped model up to a layer, without the layer's own non-linearity."""
    model = keras.models.load_model(ARTIFACTS / f"{name}.keras", compile=False)
    model.get_layer(layer).activation = keras.activations.linear
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return keras.Model(twin.inputs[0], twin.get_layer(layer).output)


@pytest.mark.parametrize(("name", "layer"), (("cnn", "Conv2D_3"), ("cnn_seed2", "Conv2D_2"),
                                             ("cnn_seed3", "Dense_1")))  # fmt: skip
def test_plain_keras_answers_patches_and_patterns_as_stored(found, name, layer):
    layer_patterns = found[name].layer(layer)
    model = before_activation(name, layer)
    images = load_dataset(ARTIFACTS / "mnist.npz", "train").images
    size, stride = SIZES[layer]
    for number in range(0, layer_patterns.n_units, 9):
        unit = layer_patterns.unit(number)
        rows = [patch.image for patch in unit.patches]
        values = model(images[rows], training=False).numpy().reshape(9, *unit.grid, -1)[..., number]
        np.testing.assert_allclose(values.max(axis=(1, 2)), unit.patch_response, 1e-4, 1e-4)
        at = [(n, patch.row, patch.column) for n, patch in enumerate(unit.patches)]
        np.testing.assert_allclose(
            values[tuple(zip(*at, strict=True))], unit.patch_response, 1e-4, 1e-4
        )
        assert list(unit.patch_response) == sorted(unit.patch_response, reverse=True)
        row, column = divmod(unit.driven_cell, unit.grid[1])
        shown = np.zeros((3, 28, 28, 1), np.float32)
        top, left = row * stride, column * stride
        shown[:, top : top + size, left : left + size] = unit.pattern / np.float32(255)
        values = model(shown, training=False).numpy().reshape(3, *unit.grid, -1)
        np.testing.assert_allclose(
            values[:, row, column, number], unit.pattern_response, rtol=1e-4, atol=1e-4
        )
        assert not (unit.pattern % GREY_STEP).any()
        if unit.patch_response[0] > 0:
            assert unit.out_of_range == pytest.approx(
                unit.pattern_response[0] / unit.patch_response[0], rel=1e-5
            )


def test_dead_units_are_few_and_told(found):
    n_dead = {
        name: sum(int(layer["is_dead"].sum()) for layer in patterns.layers.values())
        for name, patterns in found.items()
    }
    assert n_dead["cnn"] == 3 and max(n_dead.values()) < 10
    for patterns in found.values():
        for layer in patterns.layers.values():
            silent = layer["is_dead"]
            assert (layer["patch_response"][silent] <= 0).all()
            assert not layer["n_fired"][silent].any() and not layer["n_top"][silent].any()
