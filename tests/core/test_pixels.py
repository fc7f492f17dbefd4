"""What a network takes for black and white: stated, read off, or found by trying."""

import argparse

import numpy as np
import pytest

from cnn_core.errors import DataError, ModelError
from cnn_core.images.dataset import dataset_of
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.network.layers import Adds, ConstantSource
from cnn_core.network.opening import load_network
from cnn_core.network.pixel_check import better_pixels
from cnn_core.network.pixels import (
    AS_GIVEN,
    Entry,
    Pixels,
    add_pixels_option,
    entry_of,
    with_values_joined,
)
from cnn_core.survey.identity import identity_of
from tests.core.networks import (
    article_like,
    names_of,
    random_images,
    seeded,
    short_cut_from_pixels,
    without_channel_axis,
)

# Keras reads its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

L = keras.layers
SCALED = (article_like, short_cut_from_pixels, without_channel_axis)
RNG = np.random.default_rng(5)


def model_with(*first, dtype="float32"):
    layers = [keras.Input((5, 5, 1), dtype=dtype), *first, L.Flatten(), L.Dense(3)]
    return keras.Sequential(layers)


def network_of(model, **options):
    return Network(model, name="small", **options)


# --- stated --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "black", "white"),
    [
        ("0-1", 0, 1), ("0-255", 0, 255), ("-1-1", -1, 1), ("-0.5-0.5", -0.5, 0.5), ("1-0", 1, 0),
        ("-2--1", -2, -1), (" 0-16 ", 0, 16), ("1e-1-1e2", 0.1, 100), ("0.25,0.5", -0.5, 1.5),
        ("0.5,1", -0.5, 0.5), ("127.5,127.5", -1, 1), ("0,255", 0, 1),
    ],
)  # fmt: skip
def test_what_can_be_stated(text, black, white):
    pixels = Pixels.parse(text)
    assert (pixels.black, pixels.white) == pytest.approx((black, white))
    assert pixels.text == text.strip()


@pytest.mark.parametrize(
    "text", ["", "1", "0-0", "0..1", "a-b", "0,0", "0.1,-1", "0-1e9", "nan-1", "0-1-2", "1,2,3"]
)
def test_what_cannot_be_stated(text):
    with pytest.raises(ModelError, match="accepted"):
        Pixels.parse(text)


def test_the_option_takes_values_that_begin_with_a_minus():
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_pixels_option(parser)
    parser.add_argument("--cache")
    arguments = ["--pixels", "-1-1", "--cache", "-"]
    assert with_values_joined(arguments) == ["--pixels=-1-1", "--cache", "-"]
    assert parser.parse_args(with_values_joined(arguments[:2])).pixels == "-1-1"
    assert parser.parse_args([]).pixels is None
    with pytest.raises(argparse.ArgumentError, match="MEAN,STD of the pixels is accepted"):
        parser.parse_args(["--pixels", "bytes"])


def test_values_enter_in_one_straight_line():
    assert entry_of(None, (-1, 1)) == AS_GIVEN
    assert entry_of(Pixels.parse("0-1"), (0, 1)) == AS_GIVEN
    assert entry_of(Pixels.parse("-1-1"), (0, 1)) == Entry(2, -1)
    assert entry_of(Pixels.parse("0-255"), (-1, 1)) == Entry(127.5, 127.5)


