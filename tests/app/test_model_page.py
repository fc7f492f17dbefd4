"""The Model page without a browser: selection, lists, records, words, callback, files."""

import csv
import io
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from dash.development.base_component import Component

from app.frame.browsing.search import search
from app.frame.recorded.records import disputed_in, records_of
from app.frame.words.wording import percent
from app.pages.explore.state import read as read_explore
from app.pages.model import PAGE, firmness, mistakes, tables, words
from app.pages.model.images import MOST_ON_A_PAGE, listed_images, n_pages, on_page, search_words
from app.pages.model.state import read, write
from app.pages.model.view import look
from cnn_core.artifacts import HISTORY, MANIFEST, read_manifest
from cnn_core.images.mnist_writers import Writers
from cnn_core.statistics import design_effect, wilson_interval
from cnn_core.survey.calibration import calibration
from tests.app.asking import ask_page, small_app
from tests.app.small_explorer import small_explorer

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
ADDRESSES = (
    "",
    "?model=model_1&label=2&pred=0",
    "?set=train&pred=3&hardest=60",
    "?label=1",
    "?label=0&pred=0",
)
CELLS = [(label, pred) for label in (None, 0, 1, 2, 3) for pred in (None, 0, 1, 2, 3)]


def selected(address=""):
    return read(address, small_explorer())


def view_of(address=""):
    return look(small_explorer(), selected(address)[0])


def get(address):
    return small_app().server.test_client().get(address)


def rows_of(address):
    return list(csv.DictReader(io.StringIO(get(address).get_data(as_text=True))))


def hrefs(tree):
    """Addresses of all links of a layout."""
    if isinstance(tree, (list, tuple)):
        return [link for part in tree for link in hrefs(part)]
    if not isinstance(tree, Component):
        return []
    own = [tree.href] if getattr(tree, "href", None) else []
    return own + hrefs(getattr(tree, "children", None))


# --- the address ------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_written_again_shows_the_same(address):
    selection, problems = selected(address)
    assert problems == []
    assert selected(write(selection, small_explorer())) == (selection, [])


@pytest.mark.parametrize(
    ("address", "key", "nearest"),
    [
        ("?label=22", "label", "2"),
        ("?pred=-1", "pred", "1"),
        ("?model=model_2", "model", "model_1"),
        ("?set=tests", "set", "test"),
        ("?page=2&label=0&pred=0", "page", "1"),
        ("?hardest=25", "hardest", "24"),
        ("?zebra=3", "zebra", ""),
        ("?label=x", "label", "any"),
    ],
)
def test_a_wrong_link_is_told_with_the_nearest(address, key, nearest):
    [problem] = selected(address)[1]
    assert (problem.key, problem.nearest) == (key, nearest)


# --- the lists --------------------------------------------------------------------------------


@pytest.mark.parametrize(("label", "pred"), CELLS)
@pytest.mark.parametrize("set_name", ["test", "train"])
def test_a_cell_lists_its_images(label, pred, set_name):
    survey = small_explorer().survey("model_0", set_name)
    expected = [
        number
        for number in range(len(survey))
        if (label is None or survey.labels[number] == label)
        and (pred is None or survey.predictions[number] == pred)
        and (
            survey.labels[number] != survey.predictions[number]
            or (label == pred and label is not None)
        )
    ]
    assert listed_images(survey, label, pred).tolist() == expected
    if label is not None and pred is not None:
        assert len(expected) == survey.confusion[label, pred]
    # The arrow keys of the Explore page walk through the same images.
    words_for_explore = search_words(small_explorer(), label, pred)
    found = search(words_for_explore, survey, small_explorer().class_names)
    assert found.images.tolist() == expected


def test_a_class_whose_name_has_a_space_is_not_searched_for():
    explorer = SimpleNamespace(class_name=lambda number: ("cat", "red cat")[number])
    assert search_words(explorer, 0, 1) is None
    assert search_words(explorer, 0, None) == "label:cat wrong"


@pytest.mark.parametrize("n", [0, 1, MOST_ON_A_PAGE, MOST_ON_A_PAGE + 1, 3 * MOST_ON_A_PAGE])
def test_the_pages_of_a_list_hold_each_image_once(n):
    images = np.arange(n)
    pages = [on_page(images, page + 1) for page in range(n_pages(images))]
    assert np.concatenate(pages).tolist() == list(range(n))
    assert all(len(page) <= MOST_ON_A_PAGE for page in pages) and n_pages(images) >= 1


