"""Images that stay in their file, against the same images in memory."""

import numpy as np
import pytest

from cnn_core.errors import DataError
from cnn_core.images import scaled_images
from cnn_core.images.dataset import Dataset, load_dataset
from cnn_core.images.scaled_images import ScaledImages
from cnn_core.survey.whole_set import survey_of
from tests.core.image_set_files import expected, small_set, write_npy_folder, write_npz
from tests.core.networks import article_like, opened

IMAGES, LABELS = small_set((70, 12, 11))


@pytest.fixture
def in_file(tmp_path):
    return load_dataset(write_npy_folder(tmp_path / "npy", x_test=IMAGES, y_test=LABELS))


@pytest.fixture
def in_memory(tmp_path):
    return load_dataset(write_npz(tmp_path / "set.npz", IMAGES, LABELS))


@pytest.mark.parametrize(
    "key",
    [
        0, -1, np.int64(69), slice(3, 9), slice(None, None, -7), slice(80, 90), [5, 5, 2],
        np.array([69, 0]), np.empty(0, int), LABELS == 2, ..., (..., 0), (4, 3),
        (slice(2, 4), 1, 2, 0), (7, 11, 10, 0), (None, 3), [[1, 2], [3, 4]],
    ],
    ids=str,
)  # fmt: skip
def test_every_way_to_index_gives_what_an_array_gives(in_file, key):
    wanted, given = expected(IMAGES)[key], in_file.images[key]
    assert given.dtype == np.float32 and type(given) is type(wanted)
    np.testing.assert_array_equal(given, wanted)


def test_it_looks_like_the_array_that_it_stands_for(in_file):
    images, wanted = in_file.images, expected(IMAGES)
    assert (len(images), images.shape, images.ndim) == (70, wanted.shape, 4)
    assert (images.dtype, images.size, images.nbytes) == (wanted.dtype, wanted.size, wanted.nbytes)
    np.testing.assert_array_equal(np.asarray(images), wanted)
    np.testing.assert_array_equal(list(images), wanted)
    assert np.asarray(images, np.float64).dtype == np.float64
    assert repr(images) == "ScaledImages(70, 12, 11, 1) of uint8 / 255"
    with pytest.raises(IndexError):
        images[70]
    with pytest.raises(ValueError, match="without being scaled"):
        np.array(images, copy=False)


def test_nobody_can_change_it(in_file):
    assert not in_file.images.flags.writeable
    with pytest.raises(TypeError):
        in_file.images[0] = 0
    in_file.images[0][:] = 7
    np.testing.assert_array_equal(in_file.images[0], expected(IMAGES)[0])
    stored = IMAGES[..., None].copy()
    ScaledImages(stored, 255)
    assert stored.flags.writeable


def test_the_whole_of_a_set_larger_than_memory_is_refused(in_file, monkeypatch):
    monkeypatch.setattr(scaled_images, "MAX_WHOLE_BYTES", in_file.images[:69].nbytes)
    monkeypatch.setattr("cnn_core.images.pixel_values.CHUNK_BYTES", 2**13)
    assert len(in_file.images[1:]) == 69
    for ask in (
        lambda: np.asarray(in_file.images),
        lambda: in_file.images[:],
        lambda: in_file.images[np.arange(70)],
    ):
        with pytest.raises(DataError, match=r"70 images: .* asked for at once; accepted"):
            ask()
    assert len(in_file.digest) == 64
    assert len(list(in_file.images)) == 70


def test_a_network_and_its_survey_see_the_same_set(in_file, in_memory, tmp_path):
    network = opened(article_like)
    np.testing.assert_array_equal(network.logits(in_file.images), network.logits(in_memory.images))
    surveys = [
        survey_of(network, dataset, tmp_path / place)
        for dataset, place in ((in_file, "a"), (in_memory, "b"))
    ]
    assert surveys[0].data_digest == surveys[1].data_digest
    np.testing.assert_array_equal(*(survey.logits for survey in surveys))
    for layer in surveys[0].features:
        np.testing.assert_array_equal(*(survey.features[layer] for survey in surveys))


def test_a_network_never_asks_for_more_than_a_batch(in_file, monkeypatch):
    network = opened(article_like)
    monkeypatch.setattr(scaled_images, "MAX_WHOLE_BYTES", in_file.images[:16].nbytes)
    assert len(network.logits(in_file.images, batch_size=16)) == 70
    with pytest.raises(DataError, match="asked for at once"):
        network.logits(in_file.images, batch_size=17)


def test_a_set_of_them_is_checked_like_any(in_file):
    with pytest.raises(DataError, match="one int64 label for each image"):
        Dataset("odd", in_file.images, in_file.labels[1:], in_file.class_names)