@pytest.mark.parametrize("text", ["0-255", "-1-1", "0.2,0.4", "1-0"])
@pytest.mark.parametrize("value_range", [(0.0, 1.0), (-0.5, 2.0)])
def test_a_network_is_fed_what_is_stated(text, value_range):
    model, pixels = seeded(article_like), Pixels.parse(text)
    plain = network_of(model, value_range=value_range)
    scaled = network_of(model, value_range=value_range, pixels=pixels)
    low, high = value_range
    units = random_images(plain, 6)
    given = low + (high - low) * units
    fed = pixels.black + (pixels.white - pixels.black) * units
    wanted = network_of(model, value_range=(0.0, 300.0)).activations(fed)
    found = scaled.activations(given)
    for layer in wanted:
        np.testing.assert_allclose(found[layer], wanted[layer], rtol=1e-4, atol=1e-4)
    as_scaled = plain.logits_as(pixels, given)
    np.testing.assert_allclose(as_scaled, found.logits, rtol=1e-4, atol=1e-4)
    as_plain = scaled.logits_as(Pixels(low, high, ""), given)
    np.testing.assert_allclose(as_plain, plain.logits(given), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("builder", SCALED, ids=names_of(SCALED))
def test_every_margin_stays_an_exact_sum(builder):
    model = seeded(builder)
    network = network_of(model, pixels=Pixels.parse("-1-1"))
    images = random_images(network, 3)
    for layer in ("", network.layers[0].name):
        opened = network.margin_terms(layer, images, 0, 1)
        sums = opened.terms.reshape(3, -1).sum(axis=1, dtype=float) + opened.constant
        np.testing.assert_allclose(sums, opened.margin, atol=2e-5)
    assert network.margin_terms("", images, 0, 1).sources[0] == ConstantSource("", Adds.BIAS)


def test_what_leads_past_a_replaced_layer_is_scaled_too():
    network = network_of(seeded(short_cut_from_pixels), pixels=Pixels.parse("-1-1"))
    images = random_images(network, 3)
    activations = network.activations(images)
    again = network.logits_with("inner", activations["inner"], activations, images)
    np.testing.assert_allclose(again, activations.logits, atol=1e-5)


# --- read off ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "text"),
    [
        ([L.Rescaling(1 / 255)], "0-255"), ([L.Rescaling(1 / 127.5, -1)], "0-255"),
        ([L.Rescaling(2.0, -1)], "0-1"), ([L.Rescaling(1 / 16)], "0-16"),
        ([L.Normalization(mean=33.3, variance=78.6**2)], "0-255"),
        ([L.Normalization(mean=0.13, variance=0.31**2)], "0-1"),
        ([L.RandomRotation(0.1), L.Dropout(0.1), L.Rescaling(1 / 255)], "0-255"),
        ([L.Reshape((5, 5, 1)), L.Rescaling(1 / 255)], "0-255"),
        ([L.Rescaling(1e-9)], None), ([L.Normalization(mean=0.0, variance=1.0)], None),
        ([L.Normalization(mean=33.3, variance=6000.0, invert=True)], None),
        ([L.Conv2D(2, 3), L.Rescaling(1 / 255)], None), ([], None),
    ],
)  # fmt: skip
def test_what_stands_first_tells_the_pixels(first, text):
    pixels = network_of(model_with(*first)).pixels
    assert (pixels.text if pixels else None) == text


def test_an_input_of_whole_numbers_takes_bytes():
    network = network_of(model_with(L.Rescaling(2.0), dtype="uint8"))
    assert network.pixels.text == "0-255"
    images = RNG.integers(0, 256, (4, 5, 5, 1), np.uint8)
    wanted = keras.ops.convert_to_numpy(model_with(L.Rescaling(1.0))(images / np.float32(255)))
    assert network.logits(images).shape == wanted.shape


def test_two_branches_at_the_pixels_tell_nothing():
    image = keras.Input((5, 5, 1))
    both = [L.Rescaling(1 / 255)(image), L.Rescaling(1 / 2)(image)]
    model = keras.Model(image, L.Dense(2)(L.Flatten()(L.Add()(both))))
    assert network_of(model).pixels is None


def test_a_network_that_scales_by_itself_is_right_as_it_was_trained():
    model = model_with(L.Rescaling(1 / 255))
    images = RNG.integers(0, 256, (6, 5, 5, 1), np.uint8)
    wanted = keras.ops.convert_to_numpy(model(images.astype(np.float32)))
    network = network_of(model)
    dataset = dataset_of(images, np.arange(6) % 3)
    for given in (images, images[..., 0], dataset.images, images / 255, images.astype(int)):
        np.testing.assert_allclose(network.logits(given), wanted, atol=1e-5)


# --- arrays --------------------------------------------------------------------------------------


def test_bytes_are_never_fed_as_they_are_without_a_word():
    model = model_with(L.Conv2D(2, 3))
    images = RNG.integers(0, 256, (4, 5, 5, 1), np.uint8)
    told = network_of(model, pixels=Pixels.parse("0-1"))
    wanted = told.logits(images / np.float32(255))
    np.testing.assert_array_equal(told.logits(images), wanted)
    with pytest.warns(UserWarning, match=r"bytes are given to the network small as 0…1"):
        np.testing.assert_array_equal(network_of(model).logits(images), wanted)
    with pytest.raises(DataError, match=r"values up to 255: .*divide by 255, or give bytes"):
        told.logits(np.full((1, 5, 5, 1), 255.0))
    for numbers in (-images.astype(int) - 1, images.astype(int) + 256):
        with pytest.raises(DataError, match=r"bytes 0…255, or decimal numbers, are accepted"):
            told.logits(numbers)
    wide = network_of(model, value_range=(0.0, 4095.0))
    assert wide.logits(np.full((1, 5, 5, 1), 255.0)).shape == (1, 3)


