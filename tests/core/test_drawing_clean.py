"""Cleaning: what MNIST's own images went through, so that they come out as they went in."""

from dataclasses import replace
from io import BytesIO
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from cnn_core.drawing.from_paper.cleaning import (
    NO_STEPS,
    STEPS,
    Steps,
    clean,
    each_way,
    usual_steps,
)
from cnn_core.drawing.from_paper.ink import composited, has_plain_ground, ink_of
from cnn_core.drawing.from_paper.pictures import Picture, picture_of, read_picture
from cnn_core.drawing.from_paper.strokes import MNIST_WIDTHS, stroke_width, with_stroke_width
from cnn_core.errors import DataError
from cnn_core.images.dataset import load_dataset

MNIST = Path(__file__).resolve().parents[2] / "artifacts" / "mnist.npz"
SHAPE = (28, 28, 1)
GEOMETRY = Steps(stroke=False)


@pytest.fixture(scope="module")
def digits():
    return load_dataset(MNIST).images[:120]


def cleaned(image, steps=GEOMETRY, shape=SHAPE):
    return clean(picture_of(image), steps, shape)


def is_back(found, digit):
    """Whether an image came back but for pixels on its rim that are fainter than 2 %."""
    return np.abs(found - digit).max() < 0.02 + 1e-6


def first(seen, axis):
    """First row (axis 0) or column (axis 1) with ink."""
    return int(np.flatnonzero(seen.any(axis=(1 - axis, 2)))[0])


def on_canvas(digit, height, width, top, left):
    canvas = np.zeros((height, width), np.float32)
    canvas[top : top + 28, left : left + 28] = digit[..., 0]
    return canvas


def test_an_untouched_image_stays_as_it_is(digits):
    seen = [cleaned(digit).seen for digit in digits]
    assert all(is_back(found, digit) for found, digit in zip(seen, digits, strict=True))
    assert sum(np.array_equal(*pair) for pair in zip(seen, digits, strict=True)) > 100


def test_strokes_of_usual_width_are_left_alone(digits):
    n_changed = 0
    for digit in digits:
        steps = {step.name: step for step in cleaned(digit, Steps()).steps}
        found = stroke_width(ndimage.maximum_filter(digit[..., 0], 1))
        assert steps["stroke"].changed == (not MNIST_WIDTHS[0] <= found <= MNIST_WIDTHS[1])
        n_changed += steps["stroke"].changed
    assert n_changed < 0.08 * len(digits)


@pytest.mark.parametrize("place", [(0, 0), (3, 50), (40, 2), (40, 50)])
def test_a_shifted_image_comes_back(digits, place):
    for digit in digits[:30]:
        assert is_back(cleaned(on_canvas(digit, 68, 78, *place)).seen, digit)


def test_an_inverted_image_comes_back(digits):
    for digit in digits[:30]:
        found = cleaned(np.uint8(255) - np.uint8(np.round(digit * 255)))
        assert is_back(found.seen, digit)
        assert "Dark ink" in found.steps[0].sentence


def test_a_picture_ten_times_larger_comes_back_nearly(digits):
    for digit in digits[:30]:
        large = digit[..., 0].repeat(10, axis=0).repeat(10, axis=1)
        assert np.abs(cleaned(large).seen - digit).max() < 0.2


def test_every_step_can_be_left_out(digits):
    canvas = 1 - 0.9 * on_canvas(digits[0], 60, 80, 5, 45)
    whole = cleaned(canvas, Steps())
    assert [step.name for step in whole.steps] == list(STEPS)
    for name, other in each_way(picture_of(canvas), Steps(), SHAPE).items():
        taken = [step.name for step in other.steps]
        assert name not in taken
        assert ("fit" in taken) == (name == "box")
        assert other.pixels.shape == SHAPE
    assert set(each_way(picture_of(canvas), NO_STEPS, SHAPE)) == set(STEPS)


def test_without_polarity_the_ground_stays(digits):
    canvas = 1 - on_canvas(digits[0], 60, 80, 5, 45)
    steps = replace(GEOMETRY, polarity=False)
    assert np.array_equal(cleaned(canvas, steps).pixels, 255 - cleaned(canvas).pixels)


def test_without_centre_of_mass_the_box_stands_in_the_middle(digits):
    seen = cleaned(digits[0], replace(GEOMETRY, centre=False)).seen[..., 0]
    rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
    assert abs((rows[0] + rows[-1]) - 27) <= 1 and abs((columns[0] + columns[-1]) - 27) <= 1


