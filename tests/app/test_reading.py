"""Pages while networks still read the sets: what can be shown is, the rest says what it waits for."""

import numpy as np
import pytest

import cnn_core.survey.whole_set
from app.explorer import Explorer
from app.factory import create_app
from app.pages import PAGES
from app.pages.decide.choices import default_image
from app.reading import Reading
from cnn_core.survey.whole_set import stored_survey, survey_of
from tests.app.asking import ask_page, ask_panel, small_app
from tests.app.small_explorer import small_explorer

SLOW = [(page, panel) for page in PAGES for panel in page.panels if panel.is_slow]
AT_ONCE = ("/", "/draw", "/decide", "/patterns", "/training")
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)


def reading_of(explorer, folder):
    """Return what will read the sets of a small explorer."""
    sets = {name: explorer.dataset(name) for name in explorer.set_names}
    return Reading(explorer.networks, sets, folder)


def explorer_over(reading):
    """Return the small explorer, as far as its sets are read."""
    whole = small_explorer()
    sets = {name: whole.dataset(name) for name in whole.set_names}
    return Explorer(whole.networks, sets, reading.surveys, notes=reading.notes, reading=reading)


def app_over(reading):
    """Serve the small explorer, as far as its sets are read."""
    app = create_app(explorer_over(reading))
    assert app.server.test_client().get("/").status_code == 200
    return app


@pytest.fixture
def reading(tmp_path):
    return reading_of(small_explorer(), tmp_path)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """Return an app of which no set is ever read."""
    return app_over(reading_of(small_explorer(), tmp_path_factory.mktemp("surveys")))


def answer_of(app, path, search=""):
    return ask_page(app, path, search)["answer"]["data"]


@every_page
def test_a_page_says_what_it_waits_for(waiting, page):
    told = answer_of(waiting, page.path)
    assert "model_0 reads the test images" in told["reading"]["text"]
    assert told["reading"]["again"] >= 1
    if told["reading"]["page"]:
        assert "model_0 reads the test images" in told["texts"]["page-sentence"]
    assert answer_of(small_app(), page.path)["reading"] is None


@pytest.mark.parametrize("path", AT_ONCE)
def test_pages_about_one_image_open_at_once(waiting, path):
    told = ask_page(waiting, path, "")
    assert told["answer"]["data"]["reading"]["page"] is False
    assert told["notices"]["children"] == []
    assert told["answer"]["data"]["values"]["model"] == "model_0"


@pytest.mark.parametrize(("page", "panel"), SLOW, ids=lambda one: getattr(one, "name", ""))
def test_a_slow_panel_is_filled_or_says_what_it_waits_for(waiting, page, panel):
    told = ask_panel(waiting, page.path, panel.name, "")["told"]
    assert told["panel"] == panel.name
    assert "key" in told or "reads the" in told["reading"]["text"]


def test_the_picture_that_stands_in_is_named_by_its_address(waiting):
    labels = small_explorer().dataset("test").labels
    first = int(np.flatnonzero(labels == 1)[0])  # the class named 4
    told = answer_of(waiting, "/")
    assert told["values"]["image"] == first
    assert f"image={first}" in told["search"]
    assert answer_of(small_app(), "/", told["search"])["values"]["image"] == first
    assert answer_of(small_app(), "/")["search"] == ""


def test_search_and_next_wrong_wait(waiting):
    told = ask_page(waiting, "/", "?find=wrong")
    assert "Search: model_0 reads the test images" in str(told["notices"])
    assert told["answer"]["data"]["steps"]["wrong"] is None
    assert "find=wrong" in told["answer"]["data"]["search"]


def test_a_file_that_needs_a_survey_is_to_be_asked_for_again(waiting):
    client = waiting.server.test_client()
    early = client.get("/download/model/accuracy.csv")
    assert early.status_code == 503 and int(early.headers["Retry-After"]) > 0
    assert "reads the test images" in early.get_data(as_text=True)
    assert client.get("/download/activations.csv?image=3").status_code == 200


