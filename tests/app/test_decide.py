"""Decide without a browser: selection, sums, figures, callbacks, downloads."""

import base64
import csv
import io
from dataclasses import replace
from functools import lru_cache
from itertools import combinations, permutations

import numpy as np
import pytest

from app.explorer import Explorer
from app.figures.charts.answer import answer_figure
from app.figures.charts.decision.bar_lists import bar_lists_figure
from app.figures.pictures.signed import are_told_apart, signed_grid, signed_image
from app.figures.theme import class_colour
from app.frame.subject import Subject
from app.frame.words.wording import signed
from app.pages.decide import PAGE, words
from app.pages.decide.bars import bars_of
from app.pages.decide.choices import default_donor, ledger_layers, unit_layers
from app.pages.decide.nodes import node_buttons, silenced_parts
from app.pages.decide.silenced import Silenced, read_silenced
from app.pages.decide.slow import results
from app.pages.decide.slow.results import PART_IMAGES, curve, edit_of, joined, race_of
from app.pages.decide.spatial import cells as cells_panel
from app.pages.decide.spatial.sums import sum_line
from app.pages.decide.state import read, write
from app.pages.decide.view import cells_of, fields_of_maps, look, nodes_of, pixels_of
from cnn_core.decision.race import class_race
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.space.mosaic import Mosaic
from cnn_core.survey.whole_set import survey_of
from tests.app.asking import ask_page, ask_panel, html_of, small_app
from tests.app.small_explorer import small_explorer, small_images

MAIN = "decide-nodes.figure"
LAYERS = ("first_maps", "pooled", "last_maps", "flat", "hidden", "classes")


def seen(search="", explorer=None):
    explorer = explorer or small_explorer()
    return look(explorer, read(search, explorer)[0])


def shown(search, before=None):
    return ask_page(small_app(), PAGE.path, search, shown=before)


def texts(search):
    return shown(search)["answer"]["data"]["texts"]


@lru_cache(maxsize=4)
def explorer_of(kind):
    """Explorer over one network of another build."""
    keras.utils.set_random_seed(3)
    layers = keras.layers
    rest = {
        "sigmoid": [
            layers.Flatten(name="flat"),
            layers.Dense(6, activation="sigmoid", name="hidden"),
            layers.Dense(4, activation="softmax", name="classes"),
        ],
        "no nodes": [
            layers.Conv2D(4, 3, name="scores"),
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Softmax(name="softmax"),
        ],
    }[kind]
    model = keras.Sequential(
        [keras.Input((12, 12, 1)), layers.Conv2D(3, 3, activation="relu", name="maps"), *rest]
    )
    network, dataset = Network(model, name=kind), small_images("test")
    return Explorer(
        {kind: network}, {"test": dataset}, {(kind, "test"): survey_of(network, dataset, _folder())}
    )


@lru_cache(maxsize=1)
def _folder():
    import tempfile

    return tempfile.mkdtemp(prefix="looking-glass-")


# --- the address -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "search",
    [
        "?image=3",
        "?model=model_1&image=5&p=2&q=0&layer=first_maps&group=map",
        "?image=0&off=hidden:6,2,3,4&baseline=mean&race=last_maps&curve=1&donor=3&scale=log",
        "?set=train&image=23&find=label:4",
    ],
)
def test_an_address_written_again_shows_the_same(search):
    explorer = small_explorer()
    selection, problems = read(search, explorer)
    assert problems == []
    assert read(write(selection, explorer), explorer) == (selection, [])


