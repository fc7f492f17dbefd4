"""Optimised patterns: what they excite, told by plain Keras from the pixels that are kept."""

from dataclasses import replace

import numpy as np
import pytest

from cnn_core.errors import SelectionError
from cnn_core.patterns.optimising.ascent import (
    GREY_STEP,
    THE_ARTICLES,
    Ascender,
    Objective,
    Recipe,
    silent_starts,
)
from cnn_core.patterns.optimising.optimised import optimised, reached
from cnn_core.patterns.optimising.starts import smooth_starts
from cnn_core.patterns.peaks import layers_with_patterns
from cnn_core.patterns.scoring.frames import paste
from tests.core.networks import (
    article_like,
    batch_norm_average,
    keras,
    names_of,
    operation,
    random_images,
    run,
    sigmoid_hidden,
    without_channel_axis,
)
from tests.core.pattern_cases import DEAD, frame, mixed_kinds, model_of, network_of

BUILDERS = (mixed_kinds, article_like, sigmoid_hidden)
EVERY = (*BUILDERS, batch_norm_average, without_channel_axis)
SHORT = Recipe(
    length_scales=(1.0, 2.0), repeats=2, n_steps=12, shown_after=(0, 4, 12), first_step=0.15
)


def climbed(builder, layer, recipe=SHORT, units=None):
    return list(Ascender(network_of(builder), layer, frame(builder, layer), recipe).run(units))


def before_activation(builder, layer):
    """Plain Keras up to a layer whose own non-linearity is taken off."""
    model = model_of(builder)
    operation(model, layer).activation = keras.activations.linear
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return keras.Model(twin.inputs[0], operation(twin, layer).output)