def test_the_way_to_the_middle_is_told_as_it_was_gone():
    # Heavy at the foot and on the left.
    ink = np.zeros((60, 60), np.float32)
    ink[10:50, 14:18] = ink[42:50, 14:34] = 1
    by_mass, by_box = (cleaned(ink, replace(GEOMETRY, centre=centre)) for centre in (True, False))
    down, right = (first(by_mass.seen, axis) - first(by_box.seen, axis) for axis in (0, 1))
    assert down < 0 < right
    told = f"Centre of mass to the middle: {right:+d} to the right, {down:+d} down."
    assert by_mass.steps[-1].sentence == told


def test_without_crop_and_box_an_image_is_seen_as_it_is(digits):
    steps = Steps(crop=False, stroke=False, box=False, centre=False)
    shifted = np.roll(digits[0], 4, axis=1)
    assert np.array_equal(cleaned(shifted, steps).seen, shifted)


def test_nothing_is_pushed_out_of_the_frame():
    far = np.zeros((40, 40), np.float32)
    far[5:35, 5:9] = 1
    far[34, 5:35] = 0.3
    by_mass, by_size = (
        cleaned(far, replace(GEOMETRY, box=False, centre=centre)).seen for centre in (True, False)
    )
    assert np.array_equal(by_mass, by_size)


def test_other_sizes_and_colours_are_only_fitted_in():
    colours = np.zeros((20, 40, 3), np.float32)
    colours[...] = 0.1, 0.2, 0.3
    colours[8:12, 10:30] = 0.9, 0.5, 0.1
    found = clean(picture_of(colours), usual_steps((32, 32, 3)), (32, 32, 3))
    assert [step.name for step in found.steps] == ["fit"]
    assert found.pixels.shape == (32, 32, 3)
    assert found.seen[0, 0] == pytest.approx([0.1, 0.2, 0.3], abs=0.003)
    assert found.seen[16, 16] == pytest.approx([0.9, 0.5, 0.1], abs=0.05)


def test_grey_goes_into_colour_and_colour_into_grey():
    bar = np.zeros((10, 10, 3), np.float32)
    # ITU-R BT.601; what is seen is rounded to bytes.
    for light, weight in zip(np.eye(3), (0.299, 0.587, 0.114), strict=True):
        bar[2:8, 4:6] = light
        grey = clean(picture_of(bar), NO_STEPS, (10, 10, 1)).seen
        assert grey[4, 4, 0] == pytest.approx(weight, abs=0.003)
    colour = clean(picture_of(bar[..., 2]), Steps(), (14, 14, 3)).seen
    assert np.array_equal(colour[..., 0], colour[..., 2])


def test_lengths_count_in_shares_of_a_larger_frame(digits):
    seen = cleaned(digits[0].repeat(2, axis=0).repeat(2, axis=1), Steps(), (56, 56, 1)).seen
    rows, columns = (np.flatnonzero(seen[..., 0].any(axis=axis)) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 40


@pytest.mark.parametrize("level", [0, 1, 0.5])
@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (28, 28, 3)])
@pytest.mark.parametrize("steps", [Steps(), NO_STEPS])
def test_an_empty_picture_is_told(level, shape, steps):
    with pytest.raises(DataError, match="nothing in it stands out"):
        cleaned(np.full(shape, level, np.float32), steps)


@pytest.mark.parametrize("ink", [0.0, 1.0])
def test_transparent_ground_is_the_one_on_which_the_ink_shows(ink, digits):
    light = np.full((28, 28, 3), ink, np.float32)
    picture = Picture(light, digits[0][..., 0])
    assert np.array_equal(clean(picture, GEOMETRY, SHAPE).seen, digits[0])
    assert composited(picture)[0, 0, 0] == 1 - ink
    with pytest.raises(DataError, match="nothing in it stands out"):
        clean(Picture(light, np.zeros((28, 28), np.float32)), Steps(), SHAPE)


def test_yellow_on_white_is_ink():
    page = np.ones((30, 30, 3), np.float32)
    page[5:25, 14:16] = 1, 1, 0
    ink = ink_of(page)
    assert ink.is_dark and ink.values[10, 15] == pytest.approx(1)


def drawing(digit):
    """A digit in full ink, ten times larger, somewhere on a page of 600 × 450 pixels."""
    large = Image.fromarray(np.uint8(digit[..., 0] * 255)).resize((280, 280))
    cover = np.zeros((600, 450), np.float32)
    cover[200:480, 90:370] = np.asarray(large) > 127
    return cover


