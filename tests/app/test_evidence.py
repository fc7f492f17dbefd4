"""Evidence without a browser: address, numbers, figures, words, files, callback."""

import csv
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from app.figures.charts.ladder import STYLES, Mark, share_figure
from app.figures.charts.shares import least_mistakes, mistakes, share_axis, share_text
from app.frame.recorded.readouts import Found, find_results
from app.frame.words.wording import percent
from app.pages.evidence import words
from app.pages.evidence.missing.words import missing_text
from app.pages.evidence.purpose import purpose, steps_of
from app.pages.evidence.state import read, write
from app.pages.evidence.view import READERS, look
from cnn_core.errors import ArtifactError
from cnn_core.readouts.judging.claims import judge_claims
from cnn_core.readouts.result_file import READOUTS
from tests.app.asking import small_app
from tests.app.evidence_views import paired, selected, shown, stored, texts, viewed, with_results
from tests.app.measured_explorer import PAIR, measured_app, measured_explorer
from tests.app.small_explorer import small_explorer

# --- address ----------------------------------------------------------------------------------


def test_an_empty_address_asks_for_4_against_9():
    selection, problems = selected()
    assert (selection.p, selection.q, selection.task, selection.model, problems) == (
        *PAIR,
        "pair",
        "model_0",
        [],
    )


@pytest.mark.parametrize(
    "search",
    ["", "?task=all&k=5", "?model=model_1&variant=linear_refit&page=2", "?p=0&q=2&image=7", "?p=0"],
)
def test_an_address_written_again_shows_the_same(search):
    explorer = measured_explorer()
    selection, problems = selected(search)
    assert problems == []
    again = write(selection, explorer)
    assert selected(again) == (selection, [])


@pytest.mark.parametrize(
    ("search", "key", "told"),
    [
        ("?p=99", "p", "0 to 3"),
        ("?p=2&q=2", "q", "both 7"),
        ("?p=3&q=1", "p", "4 against 9"),
        ("?task=pairs", "task", "pair"),
        ("?variant=nope", "variant", "There is no changed network"),
        ("?k=0", "k", "1"),
        ("?image=40", "image", "0 to 39"),
        ("?zebra=1", "zebra", "does not know"),
    ],
)
def test_a_wrong_address_is_told_with_the_nearest_choice(search, key, told):
    selection, problems = selected(search)
    assert [problem.key for problem in problems] == [key]
    assert told in problems[0].text
    assert shown(search)["answer"]["data"]["search"] == write(selection, measured_explorer())


# --- results and models -----------------------------------------------------------------------


def test_results_go_to_the_model_with_their_checksum_whatever_their_order(tmp_path):
    explorer = with_results(stored()[::-1], tmp_path)
    found = find_results(explorer)
    for model in explorer.model_names:
        digest = explorer.survey(model, "test").model_digest
        assert found.of(model).model_digest == digest


def test_results_of_other_test_images_are_not_shown(tmp_path):
    first, second = stored()
    found = find_results(with_results([replace(first, test_digest="0" * 64), second], tmp_path))
    assert list(found.by_model) == ["model_1"]
    assert found.other_data == ("model_0",)


def test_damaged_results_stop_the_start_with_one_line(tmp_path):
    explorer = with_results(stored(), tmp_path)
    path = tmp_path / READOUTS
    path.write_text(path.read_text()[:-100])
    with pytest.raises(ArtifactError, match=r"readouts\.json: truncated or altered; .*survey"):
        find_results(explorer)


def test_results_of_an_older_format_leave_the_page_open_and_tell_what_to_run(tmp_path):
    explorer = with_results(stored(), tmp_path)
    (tmp_path / READOUTS).write_text(json.dumps({"format": 1, "models": []}))
    found = find_results(explorer)
    assert found.by_model == {} and found.older == (tmp_path / READOUTS,)
    view = look(explorer, read("", explorer)[0])
    assert "An older version wrote readouts.json" in missing_text(view)
    assert purpose(view) == ("", "")


def test_without_results_the_page_tells_the_command_and_still_shows_the_nodes():
    parts = shown(app=small_app())
    assert parts["evidence-measured"]["hidden"] is True
    told = json.dumps(parts["evidence-missing"])
    assert "model_0 has not been measured yet" in told
    assert "python -m cnn_core survey --readouts" in told
    assert "evidence-nodes-1-sorted" in json.dumps(parts["evidence-nodes"])


def test_a_pair_that_was_not_measured_is_told_with_those_that_were():
    told = json.dumps(shown("?p=0&q=2")["evidence-missing"])
    assert "3 against 7 has not been measured for model_0" in told
    assert "4 against 9" in told and '"/evidence"' in told


