"""Circles drawn by hand on the Compare page, without a browser: address, numbers, words, files."""

import csv
import io

import numpy as np
import pytest

from app.pages.compare import PAGE, words
from app.pages.compare.circled import CIRCLES_PANEL
from app.pages.compare.hand import panel as hand
from app.pages.compare.hand.drawn import MOST_DRAWN, cells_of
from app.pages.compare.measured import worth
from app.pages.compare.measured.measures import measures_of
from app.pages.compare.state import read, write
from app.pages.compare.view import cells_by_kind, look
from cnn_core.circles.by_hand import circles_by_hand
from tests.app.asking import ask_page, ask_panel, small_app
from tests.app.small_explorer import small_explorer

GROUPS = "?a=1,5,9&b=3,7,11&c=13"
DRAWN = f"{GROUPS}&hand=1&ha=0:0:0,2:1:2&hb=5:2:2"
NODES = f"{GROUPS}&layer=hidden&hand=1&ha=1,3&hb=6"


def selected(address):
    selection, problems = read(address, small_explorer())
    assert problems == []
    return selection


def seen(address):
    return look(small_explorer(), selected(address))


@pytest.mark.parametrize(
    "address", [DRAWN, NODES, f"{GROUPS}&hand=1", DRAWN.replace("hand=1&", "")]
)
def test_circles_are_kept_in_the_link(address):
    selection = selected(address)
    query = write(selection, small_explorer())
    assert selected(query) == selection
    for part in ("ha=", "hb=", "hand="):
        assert (part in query) == (part in address)


def test_cells_have_one_short_name():
    assert selected(f"{GROUPS}&layer=hidden&ha=1:0:0,01,3").hand_a == ("1", "3")
    assert cells_of(("4:1:2", "17")) == [(4, 1, 2), (17, 0, 0)]


@pytest.mark.parametrize(
    ("asked", "kept", "told"),
    [
        ("ha=0:0:0,9:9:9", ("0:0:0",), "9:9:9"),
        ("ha=x", (), "unit:row:column"),
        ("ha=1:2", (), "last_maps"),
        ("ha=-1:0:0,٣:0:0", (), "٣"),
        ("ha=1:0:0&hb=1:0:0", ("1:0:0",), "one group only"),
        ("layer=hidden&ha=99", (), "a number, up to 6"),
    ],
)
def test_what_cannot_be_circled_is_told_in_words(asked, kept, told):
    selection, problems = read(f"{GROUPS}&{asked}", small_explorer())
    assert selection.hand_a == kept and selection.hand_b == ()
    assert any(told in problem.text for problem in problems)
    assert read(write(selection, small_explorer()), small_explorer())[1] == []


def test_a_link_holds_so_many_circles_and_no_more():
    cells = [
        f"{unit}:{row}:{column}" for unit in range(5) for row in range(5) for column in range(5)
    ]
    address = f"{GROUPS}&layer=first_maps&ha={','.join(cells)}"
    selection, [problem] = read(address, small_explorer())
    assert selection.hand_a == tuple(cells[:MOST_DRAWN]) and str(MOST_DRAWN) in problem.text
    assert selected(write(selection, small_explorer())) == selection


def test_another_layer_model_or_set_drops_the_circles():
    drops = ask_page(small_app(), PAGE.path, DRAWN)["answer"]["data"]["drops"]
    for key in ("layer", "model", "set"):
        assert {"ha", "hb", "cell"} <= set(drops[key])


@pytest.mark.parametrize(
    "address", [DRAWN, NODES, DRAWN.replace("&hb=5", "&layer=first_maps&hb=4")]
)
def test_the_circles_are_weighed_as_they_were_drawn(address):
    view = seen(address)
    selection, measures = view.selection, measures_of(small_explorer())
    worth_of = measures.worth(selection)
    dataset = small_explorer().dataset("test")
    network = small_explorer().network(selection.model)
    values = network.activations(dataset.images, [selection.layer])[selection.layer]
    flat, labels = values.reshape(40, -1), dataset.labels
    on = (flat > 0) & (flat >= selection.t * flat.max(axis=1, keepdims=True).astype(float))
    drawn = {}
    for key, cells in (("a", selection.hand_a), ("b", selection.hand_b)):
        places = [(u, r, c) if values.ndim == 4 else (u,) for u, r, c in cells_of(cells)]
        shape = values.shape[1:]
        drawn[key] = [np.ravel_multi_index((*place[1:], place[0]), shape) for place in places]
    own = [*selection.members["a"], *selection.members["b"]]
    others = [row for row in range(40) if labels[row] in (1, 3) and row not in own]
    share_a, share_b = (on[others][:, drawn[key]].mean(axis=1) for key in "ab")
    right = np.where(labels[others] == 1, share_a > share_b, share_a < share_b)
    credit = np.where(share_a == share_b, 0.5, right)
    assert worth_of.worth.reader.overall.value == pytest.approx(credit.mean())
    assert worth_of.worth.cells.tolist() == sorted(drawn["a"] + drawn["b"])
    fits = sum(
        bool(on[first, cell].all() and not on[second, cell].any())
        for key, first, second in (
            ("a", list(selection.members["a"]), list(selection.members["b"])),
            ("b", list(selection.members["b"]), list(selection.members["a"])),
        )
        for cell in drawn[key]
    )
    assert worth_of.n_unique == fits
    told = words.sentence(view, worth_of)
    assert f"{fits} of your 3 circles fit" in told and f"{worth_of.chance.across.mean:.1f}" in told
    assert "circles tells" in told


