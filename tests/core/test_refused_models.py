"""Models that are not accepted: one line that names file and fault, and nothing else raised."""

import warnings
import zipfile

import h5py
import numpy as np
import pytest

from cnn_core.errors import ModelError
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.network.opening import load_network
from tests.core import networks

L = keras.layers
# Keras 3.15 saves and loads weights with a call that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
ENDINGS = (".keras", ".h5")


def two_outputs():
    image = keras.Input((5, 5, 1))
    flat = L.Flatten()(image)
    return keras.Model(image, [L.Dense(3)(flat), L.Dense(2)(flat)])


def two_inputs():
    images = [keras.Input((5, 5, 1)), keras.Input((5, 5, 1))]
    return keras.Model(images, L.Dense(3)(L.Flatten()(L.Add()(images))))


def lambda_layer():
    return keras.Sequential(
        [keras.Input((5, 5, 1)), L.Lambda(lambda x: x * 2), L.Flatten(), L.Dense(3)]
    )


def shared_layer():
    image = keras.Input((5, 5, 1))
    conv = L.Conv2D(1, 3, padding="same", name="twice")
    return keras.Model(image, L.Dense(3)(L.Flatten()(conv(conv(image)))))


def tanh_output():
    return keras.Sequential(
        [keras.Input((5, 5, 1)), L.Flatten(), L.Dense(3, activation="tanh", name="bent")]
    )


def tanh_operation():
    image = keras.Input((5, 5, 1))
    return keras.Model(image, keras.ops.tanh(L.Dense(3)(L.Flatten()(image))))


def one_softmax():
    return keras.Sequential([keras.Input((5, 5, 1)), L.Flatten(), L.Dense(1, activation="softmax")])


def one_class():
    return keras.Sequential([keras.Input((5, 5, 1)), L.Flatten(), L.Dense(1)])


def picture_output():
    return keras.Sequential([keras.Input((5, 5, 1)), L.Conv2D(3, 3)])


def sequence_input():
    return keras.Sequential([keras.Input((5,)), L.Dense(3)])


def channels_first():
    return keras.Sequential(
        [
            keras.Input((1, 6, 6)),
            L.Conv2D(2, 3, data_format="channels_first"),
            L.Flatten(),
            L.Dense(3),
        ]
    )


def open_size():
    return networks.open_size()


REFUSED = {
    two_outputs: "1 inputs and 2 outputs",
    two_inputs: "2 inputs and 1 outputs",
    lambda_layer: "Lambda|lambda",
    shared_layer: '"twice" is used more than once',
    tanh_output: '"bent" ends in tanh',
    tanh_operation: "ends in tanh",
    one_softmax: "at least 2 classes",
    one_class: "at least 2 classes",
    picture_output: r"shape \(3, 3, 3\)",
    sequence_input: r"takes \(5,\)",
    channels_first: "channels_first",
    open_size: "state the size",
}


def assert_refused(path, match=None):
    with pytest.raises(ModelError, match=match) as caught:
        load_network(path, isolated=False)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    assert len(message) < 400


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("builder", REFUSED, ids=networks.names_of(REFUSED))
def test_models_that_cannot_be_looked_into(tmp_path, builder, ending):
    path = tmp_path / f"model{ending}"
    builder().save(path)
    assert_refused(path, REFUSED[builder])