@pytest.mark.parametrize(
    ("search", "key", "told"),
    [
        ("?layer=frst_maps", "layer", "first_maps"),
        ("?image=4000", "image", "0 to 39"),
        ("?p=7", "p", "0 to 3"),
        ("?p=1&q=1", "q", "strongest other class"),
        ("?off=hidden:2,7", "off", "0 to 6"),
        ("?off=hidden:two", "off", "two"),
        ("?off=hiden:2", "off", "hidden"),
        ("?off=classes:1", "off", "cannot be silenced"),
        ("?off=,", "off", "names no layer"),
        ("?off=999", "off", '"999" names no layer whose units to silence; a layer comes first'),
        ("?off=:3", "off", "names no layer"),
        ("?baseline=meen", "baseline", "mean"),
        ("?donor=40", "donor", "0 to 39"),
        ("?curve=2", "curve", "0 to 1"),
        ("?zebra=1", "zebra", "does not know"),
    ],
)
def test_a_wrong_address_is_told_and_still_shows_a_whole_page(search, key, told):
    _, problems = read(search, small_explorer())
    assert [problem.key for problem in problems] == [key]
    assert told in problems[0].text
    answer = shown(search)
    assert told in str(answer["notices"])
    assert answer["decide-nodes"]["figure"]["data"]


def test_two_wrong_layers_are_told_apart():
    _, problems = read("?layer=zz&race=zz", small_explorer())
    first, second = (problem.text for problem in problems)
    assert first != second and "race" in second and "race" not in first


def test_half_of_the_pushing_is_told_once():
    told = html_of(shown("?image=7"), "decide-reason") + texts("?image=7")["decide-nodes-note"]
    assert told.count("half") == 1 and "50 %" not in told and "carry 90 %" in told


def test_a_list_that_is_cut_says_so():
    assert words.list_title("Dim", words.N_LISTED) == "Dim"
    assert words.list_title("Dim", 1700) == "Dim: 5 of 1,700"
    view = seen("?image=7&layer=first_maps")
    cells = cells_of(view)
    heads = str(cells_panel.cell_lists(cells, view))
    for chosen in (cells.visibility.bright_idle, cells.visibility.dim_working):
        assert (f": 5 of {len(chosen):,}" in heads) == (len(chosen) > 5)


def test_target_and_rival_are_prediction_and_runner_up():
    view = seen("?image=9")
    ranked = np.argsort(-view.answer.logits, kind="stable")
    assert (view.p, view.q) == tuple(ranked[:2])
    assert seen(f"?image=9&p={ranked[3]}").q == ranked[0]
    assert seen(f"?image=9&q={ranked[0]}").p == ranked[1]


def test_target_against_itself_takes_the_strongest_other_class():
    view = seen("?image=9&p=2&q=2")
    others = np.delete(np.arange(4), 2)
    assert (view.p, view.q) == (2, others[view.answer.logits[others].argmax()])


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("hidden:3", (3,)),
        ("hidden:5,1", (5, 1)),
        ("hidden:1-4", (1, 2, 3, 4)),
        ("hidden:0-6", tuple(range(7))),
        ("hidden:2,2,1-3", (2, 1, 3)),
        ("hidden:", ()),
        ("", ()),
    ],
)
def test_silenced_units_are_read_and_written(text, units):
    network = small_explorer().network("model_0")
    silenced, problems = read_silenced(text, network, unit_layers(network))
    assert (silenced.units, problems) == (units, [])
    assert read_silenced(str(silenced), network, unit_layers(network)) == (silenced, [])


def test_undo_takes_back_the_last_unit_only():
    assert Silenced("hidden", (4, 1, 6)).without_last() == Silenced("hidden", (4, 1))
    assert Silenced("hidden", (4,)).without_last() == Silenced()


# --- sums ------------------------------------------------------------------------------------


@pytest.mark.parametrize("image", [0, 7, 21])
def test_the_bars_run_to_the_margin_of_the_network(image):
    explorer = small_explorer()
    view = seen(f"?image={image}")
    bars = bars_of(nodes_of(view), view, can_be_silenced=True)
    logits = explorer.network("model_0").logits(explorer.dataset("test").images[[image]])[0]
    margin = float(logits[view.p]) - float(logits[view.q])
    assert bars[-1].kind == "margin" and bars[-1].term == pytest.approx(margin, abs=1e-5)
    running = 0.0
    for bar in bars[:-1]:
        assert bar.start == pytest.approx(running, abs=1e-9)
        running += bar.term
    assert running == pytest.approx(margin, abs=1e-5)
    sizes = [abs(bar.term) for bar in bars if bar.kind == "unit"]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) == 7


