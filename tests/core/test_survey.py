"""The survey against a direct computation."""

import numpy as np
import pytest

from cnn_core.errors import DataError, SelectionError
from cnn_core.images.dataset import Dataset
from cnn_core.network.classifier import Network
from cnn_core.survey import one_pass as survey_pass
from cnn_core.survey import whole_set as survey_module
from cnn_core.survey.identity import identity_of
from cnn_core.survey.one_pass import UnitSums, batch_size_for
from cnn_core.survey.whole_set import survey_of
from tests.core import networks
from tests.core.networks import (
    ALL,
    article_like,
    depthwise_dropout_padding,
    global_pooling,
    opened,
    residual_layer,
    softmax_over_relu,
)

N_IMAGES = 37


def random_set(network, n=N_IMAGES, seed=0):
    """Draw an image set that fits a network; the last class has no image."""
    labels = np.random.default_rng(seed).integers(0, network.n_classes - 1, n)
    names = tuple("abcdefghij"[: network.n_classes])
    return Dataset("test", networks.random_images(network, n, seed), labels, names)


@pytest.fixture(scope="module", params=ALL, ids=networks.names_of(ALL))
def case(request, tmp_path_factory):
    """Give a network, its images, their survey in batches of 5, and one plain pass."""
    network = opened(request.param)
    images = random_set(network)
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(survey_pass, "batch_size_for", lambda layers: 5)
        survey = survey_of(network, images, folder)
    return network, images, survey, network.activations(images.images)


@pytest.fixture
def network():
    return opened(depthwise_dropout_padding)


@pytest.fixture
def images(network):
    return random_set(network)


# --- values -----------------------------------------------------------------------------------


