"""Evidence: the answer by all models together, the untrained twins, readable against used."""

from dataclasses import replace

import numpy as np
import pytest

from app.figures.charts.ladder import STYLES, share_figure
from app.frame.recorded.readouts import Found
from app.frame.words.wording import percent
from app.pages.evidence import parts, twins, used_parts, words
from app.pages.evidence.purpose import few_cells, purpose, sentence, steps_of
from app.pages.evidence.state import read
from app.pages.evidence.verdicts import ONE_MODEL, hidden_layer_text, pooled_text
from app.pages.evidence.view import READERS, MeasuredView, look
from cnn_core.readouts.comparing.pooling import Compared, Gain, Spread, compare_reader
from cnn_core.readouts.judging.claim_found import Number
from cnn_core.readouts.judging.claims import judge_claims
from cnn_core.readouts.results import Twin
from cnn_core.statistics import paired_difference
from tests.app.evidence_views import paired, shown, stored, texts, viewed, with_results


def compared(only_network, only_other, n=10_000, margin=0.15):
    """A network that alone is right so often, against another reader, with its verdict."""
    network, other = np.ones((2, 1, n), bool)
    other[0, :only_network] = False
    network[0, only_network : only_network + only_other] = False
    found = paired_difference(network, other)
    return Compared(found, margin, found.verdict(margin))


@pytest.mark.parametrize(
    ("counts", "told", "outcome"),
    [
        ((50, 5), "its hidden layer spares 4.5 mistakes in 1,000.", "needed"),
        ((1, 1), "does as well as the MLP, to within 1.5 mistakes in 1,000", "equivalent"),
        ((5, 50), "does better than the MLP, by 4.5 mistakes in 1,000", "better without"),
        ((30, 22), "is not settled: with it the network makes between 0.", "not settled"),
    ],
)
def test_what_the_hidden_layer_adds_is_said_as_the_verdict_has_it(counts, told, outcome):
    found = compared(*counts)
    assert told in hidden_layer_text(found)
    text = pooled_text(found, "the weighing")
    assert f": {outcome}. " in text and "m = 0.15 points" in text and "4 of 5 cases" in text
    assert "one model" in text


def test_the_fewest_cells_that_do_as_well_as_the_network_are_told():
    view = viewed()
    layer, own = view.results.mlp["input"], view.task.network.n_right
    found = view.results.of(view.task.name, layer, "best_cells")
    enough = sorted(one.setting for one in found if one.share.n_right >= own)
    told = few_cells(view)
    assert told is None if not enough else told.startswith(f"the {enough[0]:,} best of them alone")
    hard = replace(view.task, network=replace(view.task.network, n_right=own + 10_000))
    assert few_cells(replace(view, task=hard)) is None
    easy = replace(view.task, network=replace(view.task.network, n_right=0))
    fewest = min(one.setting for one in found)
    assert few_cells(replace(view, task=easy)).startswith(f"the {fewest:,} best")


@pytest.mark.parametrize("task", ["pair", "all"])
def test_the_first_sentence_holds_what_looking_weighing_and_the_network_get_wrong(task):
    view = viewed(f"?task={task}")
    told, by_key = sentence(view), {step.key: step for step in steps_of(view)}
    weighed = words.wrong_in_thousand(by_key["linear_probe"].value)
    own = words.wrong_in_thousand(view.task.network.value)
    assert f"by weighing all cells {weighed}, by the network, whose MLP weighs, {own}." in told
    seen = by_key.get("circles") or by_key["best_cell"]
    how = "by circles" if "circles" in by_key else "by one cell"
    assert f"{how} {words.wrong_in_thousand(seen.value)}" in told
    assert ("by one cell" in told) != ("by circles" in told)


def test_a_card_of_a_changed_network_and_its_pooled_sentence_count_the_same_way():
    view = viewed()
    told = str(parts.variant_list(view))
    for variant, _ in view.variants:
        difference = variant.scores[view.task.name].versus_network.difference
        assert f"'{words.points(difference)} points'" in told
    assert "the network minus this: " in told