class Subclassed(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = L.Dense(3)

    def call(self, images):
        return self.dense(keras.ops.reshape(images, (-1, 25)))


def test_subclassed_model(tmp_path):
    model = Subclassed()
    model(np.zeros((1, 5, 5, 1), np.float32))
    path = tmp_path / "own_code.keras"
    model.save(path)
    assert_refused(path, "Subclassed")
    with pytest.raises(ModelError, match="subclassed"):
        Network(model, name="own_code")


def test_model_that_was_never_built():
    with pytest.raises(ModelError, match="never built"):
        Network(keras.Sequential([L.Flatten(), L.Dense(3)]), name="unbuilt")


def test_stated_size_that_does_not_fit(tmp_path):
    path = tmp_path / "open.keras"
    networks.open_size().save(path)
    with pytest.raises(ModelError, match="does not take images of") as caught:
        load_network(path, image_shape=(8, 8, 3), isolated=False)
    assert "\n" not in str(caught.value)


def test_weights_that_are_no_numbers(tmp_path):
    model = networks.seeded(networks.article_like)
    kernel, bias = networks.operation(model, "Dense_1").get_weights()
    kernel[3, 2] = np.nan
    networks.operation(model, "Dense_1").set_weights([kernel, bias])
    path = tmp_path / "model.keras"
    model.save(path)
    assert_refused(path, '"Dense_1" has weights that are not finite')


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.keras", b""),
        ("empty.h5", b""),
        ("text.keras", b"not a model\n" * 50),
        ("text.h5", b"not a model\n" * 50),
        ("picture.png", b"\x89PNG"),
        ("without_ending", b"\x89HDF\r\n\x1a\n"),
    ],
)
def test_files_that_are_no_models(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert_refused(path, "accepted")


def test_missing_file_and_folder(tmp_path):
    assert_refused(tmp_path / "none.keras", "no such file")
    folder = tmp_path / "folder.keras"
    folder.mkdir()
    assert_refused(folder, "a folder, not a file")


def test_arrays_in_a_model_file(tmp_path):
    path = tmp_path / "arrays.keras"
    np.savez(path.with_suffix(".npz"), images=np.zeros(5))
    path.with_suffix(".npz").rename(path)
    assert_refused(path, "an .npz file of arrays")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "")
    assert_refused(path, "no config.json inside")
    path = tmp_path / "arrays.h5"
    with h5py.File(path, "w") as file:
        file["images"] = np.zeros(5)
    assert_refused(path, "HDF5 without a Keras model")


@pytest.fixture(scope="module", params=ENDINGS)
def saved(request, tmp_path_factory):
    """A small saved model: its path and bytes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        path = tmp_path_factory.mktemp("saved") / f"small{request.param}"
        networks.seeded(networks.softmax_over_relu).save(path)
    return path, path.read_bytes()


def test_files_cut_short(saved, tmp_path):
    source, content = saved
    path = tmp_path / source.name
    for share in np.linspace(0, 0.999, 12):
        path.write_bytes(content[: int(share * len(content))])
        assert_refused(path, "accepted")


def test_flipped_bits_never_raise_anything_else(saved, tmp_path):
    source, content = saved
    path = tmp_path / source.name
    rng = np.random.default_rng(3)
    for place, bit in zip(rng.integers(0, len(content), 40), rng.integers(0, 8, 40), strict=True):
        damaged = bytearray(content)
        damaged[place] ^= 1 << bit
        path.write_bytes(damaged)
        # A flip in the numbers of an .h5 file, or in bytes that nobody reads, goes unseen.
        try:
            network = load_network(path, isolated=False)
        except ModelError as error:
            assert path.name in str(error)
            assert "\n" not in str(error)
        else:
            assert network.logits(np.zeros((1, 6, 6, 1))).shape == (1, 4)


@pytest.mark.parametrize(
    ("field", "damage"),
    [
        ("compression method", lambda head, at: head.__setitem__(at + 10, 8)),
        ("encryption flag", lambda head, at: head.__setitem__(at + 8, 1)),
        ("checksum", lambda head, at: head.__setitem__(at + 16, head[at + 16] ^ 255)),
    ],
)
def test_damaged_headers_of_the_archive(tmp_path, field, damage):
    path = tmp_path / "model.keras"
    networks.softmax_over_relu().save(path)
    content = bytearray(path.read_bytes())
    # Every entry of the archive's directory, whose record starts with these four bytes.
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        damage(content, at)
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(content)
    assert_refused(path, "not a whole .keras archive")