def test_small_terms_are_folded_into_one(monkeypatch):
    from app.pages.decide import view as module

    monkeypatch.setattr(module, "N_BARS", 3)
    # What was opened before is kept, and has all its bars.
    kept = module._nodes_of.__wrapped__
    monkeypatch.setattr(module, "_nodes_of", kept)
    view = seen("?image=7")
    nodes = nodes_of(view)
    bars = bars_of(nodes, view, can_be_silenced=True)
    assert [bar.kind for bar in bars] == ["unit"] * 3 + ["rest", "bias", "margin"]
    terms = np.sort(np.abs(nodes.ledger.terms[0]))
    assert abs(bars[2].term) >= terms[-3] - 1e-6
    assert sum(bar.term for bar in bars[:-1]) == pytest.approx(bars[-1].term, abs=1e-5)


def test_hover_writes_activation_times_weight_out():
    explorer = small_explorer()
    view = seen("?image=7")
    bar = bars_of(nodes_of(view), view, can_be_silenced=True)[0]
    value = explorer.activations("model_0", Subject("test", 7))["hidden"][0, bar.unit]
    kernel = explorer.network("model_0").weights("classes")["kernel"]
    weight = kernel[bar.unit, view.p] - kernel[bar.unit, view.q]
    assert f"{value:.4f} × weight {words.signed(weight, 4)}" in bar.hover
    assert words.signed(value * weight, 4) in bar.hover


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("group", ["cell", "map"])
def test_the_sum_of_every_layer_is_printed_and_holds(layer, group):
    small_explorer()
    view = seen(f"?image=7&layer={layer}&group={group}")
    cells = cells_of(view)
    total = float(cells.ledger.constant[0]) + float(cells.terms.sum(dtype=np.float64))
    assert total == pytest.approx(view.answer.margin, abs=1e-4)
    assert cells.terms.shape == cells.values.shape
    equation, is_exact, residual = words.sum_parts(cells.ledger)
    assert is_exact and f"Δ = {words.signed(view.answer.margin, 4)}" in equation
    assert "of Σ|terms|" in residual


def test_the_pixels_add_up():
    view = seen("?image=7")
    opened = pixels_of(view)
    assert opened.terms.shape == (1, 12, 12, 1)
    total = float(opened.constant[0]) + float(opened.terms.sum(dtype=np.float64))
    assert total == pytest.approx(view.answer.margin, abs=1e-4)


def test_a_network_that_bends_is_told_as_not_exact():
    explorer = explorer_of("sigmoid")
    view = seen("?image=3&layer=maps", explorer)
    for opened in (cells_of(view).ledger, pixels_of(view)):
        text = str(sum_line(opened))
        assert "not exact" in text and words.GATES not in text
        assert abs(float(opened.residual[0])) > 1e-3
    assert words.sum_parts(nodes_of(view).ledger)[1]


def test_a_network_without_hidden_nodes_is_told_by_its_logits():
    explorer = explorer_of("no nodes")
    view = seen("?image=3", explorer)
    nodes = nodes_of(view)
    assert nodes.weights is None
    assert float(nodes.ledger.total[0]) == pytest.approx(view.answer.margin, abs=1e-5)
    assert "softmax" not in ledger_layers(explorer.network("no nodes"))
    assert words.reason(view, nodes)[0]


# --- silencing -------------------------------------------------------------------------------