# --- ladder -----------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["pair", "all"])
def test_every_reader_of_every_layer_has_a_mark_with_its_numbers(task):
    view = viewed(f"?task={task}")
    results = stored()[0]
    assert {(rung.readout.layer, rung.readout.reader) for rung in view.rungs} == {
        (layer.name, reader) for layer in results.layers for reader in READERS
    }
    figure = shown(f"?task={task}")["evidence-ladder"]["figure"]
    by_symbol = {trace["marker"]["symbol"]: trace for trace in figure["data"] if "marker" in trace}
    assert set(by_symbol) == {STYLES[reader].symbol for reader in (*READERS, "network")}
    for reader in READERS:
        trace = by_symbol[STYLES[reader].symbol]
        own = [rung.readout for rung in view.rungs if rung.readout.reader == reader]
        assert len(trace["x"]) == len(own)
        for place, readout, told in zip(trace["x"], own, trace["customdata"], strict=True):
            if readout.share.n_right < readout.share.n:
                assert place == pytest.approx(1 - readout.share.n_right / readout.share.n)
            assert f"{readout.share.n_right:,} of {readout.share.n:,} test images" in told
            assert f"fitted on {readout.n_fitted} training images" in told
            assert words.percents(readout.share.low, readout.share.high) in told


def test_the_slider_takes_the_most_cells_that_a_layer_has():
    view = viewed("?k=50")
    assert view.k == 50
    cells = {layer.name: layer.n_cells for layer in view.results.layers}
    for rung in view.rungs:
        if rung.readout.reader == "best_cells":
            assert rung.readout.setting == max(
                count for count in view.counts if count <= min(50, cells[rung.readout.layer])
            )


@pytest.mark.parametrize(
    ("asked", "taken"), [(1, 1), (3, 2), (4, 5), (14, 10), (15, 20), (10**6, 100)]
)
def test_the_slider_stands_on_the_nearest_measured_number(asked, taken):
    parts = shown(f"?k={asked}")
    place = parts["evidence-k"]["value"]
    assert viewed(f"?k={asked}").counts[place] == taken
    assert parts["answer"]["data"]["texts"]["evidence-k-note"] == str(taken)


def test_bands_span_all_models():
    first, second = stored()
    for rung in viewed().rungs:
        own = rung.readout
        shares = [
            next(iter(results.of("1-3", own.layer, own.reader, own.setting))).share.value
            for results in (first, second)
        ]
        assert (rung.spread.least, rung.spread.most) == (min(shares), max(shares))
        assert rung.spread.n_models == 2


def test_readers_differ_in_shape_and_in_colour():
    styles = STYLES.values()
    for part in ("symbol", "glyph", "colour"):
        assert len({getattr(style, part) for style in styles}) == len(styles)


@pytest.mark.parametrize("shares", [[0.98, 0.996], [0.5, 1.0], [0.1, 0.9963], [1.0], [0.0, 1.0]])
def test_the_axis_holds_all_shares_and_labels_them_truly(shares):
    axis = share_axis(shares)
    high, low = (10**end for end in axis["range"])
    least = least_mistakes(shares)
    assert all(low <= mistakes(share, least) <= high for share in shares)
    for place, text in zip(axis["tickvals"], axis["ticktext"], strict=True):
        assert text == share_text(1 - place)


def test_98_and_99_6_stand_far_apart():
    axis = share_axis([0.5, 0.98, 0.996])
    length = axis["range"][0] - axis["range"][1]
    distance = math.log10(mistakes(0.98)) - math.log10(mistakes(0.996))
    assert distance / length > 0.25


def test_an_interval_up_to_all_right_is_drawn_to_the_end_of_the_axis():
    figure = share_figure(["a"], [Mark(0, "best_cell", 1.0, 0.9, 1.0, 1.0, 1.0, "told")])
    trace = figure["data"][1]
    assert np.isfinite(
        trace["x"] + trace["error_x"]["array"] + trace["error_x"]["arrayminus"]
    ).all()
    assert trace["error_x"]["arrayminus"] == [0.0]


# --- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "outcome", "told"),
    [
        ((40, 5), words.BETTER, "the network is better, by 3.50 points"),
        ((9, 8), words.ALIKE, "no difference beyond the interval"),
        ((0, 0), words.ALIKE, "no difference beyond the interval"),
        ((5, 40), words.WORSE, "the network is worse, by 3.50 points"),
    ],
)
def test_differences_are_told_as_the_interval_says(counts, outcome, told):
    difference = paired(*counts)
    assert words.outcome(difference) == outcome
    assert words.difference_text(difference).startswith(told)


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.9963, "99.63 %"), (0.98, "98.0 %"), (1.0, "100.00 %"), (float("nan"), "–")],
)
def test_shares_are_told_with_the_decimals_they_need(share, told):
    assert percent(share) == told