def test_no_network_that_guesses_is_judged():
    guessing = replace(compared(50, 5), verdict=None)
    assert "nothing can be judged" in hidden_layer_text(guessing)
    assert "no better than guessing" in pooled_text(guessing, "the weighing")
    assert "cannot be judged" in hidden_layer_text(None)


@pytest.mark.parametrize("task", ["pair", "all"])
def test_the_answer_on_top_is_that_of_all_models_together(task):
    view = viewed(f"?task={task}")
    headline, rest = purpose(view)
    judged = compare_reader(stored(), view.task.name, view.layer, "linear_probe")
    assert headline.endswith(hidden_layer_text(judged))
    both = [pooled_text(judged, "the weighing"), "To tell 4 from 9, in all 2 models together"]
    assert all(told in rest for told in [*both, "To tell the 4 classes apart, in all 2 models"])
    assert ONE_MODEL not in rest


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ("holds", "Looking is not enough to tell 4 from 9: in 1,000 images circles"),
        ("does not hold", "Looking is enough to tell 4 from 9:"),
        ("not settled", "Whether looking is enough to tell 4 from 9 is not settled:"),
    ],
)
def test_whether_looking_is_enough_follows_the_verdict_on_the_eye(monkeypatch, verdict, told):
    number = Number("circle reader", 0.9, 0.8, 0.95)
    claims = tuple(
        replace(one, verdict=verdict, numbers=(number,)) for one in judge_claims(stored(), "1-3")
    )
    monkeypatch.setattr(Found, "pooled", lambda self, name: claims)
    view = viewed()
    view = replace(view, results=replace(view.results, claims=claims))
    assert purpose(view)[0].startswith(told)


def test_one_model_alone_is_told_to_be_one(tmp_path):
    explorer = with_results(stored()[:1], tmp_path)
    view = look(explorer, read("", explorer)[0])
    assert ONE_MODEL in purpose(view)[1] and "in this one model" in purpose(view)[1]
    assert ONE_MODEL in words.claims_note(view)
    assert ONE_MODEL not in words.claims_note(viewed())


# --- untrained twins --------------------------------------------------------------------------


def twinned(tmp_path):
    """The page over results with twins: the readers of the other model."""
    results = stored()
    both = [
        replace(own, twin=Twin("made up", other.tasks, other.readouts))
        for own, other in zip(results, results[::-1], strict=True)
    ]
    explorer = with_results(both, tmp_path)
    return look(explorer, read("", explorer)[0])


def test_every_rung_but_the_pixels_has_its_untrained_mark(tmp_path):
    view = twinned(tmp_path)
    results = stored()
    for rung in view.rungs:
        own = rung.readout
        if own.layer == "":
            assert rung.before is None
            continue
        shares = [
            one.of("1-3", own.layer, own.reader, own.setting)[0].share.value for one in results
        ]
        assert (rung.before.least, rung.before.most) == (min(shares), max(shares))
        assert rung.before.mean == pytest.approx(np.mean(shares))
    marks = parts.ladder_marks(view)
    figure = share_figure(parts.ladder_rows(view), marks)
    hollow = {
        trace["marker"]["symbol"]: trace
        for trace in figure["data"]
        if trace.get("marker", {}).get("symbol", "").endswith("-open")
    }
    assert set(hollow) == {f"{STYLES[reader].symbol}-open" for reader in READERS}
    n_rungs = len(view.results.layers) - 1
    for trace in hollow.values():
        assert len(trace["x"]) == n_rungs
        assert all("before training: " in told for told in trace["customdata"])
    assert "hollow" in str(parts.legend(view)) and "hollow" not in str(parts.legend(viewed()))