def test_silencing_a_node_takes_exactly_its_term_away():
    small_explorer()
    whole = seen("?image=7")
    terms = nodes_of(whole).ledger.terms[0]
    for unit in range(7):
        view = seen(f"?image=7&off=hidden:{unit}&p={whole.p}&q={whole.q}")
        assert view.after.margin == pytest.approx(whole.answer.margin - terms[unit], abs=1e-5)


@pytest.mark.parametrize("baseline", ["zero", "mean"])
@pytest.mark.parametrize("layer", unit_layers(small_explorer().network("model_0")))
def test_silencing_runs_the_rest_of_the_network_again(layer, baseline):
    explorer = small_explorer()
    network = explorer.network("model_0")
    activations = explorer.activations("model_0", Subject("test", 7))
    values = np.array(activations[layer])
    mean = explorer.survey("model_0", "test").units[layer].mean
    values[..., [0, 3]] = 0 if baseline == "zero" else mean[[0, 3]]
    expected = network.logits_with(layer, values, activations)[0]
    view = seen(f"?image=7&off={layer}:0,3&baseline={baseline}")
    np.testing.assert_allclose(view.after.logits, expected, atol=1e-5)


def test_a_button_for_each_bar_toggles_its_node():
    view = seen("?image=7&off=hidden:5,2")
    nodes = nodes_of(view)
    buttons = [button.to_plotly_json()["props"] for button in node_buttons(view, nodes)]
    units = nodes.ranking.order.tolist()
    assert len(buttons) == len(units) == 7
    for unit, button in zip(units, buttons, strict=True):
        left = {5: "hidden:2", 2: "hidden:5"}.get(unit, f"hidden:5,2,{unit}")
        assert (button["data-set-key"], button["data-set-value"]) == ("off", left)
        assert button["aria-pressed"] == ("true" if unit in (5, 2) else "false")
    assert Silenced("hidden", (4,)).toggled("hidden", 4) == Silenced()
    assert Silenced("hidden", (4,)).toggled("last_maps", 1) == Silenced("last_maps", (1,))


def test_every_unit_silenced_leaves_the_biases():
    view = seen("?image=7&off=hidden:0-6")
    bias = small_explorer().network("model_0").weights("classes")["bias"]
    np.testing.assert_allclose(view.after.logits, bias, atol=1e-6)
    assert "All 7 nodes of hidden are silenced" in words.silenced_units(view)


def test_the_node_that_all_hangs_on_is_named_with_what_silencing_it_leaves():
    named = 0
    for image in range(60):
        view = seen(f"?image={image}")
        node, (p, q) = words.turning_node(view, nodes_of(view)), (view.p, view.q)
        margins = [
            seen(f"?image={image}&off=hidden:{unit}&p={p}&q={q}").after.margin for unit in range(7)
        ]
        turned = [unit for unit in range(7) if margins[unit] * view.answer.margin < 0]
        assert (node in turned) if node is not None else not turned
        told = words.sentence(view)
        assert ("alone" in told) == (node is not None)
        if node is not None:
            named += 1
            behind = view.class_name(q if view.answer.margin > 0 else p)
            assert f"Without node {node} alone {behind} would lead." in told
            assert f"to {signed(margins[node])}" in words.try_text(view, nodes_of(view))
            [_, button] = silenced_parts(view)
            assert f"'data-set-value': 'hidden:{node}'" in str(button.to_plotly_json())
    assert 0 < named < 60
    for address in ("?image=7&off=hidden:1", "?image=7&baseline=mean"):
        other = seen(address)
        assert words.turning_node(other, nodes_of(other)) is None


def test_a_flip_is_said():
    small_explorer()
    view = seen("?image=7&off=hidden:0-6")
    other = replace(view, after=replace(view.after, prediction=(view.prediction + 1) % 4))
    assert "flips from" in words.silenced_text(other)
    same = replace(view, after=replace(view.after, prediction=view.prediction))
    assert "stays" in words.silenced_text(same)


# --- what is drawn ---------------------------------------------------------------------------