def test_black_and_white_as_truths():
    network = network_of(model_with(), pixels=Pixels.parse("0-1"), value_range=(-1.0, 1.0))
    images = RNG.random((3, 5, 5, 1)) > 0.5
    np.testing.assert_allclose(network.logits(images), network.logits(images * 2.0 - 1), atol=1e-6)


# --- opened from a file --------------------------------------------------------------------------


def test_a_file_is_opened_with_its_pixels_and_told_apart(tmp_path):
    path = tmp_path / "small.keras"
    seeded(article_like).save(path)
    plain, same, bytes_ = (load_network(path, pixels=text) for text in (None, "0-1", "0-255"))
    assert plain.digest == same.digest == bytes_.digest
    assert identity_of(plain) == identity_of(same) == plain.digest
    assert len({identity_of(plain), identity_of(bytes_)}) == 2
    with pytest.raises(ModelError, match=r"pixels 'grey': 0-1, 0-255"):
        load_network(path, pixels="grey")


# --- found by trying -----------------------------------------------------------------------------


def _brightest_quarter():
    """A network that tells which quarter of the image is bright, if fed 0…255."""
    model = keras.Sequential(
        [keras.Input((4, 4, 1)), L.AveragePooling2D(2), L.Flatten(), L.Dense(5)]
    )
    # The fifth answer wins unless some quarter is far brighter than 1.
    kernel = np.concatenate([np.eye(4), np.zeros((4, 1))], axis=1)
    model.layers[-1].set_weights([kernel, np.array([0, 0, 0, 0, 60.0])])
    return model


def _quarters(n=100):
    labels = np.arange(n) % 4
    images = np.zeros((n, 2, 2, 2, 2), np.uint8)
    images[np.arange(n), labels // 2, :, labels % 2, :] = 255
    return dataset_of(images.reshape(n, 4, 4), labels)


def test_other_pixels_that_win_are_named():
    network, data = network_of(_brightest_quarter()), _quarters()
    told = better_pixels(network, data)
    assert told == (
        "small: 0 of 100 images are right with pixels of 0…1 as it is fed now, 100 with 0-255: "
        'start with --pixels 0-255 (in a notebook: pixels="0-255")'
    )
    assert better_pixels(network_of(_brightest_quarter(), pixels=Pixels.parse("0-255")), data) == ""
    wrong = better_pixels(network_of(_brightest_quarter(), pixels=Pixels.parse("-1-1")), data)
    assert "0 of 100 images are right with pixels of -1-1 as it is fed now, 100 with 0-255" in wrong


@pytest.mark.parametrize(("n_won", "is_named"), [(64, False), (65, True)])
def test_other_pixels_win_by_three_standard_errors_of_what_they_win_and_lose(n_won, is_named):
    # A fifth class is what the network answers as long as it is fed 0…1.
    data = _quarters()
    labels = np.where(np.arange(100) < n_won, data.labels, 4)
    told = better_pixels(network_of(_brightest_quarter()), dataset_of(data.images[:], labels))
    assert bool(told) == is_named
    assert not told or (f"{100 - n_won} of 100" in told and f"{n_won} with 0-255" in told)


def test_nothing_is_named_without_enough_to_tell():
    network, data = network_of(_brightest_quarter()), _quarters()
    assert better_pixels(network, data, accuracy=0.95) == ""
    assert better_pixels(network, _quarters(19)) == ""
    many = dataset_of(np.zeros((40, 4, 4), np.uint8), np.arange(40) % 6)
    assert better_pixels(network, many) == ""
    blank = dataset_of(np.zeros((40, 4, 4), np.uint8), np.arange(40) % 4)
    assert better_pixels(network, blank) == ""


def test_mean_and_deviation_of_the_training_set_are_tried():
    images = RNG.integers(0, 256, (200, 4, 4), np.uint8)
    data, train = (
        dataset_of(part, np.arange(100) % 2) for part in (images[:100], images[100:] // 2)
    )
    mean, deviation = (float(part) for part in (train.images[:].mean(), train.images[:].std()))
    # Class 1 if the sum of the standardised pixels is above 20, of which grey levels are no match.
    model = keras.Sequential([keras.Input((4, 4, 1)), L.Flatten(), L.Dense(2)])
    model.layers[-1].set_weights([np.tile([0.0, 1.0], (16, 1)), np.array([0.0, -20.0])])
    standardised = (data.images[:] - round(mean, 4)) / round(deviation, 4)
    labels = (standardised.sum(axis=(1, 2, 3)) > 20).astype(int)
    told = better_pixels(network_of(model), dataset_of(images[:100], labels), trained_on=train)
    assert f"100 with {mean:.4f},{deviation:.4f}: start" in told