@pytest.mark.parametrize(
    ("gains", "told"),
    [
        ((0, 0), "adds nothing to either that these images could show"),
        ((30, 0), "mostly makes visible in single cells what was there before"),
        ((0, 40), "helps the weighing and not the single cell"),
        ((30, 25), "adds to both"),
    ],
)
def test_what_training_adds_follows_the_gains(gains, told, monkeypatch):
    def gain(difference, start):
        low, high = difference - 5, difference + 5
        spread = [Spread.of([(start + one) / 100]) for one in (difference, 0)]
        found = compared(1, 1).difference
        return Gain(*spread, replace(found, difference=difference, low=low, high=high))

    known = {"best_cell": gain(gains[0], 60), "linear_probe": gain(gains[1], 58)}
    monkeypatch.setattr(MeasuredView, "gain", lambda view, reader: known[reader])
    view = viewed()
    text = twins.what_training_adds(view)
    assert text.endswith(f"training {told}.")
    assert "The untrained network tells 4 from 9 in 58" in text
    assert "95 % intervals: best single cell " in twins.gains_text(view)


def test_without_a_twin_the_page_tells_what_to_run():
    text = twins.what_training_adds(viewed())
    assert "not known" in text and "python -m cnn_core survey --readouts" in text
    assert all(rung.before is None for rung in viewed().rungs)


# --- readable and used ------------------------------------------------------------------------


def test_what_the_network_loses_stands_beside_what_can_be_read():
    view = viewed()
    cuts = used_parts.cuts_of(view)
    assert [probe.layer for probe, _ in cuts] == [layer.name for layer in view.results.layers]
    told = texts(shown()["evidence-used-table"])
    for probe, removal in cuts:
        lost = removal.versus_network
        for text in (
            percent(probe.share.value),
            percent(removal.share.value),
            words.points(-lost.difference),
            words.points(-removal.random_loss),
            words.points(probe.selectivity),
        ):
            assert text in told


def test_the_sentence_on_use_counts_the_layers_without_a_loss():
    view = viewed()
    removals = [
        replace(one, versus_network=paired(*((60, 0) if one.layer == "last_maps" else (1, 1))))
        for one in view.results.removals
    ]
    changed = replace(view, results=replace(view.results, removals=tuple(removals)))
    told = used_parts.used_text(changed)
    n = len(view.results.layers)
    assert "It costs most in last_maps: 6.00 points, against" in told
    assert f"In {n - 1} of {n} layers no loss shows beyond chance" in told
    without = replace(view, results=replace(view.results, removals=()))
    assert "survey --readouts" in used_parts.used_text(without)
    assert used_parts.used_table(without) is None


def test_the_loss_by_the_cut_is_told_of_all_models_too():
    view = viewed()
    name = view.task.name
    for layer in view.results.layers:
        losses = [
            -results.removal(name, layer.name).versus_network.difference
            for results in view.found.by_model.values()
        ]
        found = used_parts.change_of_all(view, layer.name)
        assert (found.n_models, found.mean) == (2, pytest.approx(np.mean(losses)))
        assert (found.least, found.most) == (min(losses), max(losses))
    told = texts(shown()["evidence-used-table"])
    assert any(f"{words.points(found.mean)} (" in one for one in told)
    alone = replace(view, found=Found({view.selection.model: view.results}))
    assert used_parts.change_of_all(alone, layer.name) is None


def test_stars_in_the_ladder_count_all_comparisons_together():
    view = viewed()
    equal, other = paired(3, 3), paired(60, 0)
    first = view.rungs[0].readout

    def compared(one):
        is_first = (one.layer, one.reader) == (first.layer, first.reader)
        return replace(one, versus_network=other if is_first else equal)

    rungs = tuple(replace(rung, readout=compared(rung.readout)) for rung in view.rungs)
    changed = replace(view, rungs=rungs)
    assert parts.differing_rungs(changed) == {(first.layer, first.reader)}
    luck = paired(6, 0)  # below 5 % by itself, and not among so many
    assert luck.p_value < 0.05
    lucky = tuple(
        replace(rung, readout=replace(rung.readout, versus_network=luck if n == 0 else equal))
        for n, rung in enumerate(view.rungs)
    )
    assert parts.differing_rungs(replace(view, rungs=lucky)) == set()