def test_boards_and_cards_show_the_drawn_circles():
    view = seen(DRAWN)
    assert len(view.rings["a"]["A"]) == 2 and len(view.rings["b"]["B"]) == 1
    assert not any(len(points["shared"]) for points in view.rings.values())
    drawn = CIRCLES_PANEL.draw(view)
    assert "2 drawn for A" in str(drawn["legend"]) and "shared" not in str(drawn["legend"])
    assert "/2" in str(drawn["a0_captions"]) and "/1" in str(drawn["b0_captions"])
    rule = seen(GROUPS)
    assert len(rule.rings["a"]["A"]) == rule.circles.n_unique_a


def buttons(parts):
    """Every button of some parts, as (text, key, value)."""
    found = []
    for part in parts if isinstance(parts, list) else [parts]:
        told = getattr(part, "to_plotly_json", dict)().get("props", {})
        if "data-set-key" in told:
            found.append((told.get("title"), told["data-set-key"], told["data-set-value"]))
        children = told.get("children")
        if isinstance(children, list):
            found += buttons(children)
    return found


def test_every_circle_can_be_drawn_and_taken_away_with_buttons():
    told = buttons(hand.HAND_PANEL.draw(seen(f"{DRAWN}&cell=5:0:1"))["parts"])
    assert ("Circle this cell for A", "ha", "0:0:0,2:1:2,5:0:1") in told
    assert ("Circle this cell for B", "hb", "5:2:2,5:0:1") in told
    assert ("Cell to the right", "cell", "5:0:2") in told
    assert (None, "hand", "0") in told
    assert ("Cell to the left", "cell", "5:0:0") in told
    assert ("Unit behind", "cell", "0:0:1") in told
    assert ("Take the circle at map 2 · row 1 · column 2 away", "ha", "0:0:0") in told
    nodes = buttons(hand.HAND_PANEL.draw(seen(f"{NODES}&cell=3:0:0"))["parts"])
    assert ("Take the circle for A away", "ha", "1") in nodes
    assert not any(title == "Cell above" for title, _, _ in nodes)


def test_nothing_drawn_yet_is_no_fault():
    view = seen(f"{GROUPS}&hand=1")
    assert "no circle" in hand.HAND_PANEL.draw(view)["fit"].lower()
    weighed = worth.WORTH_PANEL.draw(view)
    assert "no circle yet" in weighed["sentence"] and "nan" not in str(weighed)
    table = ask_panel(small_app(), PAGE.path, "compare-table", f"{GROUPS}&hand=1")
    assert "no circle yet" in str(table)


@pytest.mark.parametrize("groups", ["?p=1&q=1", "?a=", "?b=", "?t=1", "?set=train", "?a=1&b=1"])
def test_odd_groups_have_an_answer_in_words(groups):
    view = seen(f"{groups}&hand=1&ha=0:0:0&hb=2:1:1")
    weighed = worth.WORTH_PANEL.draw(view)
    assert weighed["sentence"].endswith(".") and "nan" not in weighed["sentence"]
    assert hand.HAND_PANEL.draw(view)["parts"]


def test_the_value_of_the_cell_pointed_out_stands_on_every_card():
    view = seen(f"{GROUPS}&cell=2:1:1")
    drawn = CIRCLES_PANEL.draw(view)
    value = view.groups["a"][0].values[1, 1, 2]
    assert f"'= {value:.4g}'" in str(drawn["a0_captions"][0].to_plotly_json())
    assert "data-value" not in str(CIRCLES_PANEL.draw(seen(GROUPS))["a0_captions"])


def test_the_files_hold_the_drawn_circles():
    client = small_app().server.test_client()
    text = client.get(f"/download/circles.csv{DRAWN}").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["ring"].partition(",")[0] for row in rows].count("drawn for A") == 2
    assert {(row["unit"], row["row"], row["column"]) for row in rows} == {
        ("0", "0", "0"),
        ("2", "1", "2"),
        ("5", "2", "2"),
    }
    packed = np.load(io.BytesIO(client.get(f"/download/compare.npz{DRAWN}").get_data()))
    assert packed["unique_a"].sum() == 2 and packed["unique_b"].sum() == 1
    assert len(packed["chance_within"]) and len(packed["chance_within_q"])


def test_a_drawn_cell_has_the_ring_of_its_group_though_it_is_on_in_the_other():
    on = np.ones((2, 3), bool)
    drawn = circles_by_hand([(0, 0, 0)], [(2, 0, 0)], on, on)
    assert drawn.shared.any() and drawn.shared_b.any()
    kinds = {kind: cells.tolist() for kind, cells in cells_by_kind(drawn).items()}
    assert kinds == {"A": [0], "B": [2], "shared": []}
