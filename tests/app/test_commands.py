"""Commands that pages print: pasted where the server was started, they run with its files."""

import shlex
from copy import copy
from pathlib import Path

import pytest

from app.explorer import Explorer
from app.frame.recorded.commands import places, survey_command
from cnn_core.__main__ import command_parser
from cnn_core.network.pixels import with_values_joined
from cnn_core.shipped_files import DATA_FILE, SHIPPED
from tests.app.small_explorer import small_explorer


def explorer_with(path, **places_and_pixels):
    plain = small_explorer()
    network = copy(plain.network("model_0"))
    network.path = path
    sets = {name: plain.dataset(name) for name in plain.set_names}
    return Explorer({"model_0": network}, sets, {}, **places_and_pixels)


@pytest.mark.parametrize("pixels", [None, "0-255", "-1-1"])
def test_a_pasted_command_names_the_files_and_the_pixels_of_the_server(pixels):
    explorer = explorer_with(Path("my models/it.h5"), data_path=Path("sets"), pixels=pixels)
    told = survey_command(explorer, "model_0", "--readouts", "--pair", "4", "9")
    assert places(explorer, "model_0") == ""
    words = shlex.split(told)
    assert words[:3] == ["python", "-m", "cnn_core"]
    options = command_parser().parse_args(with_values_joined(words[3:]))
    assert options.model == [Path("my models/it.h5")] and options.data == Path("sets")
    assert options.pixels == pixels and options.readouts and options.pair == [[4, 9]]


def test_what_the_server_does_not_know_is_named_in_words():
    explorer = explorer_with(None)
    told = survey_command(explorer, "model_0", "--patterns")
    assert told.endswith("survey --patterns --model MODEL --data DATA")
    assert "MODEL for the saved model and DATA for" in places(explorer, "model_0")


def test_the_shipped_files_need_no_naming():
    for data in (None, SHIPPED / DATA_FILE):
        explorer = explorer_with(SHIPPED / "cnn.keras", data_path=data)
        assert survey_command(explorer, "model_0", "--readouts").endswith("survey --readouts")
    own = explorer_with(SHIPPED / "cnn.keras", data_path=Path("own.npz"))
    assert survey_command(own, "model_0").endswith("cnn.keras --data own.npz")