def test_the_large_numbers_are_those_of_the_ladder():
    view = viewed()
    by_key = {step.key: step for step in steps_of(view)}
    layer = view.results.mlp["input"]
    for reader in ("best_cell", "linear_probe"):
        assert by_key[reader].value == view.rung(layer, reader).readout.share.value
    assert by_key["network"].value == view.task.network.value
    circles = [
        number
        for claim in view.claims
        if claim.name == "eye_does_not_suffice"
        for number in claim.numbers[:1]
    ]
    assert [step.value for step in by_key.values() if step.key == "circles"] == [
        number.value for number in circles
    ]
    assert "circles" not in {step.key for step in steps_of(viewed("?task=all"))}


# --- what the MLP adds ------------------------------------------------------------------------


@pytest.mark.parametrize("variant", ["linear_probe", "without_bend", "linear_refit"])
@pytest.mark.parametrize("task", ["pair", "all"])
def test_disagreements_are_counted_and_ordered_by_who_is_right(variant, task):
    listed = viewed(f"?variant={variant}&task={task}").disagreement
    assert np.all(listed.network_answers != listed.variant_answers)
    labels = measured_explorer().dataset("test").labels[listed.images]
    np.testing.assert_array_equal(labels, listed.labels)
    kinds = np.where(
        listed.network_answers == labels, 0, np.where(listed.variant_answers == labels, 1, 2)
    )
    assert np.all(np.diff(kinds) >= 0)
    assert [listed.n_network, listed.n_variant] == [(kinds == kind).sum() for kind in (0, 1)]
    score = next(one for one in stored()[0].variants if one.name == variant).scores[
        "all" if task == "all" else "1-3"
    ]
    assert (score.versus_network.only_first, score.versus_network.only_second) == (
        listed.n_network,
        listed.n_variant,
    )


def test_a_disagreement_opens_in_decide_and_compare():
    view = viewed("?variant=without_bend&task=all")
    listed = view.disagreement
    assert len(listed.images)
    told = json.dumps(shown("?variant=without_bend&task=all")["evidence-cards"])
    image, p, q = (
        int(numbers[0])
        for numbers in (listed.images, listed.network_answers, listed.variant_answers)
    )
    assert f"/decide?image={image}&p={p}&q={q}" in told
    assert f"/compare?add_a={image}" in told


# --- order of nodes ---------------------------------------------------------------------------


def test_nodes_are_sorted_by_their_weight_and_none_is_lost():
    explorer = measured_explorer()
    view = viewed("?image=5")
    assert [nodes.model for nodes in view.nodes.models] == list(explorer.model_names)
    for nodes in view.nodes.models:
        kernel = explorer.network(nodes.model).weights("classes")["kernel"]
        np.testing.assert_array_equal(nodes.weights, kernel[:, 1] - kernel[:, 3])
        assert np.all(np.diff(nodes.weights[list(nodes.sorted.order)]) <= 0)
        for mosaic in (nodes.natural, nodes.sorted):
            picture = mosaic.tile(nodes.values)
            np.testing.assert_array_equal(
                np.sort(picture[np.isfinite(picture)]), np.sort(nodes.values)
            )
        positive = nodes.values[nodes.weights > 0].sum()
        assert nodes.share_p == pytest.approx(positive / nodes.values.sum())


def test_likeness_is_the_correlation_of_nodes_with_the_same_number():
    nodes = viewed().nodes
    [likeness] = nodes.likeness
    first, second = (one.weights.astype(float) for one in nodes.models)
    assert likeness.r == pytest.approx(np.corrcoef(first, second)[0, 1])
    half = 1.959964 / math.sqrt(len(first) - 3)
    assert math.atanh(likeness.high) - math.atanh(likeness.r) == pytest.approx(half, rel=1e-5)


# --- claims -----------------------------------------------------------------------------------


def test_every_claim_stands_with_its_verdict_its_numbers_and_its_rule():
    told = json.dumps(shown()["evidence-claims"], ensure_ascii=False)
    claims = judge_claims(stored(), "1-3")
    assert len(claims) == 7
    for claim in claims:
        for text in (
            claim.statement,
            claim.rule,
            claim.verdict,
            *map(words.claim_number, claim.numbers),
        ):
            assert json.dumps(text, ensure_ascii=False)[1:-1] in told


