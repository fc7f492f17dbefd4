"""Names of files, layers and classes never reach a terminal as anything but letters."""

import io

import numpy as np
import pytest

from cnn_core.errors import LookingGlassError, ModelError, SelectionError, printable
from cnn_core.network.backend import keras
from cnn_core.network.opening import load_network
from cnn_core.terminal import tell
from tests.core import networks

ESCAPE = "\x1b[2J"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain − text, é, 四", "plain − text, é, 四"),
        ("a\nb\tc\u00a0d", "a b c d"),
        (f"{ESCAPE}\x00\x7f", "?[2J??"),
        ("\udcff.keras", "?.keras"),
        ("a\u202eb", "a?b"),
    ],
)
def test_what_is_printable_stays_and_nothing_else(text, shown):
    assert printable(text) == shown
    assert str(LookingGlassError(text)) == shown
    assert str(SelectionError(text, nearest=text)) == shown


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_line_can_be_written_to_any_terminal(encoding):
    content = io.BytesIO()
    stream = io.TextIOWrapper(content, encoding=encoding)
    tell(f"{ESCAPE}\udcff − 4\n", stream)
    assert (
        content.getvalue().decode(encoding)
        == {"utf-8": "?[2J? − 4 \n", "ascii": "?[2J? ? 4 \n"}[encoding]
    )


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_model_file_whose_name_is_no_text(tmp_path):
    model = networks.seeded(networks.article_like)
    model.save(tmp_path / "model.keras")
    path = (tmp_path / "model.keras").rename(tmp_path / f"{ESCAPE}\udcff.keras")
    assert load_network(path, isolated=False).name == "?[2J?"
    path.write_bytes(b"no model")
    with pytest.raises(ModelError) as caught:
        load_network(path)
    assert str(caught.value).isprintable()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_name_that_only_keras_takes(tmp_path):
    """At the root of a graph TensorFlow would refuse it."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 3, name="_maps"),
            layers.Flatten(name="-flat"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.save(tmp_path / "model.keras")
    network = load_network(tmp_path / "model.keras", isolated=False)
    assert [layer.name for layer in network.layers][:2] == ["_maps", "-flat"]
    activations = network.activations(np.zeros((1, 6, 6, 1), np.float32))
    assert activations["_maps"].shape == (1, 4, 4, 2)