def test_only_what_has_changed_is_drawn_again():
    first, drawn = shown("?image=7"), "?image=7"
    again = shown("?image=7", drawn)
    for part in ("image", "nodes", "seen", "used", "pixels"):
        assert f"decide-{part}" in first and "figure" not in again.get(f"decide-{part}", {})
    assert "figure" not in again.get("decide-answer", {})
    silenced = shown("?image=7&off=hidden:2", drawn)
    assert "figure" in silenced["decide-nodes"]
    assert not any(
        "figure" in silenced.get(f"decide-{part}", {})
        for part in ("image", "seen", "used", "pixels")
    )
    moved = shown("?image=7&layer=pooled", drawn)
    assert "figure" in moved["decide-used"] and "figure" not in moved.get("decide-pixels", {})


def test_a_silenced_bar_is_hollow_and_the_margin_after_stands_beside():
    view = seen("?image=7")
    unit = int(nodes_of(view).ranking.order[0])
    figure = shown(f"?image=7&off=hidden:{unit}")["decide-nodes"]["figure"]
    bars = figure["data"][1]
    assert bars["marker"]["color"][0] == "rgba(0,0,0,0)" != bars["marker"]["color"][1]
    assert figure["layout"]["meta"]["units"][0] == unit
    assert figure["layout"]["xaxis"]["ticktext"][-1] == "<b>Δ<br>after</b>"


@pytest.mark.parametrize(("p", "q"), list(permutations(range(4), 2)))
def test_a_class_has_the_same_colour_in_every_picture(p, q):
    pictures = shown(f"?image=7&p={p}&q={q}")
    explore = answer_figure("abcd", [0.25] * 4, [0.0] * 4)["data"][0]["marker"]["color"]
    assert pictures["decide-answer"]["figure"]["data"][0]["marker"]["color"] == explore
    bars = pictures["decide-nodes"]["figure"]["data"][1]
    of_nodes = [
        (term, colour)
        for term, colour, unit in zip(
            bars["y"],
            bars["marker"]["line"]["color"],
            pictures["decide-nodes"]["figure"]["layout"]["meta"]["units"],
            strict=True,
        )
        if unit is not None
    ]
    assert {colour for _, colour in of_nodes} <= {explore[p], explore[q]}
    assert all(colour == explore[p if term >= 0 else q] for term, colour in of_nodes)
    for part in ("decide-used", "decide-pixels"):
        scale = pictures[part]["figure"]["data"][0]["colorscale"]
        assert (scale[0][1], scale[-1][1]) == (explore[q], explore[p])
    legend = html_of(pictures, "decide-legend")
    assert explore[p] in legend and explore[q] in legend


@pytest.mark.parametrize(("p", "q"), list(combinations(range(10), 2)))
def test_any_two_of_ten_classes_are_told_apart_by_all_eyes(p, q):
    assert are_told_apart(p, q)


@pytest.mark.parametrize("search", ["?image=7", "?image=7&p=0&q=3", "?image=12&p=2&q=1"])
def test_points_are_given_to_the_class_they_speak_for(search):
    view = seen(search)
    nodes = nodes_of(view)
    for_p, for_q = (
        sum(term for term in sign * nodes.ledger.by_unit[0] if term > 0) for sign in (1, -1)
    )
    p, q = view.class_name(view.p), view.class_name(view.q)
    told = f"Nodes give {for_p:.2f} points for {p} and {for_q:.2f} for {q}; "
    assert words.reason(view, nodes)[1].startswith(told)


def test_bars_in_two_lists_show_the_class_they_speak_for():
    lists = [("here", ["x", "y"], [2.0, -1.0]), ("there", ["z"], [-3.0])]
    for bars, (_, _, terms) in zip(bar_lists_figure(lists, 3, 5)["data"], lists, strict=True):
        spoken_for = [class_colour(3 if term > 0 else 5) for term in terms]
        assert bars["marker"]["color"] == spoken_for
        assert bars["marker"]["pattern"]["shape"] == ["" if term > 0 else "/" for term in terms]