def test_verdicts_of_other_models_are_told():
    assert words.verdicts_text((("a", "holds"), ("b", "holds"))) == "on both models"
    assert words.verdicts_text((("a", "holds"), ("b", "does not hold"))) == (
        "a: holds, b: does not hold"
    )
    assert words.verdicts_text((("a", "holds"),)) == ""


def test_the_two_linear_probes_are_told_apart_by_their_number_of_classes():
    parts = shown()
    claims, mlp, steps = (
        texts(parts[f"evidence-{name}"]) for name in ("claims", "mlp-list", "steps")
    )
    for label in (
        "2-class linear probe: mean, and from the lowest to the highest model",
        "network minus 2-class linear probe",
        "network minus: MLP replaced by the 4-class linear probe, all classes",
        "network minus: MLP replaced by the 2-class linear probe, the pair",
        "network minus 4-class linear probe, all classes",
    ):
        assert label in claims
    assert "MLP replaced by the 2-class linear probe" in mlp
    assert any(text.startswith("2-class linear probe on last_maps") for text in steps)
    assert any(
        text.startswith("4-class linear probe on last_maps")
        for text in texts(shown("?task=all")["evidence-steps"])
    )


def test_why_network_minus_probe_has_two_numbers_is_told_with_both():
    view = viewed()
    # So few images are fitted here that one probe is both.
    assert words.two_probes_note(view) == ""
    (probe, spread), *others = view.variants
    score = replace(probe.scores["1-3"], n_fitted=12_000)
    more = replace(probe, scores={**probe.scores, "1-3": score})
    note = words.two_probes_note(replace(view, variants=((more, spread), *others)))
    rung = view.rung(view.results.mlp["input"], "linear_probe").readout
    own, other = (words.points(one.versus_network.difference) for one in (rung, score))
    assert f"is {other} points here and {own} in the ladder" in note
    assert "in place of the MLP learned from all 12,000 training images" in note


# --- files ------------------------------------------------------------------------------------


def download(path):
    return measured_app().server.test_client().get(f"/download/evidence/{path}")


def test_the_ladder_as_a_file_has_all_models_readers_and_settings():
    rows = list(csv.DictReader(io.StringIO(download("ladder.csv").get_data(as_text=True))))
    expected = [
        (f"model_{number}", readout)
        for number, results in enumerate(stored())
        for readout in results.of("1-3")
    ]
    readers = [row for row in rows if row["reader"] != "network"]
    assert len(readers) == len(expected) and len(rows) == len(expected) + 2
    for row, (model, readout) in zip(readers, expected, strict=True):
        assert float(row["false_discovery_rate"]) >= float(row["mcnemar_p"])
        assert (row["model"], row["reader"], int(row["right"]), int(row["fitted"])) == (
            model,
            readout.reader,
            readout.share.n_right,
            readout.n_fitted,
        )
        assert float(row["wilson_low"]) == readout.share.low
        assert float(row["mcnemar_p"]) == readout.versus_network.p_value


@pytest.mark.parametrize("file", ["mlp.csv", "claims.csv", "disagreements.csv", "nodes.csv"])
def test_the_other_files_hold_rows(file):
    answer = download(f"{file}?variant=without_bend&task=all")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    view = viewed("?variant=without_bend&task=all")
    assert (
        len(rows)
        == {
            "mlp.csv": 8,
            "claims.csv": sum(max(len(claim.numbers), 1) for claim in view.claims),
            "disagreements.csv": len(view.disagreement.images),
            "nodes.csv": 14,
        }[file]
    )


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("ladder.csv?p=0&q=2", 404, "not measured"),
        ("ladder.csv?k=x", 400, "not understood"),
        ("other.csv", 404, ""),
    ],
)
def test_files_that_cannot_be_had_are_refused_in_one_line(path, status, told):
    answer = download(path)
    assert answer.status_code == status and told in answer.get_data(as_text=True)


def test_a_model_without_an_mlp_is_told(tmp_path):
    first, second = stored()
    bare = replace(
        first,
        mlp={"input": None, "hidden": None, "widths": [], "note": "No dense layer."},
        variants=(),
    )
    explorer = with_results([bare, second], tmp_path)
    view = look(explorer, read("", explorer)[0])
    assert purpose(view) == ("This network has no MLP behind its maps.", "No dense layer.")
    assert view.disagreement is None
    assert Found({}).of("model_0") is None


def test_the_small_explorer_has_no_results():
    assert find_results(small_explorer()).by_model == {}
