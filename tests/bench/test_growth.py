"""The parts of the growth benchmark that compute, write and draw; nothing is timed here."""

import json
import xml.etree.ElementTree as ET
from itertools import chain

import numpy as np
import pytest

from bench import growth_plots, growth_sets
from bench.growth import groups_of
from bench.growth_asking import Asking
from bench.growth_models import MAPS, maps_network, opened, save_models, save_small_set
from bench.growth_ratio import growth, growths
from cnn_core.images.dataset import load_dataset
from cnn_core.images.scaled_images import ScaledImages
from cnn_core.survey.whole_set import survey_of

# Keras' own, when it saves a model.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.mark.parametrize("exponent", [0, 0.5, 1, 2])
def test_a_power_is_told_by_its_exponent(exponent):
    sizes = [1, 3, 12, 60]
    found = growth(sizes, [7 * size**exponent for size in sizes])
    assert found.exponent == pytest.approx(exponent)
    assert found.last_exponent == pytest.approx(exponent)
    assert (found.size_ratio, found.ratio) == (60, pytest.approx(60.0**exponent))
    # Worse than linear counts over the whole range, better than linear over the last step.
    assert found.over_linear == pytest.approx(
        60.0 ** (exponent - 1) if exponent > 1 else 5.0 ** (exponent - 1)
    )


def test_a_fixed_cost_does_not_hide_the_last_step():
    sizes = [1, 10, 100]
    found = growth(sizes, [1000, 1001, 30_000])
    assert found.ratio == 30 < found.size_ratio
    assert found.over_linear == pytest.approx(30_000 / 1001 / 10)


def test_growth_is_told_in_words():
    assert str(growth([1, 10], [2, 2])) == (
        "1-fold over 10-fold, exponent 0.00, in the last step 0.00"
    )


@pytest.mark.parametrize(
    ("sizes", "values"),
    [
        ([1], [1]),
        ([1, 2], [1]),
        ([2, 1], [1, 1]),
        ([1, 1], [1, 1]),
        ([0, 1], [1, 1]),
        ([1, 2], [0, 1]),
    ],
)
def test_what_is_no_curve_is_refused(sizes, values):
    with pytest.raises(ValueError, match=r"two points|must ascend"):
        growth(sizes, values)


def test_the_best_time_counts_where_there_is_one():
    table = {
        "sizes": [1, 2],
        "lines": {"server, ms": [1, 9], "server at best, ms": [1, 2], "bytes": [3, 4]},
    }
    found = growths(table)
    assert list(found) == ["server at best, ms", "bytes"]
    assert found["server at best, ms"].over_linear == 1


@pytest.mark.parametrize("n", [1, 2, 3, 12, 36])
def test_images_are_spread_over_three_groups(n):
    parts = groups_of(n, start=395, n_images=400)
    members = [parts.get(key, []) for key in "abc"]
    assert sorted(chain(*members)) == sorted((395 + number) % 400 for number in range(n))
    assert max(map(len, members)) - min(map(len, members)) <= 1
    assert all(
        (f"r{key}" in parts) == (not found) for key, found in zip("abc", members, strict=True)
    )


@pytest.fixture(scope="module")
def small_set(tmp_path_factory):
    folder = tmp_path_factory.mktemp("set")
    growth_sets.write_set(folder, 900)
    growth_sets.write_network(folder)
    return folder


def test_a_synthetic_set_is_the_same_each_time(small_set, tmp_path, monkeypatch):
    data = load_dataset(small_set)
    assert isinstance(data.images, ScaledImages)
    assert (len(data), data.input_shape, data.n_classes) == (900, (28, 28, 1), 10)
    growth_sets.write_set(tmp_path, 900)
    assert load_dataset(tmp_path).digest == data.digest
    # What is written in parts does not overlap and leaves nothing out.
    monkeypatch.setattr(growth_sets, "_PART", 250)
    growth_sets.write_set(tmp_path, 900)
    again = load_dataset(tmp_path)
    np.testing.assert_array_equal(again.labels, data.labels)
    assert (again.images[:].reshape(900, -1).max(axis=1) > 0.4).all()


def test_its_network_gets_most_right_and_some_wrong(small_set, tmp_path):
    from cnn_core.network.opening import load_network

    survey = survey_of(load_network(small_set / "tiny.keras"), load_dataset(small_set), tmp_path)
    assert 0.6 < survey.accuracy < 1


def test_a_set_is_measured_whole(small_set):
    told = growth_sets.measure_set(small_set, repeats=2)
    assert all(value > 0 for value in told.values())
    names = set(told)
    for panel in growth_plots.PLOTS["set_size"].panels:
        # Memory is told on Linux only.
        assert panel.lines.keys() <= names | {"memory of its own while opening, MiB"}


def test_answers_are_counted_packed_and_unpacked(tmp_path):
    models = save_models(tmp_path, {"few": maps_network(4, 3), "more": maps_network(64, 3)})
    data = save_small_set(tmp_path / "images.npz", 8, 5)
    explorer, app = opened(models, data, tmp_path / "cache")
    assert explorer.network("more").layer(MAPS).shape == (3, 3, 64)
    asking = Asking(app)
    few, more = (
        asking.cost(
            "/", [{"model": model, "image": image, "layer": MAPS} for image in range(3)], warm_up=1
        )
        for model in ("few", "more")
    )
    assert 0 < few.best_ms <= few.median_ms
    assert few.wire_bytes < few.raw_bytes
    # 60 maps more, of 9 cells of four bytes each, in whatever way they are written.
    assert more.raw_bytes - few.raw_bytes > 60 * 9 * 4
    with pytest.raises(LookupError, match="/nowhere"):
        asking.answer("/nowhere")


@pytest.fixture
def tables():
    def line(plot):
        return {name: [3, 5, 9] for panel in plot.panels for name in panel.lines}

    return {
        name: {"size": "things", "sizes": [10, 100, 1000], "lines": line(plot)}
        for name, plot in growth_plots.PLOTS.items()
    }


@pytest.mark.parametrize("name", growth_plots.PLOTS)
def test_plots_are_pictures_and_the_same_each_time(tables, name, tmp_path):
    first = growth_plots.draw(name, tables[name], tmp_path / "a").read_bytes()
    assert ET.fromstring(first).tag.endswith("svg")
    assert growth_plots.draw(name, tables[name], tmp_path / "b").read_bytes() == first
    tables[name]["lines"][next(iter(tables[name]["lines"]))][1] = 4
    assert growth_plots.draw(name, tables[name], tmp_path / "c").read_bytes() != first


def test_lines_that_were_not_measured_are_left_out(tables, tmp_path):
    table = tables["maps"]
    del table["lines"]["browser to picture, ms"]
    whole = growth_plots.draw("maps", tables["images"], tmp_path / "a").read_bytes()
    assert len(growth_plots.draw("maps", table, tmp_path / "b").read_bytes()) < len(whole)


def test_plots_are_drawn_from_the_results(tables, tmp_path, monkeypatch, capsys):
    results = tmp_path / "results.json"
    results.write_text(json.dumps({"growth": {"figures": {"maps": tables["maps"]}}}))
    monkeypatch.setattr(growth_plots, "FOLDER", tmp_path / "bench" / "plots")
    monkeypatch.setattr("sys.argv", ["growth_plots", str(results)])
    growth_plots.main()
    assert capsys.readouterr().out == "written: bench/plots/maps.svg\n"
    assert [path.name for path in (tmp_path / "bench" / "plots").iterdir()] == ["maps.svg"]
