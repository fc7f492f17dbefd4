"""What tests of Evidence look at: the measured page, other results beside it, made-up pairs."""

from app.explorer import Explorer
from app.pages.evidence import PAGE
from app.pages.evidence.state import read
from app.pages.evidence.view import look
from cnn_core.readouts.comparing.paired import compare
from cnn_core.readouts.result_file import READOUTS, load_readouts, save_readouts
from tests.app.asking import ask_page
from tests.app.measured_explorer import measured_app, measured_explorer


def stored():
    return load_readouts(measured_explorer().folder / READOUTS)


def selected(search="", explorer=None):
    explorer = explorer or measured_explorer()
    return read(search, explorer)


def viewed(search=""):
    explorer = measured_explorer()
    selection, problems = read(search, explorer)
    assert problems == []
    return look(explorer, selection)


def shown(search="", app=None):
    return ask_page(app or measured_app(), PAGE.path, search)


def with_results(results, tmp_path):
    """The measured explorer with other results beside it."""
    save_readouts(tmp_path / READOUTS, results)
    plain = measured_explorer()
    return Explorer(
        plain.networks,
        {name: plain.dataset(name) for name in plain.set_names},
        {
            (model, name): plain.survey(model, name)
            for model in plain.model_names
            for name in plain.set_names
        },
        folder=tmp_path,
    )


def paired(only_first, only_second, n=1000):
    both = n - only_first - only_second
    return compare(
        [True] * only_first + [False] * only_second + [True] * both,
        [False] * only_first + [True] * only_second + [True] * both,
    )


def texts(part):
    """All strings of a component as it is sent."""
    if isinstance(part, dict):
        return [text for value in part.values() for text in texts(value)]
    if isinstance(part, list):
        return [text for one in part for text in texts(one)]
    return [part] if isinstance(part, str) else []