def photograph(digit, *, dark_ground, colour=(1.0, 1.0, 1.0), edge=False):
    """A digit on paper or on a board: slanting light, a vignette, grain, soft focus, a JPEG."""
    rng = np.random.default_rng(7)
    cover = drawing(digit)
    rows, columns = np.mgrid[:600, :450] / 600
    light = (1 - 0.6 * rows) * (1 - 0.5 * ((columns - 0.4) ** 2 + (rows - 0.5) ** 2))
    reflected = 0.15 + 0.6 * cover if dark_ground else 0.85 - 0.6 * cover
    if edge:
        reflected[:, :40] = 0.1
    seen = (reflected * light)[..., np.newaxis] * np.array(colour)
    seen = ndimage.gaussian_filter(seen + rng.normal(0, 0.03, seen.shape), (0.7, 0.7, 0))
    file = BytesIO()
    Image.fromarray(np.uint8(np.clip(seen, 0, 1) * 255)).save(file, "JPEG", quality=80)
    return read_picture(file.getvalue())


@pytest.mark.parametrize(
    "kind",
    [
        {"dark_ground": False},
        {"dark_ground": True},
        {"dark_ground": False, "colour": (1, 0.95, 0.8)},
        {"dark_ground": False, "edge": True},
    ],
    ids=["paper", "board", "yellowish", "table's edge"],
)
def test_photographed_paper_is_removed(digits, kind):
    for digit in digits[:3]:
        picture = photograph(digit, **kind)
        found, drawn = clean(picture, GEOMETRY, SHAPE).seen, cleaned(drawing(digit)).seen
        # A centre of mass on the border of two pixels may go to either.
        shifted = [np.roll(found, step, (0, 1)) for step in product((-1, 0, 1), repeat=2)]
        assert max(np.corrcoef(one.ravel(), drawn.ravel())[0, 1] for one in shifted) > 0.88
        assert found[ndimage.maximum_filter(drawn, (9, 9, 1)) == 0].max() < 0.05
        assert not has_plain_ground(ink_of(picture.light).values)


def test_grain_without_ink_is_told():
    grain = np.random.default_rng(3).normal(0.8, 0.01, (300, 300)).astype(np.float32)
    with pytest.raises(DataError, match="nothing in it stands out"):
        cleaned(np.clip(grain, 0, 1))


@pytest.mark.parametrize("width", [2, 3, 6, 9])
def test_the_width_of_a_bar_is_twice_its_area_over_its_edge(width):
    bar = np.zeros((60, 120), np.float32)
    bar[20 : 20 + width, 5:115] = 0.7
    assert stroke_width(bar) == pytest.approx(2 * width * 110 / (2 * (width + 110)), rel=0.01)
    assert stroke_width(np.zeros((4, 4), np.float32)) == 0


@pytest.mark.parametrize("width", [1, 2, 5, 8])
def test_strokes_come_to_the_wanted_width(width):
    ring = np.hypot(*(np.mgrid[:41, :41] - 20.0))
    drawn = np.clip(width / 2 + 0.5 - np.abs(ring - 14), 0, 1).astype(np.float32)
    changed = with_stroke_width(drawn, 1.0, 3.0)
    assert changed.shape == (164, 164)
    assert stroke_width(changed) / 4 == pytest.approx(3.0, abs=0.25)


def test_nothing_is_thinned_away():
    disc = (np.hypot(*(np.mgrid[:41, :41] - 20.0)) < 15).astype(np.float32)
    assert with_stroke_width(disc, 0.5, 2.0, box=20).max() == 1
    dot = np.zeros((28, 28), np.float32)
    dot[3, 4] = 1
    assert cleaned(dot, Steps()).seen.max() == 1


def test_what_was_given_is_not_written_to(digits):
    image = 1 - digits[0]
    before = image.copy()
    first, second = cleaned(image, Steps()), cleaned(image, Steps())
    assert np.array_equal(image, before)
    assert np.array_equal(first.pixels, second.pixels)


def test_a_digit_that_fills_the_picture_is_ink_and_no_paper():
    zero = load_dataset(MNIST, "test").images[1892, ..., 0]
    rows, columns = (np.flatnonzero((zero > 0.1).any(axis=axis)) for axis in (1, 0))
    ink = zero[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    full = np.asarray(Image.fromarray((ink * 255).astype(np.uint8)).resize((112, 112)), np.float32)
    found = clean(Picture(full[..., np.newaxis] / 255), Steps(), SHAPE)
    assert not found.steps[1].changed and found.seen.max() > 0.9