def test_what_came_out_is_told_on_pages_that_are_open_already(reading):
    app = app_over(reading)
    assert answer_of(app, "/")["notes"] == []
    reading.notes.append("model_0: it takes bytes")
    assert answer_of(app, "/")["notes"] == ["model_0: it takes bytes"]


def test_a_page_opens_as_soon_as_its_set_is_read(reading):
    app = app_over(reading)
    assert answer_of(app, "/compare")["reading"]["page"] is True
    reading.read_all()
    for path in ("/", "/compare", "/model"):
        assert answer_of(app, path)["reading"] is None
        assert answer_of(app, path)["values"]["model"] == "model_0"


def test_the_first_set_of_the_first_model_is_read_first_and_the_whole_is_told(reading):
    told = []
    reading.read_all(lambda *one: told.append((*one, reading.share_of_all)))
    steps = list(dict.fromkeys(step for step, *_ in told))
    assert steps == [
        "model_0 reads the test images",
        "model_1 reads the test images",
        "model_0 reads the train images",
        "model_1 reads the train images",
    ]
    shares = [share for *_, share in told]
    assert shares == sorted(shares) and shares[-1] == 1
    assert {total for _, _, total, _ in told} == {2 * (40 + 24)}
    assert len(reading.surveys) == 4


def test_what_is_kept_is_opened_before_the_first_picture(tmp_path):
    explorer = small_explorer()
    reading_of(explorer, tmp_path).read_all()
    again = reading_of(explorer, tmp_path)
    again.open_first()
    assert list(again.surveys) == [("model_0", "test")]
    steps = []
    again.read_all(lambda step, *_: steps.append(step))
    assert steps == []


def test_nothing_is_built_where_only_what_is_kept_is_asked_for(tmp_path):
    explorer = small_explorer()
    assert stored_survey(explorer.network("model_0"), explorer.dataset("test"), tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_what_a_light_survey_leaves_out_is_computed(tmp_path):
    whole = small_explorer()
    keys = [(model, name) for model in whole.networks for name in whole.set_names]
    for model, name in keys:
        survey_of(whole.network(model), whole.dataset(name), tmp_path, with_features=False)
    reading = reading_of(whole, tmp_path)
    steps = []
    reading.read_all(lambda step, *_: steps.append(step))
    assert steps == [] and set(reading.surveys) == set(keys)
    light = explorer_over(reading)
    survey = light.survey("model_1", "test")
    assert not survey.features
    kept = whole.survey("model_1", "test").features["last_maps"]
    np.testing.assert_allclose(
        light.values_of(survey, "last_maps", [3, 0, 7]), kept[[3, 0, 7]], rtol=1e-5, atol=1e-6
    )
    for model in whole.networks:
        assert default_image(light, model, "test") == default_image(whole, model, "test")


def test_a_set_that_cannot_be_read_is_told_where_it_is_needed_and_the_others_are_read(
    reading, monkeypatch
):
    read = cnn_core.survey.whole_set.survey_of

    def failing(network, dataset, *rest, **more):
        if network.name == "model_0" and len(dataset) == 24:
            raise OSError(28, "No space left on device")
        return read(network, dataset, *rest, **more)

    monkeypatch.setattr(cnn_core.survey.whole_set, "survey_of", failing)
    with pytest.raises(OSError, match="No space left"):
        reading.read_all()
    assert len(reading.surveys) == 3
    app = app_over(reading)
    for search, fault in (("?set=test", ""), ("?set=train", "could not read the train images")):
        told = answer_of(app, "/model", search)["reading"]
        assert (told is None) if not fault else fault in told["text"], told
    told = answer_of(app, "/model", "?set=train")["texts"]["page-sentence"]
    assert told.startswith("model_0 could not read the train images: No space left on device")
    assert answer_of(app, "/", "?set=train&model=model_1")["reading"] is None