# --- what is shown ----------------------------------------------------------------------------


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_numbers_are_those_of_the_surveys(address):
    explorer, view = small_explorer(), view_of(address)
    survey = explorer.survey(view.selection.model, view.selection.set)
    assert sum(kind.count for kind in view.errors) == np.sum(survey.labels != survey.predictions)
    counts = [kind.count for kind in view.errors]
    assert counts == sorted(counts, reverse=True) and all(counts)
    for kind in view.errors:
        assert kind.label != kind.prediction
        assert view.confusion[kind.label, kind.prediction] == kind.count
    for (model, name), one in view.accuracies.items():
        right = np.sum(explorer.survey(model, name).predictions == explorer.dataset(name).labels)
        low, high = wilson_interval(right, one.n)
        assert (one.credit, one.n) == (right, len(explorer.dataset(name)))
        assert (one.low, one.high) == (low, high)
    own = survey.probabilities[np.arange(len(survey)), survey.labels]
    assert own[view.hardest] == pytest.approx(np.sort(own)[: len(view.hardest)])
    wrong_in = sum(
        explorer.survey(model, view.selection.set).predictions != survey.labels
        for model in explorer.model_names
    )
    np.testing.assert_array_equal(view.n_models_wrong, wrong_in)


def test_every_layer_leads_into_explore():
    explorer, view = small_explorer(), view_of("?model=model_1")
    links = hrefs(tables.layer_table(view))
    opened = [read_explore(link.partition("?")[2], explorer) for link in links]
    assert [(one.model, one.layer) for one, _ in opened] == [
        ("model_1", info.name) for info in explorer.network("model_1").layers
    ]
    assert all(problems == [] for _, problems in opened)


def test_the_architecture_tells_windows_and_fields():
    view = view_of()
    told = {
        info.name: (words.output_text(info), words.window_text(info), words.field_text(field))
        for info, field in view.layers
    }
    assert told["first_maps"] == ("10 × 10 × 5", "3 × 3", "3 × 3, stride 1")
    assert told["pooled"] == ("5 × 5 × 5", "2 × 2, stride 2", "4 × 4, stride 2")
    assert told["last_maps"] == ("3 × 3 × 6", "3 × 3", "8 × 8, stride 2")
    assert told["hidden"] == ("7", "", "up to 12 × 12")


def test_cards_lead_to_the_image_in_explore():
    explorer, view = small_explorer(), view_of("?model=model_1&set=train")
    links = [link for link in hrefs(mistakes.hardest_images(view)) if link.startswith("/?")]
    opened = [read_explore(link.partition("?")[2], explorer) for link in links]
    assert [one.image for one, _ in opened] == view.hardest.tolist()
    assert {(one.model, one.set) for one, _ in opened} == {("model_1", "train")}
    assert all(problems == [] for _, problems in opened)


def test_every_kind_of_mistake_is_a_link_to_its_images():
    explorer, view = small_explorer(), view_of()
    everything, *links = hrefs(mistakes.error_links(view))
    assert read(everything.partition("?")[2], explorer)[0] == view.selection
    opened = [read(link.partition("?")[2], explorer)[0] for link in links]
    assert [(one.label, one.pred) for one in opened] == [
        (kind.label, kind.prediction) for kind in view.errors
    ]
    in_table = hrefs(mistakes.matrix_table(view))
    assert len(in_table) == np.count_nonzero(view.confusion)


def test_an_empty_cell_is_explained():
    small_explorer()
    counts = view_of().confusion
    label, pred = map(int, np.argwhere((counts == 0) & ~np.eye(len(counts), dtype=bool))[0])
    view = view_of(f"?label={label}&pred={pred}")
    assert words.list_text(view).startswith("0 test images labelled")
    assert "no such mistake" in mistakes.listed_images_part(view).children


def test_the_mean_is_of_the_models():
    explorer, view = small_explorer(), view_of()
    accuracies = [explorer.survey(model, "test").accuracy for model in explorer.model_names]
    assert percent(np.mean(accuracies), 2) in words.accuracy_text(view)
    alone = small_explorer(n_models=1)
    assert "average" not in words.accuracy_text(look(alone, read("", alone)[0]))


