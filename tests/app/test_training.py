"""The Training page without a browser: one image at every snapshot of a small training."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from app.explorer import Explorer
from app.figures.charts.course import course_figure
from app.pages.training import CURSOR, PAGE, words
from app.pages.training.view import look
from cnn_core.errors import DataError
from cnn_core.network.classifier import Network
from cnn_core.training.snapshot_writer import SnapshotWriter
from tests.app.small_explorer import small_explorer, small_images, small_model


@lru_cache(maxsize=1)
def trained(folder: str) -> Explorer:
    """The small dashboard over a colour model trained for two epochs, with its snapshots."""
    shape = (10, 14, 3)
    file = Path(folder) / "colour_snapshots.npz"
    model = small_model(5, shape)
    model.compile("sgd", "sparse_categorical_crossentropy")
    train = small_images("train", shape)
    model.fit(
        np.asarray(train.images),
        np.asarray(train.labels),
        epochs=2,
        batch_size=6,
        verbose=0,
        callbacks=[SnapshotWriter(file)],
    )
    plain = small_explorer(shape, 1)
    [(name, there)] = plain.networks.items()
    assert there.input_shape == shape
    return Explorer(
        {name: Network(model, name=name)},
        {one: plain.dataset(one) for one in plain.set_names},
        {(name, one): plain.survey(name, one) for one in plain.set_names},
        snapshots={name: file},
    )


@pytest.fixture(scope="module")
def explorer(tmp_path_factory) -> Explorer:
    return trained(str(tmp_path_factory.mktemp("snapshots")))


def seen(explorer: Explorer, search: str):
    selection, problems = PAGE.read(search, explorer)
    assert problems == []
    return look(explorer, selection)


def test_the_last_snapshot_is_the_network_and_the_first_is_not(explorer):
    view = seen(explorer, "?image=3&layer=last_maps")
    now = explorer.activations(view.selection.model, view.selection.subject)
    last = view.course.values[-1]
    np.testing.assert_allclose(last, now["last_maps"][0], atol=1e-5)
    assert np.abs(view.course.values[0] - last).max() > 1e-4


def test_the_colours_keep_one_range_over_the_training_unless_they_are_freed(explorer):
    every = seen(explorer, "?image=3")
    assert all(seen(explorer, f"?image=3&step={place}").range == every.range for place in (0, 1))
    freed = seen(explorer, "?image=3&step=1&free=1")
    assert freed.range != every.range


def test_a_unit_is_silent_where_all_its_cells_are(explorer):
    view = seen(explorer, "?image=3&layer=first_maps")
    is_zero = view.values == 0
    silent = is_zero.all(axis=(0, 1)).sum()
    assert silent < is_zero.any(axis=(0, 1)).sum()
    assert words.grid_text(view).startswith(f"{silent} of {view.layer.n_units} maps are silent")


def test_without_measures_the_sentence_tells_what_the_network_says_then(explorer):
    view = seen(explorer, "?image=3&step=1")
    answer = explorer.class_names[int(view.course.logits[1].argmax())]
    assert words.sentence(view).endswith(f"the network says {answer}.")


def test_a_model_without_snapshots_says_what_to_run():
    view = look(small_explorer(), PAGE.read("?image=3", small_explorer())[0])
    assert "--snapshots" in words.sentence(view)
    assert "SnapshotWriter" in words.sentence(view)


def test_snapshots_of_another_network_are_one_clear_line(explorer):
    other = small_explorer()
    name = other.model_names[0]
    file = next(iter(explorer.snapshots.values()))
    wrong = Explorer(
        {name: other.network(name)},
        {one: other.dataset(one) for one in other.set_names},
        {(name, one): other.survey(name, one) for one in other.set_names},
        snapshots={name: file},
    )
    with pytest.raises(DataError, match="another architecture"):
        wrong.course(name)
    assert "another architecture" in words.sentence(seen(wrong, "?image=3"))


@pytest.mark.parametrize("step", ["-1", "99", "x"])
def test_a_snapshot_that_is_not_there_is_told(explorer, step):
    _, problems = PAGE.read(f"?step={step}", explorer)
    assert len(problems) == 1


def test_the_cursor_stands_over_its_snapshot(explorer):
    n = len(explorer.course(explorer.model_names[0]))
    figure = course_figure(["0"] * n, {"network": [0.5] * n}, {"network": [""] * n})
    low, high = figure["layout"]["xaxis"]["range"]
    for place in range(n):
        told = CURSOR.draw(seen(explorer, f"?image=3&step={place}"))
        assert float(told["cursor"]["--along"]) == pytest.approx((place - low) / (high - low))
