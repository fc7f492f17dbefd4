"""The quiz: nothing tells the answer before the end, and then every number is the core's."""

import csv
import io
import json
from functools import lru_cache
from statistics import NormalDist

import numpy as np
import pytest

from app.explorer import Explorer
from app.factory import create_app
from app.pages.quiz.state import read
from app.pages.quiz.view import look, readers_of
from cnn_core.blind_eye.grading import ANSWERS, decisions_of, grade
from cnn_core.blind_eye.showings import showings_of
from cnn_core.images.dataset import Dataset
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.survey.whole_set import survey_of
from tests.app.asking import ask_page, ask_panel, small_app
from tests.app.quiz_explorer import quiz_explorer

ALL = "PpnqQ" * 4


@lru_cache(maxsize=2)
def quiz_app(with_train=True):
    return create_app(quiz_explorer(with_train))


def view_of(search, with_train=True):
    explorer = quiz_explorer(with_train)
    selection, problems = read(search, explorer)
    assert problems == []
    return look(explorer, selection)


def shown(search):
    return ask_page(quiz_app(), "/quiz", search)


def file_of(ending, search, with_train=True):
    return quiz_app(with_train).server.test_client().get(f"/download/quiz.{ending}{search}")


def without_grid(answer):
    """Everything that a page answers but the grid's numbers, and the address itself."""
    told = json.loads(json.dumps(answer))
    [heatmap] = (
        told["panels"]["figure"] if "panels" in told else told["quiz-grid"]["figure"]["data"]
    )
    layout = told["quiz-grid"]["figure"]["layout"]
    for key in ("z", "customdata", "zmax", "zmin"):
        heatmap.pop(key, None)
    layout["meta"].pop("bar")
    told["answer"]["data"].pop("search")
    told["answer"]["data"]["values"].pop("seed")
    told["answer"]["data"].pop("slow")
    return told


def test_before_the_end_an_answer_differs_by_the_grid_alone():
    """So nothing in it can tell which image, which label, which prediction it is about."""
    alike = {}
    for seed in range(12):
        view = view_of(f"?seed={seed}")
        for n in (0, 7, 19):
            search = f"?seed={seed}&answers={ALL[:n]}"
            key = n, view.trials[n].showing
            alike.setdefault(key, []).append((without_grid(shown(search)), view.trials[n]))
    compared = 0
    for found in alike.values():
        first, trial = found[0]
        for other, other_trial in found[1:]:
            assert first == other
            compared += (trial.image, trial.label) != (other_trial.image, other_trial.label)
    assert compared > 15


def test_before_the_end_no_file_and_no_slow_panel_tells():
    for n in (0, 1, 19):
        search = f"?answers={ALL[:n]}"
        for ending in ("csv", "txt"):
            refused = file_of(ending, search)
            assert refused.status_code == 409 and f"{n} of 20" in refused.get_data(as_text=True)
        told = ask_panel(quiz_app(), "/quiz", "quiz-compared", search)
        assert told["quiz-compared"]["children"] is None
        assert shown(search)["quiz-result"]["children"] is None


def test_everybody_with_one_link_gets_the_same_grid():
    grids = [
        json.dumps(ask_page(create_app(quiz_explorer()), "/quiz", "?seed=3")["quiz-grid"])
        for _ in range(2)
    ]
    assert grids[0] == grids[1]
    assert json.dumps(shown("?seed=4")["quiz-grid"]) != grids[0]


def test_the_grid_is_that_of_the_image_and_layer_of_the_trial():
    view = view_of("?seed=3&answers=PP")
    explorer, trial = view.explorer, view.trials[2]
    values = explorer.network("learned").activations(
        explorer.dataset("test").images[[trial.image]], [trial.showing.layer]
    )[trial.showing.layer]
    figure = shown("?seed=3&answers=PP")["quiz-grid"]["figure"]
    assert figure["data"][0]["zmax"] == pytest.approx(float(values.max()))
    assert figure["layout"]["meta"]["layer"] == trial.showing.layer


def test_sorted_nodes_stand_by_their_votes():
    for seed in range(9):
        search = f"?seed={seed}&show=sorted-nodes"
        meta = shown(search)["quiz-grid"]["figure"]["layout"]["meta"]
        kernel, _ = quiz_explorer().network("learned").output_weights
        p, q = view_of(search).pair
        assert (np.diff((kernel[:, p] - kernel[:, q])[meta["order"]]) <= 0).all()


def test_an_answer_leads_to_the_next_question():
    buttons = shown("?answers=Pq")["quiz-answers"]["children"]
    values = [button["props"]["data-set-value"] for button in buttons]
    assert values == [f"Pq{letter}" for letter in ANSWERS]
    assert "Question 3 of 20" in str(shown("?answers=Pq")["quiz-title"]["children"])


def test_the_score_is_the_cores():
    view = view_of(f"?answers={ALL}")
    found = grade(view.trials, decisions_of(ALL, *view.pair), view.showings)
    sentence = shown(f"?answers={ALL}")["answer"]["data"]["texts"]["page-sentence"]
    right, share = f"{found.overall.credit:g}", found.overall.credit / 20
    z = NormalDist().inv_cdf(0.975)
    middle = (share + z**2 / 40) / (1 + z**2 / 20)
    half = z * (share * (1 - share) / 20 + z**2 / 1600) ** 0.5 / (1 + z**2 / 20)
    told = f"{100 * (middle - half):.0f} % to {100 * (middle + half):.0f} %"
    assert sentence.startswith(f"You got {right} of 20 right")
    assert told in sentence.replace("\N{NO-BREAK SPACE}", " ")
    assert shown(f"?answers={ALL}")["quiz-trial"]["hidden"] is True


