"""Pixels of Decide: references, the constant's parts, integrated gradients."""

import io

import numpy as np
import pytest

from app.frame.words.wording import signed
from app.pages.decide import PAGE
from app.pages.decide.slow.results import path_of
from app.pages.decide.spatial import pixels_words as words
from app.pages.decide.state import REFERENCES, read
from app.pages.decide.view import look, pixels_of, reference_of
from tests.app.asking import ask_page, ask_panel, html_of, small_app
from tests.app.small_explorer import small_explorer
from tests.app.test_decide import explorer_of


def seen(search, explorer=None):
    explorer = explorer or small_explorer()
    return look(explorer, read(search, explorer)[0])


@pytest.mark.parametrize("ref", REFERENCES)
def test_the_pixels_add_up_whatever_they_are_counted_from(ref):
    view = seen(f"?image=7&ref={ref}")
    opened, reference = pixels_of(view), reference_of(view.explorer, ref)
    np.testing.assert_array_equal(
        opened.terms[0], opened.gradient[0] * (view.image - reference).astype(np.float32)
    )
    total = float(opened.constant[0]) + float(opened.terms.sum(dtype=np.float64))
    assert total == pytest.approx(view.answer.margin, abs=1e-4)
    parts = float(opened.constant_parts[0].sum()) + float((opened.gradient * reference).sum())
    assert parts == pytest.approx(float(opened.constant[0]), abs=1e-4)
    rows = words.constant_rows(view, opened)
    assert len(rows) == len(opened.sources) + 1 + (ref != "black")
    assert rows[-1][1] == signed(float(opened.constant[0]), 4)


def test_the_mean_is_that_of_the_training_images_and_made_once():
    explorer = small_explorer()
    mean = reference_of(explorer, "mean")
    expected = explorer.dataset("train").images[:].mean(axis=0)
    np.testing.assert_allclose(mean, expected, atol=1e-6)
    assert reference_of(explorer, "mean") is mean
    alone = small_explorer(with_train=False)
    expected = alone.dataset("test").images[:].mean(axis=0)
    np.testing.assert_allclose(reference_of(alone, "mean"), expected, atol=1e-6)
    assert "the mean image:" in words.pixels_title(seen("?image=7&ref=mean", alone))


def test_a_title_states_the_reference_and_the_file_is_counted_from_it_too():
    for ref, told in (
        ("black", "counted from black: gradient × input"),
        ("grey", "counted from grey: gradient × (input − grey)"),
        ("mean", "counted from the mean training image: gradient × (input − mean)"),
    ):
        answer = ask_page(small_app(), PAGE.path, f"?image=7&ref={ref}")
        assert answer["answer"]["data"]["texts"]["decide-pixels-title"].endswith(told)
        link = f"layer=pixels&ref={ref}" if ref != "black" else "layer=pixels"
        assert f'{link}"' in html_of(answer, "decide-downloads")
    client = small_app().server.test_client()
    asked = "/download/ledger.npz?image=7&layer=pixels&ref=white"
    held = np.load(io.BytesIO(client.get(asked).data))
    np.testing.assert_array_equal(held["terms"], pixels_of(seen("?image=7&ref=white")).terms[0])
    assert held["constant"] + held["terms"].sum() == pytest.approx(held["margin"], abs=1e-4)
    for wrong in ("layer=pixels&ref=red", "layer=hidden&ref=white"):
        assert client.get(f"/download/ledger.csv?image=7&{wrong}").status_code == 400


def test_pixels_that_are_as_the_reference_have_no_entry():
    told = {}
    for ref in ("black", "grey"):
        view = seen(f"?image=7&ref={ref}")
        told[ref] = words.pixels_note(view, pixels_of(view))
    assert told["black"].startswith("Ink gives ") and "biases and reference" in told["grey"]
    assert told["grey"].startswith("What differs from grey gives ")


@pytest.mark.parametrize("ref", REFERENCES)
def test_integrated_gradients_sum_to_the_change_from_the_reference(ref):
    view = seen(f"?image=7&ref={ref}&view=integrated")
    found = path_of(view)
    network, reference = view.explorer.network("model_0"), reference_of(view.explorer, ref)
    before, after = (
        float(logits[view.p]) - float(logits[view.q])
        for logits in network.logits(np.stack([reference, view.image]))
    )
    equation, is_reached = words.path_sum(found)
    assert found.total + found.residual == pytest.approx(after - before, abs=1e-4)
    assert is_reached == (found.residual_share <= 0.001)
    assert f"= {signed(found.margin - found.reference_margin, 4)}" in equation


def test_integrated_gradients_stand_there_when_asked_for():
    shown = ask_panel(small_app(), PAGE.path, "decide-path", "?image=7&view=integrated")
    assert shown["decide-path-box"] == {"hidden": False}
    assert shown["decide-path"]["figure"]["data"] and "residual" in html_of(
        shown, "decide-path-sum"
    )
    hidden = ask_panel(small_app(), PAGE.path, "decide-path", "?image=7")
    assert hidden["decide-path-box"] == {"hidden": True} and not html_of(hidden, "decide-path-sum")


def test_what_bends_is_told_by_layer():
    view = seen("?image=3", explorer_of("sigmoid"))
    rows = words.constant_rows(view, pixels_of(view))
    assert any("maps" in name for name, _ in rows) and rows[-1][0].startswith("sum")