def test_what_speaks_for_the_rival_is_told_without_colour():
    bars = shown("?image=7")["decide-nodes"]["figure"]["data"][1]
    hatched = [shape == "/" for shape in bars["marker"]["pattern"]["shape"]]
    is_bias = [fill == "#8a94a0" for fill in bars["marker"]["color"]]
    assert hatched == [term < 0 and not bias for term, bias in zip(bars["y"], is_bias, strict=True)]
    assert any(hatched) and not all(hatched)
    # The eleventh class has the colour of the first: signs stand on the cells of the rival.
    assert not are_told_apart(0, 10)
    terms = np.array([[0.5, -1.0], [-0.01, 0.0]], np.float32)
    marks = signed_image(terms, 0, 10)["data"][1]
    assert marks["marker"]["symbol"] == "line-ew"
    assert (_unpacked(marks["x"]), _unpacked(marks["y"])) == ([1.0], [0.0])
    assert len(signed_image(terms, 0, 1)["data"]) == 1
    cells = np.zeros((2, 2, 3), np.float32)
    cells[1, 0, 2] = -1
    mosaic = Mosaic.of((2, 2, 3), 3)
    marks = signed_grid(mosaic, cells, 0, 10, name="maps")["data"][-1]
    assert [_unpacked(marks["y"])[0], _unpacked(marks["x"])[0]] == list(mosaic.position_of(2, 1, 0))


def _unpacked(array):
    return np.frombuffer(base64.b64decode(array["bdata"]), array["dtype"]).tolist()


def test_a_narrow_screen_gets_upright_numbers_and_labels_of_one_line():
    layout = shown("?image=7&off=hidden:0")["decide-nodes"]["figure"]["layout"]
    narrow = layout["meta"]["narrow"]
    assert narrow["trace"]["textangle"] == narrow["layout"]["xaxis.tickangle"] == -90
    labels = narrow["layout"]["xaxis.ticktext"]
    assert len(labels) == len(layout["xaxis"]["tickvals"]) and "<br>" not in "".join(labels)
    low, high = narrow["layout"]["yaxis.range"]
    assert low < layout["yaxis"]["range"][0] < layout["yaxis"]["range"][1] < high


def test_the_answer_carries_the_pair_to_the_controls():
    answer = shown("?image=7&off=hidden:2")["answer"]["data"]
    view = seen("?image=7")
    assert (answer["values"]["p"], answer["values"]["q"]) == (str(view.p), str(view.q))
    assert answer["values"]["off"] == "hidden:2"
    assert answer["steps"]["below"] == "flat" and answer["steps"]["above"] == "pooled"
    assert answer["pages"]["/"] == "?image=7"


def test_fields_of_maps_span_those_of_their_cells():
    boxes = small_explorer().sight("model_0", "last_maps").boxes
    fields = fields_of_maps(boxes)["boxes"]
    for unit in range(6):
        own = boxes[:, :, unit].reshape(-1, 4)
        assert fields[unit] == [*own[:, :2].min(axis=0), *own[:, 2:].max(axis=0)]


# --- the slow parts --------------------------------------------------------------------------


def test_the_race_is_run_for_the_layer_asked_for():
    search = "?image=7&race=last_maps"
    answer = ask_panel(small_app(), PAGE.path, "decide-race", search)
    assert answer["decide-race"]["figure"]["layout"]["xaxis"]["range"] == [0, 6]
    run = race_of(seen(search))
    assert run.layer == "last_maps"
    assert run.by_activation.margins[0] == pytest.approx(seen("?image=7").answer.margin, abs=1e-5)
    note = answer["told"]["texts"]["decide-race-note"]
    assert "flips, removing maps of last_maps" in note or "not" in note