# --- how firm it is ---------------------------------------------------------------------------


@pytest.fixture
def with_writers(monkeypatch):
    """The small test set, as if two kinds of people had written it, 4 images each."""
    halves = (Writers("students", 0, 20, False), Writers("Census staff", 20, 40, True))
    monkeypatch.setattr(firmness, "writers_of", lambda dataset: halves)
    monkeypatch.setattr(firmness, "BLOCK", 4)
    firmness.effect_of.cache_clear()
    yield halves
    firmness.effect_of.cache_clear()


def test_mistakes_are_told_by_half_and_writers_widen_the_interval(with_writers):
    explorer, view = small_explorer(), view_of()
    wrong = [~explorer.survey(model, "test").is_right for model in explorer.model_names]
    for one, own in zip(firmness.firmness_of(view), wrong, strict=True):
        assert one.n_wrong == (int(own[:20].sum()), int(own[20:].sum()))
        assert one.alike.low <= one.independent.low <= one.independent.high <= one.alike.high
    effect = design_effect(np.mean(wrong, axis=0)[20:], 4)
    told = firmness.firmness_text(view)
    assert f"vary {effect:.2f} times as much" in told and "assumed" in told
    low, high = (sum(int(own[part].sum()) for own in wrong) for part in (slice(20), slice(20, 40)))
    assert max(low, high) < 1.2 * min(low, high) and "about equally hard" in told


def test_images_with_disputed_labels_are_left_out_of_the_accuracy(monkeypatch):
    view = view_of()
    right = small_explorer().survey("model_0", "test").is_right
    left_out = [*np.flatnonzero(right)[:3].tolist(), int(np.flatnonzero(~right)[0])]
    known = SimpleNamespace(labels=[SimpleNamespace(image=image) for image in left_out])
    monkeypatch.setattr(firmness, "disputed_in", lambda dataset: (known, ""))
    found = firmness.firmness_of(view)[0].undisputed
    assert (found.credit, found.n) == (right.sum() - 3, len(right) - 4)


def test_the_harder_half_is_named():
    writers = (Writers("students", 0, 20, False), Writers("Census staff", 20, 60, True))
    told = firmness.halves_text([12, 8], writers)
    assert told == "these models make 3.0 times as many mistakes on those by students."
    assert "about equally hard" in firmness.halves_text([10, 20], writers)
    assert "nothing is wrong" in firmness.halves_text([0, 20], writers)


def test_without_known_writers_the_page_says_what_the_interval_takes_for_granted():
    view = view_of()
    assert firmness.firmness_table(view) is None
    assert "as unrelated" in firmness.firmness_text(view)
    assert firmness.effect_of(view.explorer, "test") == 1


def test_the_calibration_is_that_of_the_survey():
    view = view_of("?model=model_1")
    survey = small_explorer().survey("model_1", "test")
    found = calibration(survey.probabilities.max(axis=1), survey.is_right)
    told = firmness.calibration_text(view)
    assert percent(found.error, 2) in told
    rows = rows_of("/download/model/calibration.csv?model=model_1")
    assert [int(row["images"]) for row in rows] == [one.right.n for one in found.bins]
    rows = rows_of("/download/model/accuracy_checked.csv")
    assert tuple(row["model"] for row in rows) == small_explorer().model_names


# --- records ----------------------------------------------------------------------------------


def shipped_network(folder=ARTIFACTS, digest=None):
    known = read_manifest(ARTIFACTS)["models"]["cnn_seed2.keras"]["sha256"]
    return SimpleNamespace(path=Path(folder) / "my_name.keras", digest=digest or known)


def test_records_are_found_by_checksum_whatever_the_name():
    records = records_of(shipped_network())
    assert records.record["seed"] == 2 and records.fault == ""
    assert [epoch["epoch"] for epoch in records.epochs] == [*range(1, records.record["epochs"] + 1)]


@pytest.mark.parametrize(
    "network",
    [
        SimpleNamespace(path=None, digest=""),
        shipped_network("/nowhere"),
        shipped_network(digest="0" * 64),
    ],
    ids=["no file", "no records", "another model"],
)
def test_a_model_without_records_has_none(network):
    records = records_of(network)
    assert (records.record, records.epochs, records.fault) == (None, (), "")