@pytest.mark.parametrize("builder", EVERY, ids=names_of(EVERY))
def test_values_in_front_of_a_layer_are_those_of_the_pass(builder):
    network = network_of(builder)
    images = random_images(network, 3)
    for info in network.layers:
        before, after = network.in_front_of(info.name)(images)
        activations = network.activations(images, [info.name])
        np.testing.assert_allclose(before, activations.pre(info.name), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(after, activations[info.name], rtol=1e-4, atol=1e-5)
    with pytest.raises(SelectionError, match="Mirror"):
        network.in_front_of("Mirror")


@pytest.mark.parametrize("builder", BUILDERS, ids=names_of(BUILDERS))
def test_response_is_that_of_plain_keras_to_the_kept_pixels(builder):
    network = network_of(builder)
    rng = np.random.default_rng(5)
    for info in layers_with_patterns(network):
        model = before_activation(builder, info.name)
        looks, last = frame(builder, info.name), climbed(builder, info.name)[-1]
        assert last.windows.dtype == np.uint8 and not (last.windows % GREY_STEP).any()
        for place, unit in enumerate(last.units):
            pixels = last.windows[place].astype(np.float32) / 255
            shown = paste(pixels, last.corner[place], network.input_shape)
            row, column = divmod(int(last.cell[place]), info.grid[1])
            box = looks.boxes[row, column, unit]
            noise = rng.random(shown.shape, dtype=np.float32)
            inside = slice(None), slice(box[0], box[2]), slice(box[1], box[3])
            noise[inside] = shown[inside]
            for images in (shown, noise):
                values = run(model, images).reshape(len(images), -1, info.n_units)
                np.testing.assert_allclose(
                    values[:, last.cell[place], unit], last.response[place], rtol=1e-4, atol=1e-4
                )


def test_ascent_climbs_and_the_seed_decides_where():
    for layer in ("depthwise", "bounded", "hidden", "classes"):
        first, _, last = climbed(mixed_kinds, layer)
        assert (first.n_steps, last.n_steps) == (0, 12)
        assert (last.response > first.response - 0.05).all()
        assert last.response.mean() > first.response.mean() + 0.1
    again, other = (climbed(mixed_kinds, "bounded", replace(SHORT, seed=n))[-1] for n in (0, 1))
    np.testing.assert_array_equal(climbed(mixed_kinds, "bounded")[-1].windows, again.windows)
    assert (other.windows != again.windows).any()


def test_one_unit_alone_starts_where_all_do():
    alone, together = (climbed(mixed_kinds, "bounded", units=units) for units in ([2], None))
    assert alone[0].units == (2,)
    np.testing.assert_array_equal(alone[0].windows[0], together[0].windows[2])
    np.testing.assert_allclose(alone[-1].response[0], together[-1].response[2], rtol=0.02)
    with pytest.raises(SelectionError, match="unit 9"):
        climbed(mixed_kinds, "bounded", units=[9])


def test_smooth_starts_fill_the_range_and_depend_on_their_own_number_alone():
    many = smooth_starts((9, 8, 3), (1.0, 3.0), 3, seed=4)
    few = smooth_starts((9, 8, 3), (3.0,), 2, seed=4)
    assert many.shape == (6, 9, 8, 3) and many.dtype == np.float32
    np.testing.assert_array_equal(many[3:5], few)
    np.testing.assert_array_equal(many.min(axis=(1, 2)), 0)
    np.testing.assert_array_equal(many.max(axis=(1, 2)), 1)
    rough = [np.abs(np.diff(part, axis=1)).mean() for part in (many[:3], many[3:])]
    assert rough[1] < rough[0]
    assert not smooth_starts((1, 1, 1), (1.0,), 1, seed=0).any()


def test_no_reaction_is_told_in_numbers():
    ascents = climbed(mixed_kinds, "five")
    found = optimised(ascents, SHORT)
    assert found["n_reached"].tolist() == [SHORT.n_starts * (unit != DEAD) for unit in range(5)]
    assert found["pattern_response"][DEAD].max() < 0


def test_patterns_are_the_best_of_each_length_scale_with_the_way_to_the_best():
    ascents = climbed(mixed_kinds, "bounded")
    found, last = optimised(ascents, SHORT), ascents[-1]
    for unit in range(4):
        of_scale = last.response[unit].reshape(2, 2).max(axis=1)
        np.testing.assert_array_equal(found["pattern_response"][unit], np.sort(of_scale)[::-1])
        start = last.response[unit].argmax()
        np.testing.assert_array_equal(found["pattern"][unit, 0], last.windows[unit, start])
        for n, ascent in enumerate(ascents[:-1]):
            np.testing.assert_array_equal(found["strip"][unit, n], ascent.windows[unit, start])
            assert found["strip_response"][unit, n] == ascent.response[unit, start]


def test_the_articles_method_finds_no_reaction_where_a_start_is_silent():
    recipe = replace(
        THE_ARTICLES, n_steps=SHORT.n_steps, shown_after=SHORT.shown_after, repeats=2, seed=3
    )
    network, info = network_of(mixed_kinds), network_of(mixed_kinds).layer("five")
    first, *_, last = climbed(mixed_kinds, "five", recipe)
    assert last.windows.shape[2:4] == frame(mixed_kinds, "five").whole().size
    # What puts out 0 has no slope: it is where it was, and the others react.
    np.testing.assert_array_equal(reached(last, recipe), first.value > 0)
    silent = first.value == 0
    assert silent[DEAD].all() and not silent.all()
    np.testing.assert_array_equal(last.windows[silent], first.windows[silent])
    counts = silent_starts(network, info, frame(mixed_kinds, "five"), np.arange(5))
    assert counts[DEAD] == THE_ARTICLES.n_starts


@pytest.mark.parametrize("layer", ("five", "bounded"))
def test_whole_map_is_the_mean_over_its_cells(layer):
    recipe = replace(SHORT, objective=Objective.MAP)
    network = network_of(mixed_kinds)
    last = climbed(mixed_kinds, layer, recipe)[-1]
    shown = paste(last.windows[1].astype(np.float32) / 255, last.corner[1], network.input_shape)
    activations = network.activations(shown, [layer])
    np.testing.assert_allclose(
        last.response[1], activations.pre(layer)[..., 1].mean(axis=(1, 2)), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(
        last.value[1], activations[layer][..., 1].mean(axis=(1, 2)), rtol=1e-4, atol=1e-5
    )


def test_pictures_are_shown_after_rising_numbers_of_steps():
    with pytest.raises(SelectionError, match="rising numbers that end with 10"):
        Recipe(n_steps=10, shown_after=(0, 5))
