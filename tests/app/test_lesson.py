"""The lesson without a browser: what it says follows the model, whatever the model is."""

import re
import tempfile
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from app.explorer import Explorer
from app.factory import create_app
from app.frame.recorded.readouts import Found, find_results
from app.frame.subject import Subject
from app.frame.words.language import speaking
from app.pages import PAGES
from app.pages.evidence.purpose import steps_of
from app.pages.lesson import facts
from app.pages.lesson.check import ROUNDS, questions
from app.pages.lesson.circles import circle_facts
from app.pages.lesson.start import answer_text
from app.pages.lesson.steps import STEPS
from cnn_core.circles.rule import THRESHOLD, find_circles, on_cells
from cnn_core.images.dataset import Dataset
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.readouts.comparing.answers import Share
from cnn_core.space.likeness import likeness_to_image
from cnn_core.survey.whole_set import survey_of
from tests.app.asking import ask_page, small_app
from tests.app.evidence_views import viewed
from tests.app.measured_explorer import measured_explorer
from tests.app.small_explorer import small_explorer, small_images, small_model

NAMES = ("cat", "dog", "owl")
every_step = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)


def explorer_of(model, names=NAMES):
    """A model that tells other classes than digits apart."""
    images = small_images("test", n_classes=len(names))
    data = Dataset("test", images.images, images.labels, names)
    network = Network(model, name="other")
    survey = survey_of(network, data, tempfile.mkdtemp(prefix="looking-glass-"), with_features=True)
    return Explorer({"other": network}, {"test": data}, {("other", "test"): survey})


@lru_cache(maxsize=1)
def three_classes():
    return explorer_of(trained(small_model(0, n_classes=3)))


def trained(model):
    images = small_images("test", n_classes=model.output_shape[-1])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(images.images, images.labels, epochs=60, verbose=0)
    return model