def test_altered_records_are_not_believed(tmp_path):
    for file in (MANIFEST, HISTORY):
        shutil.copy(ARTIFACTS / file, tmp_path)
    assert records_of(shipped_network(tmp_path)).record
    text = (tmp_path / MANIFEST).read_text()
    (tmp_path / MANIFEST).write_text(text.replace('"seed": 2', '"seed": 7'))
    records = records_of(shipped_network(tmp_path))
    assert records.record is None and "cannot be trusted" in records.fault
    assert str(tmp_path) not in records.fault


def test_a_model_of_ones_own_is_told_to_have_no_records():
    explorer, view = small_explorer(), view_of()
    assert "not known" in words.record_text(view)
    assert "No training history is known" in words.training_text(view)
    assert disputed_in(explorer.dataset("test")) == (None, "")
    assert words.disputed_text(view) == "No disputed labels are known of this test set."
    assert mistakes.disputed_images(view) is None


# --- the callback and the files ---------------------------------------------------------------


@pytest.mark.parametrize("address", [*ADDRESSES, "?label=77&pred=zebra&page=-4&hardest=many&x=1"])
def test_the_callback_answers_every_address(address):
    drawn = ask_page(small_app(), PAGE.path, address)
    view = view_of(address)
    assert drawn["answer"]["data"]["search"] == write(view.selection, small_explorer())
    assert len(drawn["model-layers"]["children"]["props"]["children"][1]["props"]["children"]) == 6
    assert drawn["model-confusion"]["figure"]["layout"]["meta"]["click"] == {
        "x": "pred",
        "y": "label",
    }
    assert drawn["model-curves"]["hidden"] is True
    assert bool(drawn["notices"]["children"]) == ("zebra" in address)
    choices = drawn["answer"]["data"]["options"]["label"]
    assert [choice["label"] for choice in choices] == ["any", "3", "4", "7", "9"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_files_hold_what_the_page_shows(address):
    view = view_of(address)
    survey = small_explorer().survey(view.selection.model, view.selection.set)
    names = small_explorer().class_names
    table = rows_of(f"/download/model/confusion.csv{address}")
    assert [[int(row[name]) for name in names] for row in table] == view.confusion.tolist()
    for file, numbers in (("images", view.listed), ("hardest", view.hardest)):
        rows = rows_of(f"/download/model/{file}.csv{address}")
        assert [int(row["image"]) for row in rows] == numbers.tolist()
        for row, number in zip(rows, numbers, strict=True):
            label = survey.labels[number]
            assert row["label"] == names[label]
            assert row["prediction"] == names[survey.predictions[number]]
            assert np.float32(row["probability_of_label"]) == survey.probabilities[number, label]
    rows = rows_of(f"/download/model/accuracy.csv{address}")
    assert {(row["model"], row["set"]): int(row["right"]) for row in rows} == {
        key: one.credit for key, one in view.accuracies.items()
    }
    rows = rows_of(f"/download/model/architecture.csv{address}")
    assert [(row["layer"], row["output"], int(row["parameters"])) for row in rows] == [
        (info.name, "x".join(map(str, info.shape)), info.n_parameters) for info, _ in view.layers
    ]
    record = json.loads(get(f"/download/model/record.json{address}").data)
    assert record["record"] is None
    assert record["shown"]["data"]["test"] == small_explorer().dataset("test").digest


def test_names_of_files_are_safe_and_headers_say_what_they_are():
    response = get("/download/model/confusion.csv?model=model_1&set=train")
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="model_1_train_confusion.csv"'
    )
    assert response.mimetype == "text/csv"
    assert rows_of("/download/model/training.csv") == []
    assert rows_of("/download/model/disputed.csv") == []


@pytest.mark.parametrize("query", ["?label=9", "?model=nope", "?zebra=1", "?page=9", "?label=%FF"])
def test_a_file_of_what_does_not_exist_is_a_400_with_one_line(query):
    response = get(f"/download/model/images.csv{query}")
    text = response.get_data(as_text=True)
    assert response.status_code == 400 and text.count("\n") == 1 and "nearest" in text


def test_another_file_is_a_404():
    assert get("/download/model/secrets.csv").status_code == 404