def rows_of(search, with_train=True):
    answer = file_of("csv", search, with_train)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def test_the_table_can_be_recomputed():
    search = f"?seed=5&answers={ALL}"
    view, rows = view_of(search), rows_of(search)
    test = view.explorer.dataset("test")
    network = view.explorer.network("learned")
    p, q = view.pair
    images = [int(row["image"]) for row in rows]
    logits = network.logits(test.images[images])
    readers = readers_of(view)
    names = view.explorer.class_names
    for place, row in enumerate(rows):
        assert names.index(row["label"]) == test.labels[images[place]]
        assert names.index(row["network"]) == (p if logits[place, p] > logits[place, q] else q)
        answer = {"P": names[p], "p": names[p], "n": "", "q": names[q], "Q": names[q]}[ALL[place]]
        assert row["answer"] == answer and row["sure"] == str(int(ALL[place] in "PQ"))
        assert float(row["credit"]) == (0.5 if not answer else float(answer == row["label"]))
        at = list(readers.rows).index(images[place])
        decided = readers.probes[row["layer"]].decisions[at]
        assert row["linear_probe"] == names[decided]
    assert sum(row["kind"] == "clear" for row in rows) == 10
    assert sorted({row["label"] for row in rows}) == sorted((names[p], names[q]))


def test_the_text_and_the_readers_say_the_same():
    search = f"?seed=5&answers={ALL}"
    text = file_of("txt", search).get_data(as_text=True)
    drawn = ask_panel(quiz_app(), "/quiz", "quiz-compared", search)["quiz-compared"]["children"]
    view, rows = view_of(search), rows_of(search)
    n_right = sum(row["network"] == row["label"] for row in rows)
    assert f"Network: {n_right} of 20" in text and f"block {view.selection.seed}" in text
    assert json.dumps(text.rstrip("\n")) in json.dumps(drawn)


def test_without_training_images_no_probe_answers_and_groups_are_no_questions():
    search = f"?answers={ALL}"
    view = view_of(search, with_train=False)
    readers = readers_of(view)
    asked = {trial.image for trial in view.trials}
    assert readers.probes == {}
    judged = next(iter(readers.circles.values())).judged
    assert len(readers.rows[~judged]) == 6 and not asked & set(readers.rows[~judged].tolist())
    told = ask_panel(quiz_app(with_train=False), "/quiz", "quiz-compared", search)
    assert "no training images" in str(told) and "flatters the circles" in str(told)
    assert all(row["linear_probe"] == "" for row in rows_of(search, with_train=False))


def test_what_no_quiz_can_be_drawn_of_is_told():
    # An untrained network gets hardly an image right.
    answer = ask_page(small_app(), "/quiz", "")
    assert "a block needs ten images of each class" in str(answer["answer"]["data"]["texts"])
    assert answer["quiz-trial"]["hidden"] is True and answer["quiz-results"]["hidden"] is True
    assert "10 images" in answer["answer"]["data"]["texts"]["page-sentence"]


@pytest.mark.parametrize(
    ("hidden", "told"), [((6,), "no convolution, so"), ((), "no grid to look")]
)
def test_a_network_without_maps(hidden, tmp_path, told):
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Flatten(),
            *(layers.Dense(n, activation="relu") for n in hidden),
            layers.Dense(2, activation="softmax"),
        ]
    )
    images = np.random.default_rng(0).random((400, 6, 6, 1), np.float32)
    network = Network(model, name="flat")
    labels = network.logits(images).argmax(axis=1)
    data = Dataset("test", images, labels, ("a", "b"))
    survey = survey_of(network, data, tmp_path)
    explorer = Explorer({"flat": network}, {"test": data}, {("flat", "test"): survey})
    app = create_app(explorer)
    answer = ask_page(app, "/quiz", "")
    assert told in str(answer["answer"]["data"]["texts"])
    assert answer["quiz-trial"]["hidden"] is not bool(showings_of(network))


@pytest.mark.parametrize(
    ("search", "kept", "told"),
    [
        ("?answers=PxP", "PP", "letters"),
        (f"?answers={ALL}P", ALL, "letters"),
        ("?seed=-1", "", "block"),
        ("?show=pixels", "", "grids"),
    ],
)
def test_what_an_address_gets_wrong_is_told(search, kept, told):
    answer = shown(search)
    assert answer["answer"]["data"]["values"]["answers"] == kept
    assert told in str(answer["notices"]["children"])
    assert file_of("csv", search).status_code == 400


def test_a_class_against_itself_gets_another_rival():
    answer = shown("?p=2&q=2")
    assert "itself" in str(answer["notices"]["children"])
    values = answer["answer"]["data"]["values"]
    assert values["p"] == 2 and values["q"] != 2


def test_the_quiz_speaks_german():
    answer = shown("?lang=de&answers=Pp")
    assert "Frage 3 von 20" in str(answer["quiz-title"]["children"])
    done = shown(f"?lang=de&answers={ALL}")["answer"]["data"]["texts"]["page-sentence"]
    assert "von 20 richtig" in done
    assert "Netz" in file_of("txt", f"?lang=de&answers={ALL}").get_data(as_text=True)