@lru_cache(maxsize=1)
def without_maps():
    keras.utils.set_random_seed(0)
    layers = keras.layers
    parts = [keras.Input((12, 12, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")]
    return explorer_of(keras.Sequential(parts))


def case_of(explorer):
    return facts.Case(
        explorer, explorer.model_names[0], *facts.pair_of_lesson(explorer, None, None)
    )


def spoken_of(step, explorer, language="en"):
    with speaking(language):
        return step.tell(case_of(explorer))


def all_text(told):
    return " ".join(str(value) for value in vars(told).values())


@every_step
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("make", [small_explorer, measured_explorer, three_classes, without_maps])
def test_a_step_says_something_true_or_why_it_does_not_apply(step, make, language):
    told = spoken_of(step, make(), language)
    assert "{" not in all_text(told)
    if told.fault:
        assert not told.options and not told.finding
        return
    assert 0 <= told.right < len(told.options) == len(set(told.options))
    assert len(told.options) >= 2
    assert all([told.lead, told.finding, told.why, told.belief, told.reply, told.to_do, told.quick])


def test_step_6_asks_the_weighing_that_saw_all_images_as_evidence_does(monkeypatch):
    case = case_of(measured_explorer())
    found, view = find_results(case.explorer), viewed(f"?p={case.p}&q={case.q}")
    [step] = [one for one in steps_of(view) if one.title == "All cells, weighed"]
    told = facts.ladder_facts(case)
    assert (told.probe, told.compared) == (step.value, view.weighed())
    results, name = found.of(case.model), f"{case.p}-{case.q}"
    [whole] = [one for one in results.variants if one.name == "linear_probe"]
    score = whole.scores[name]
    worse = replace(whole, scores={name: replace(score, share=Share.of(1, 2))})
    other = Found({case.model: replace(results, variants=(worse,))})
    monkeypatch.setattr(facts, "find_results", lambda explorer: other)
    assert facts.ladder_facts(case).probe == 0.5


def test_without_maps_and_hidden_nodes_the_lesson_says_so():
    told = [spoken_of(step, without_maps()) for step in STEPS]
    assert all("does not apply" in one.fault for one in (told[0], told[1], told[4], told[5]))


def test_other_classes_are_called_by_their_names():
    texts = " ".join(all_text(spoken_of(step, three_classes())) for step in STEPS)
    assert "cat" in texts and "dog" in texts


def test_german_is_said_in_german_and_numbers_too():
    told = spoken_of(STEPS[1], small_explorer(), "de")
    assert "Pixel" in told.finding and "%" in told.finding and "share" not in told.finding


def test_the_circles_of_step_3_are_those_of_the_rule():
    case = case_of(three_classes())
    found = circle_facts(case)
    a, b = facts.clear_images(case)
    layer = facts.last_maps(case.network).name
    images = case.explorer.dataset("test").images
    values = case.network.activations(images[[*a, *b]])[layer]
    on = on_cells(values, THRESHOLD)
    circles = find_circles(on[:3], on[3:])
    assert (found.n_p, found.n_q) == (circles.n_unique_a, circles.n_unique_b)


def test_silencing_so_many_nodes_turns_the_decision_and_one_less_does_not():
    case = case_of(three_classes())
    found = facts.sum_facts(case, facts.first_image(case))
    network, image = case.network, case.explorer.image(Subject("test", found.image))
    kernel, bias = network.output_weights
    nodes = network.activations(image[None])[found.layer][0]
    entries = nodes * (kernel[:, case.p] - kernel[:, case.q])
    order = np.argsort(-entries)

    def margin(n):
        left = nodes.copy()
        left[order[:n]] = 0
        return float(left @ (kernel[:, case.p] - kernel[:, case.q]) + bias[case.p] - bias[case.q])

    assert margin(0) == pytest.approx(found.margin, abs=1e-4)
    if found.n_to_turn is not None:
        assert margin(found.n_to_turn) < 0 <= margin(found.n_to_turn - 1)
    assert found.plus + found.minus == pytest.approx(entries.sum(), abs=1e-4)


def test_mistakes_of_step_6_are_those_that_were_measured():
    explorer = measured_explorer()
    case = case_of(explorer)
    found = facts.ladder_facts(case)
    survey = case.survey
    rows = np.flatnonzero(np.isin(survey.labels, (case.p, case.q)))
    right = (
        np.where(survey.margins(case.p, case.q)[rows] >= 0, case.p, case.q) == survey.labels[rows]
    )
    assert (found.n, found.network) == (len(rows), pytest.approx(right.mean()))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [((None, None), (1, 3)), ((2, 0), (2, 0)), ((3, None), (3, 1)), ((None, 1), (3, 1)),
     ((None, 2), (1, 2)), ((2, 2), (1, 3))],
)  # fmt: skip
def test_the_pair_is_that_of_the_address_as_far_as_it_names_one(asked, expected):
    assert facts.pair_of_lesson(small_explorer(), *asked) == expected


@pytest.mark.parametrize("of_round", ROUNDS)
def test_questions_have_one_right_answer_of_four(of_round):
    asked = questions(case_of(small_explorer()), of_round)
    assert len(asked) == 6
    for one in asked:
        assert len(set(one.options)) == 4 and 0 <= one.right < 4


def test_the_second_round_asks_the_same_with_other_numbers():
    first, second = (questions(case_of(small_explorer()), one) for one in ROUNDS)
    for one, other in zip(first, second, strict=True):
        assert one.text != other.text
        assert re.sub(r"[\d,+−]+", "", one.text) == re.sub(r"[\d,+−]+", "", other.text)


def test_the_answer_follows_what_was_measured():
    assert "leaves the question open" not in answer_text(case_of(three_classes()))
    assert "leaves the question open" in answer_text(case_of(without_maps()))


@every_step
def test_a_step_opens_on_what_it_prepares_and_keeps_what_a_reader_changes(step):
    page = next(page for page in PAGES if page.path == step.path)
    explorer = small_explorer()
    told = ask_page(small_app(), step.path, "")["answer"]["data"]
    assert told["search"] == ""
    case = case_of(explorer)
    if "image" in step.prepared:
        assert told["values"]["image"] == step.prepared["image"](case)
        changed = ask_page(small_app(), step.path, "?image=2")["answer"]["data"]
        assert changed["values"]["image"] == 2 and "image=2" in changed["search"]
    assert page.opened_from == ("/lesson",) and told["links"]["lesson-door"].startswith(step.guest)


def test_ways_from_step_to_step_keep_model_pair_and_projector_and_drop_the_image():
    search = "?model=model_1&p=2&q=0&image=5&present=1&lang=de"
    links = ask_page(small_app(), "/lesson/1", search)["answer"]["data"]["links"]
    assert links["lesson-2"] == "/lesson/2?model=model_1&p=2&q=0&present=1&lang=de"


def test_a_german_page_says_so():
    answer = ask_page(small_app(), "/lesson/2", "?lang=de")
    assert answer["answer"]["data"]["language"] == "de"
    assert "Dein Tipp" in str(answer)


@pytest.mark.parametrize("make", [three_classes, without_maps])
def test_the_pages_open_on_other_models(make):
    app = create_app(make())
    app.server.test_client().get("/")
    for page in PAGES:
        if page.path.startswith("/lesson"):
            answer = ask_page(app, page.path, "")
            assert answer["notices"]["children"] == []


def sheet_of(search):
    return str(ask_page(small_app(), "/lesson/worksheet", search))


def test_only_the_answer_key_tells_what_is_right():
    n_applying = sum(not spoken_of(step, small_explorer()).fault for step in STEPS)
    assert "☒" not in sheet_of("") and sheet_of("?key=1").count("☒") == n_applying > 0


def test_codes_and_links_lead_to_the_address_that_was_asked():
    told = str(ask_page(small_app(), "/lesson/teacher", ""))
    assert "http://localhost/lesson/3" in told and "data:image/svg+xml" in told
    assert "this computer alone" in told


def test_a_map_that_is_the_images_negative_looks_like_it_too():
    case = facts.Case(small_explorer(), "model_0", 0, 1)
    layer = facts.last_maps(case.network)
    subject = Subject(case.set_name, facts.first_image(case))
    values = case.explorer.activations(case.model, subject)[layer.name][0]
    boxes = case.explorer.sight(case.model, layer.name).boxes
    likeness = likeness_to_image(values, case.explorer.image(subject), boxes)
    assert likeness.max() < facts.ALIKE and likeness.min() < -facts.ALIKE
    assert facts.first_maps(case, layer).n_alike == (likeness < -facts.ALIKE).sum()