def test_parts_of_a_class_together_are_the_race_over_the_class(monkeypatch):
    explorer = fresh_explorer()
    images = explorer.dataset("test").images[explorer.dataset("test").labels == 1]
    network = explorer.network("model_0")
    whole = class_race(network, "hidden", images, 1, 3)
    together = joined(
        [
            class_race(network, "hidden", images[start : start + 4], 1, 3)
            for start in range(0, len(images), 4)
        ]
    )
    assert together.n_images == len(images) == 10
    for name in ("by_activation", "by_contribution"):
        one, other = getattr(whole, name), getattr(together, name)
        np.testing.assert_array_equal(one.n_right, other.n_right)
        np.testing.assert_allclose(one.low, other.low)
        np.testing.assert_allclose(one.mean_margin, other.mean_margin, atol=1e-6)
    assert PART_IMAGES > 10
    monkeypatch.setattr(results, "PART_IMAGES", 4)
    view = seen("?image=7&p=1&q=3&race=hidden", explorer)
    assert [curve(view, part).race.n_images for part in (0, 1, 2, 9, -3)] == [4, 8, 10, 10, 4]
    np.testing.assert_array_equal(
        curve(view, 2).race.by_contribution.n_right, whole.by_contribution.n_right
    )


def fresh_explorer():
    """The small explorer, without what it has kept."""
    plain = small_explorer()
    surveys = {
        (model, name): plain.survey(model, name)
        for model in plain.model_names
        for name in plain.set_names
    }
    datasets = {name: plain.dataset(name) for name in plain.set_names}
    return Explorer(plain.networks, datasets, surveys)


def test_the_curve_asks_for_its_next_part_until_all_images_are_done(monkeypatch):
    monkeypatch.setattr(results, "PART_IMAGES", 4)
    notes, part = [], 0
    while part is not None:
        told = ask_panel(
            small_app(), PAGE.path, "decide-curve", "?image=7&p=1&q=2&curve=1", part=part
        )["told"]
        notes.append(told["texts"]["decide-curve-note"])
        part = told["next"]
    assert notes[0].startswith("4 of 10 images") and notes[-1].startswith("All 10 images")
    assert len(notes) == 3


def test_an_edit_is_looked_for_with_the_donor():
    explorer = small_explorer()
    view = seen("?image=7")
    donor = default_donor(explorer, "model_0", "test", view.p, view.q, 7)
    donor = 1 if donor is None else donor
    search = f"?image=7&donor={donor}"
    text = str(ask_panel(small_app(), PAGE.path, "decide-edit", search))
    found = edit_of(seen(search), "last_maps").edit
    if found.flipped:
        assert "an upper bound" in text and found.predictions[-1] != view.p
        assert all(f"+ map {unit}" in text for unit in found.units)
    else:
        assert "Not even all" in text


# --- downloads -------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["pixels", *LAYERS])
def test_the_numbers_of_a_ledger_add_up_in_the_file(layer):
    client = small_app().server.test_client()
    answer = client.get(f"/download/ledger.csv?image=7&layer={layer}")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    by_name = {row["unit"]: float(row["contribution"]) for row in rows[-2:]}
    total = sum(float(row["contribution"]) for row in rows[:-2]) + by_name["constant"]
    assert total == pytest.approx(by_name["margin"], abs=1e-4)
    held = np.load(io.BytesIO(client.get(f"/download/ledger.npz?image=7&layer={layer}").data))
    assert held["margin"] == pytest.approx(by_name["margin"])
    assert held["terms"].size == len(rows) - 2


@pytest.mark.parametrize(
    "query", ["layer=nope", "image=400", "image=x", "p=9", "p=1&q=1", "set=tset", "zebra=1", "q=-1"]
)
def test_a_wrong_download_is_refused_in_one_line(query):
    answer = small_app().server.test_client().get(f"/download/ledger.csv?{query}")
    assert answer.status_code == 400 and answer.get_data(as_text=True).count("\n") == 1