def test_answers_are_those_of_a_plain_pass(case):
    network, images, survey, plain = case
    np.testing.assert_allclose(survey.logits, plain.logits, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(survey.probabilities, plain.probabilities, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(survey.predictions, survey.logits.argmax(axis=1))
    np.testing.assert_array_equal(survey.labels, images.labels)
    assert survey.labels.dtype == survey.predictions.dtype == np.int64
    assert (survey.set_name, survey.note, len(survey)) == ("test", "", N_IMAGES)
    assert survey.model_digest == identity_of(network)
    assert survey.data_digest == images.digest


def test_peaks_are_the_largest_activations_of_every_layer(case):
    network, _, survey, plain = case
    assert list(survey.peak) == [info.name for info in network.layers]
    for name, peak in survey.peak.items():
        expected = plain[name].reshape(N_IMAGES, -1).max(axis=1)
        np.testing.assert_allclose(peak, expected, rtol=1e-5, atol=1e-6)
        assert peak.dtype == np.float32


def test_unit_statistics_are_those_of_the_whole_set_at_once(case):
    network, images, survey, plain = case
    for info in network.layers:
        values = plain[info.name].reshape(N_IMAGES, -1, info.n_units).astype(np.float64)
        units = survey.units[info.name]
        close = {"rtol": 1e-5, "atol": 1e-5}
        np.testing.assert_allclose(units.mean, values.mean(axis=(0, 1)), **close)
        np.testing.assert_allclose(units.std, values.std(axis=(0, 1)), **close)
        np.testing.assert_allclose(units.minimum, values.min(axis=(0, 1)), **close)
        np.testing.assert_allclose(units.maximum, values.max(axis=(0, 1)), **close)
        shares = (values > 0).any(axis=1).mean(axis=0)
        np.testing.assert_allclose(units.share_positive, shares, **close)
        assert units.class_means.shape == (network.n_classes, info.n_units)
        for label in range(network.n_classes):
            if (images.labels == label).any():
                expected = values[images.labels == label].mean(axis=(0, 1))
                np.testing.assert_allclose(units.class_means[label], expected, **close)
            else:
                assert np.isnan(units.class_means[label]).all()
        np.testing.assert_array_equal(
            units.dead, (plain[info.name] == 0).reshape(-1, info.n_units).all(axis=0)
        )


@pytest.mark.parametrize(
    "builder, kept",
    [
        (article_like, ["Conv2D_2", "Flatten", "Dense_1", "Dense_2"]),
        (
            depthwise_dropout_padding,
            ["pointwise", "noise", "drop_cells", "flat", "hidden", "drop_nodes", "classes"],
        ),
        (global_pooling, ["head", "flat", "softmax"]),
        (residual_layer, ["inner_2", "sum", "open", "flat", "hidden", "classes"]),
        (softmax_over_relu, ["flat", "rectified", "softmax"]),
    ],
)
def test_features_reach_from_the_last_convolution_to_the_answer(builder, kept, tmp_path):
    network = opened(builder)
    images = random_set(network)
    survey = survey_of(network, images, tmp_path)
    plain = network.activations(images.images)
    assert list(survey.features) == kept
    for layer in kept:
        assert survey.features[layer].shape == plain[layer].shape
        np.testing.assert_allclose(survey.features[layer], plain[layer], rtol=1e-5, atol=1e-6)
        assert not survey.features[layer].flags.writeable


def test_copies_are_views_and_take_no_room(network, images, tmp_path):
    survey = survey_of(network, images, tmp_path)
    for copy in ("drop_cells", "flat"):
        assert np.shares_memory(survey.features[copy], survey.features["pointwise"])
    held = sum(path.stat().st_size for path in tmp_path.rglob("*.npy"))
    assert held < 4 * N_IMAGES * 2 * network.layer("pointwise").n_cells


def test_without_features_only_the_answers_are_kept(network, images, tmp_path):
    full = survey_of(network, images, tmp_path)
    slim = survey_of(network, images, tmp_path, with_features=False)
    assert not slim.features and full.features
    np.testing.assert_array_equal(slim.logits, full.logits)
    assert list(slim.peak) == list(full.peak)


def test_features_are_kept_of_test_sets(network, images, tmp_path):
    train = Dataset("train", images.images, images.labels, images.class_names)
    assert survey_of(network, images, tmp_path).features
    assert not survey_of(network, train, tmp_path).features


def test_layers_that_take_too_much_are_left_out_and_named(network, images, tmp_path, monkeypatch):
    room = 4 * N_IMAGES * (6 + 3)
    monkeypatch.setattr(survey_module, "MOST_FEATURE_BYTES_ON_DISK", room)
    for survey in (survey_of(network, images, tmp_path) for _ in range(2)):
        assert list(survey.features) == ["hidden", "drop_nodes", "classes"]
        assert "pointwise" in survey.note and "hidden" not in survey.note


def test_dead_units_are_those_that_are_zero_everywhere(tmp_path):
    model = networks.seeded(article_like)
    kernel, bias = networks.operation(model, "Conv2D_2").get_weights()
    kernel[..., 2], bias[2] = 0, -1
    networks.operation(model, "Conv2D_2").set_weights([kernel, bias])
    network = Network(model, name="one dead map")
    units = survey_of(network, random_set(network), tmp_path).units
    assert units["Conv2D_2"].dead[2] and not units["Conv2D_2"].dead.all()
    assert units["Conv2D_2"].share_positive[2] == 0


def test_spread_is_right_where_the_mean_is_large():
    draw = np.random.default_rng(3)
    values = (10_000 + draw.normal(0, 0.01, (64, 3, 3, 2))).astype(np.float32)
    sums = UnitSums(2, 1)
    for start in range(0, 64, 10):
        part = values[start : start + 10]
        sums.add(part, np.zeros(len(part), np.int64))
    expected = values.astype(np.float64).std(axis=(0, 1, 2))
    np.testing.assert_allclose(sums.table()[1], expected, rtol=1e-3)


# --- questions --------------------------------------------------------------------------------


def test_questions_about_right_and_wrong(case):
    network, images, survey, _ = case
    labels, predictions = images.labels, survey.predictions
    wrong = [i for i in range(N_IMAGES) if labels[i] != predictions[i]]
    assert survey.wrong().tolist() == wrong
    assert survey.n_right == N_IMAGES - len(wrong)
    assert survey.accuracy == pytest.approx(1 - len(wrong) / N_IMAGES)
    for label in range(network.n_classes):
        for predicted in range(network.n_classes):
            those = np.flatnonzero((labels == label) & (predictions == predicted))
            assert survey.confusion[label, predicted] == len(those)
            if label != predicted:
                assert survey.wrong(label, predicted).tolist() == those.tolist()


def test_hardest_images_have_the_lowest_probability_of_their_label(case):
    _, images, survey, _ = case
    own = survey.probabilities[np.arange(N_IMAGES), images.labels].astype(np.float64)
    np.testing.assert_allclose(np.exp(survey.log_probability_of_label), own, rtol=1e-4)
    hardest = survey.hardest(4)
    assert sorted(own[hardest]) == pytest.approx(sorted(own)[:4])
    assert np.all(np.diff(own[hardest]) >= -1e-6)
    assert len(survey.hardest(999)) == N_IMAGES
    with pytest.raises(SelectionError, match="at least 1"):
        survey.hardest(0)


def test_margins_are_differences_of_logits_in_double_precision(case):
    _, _, survey, _ = case
    expected = survey.logits[:, 1].astype(np.float64) - survey.logits[:, 0]
    np.testing.assert_array_equal(survey.margins(1, 0), expected)
    assert survey.margins(1, 0).dtype == np.float64


def test_images_that_do_not_fit_are_refused(network, images, tmp_path):
    labels = np.full(N_IMAGES, 3, np.int64)
    more = Dataset("test", images.images, labels, ("a", "b", "c", "d"))
    with pytest.raises(DataError, match="label 3"):
        survey_of(network, more, tmp_path)
    other = random_set(opened(article_like))
    with pytest.raises(DataError, match="takes"):
        survey_of(network, other, tmp_path)
    assert not list(tmp_path.glob("**/meta.json"))


def test_batches_shrink_for_large_layers(network):
    assert batch_size_for(network.layers) == 256
    large = [network.layer("pointwise")] * 100_000
    assert 1 <= batch_size_for(large) < 256
