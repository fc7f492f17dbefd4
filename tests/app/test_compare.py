"""The Compare page without a browser: selection, circles, measures, words, callbacks, files."""

import base64
import csv
import io
import re
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from app.figures.charts.worth import accuracies_figure, chance_figure, intervals_figure
from app.figures.pictures.board import board_figure
from app.figures.pictures.rings import rings_picture
from app.figures.pictures.slots import Slots
from app.pages.compare import PAGE, boards, words
from app.pages.compare.groups.members import RULES
from app.pages.compare.measured import worth
from app.pages.compare.measured.class_statistics import STATISTIC_PANEL
from app.pages.compare.measured.measures import TRIPLES, measures_of
from app.pages.compare.measured.table import CircleTable
from app.pages.compare.measured.warnings import warnings_of
from app.pages.compare.state import SORTS, STATISTICS, read, with_members, write
from app.pages.compare.view import look, widest_grid
from cnn_core.circles.circle_reader import rows_of_classes
from cnn_core.circles.nulls import chance_within
from cnn_core.circles.rule import on_from_peak
from cnn_core.space.mosaic import Mosaic
from tests.app.asking import ask_page, ask_panel, small_app
from tests.app.packed_figures import cells as unpacked_cells
from tests.app.packed_figures import picture
from tests.app.small_explorer import small_explorer

LAYERS = ("first_maps", "pooled", "last_maps", "flat", "hidden", "classes")
ODD = (
    "?a=",
    "?b=",
    "?a=&b=&c=",
    "?a=1,5&b=1,2",
    "?t=0",
    "?t=1",
    "?p=1&q=1",
    "?a=0,4&b=8,12",
    "?ra=wrong&rb=wrong&rc=none",
    "?ra=random&na=12&rb=random&nb=12&rc=random&nc=12",
    "?ra=ambiguous&rb=ambiguous&rc=ambiguous",
    "?a=1",
    "?b=3",
    "?layer=classes&t=1",
    "?set=train&a=1,2&b=3",
    "?zoom=circled&t=1",
    "?zoom=2",
    "?cell=1:0:0&layer=hidden",
)


@pytest.fixture(scope="module")
def measures():
    return measures_of(small_explorer())


def selected(address=""):
    return read(address, small_explorer())[0]


def with_groups(address=""):
    """Three images of the classes named 4 and 9 each, and two more."""
    return selected(f"?a=1,5,9&b=3,7,11&c=13,17&{address.lstrip('?')}")


def tiled(figure, place):
    """The grid of one image of a board, as the browser tiles it."""
    meta = figure["layout"]["meta"]
    numbers = unpacked_cells(figure["data"][0]["z"][place])
    return Mosaic(meta["units"], *numbers.shape[:2], columns=meta["columns"], gap=0).tile(numbers)


# --- the address ------------------------------------------------------------------------------


def test_the_default_is_the_article_s_case():
    selection, problems = read("", small_explorer())
    assert problems == [] and write(selection, small_explorer()) == ""
    assert (selection.p, selection.q) == (1, 3)  # the classes named 4 and 9
    assert selection.layer == "last_maps"


def test_groups_are_chosen_by_margin():
    selection = selected("?p=2&q=3")
    survey = small_explorer().survey("model_0", "test")
    margin = survey.margins(2, 3)
    right = [row for row in range(40) if survey.labels[row] == 2 and survey.predictions[row] == 2]
    by_margin = sorted(right, key=lambda row: -margin[row])
    assert len(by_margin) > 5 and selection.members["a"] == tuple(by_margin[:3])
    rest = [row for row in by_margin[::-1] if row not in by_margin[:3]]
    assert selection.members["c"] == tuple(rest[:2])


@pytest.mark.parametrize("address", [*ODD, "?sort=-rate_p", "?triples=3&mean=0&min=0"])
def test_what_was_read_is_written_so_that_it_is_read_again(address):
    selection = selected(address)
    query = write(selection, small_explorer())
    again, problems = read(query, small_explorer())
    assert problems == []
    assert again == selection
    assert write(again, small_explorer()) == query


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("?layer=last_map", "last_maps"),
        ("?a=1,99", "99"),
        ("?a=x", "x"),
        ("?t=7", "0"),
        ("?t=nan", "nan"),
        ("?p=17", "17"),
        ("?ra=best", "rule"),
        ("?na=13", "12"),
        ("?cell=1:2", "cell"),
        ("?cell=99:0:0", "cell"),
        ("?zoom=400", "400"),
        ("?sort=taste", "taste"),
        ("?stat=mode", "mode"),
        ("?model=other", "other"),
        ("?set=none", "none"),
        ("?add_a=foo", "foo"),
        ("?add_b=99999999", "99"),
        ("?nonsense=1", "nonsense"),
        ("?a=" + ",".join(map(str, range(20))), "12"),
    ],
)
def test_what_cannot_be_followed_is_told_in_words(address, told):
    selection, problems = read(address, small_explorer())
    assert any(told in problem.text for problem in problems)
    assert read(write(selection, small_explorer()), small_explorer())[1] == []


def test_groups_by_hand_name_the_classes():
    assert (selected("?a=0,4&b=2").p, selected("?a=0,4&b=2").q) == (0, 2)
    assert selected("?a=0,4&b=2&p=3").p == 3
    survey = small_explorer().survey("model_0", "test")
    logits = survey.logits[2].copy()
    logits[survey.labels[2]] = -np.inf
    assert selected("?a=2").q == logits.argmax()


def test_an_image_is_added_once_and_by_search():
    before = selected("?p=2").members["a"]
    fresh = next(image for image in range(40) if image not in before)
    selection = selected(f"?p=2&add_a={fresh}")
    assert selection.members["a"] == (*before, fresh)
    assert "add_a" not in write(selection, small_explorer())
    assert selected(write(selection, small_explorer())).members == selection.members
    again, [problem] = read(f"?a={fresh}&add_a={fresh}", small_explorer())
    assert again.members["a"] == (fresh,) and "already" in problem.text
    found = selected("?a=0&add_a=label:7").members["a"][-1]
    assert small_explorer().class_names[small_explorer().dataset("test").labels[found]] == "7"
    full = ",".join(map(str, range(12)))
    assert "full" in read(f"?a={full}&add_a=20", small_explorer())[1][0].text


def test_editing_a_group_keeps_the_question():
    selection = selected("?p=0&q=2")
    edited = with_members(selection, "a", selection.members["b"])
    again = selected(write(edited, small_explorer()))
    assert (again.p, again.q) == (0, 2)
    assert selected(write(with_members(selection, "b", ()), small_explorer())).members["b"] == ()


def test_rules_pass_over_the_images_of_other_groups():
    selection = selected("?ra=random&rb=ambiguous&rc=ambiguous&na=4&nb=4&nc=4&seed=2")
    members = [image for group in selection.members.values() for image in group]
    assert len(members) == len(set(members)) == 12
    other = selected("?ra=random&rb=ambiguous&rc=ambiguous&na=4&nb=4&nc=4&seed=3")
    assert other.members["a"] != selection.members["a"]


# --- what is measured -------------------------------------------------------------------------


def whole_layer(selection):
    """Activations of the whole test set, straight from the network."""
    explorer = small_explorer()
    dataset = explorer.dataset("test")
    return explorer.network(selection.model).activations(dataset.images, [selection.layer])[
        selection.layer
    ], dataset.labels


def by_brute_force(selection, values, labels):
    """Circles, hit rates and accuracy, cell by cell and image by image."""
    flat = values.reshape(len(values), -1).astype(float)
    t = selection.t

    def is_on(image, cell):
        return flat[image, cell] > 0 and flat[image, cell] >= t * flat[image].max()

    def unique(first, second):
        return {
            cell
            for cell in range(flat.shape[1])
            if first
            and all(is_on(image, cell) for image in first)
            and not any(is_on(image, cell) for image in second)
        }

    a, b = selection.members["a"], selection.members["b"]
    red, blue = unique(a, b), unique(b, a)
    shared = {
        cell
        for cell in range(flat.shape[1])
        if all(is_on(image, cell) for image in a) and any(is_on(image, cell) for image in b)
    }
    others = [
        image
        for image in range(len(flat))
        if image not in a and image not in b and labels[image] in (selection.p, selection.q)
    ]
    credit = 0.0
    for image in others:
        shares = [
            sum(is_on(image, cell) for cell in cells) / len(cells) if cells else 0
            for cells in (red, blue)
        ]
        if shares[0] == shares[1]:
            credit += 0.5
        else:
            said = selection.p if shares[0] > shares[1] else selection.q
            credit += said == labels[image]
    return red, blue, shared, credit / len(others), others, is_on


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("t", [0.1, 0.3, 0.7])
def test_the_page_measures_what_brute_force_measures(measures, layer, t):
    selection = with_groups(f"?layer={layer}&t={t}")
    values, labels = whole_layer(selection)
    red, blue, shared, accuracy, others, is_on = by_brute_force(selection, values, labels)
    worth = measures.worth(selection)
    circles = worth.circles
    for mask, cells in (
        (circles.unique_a, red),
        (circles.unique_b, blue),
        (circles.shared, shared),
    ):
        assert set(np.flatnonzero(mask).tolist()) == cells
    assert_chance_is_counted(worth, selection, is_on, values[0].size)
    assert worth.worth.reader.overall.value == pytest.approx(accuracy)
    assert worth.worth.reader.overall.n == len(others)
    survey = small_explorer().survey("model_0", "test")
    pair = [selection.p, selection.q]
    told = np.array(pair)[survey.logits[others][:, pair].argmax(axis=1)]
    assert worth.network.value == pytest.approx(np.mean(told == labels[others]))
    facts = measures.facts_of_others(selection)
    table = CircleTable.of(worth, facts)
    for number, cell in enumerate(worth.worth.cells):
        for place, wanted in enumerate((selection.p, selection.q)):
            of_class = [image for image in others if labels[image] == wanted]
            hits = sum(is_on(image, cell) for image in of_class)
            assert table.rate[place, number] == pytest.approx(hits / len(of_class))
            low, high = wilson(hits, len(of_class))
            assert table.low[place, number] == pytest.approx(low, abs=1e-12)
            assert table.high[place, number] == pytest.approx(high, abs=1e-12)
            mean = values.reshape(len(values), -1)[of_class, cell].mean()
            assert table.mean[place, number] == pytest.approx(mean, rel=1e-4, abs=1e-6)
            own = (facts.mean_p, facts.mean_q)[place].reshape(-1)[cell]
            assert own == pytest.approx(mean, rel=1e-4, abs=1e-6)


def assert_chance_is_counted(worth, selection, is_on, n_cells):
    """A few draws of both nulls, counted again cell by cell; no image of A or B is drawn."""
    labels = small_explorer().dataset("test").labels
    everyone = rows_of_classes(labels, (selection.p, selection.q))
    own = {*selection.members["a"], *selection.members["b"]}
    survey = small_explorer().survey("model_0", "test")
    on = on_from_peak(
        whole_layer(selection)[0][everyone], survey.peak[selection.layer][everyone], selection.t
    )
    inside = np.flatnonzero(np.isin(everyone, list(own)))
    within = chance_within(on, labels[everyone], selection.p, 3, 3, left_out=inside)
    assert worth.chance.within_mean == within.mean
    np.testing.assert_array_equal(worth.chance.within["p"], within.unique)
    for null, classes in (
        (worth.chance.across, (selection.p, selection.q)),
        (within, (selection.p, selection.p)),
    ):
        for draw in range(3):
            groups = [everyone[rows[draw]] for rows in (null.members_a, null.members_b)]
            assert not own & {int(image) for group in groups for image in group}
            for group, wanted in zip(groups, classes, strict=True):
                assert set(labels[group]) == {wanted}
            a, b = (
                [all(is_on(image, cell) for image in group) for cell in range(n_cells)]
                for group in groups
            )
            touched = [
                [any(is_on(image, cell) for image in group) for cell in range(n_cells)]
                for group in groups
            ]
            n_unique = sum(
                (in_a and not touched[1][cell]) or (in_b and not touched[0][cell])
                for cell, (in_a, in_b) in enumerate(zip(a, b, strict=True))
            )
            assert null.unique[draw] == n_unique


def wilson(hits, n, z=1.959963984540054):
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(centre - half, 0), min(centre + half, 1)


def test_terms_are_the_mean_contribution(measures):
    selection = with_groups("?layer=hidden")
    explorer = small_explorer()
    dataset, network = explorer.dataset("test"), explorer.network("model_0")
    kernel = network.weights("classes")["kernel"]
    hidden = network.activations(dataset.images, ["hidden"])["hidden"]
    own = [*selection.members["a"], *selection.members["b"]]
    facts, others = measures.facts(selection), measures.facts_of_others(selection)
    for name, wanted in (("term_p", 1), ("term_q", 3)):
        of_class = dataset.labels == wanted
        for found, taken in ((facts, of_class), (others, of_class & ~np.isin(range(40), own))):
            expected = hidden[taken].mean(axis=0) * (kernel[:, 1] - kernel[:, 3])
            np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-4, atol=1e-6)
    assert sum(facts.n_images) - sum(others.n_images) == len(own) == 6


def test_equal_classes_have_no_terms_and_no_fault(measures):
    facts = measures.facts(with_groups("?p=1&q=1"))
    assert np.isnan(facts.term_p).all() and "different classes" in facts.fault


def test_images_of_the_train_set_leave_no_test_image_out(measures):
    selection = with_groups("?set=train")
    n = np.isin(small_explorer().dataset("test").labels, (1, 3)).sum()
    assert measures.worth(selection).worth.reader.overall.n == n
    assert measures.worth(with_groups()).worth.reader.overall.n == n - 6


@pytest.mark.parametrize("layer", ["first_maps", "last_maps"])
def test_random_threes_come_in_parts_of_one_series(measures, layer):
    selection = with_groups(f"?layer={layer}&triples=4")
    whole = measures.triples(selection, 0, 30)
    parts = [measures.triples(selection, first, 10).accuracies for first in (0, 10, 20)]
    np.testing.assert_array_equal(np.concatenate(parts), whole.accuracies)
    assert 0.4 < whole.mean <= 1


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("layer", ["first_maps", "last_maps", "hidden"])
def test_every_statistic_is_drawn_for_every_layer(measures, layer, statistic):
    view = look(small_explorer(), with_groups(f"?layer={layer}&stat={statistic}"))
    drawn = STATISTIC_PANEL.draw(view)
    values = picture(drawn["figure"])
    inside = values[np.isfinite(values)]
    heatmap = drawn["figure"]["data"][0]
    assert len(inside) == small_explorer().network("model_0").layer(layer).n_cells
    assert inside.min() >= heatmap["zmin"] - 1e-6 and inside.max() <= heatmap["zmax"] + 1e-6
    if statistic in ("difference", "term_p", "term_q"):
        assert heatmap["zmin"] == -heatmap["zmax"]


# --- what is drawn ----------------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
def test_every_value_of_every_image_stands_on_the_board(measures, layer):
    selection = with_groups(f"?layer={layer}&mean=1&min=1")
    view = look(small_explorer(), selection)
    drawn = boards.BOARDS_PANEL.draw(view)
    values, _ = whole_layer(selection)
    ranges = set()
    for key, members in selection.members.items():
        figure = drawn[f"{key}0_figure"]
        ranges.add((figure["data"][0]["zmin"], figure["data"][0]["zmax"]))
        summaries = [values[list(members)].mean(axis=0), values[list(members)].min(axis=0)]
        for place, tile in enumerate([*values[list(members)], *summaries]):
            np.testing.assert_allclose(
                tiled(figure, place), view.mosaic.tile(tile), rtol=1e-5, atol=1e-6
            )
    assert len(ranges) == 1  # one colour range for all grids


def test_rings_stand_at_their_cells_in_every_grid(measures):
    view = look(small_explorer(), with_groups("?layer=last_maps"))
    expected = {"A": view.circles.n_unique_a, "B": view.circles.n_unique_b}
    for key, kind in (("a", "A"), ("b", "B")):
        points = view.rings[key][kind]
        assert len(points) == expected[kind] > 0
        mask = view.circles.unique_a if kind == "A" else view.circles.unique_b
        for y, x in points:
            unit, row, column = view.mosaic.cell_at(y, x)
            assert mask[row, column, unit]
    assert not len(view.rings["a"]["B"]) and not len(view.rings["b"]["A"])
    assert len(view.rings["c"]["A"]) == expected["A"]


def test_each_kind_of_ring_has_a_shape_of_its_own():
    slots = Slots.around((20, 40), 3, 2.0)
    points = np.array([[3, 4], [5, 20]])
    outlines = {}
    for kind in ("A", "B", "shared", "cell"):
        drawing_text = base64.b64decode(
            rings_picture({kind: points}, 3, slots).partition(",")[2]
        ).decode()
        found = re.findall(rf'class="{kind}" d="([^"]+)"', drawing_text)
        [outline] = set(found)
        assert outline.count("M") == 2 and len(found) == 3  # the same in every tile
        outlines[kind] = re.sub(r"[-\d. ]+", "", outline)
        assert ("dasharray" in drawing_text) == (kind == "shared")
    assert outlines["A"] != outlines["B"] != outlines["shared"] != outlines["A"]


def test_rings_of_cells_that_are_not_on_are_faint():
    slots, points = Slots.around((20, 40), 2, 2.0), np.array([[3, 4], [5, 20]])
    lit = np.zeros((20, 40), bool)
    lit[3, 4] = True
    picture = rings_picture({"A": points}, 2, slots, on=[lit, None])
    text = base64.b64decode(picture.partition(",")[2]).decode()
    first, second = text.split("<g transform")[1:]
    bright, _, faint = first.partition('<g class="off" opacity=".3">')
    outline = re.compile(r'class="A" d="([^"]+)"')
    alone = [
        base64.b64decode(rings_picture({"A": [point]}, 1, slots).partition(",")[2]).decode()
        for point in points
    ]
    assert [outline.findall(part) for part in (bright, faint)] == list(map(outline.findall, alone))
    assert 'class="off"' not in second and second.count('class="A"') == 1


def test_zoomed_boards_show_the_same_units_of_all_images(measures):
    view = look(small_explorer(), with_groups("?layer=first_maps&zoom=3,1"))
    assert view.units.tolist() == [3, 1] and view.mosaic.n_units == 2
    figure = board_figure(
        view.mosaic, view.slots, [view.groups["a"][0].values], view.range, units=view.units
    )
    assert figure["layout"]["meta"]["order"] == [3, 1]
    values, _ = whole_layer(view.selection)
    top = values[view.selection.members["a"][0]][..., 3]
    np.testing.assert_array_equal(tiled(figure, 0)[:10, :10], top)
    circled = look(small_explorer(), with_groups("?zoom=circled"))
    assert set(circled.units) == set(np.unique(circled.circles.cells % 6).tolist())


@pytest.mark.parametrize("n_units", [1, 2, 10, 32, 64, 100, 128, 513])
@pytest.mark.parametrize("size", [(1, 1), (3, 3), (26, 26), (5, 40)])
def test_the_grid_fits_its_place(n_units, size):
    columns = widest_grid(n_units, *size, 2.0)
    assert 1 <= columns <= n_units
    mosaic = Mosaic(n_units, *size, columns=columns)
    slots = Slots.around(mosaic.picture_shape, 4, 2.0)
    assert mosaic.picture_shape[0] < slots.rows and mosaic.picture_shape[1] < slots.columns
    assert slots.columns / slots.rows == pytest.approx(2.0, rel=0.35)


def test_charts_hold_what_they_are_given():
    figure = chance_figure(np.array([0, 3, 3, 90]), 7)
    assert sum(figure["data"][0]["y"]) == 4
    assert figure["layout"]["shapes"][0]["x0"] == 7
    figure = accuracies_figure(np.array([0.5, 0.5, 0.93, 1.0]), [(float("nan"), "x", "#000")])
    assert sum(figure["data"][0]["y"]) == 4 and figure["layout"]["shapes"] == []
    figure = intervals_figure([("a", 0.5, 0.4, 0.6, "#000"), ("b", *[float("nan")] * 3, "#000")])
    assert len(figure["data"]) == 1


# --- words and odd input ----------------------------------------------------------------------


@pytest.mark.parametrize("address", ODD)
@pytest.mark.parametrize("layer", ["", "&layer=first_maps"])
def test_odd_groups_have_an_answer_in_words(measures, address, layer):
    explorer, selection = (
        small_explorer(),
        selected(address if "layer" in address else address + layer),
    )
    view = look(explorer, selection)
    drawn = boards.BOARDS_PANEL.draw(view)
    weighed = worth.WORTH_PANEL.draw(view)
    told = " ".join(str(text.children) for text in weighed["warnings"])
    assert weighed["sentence"].endswith(".")
    assert "nan" not in weighed["sentence"] + weighed["readers_note"] + told
    assert STATISTIC_PANEL.draw(view)["note"]
    for key in "abc":
        if not selection.members[key]:
            assert drawn[f"{key}_empty"]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("?a=", "Group A is empty"),
        ("?b=", "Group B is empty"),
        ("?a=1,5&b=1,2", "in A and in B"),
        ("?a=1&b=2,3", "A has 1 image and B 2"),
        ("?p=1&q=1&a=1&b=3", "stand for 4"),
        ("?t=0", "threshold 0"),
        ("?t=1", "threshold 1"),
    ],
)
def test_each_oddity_has_its_sentence(measures, address, told):
    selection = selected(address)
    worth = measures.worth(selection)
    view = look(small_explorer(), selection)
    warnings = warnings_of(view, worth.circles, worth.worth.reader)
    assert any(told in warning for warning in warnings)


def test_a_layer_of_zeros_is_no_fault(measures, monkeypatch):
    selection = with_groups("?t=0.37")
    values = measures.group_values(selection)
    dead = replace(values, values={key: 0 * array for key, array in values.values.items()})
    monkeypatch.setattr(measures, "group_values", lambda _: dead)
    view = look(small_explorer(), selection)
    assert view.range == (0.0, 1.0) and len(view.circles.cells) == 0
    weighed = worth.WORTH_PANEL.draw(view)
    assert "nothing to weigh" in weighed["sentence"]
    assert any("no cell on" in text.children for text in weighed["warnings"])


def test_the_sentence_says_what_the_numbers_say(measures):
    selection = with_groups("?t=0.2")
    worth = measures.worth(selection)
    told = words.sentence(look(small_explorer(), selection), worth)
    n_unique = worth.circles.n_unique_a + worth.circles.n_unique_b
    assert f"{n_unique:,} unique cell" in told
    assert f"have {worth.chance.across.mean:.0f} on average" in told
    assert f"against other 4s {worth.chance.within_mean:.0f}" in told
    reader = worth.worth.reader.overall
    assert words.percent(reader.value, 1) in told and f"{reader.n:,}" in told
    poor = replace(
        worth,
        worth=replace(
            worth.worth,
            reader=replace(
                worth.worth.reader, overall=replace(reader, value=0.5, low=0.4, high=0.6)
            ),
        ),
    )
    assert "no better than guessing" in words.sentence(look(small_explorer(), selection), poor)
    bad = replace(
        worth,
        worth=replace(
            worth.worth,
            reader=replace(
                worth.worth.reader, overall=replace(reader, value=0.2, low=0.1, high=0.3)
            ),
        ),
    )
    assert "worse than guessing" in words.sentence(look(small_explorer(), selection), bad)


@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
def test_the_table_is_sorted_as_asked(measures, sort):
    selection = with_groups(f"?sort={sort}&t=0.2")
    table = CircleTable.of(measures.worth(selection), measures.facts_of_others(selection))
    order = table.order(sort)
    assert sorted(order.tolist()) == list(range(len(table)))
    name = sort.lstrip("-")
    if name in ("cell", "kind"):
        key = [tuple(table.place[row]) if name == "cell" else table.kind[row] for row in order]
    elif name == "gap":
        key = [abs(table.rate[0, row] - table.rate[1, row]) for row in order]
    else:
        field, of = name.split("_")
        key = [getattr(table, field)["pq".index(of), row] for row in order]
    assert key == sorted(key, reverse=sort.startswith("-"))


# --- over HTTP --------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["", *ODD[:6], "?layer=first_maps&zoom=circled&triples=1"])
def test_the_callbacks_answer(address):
    shown = ask_page(small_app(), PAGE.path, address)
    assert shown["answer"]["data"]["path"] == PAGE.path
    for panel in PAGE.panels:
        if panel.is_slow:
            assert ask_panel(small_app(), PAGE.path, panel.name, address)["told"]["key"]
    weighed = ask_panel(small_app(), PAGE.path, "compare-worth", address)["told"]["texts"]
    assert weighed["compare-sentence"]


def test_rules_are_offered_in_the_words_of_the_classes():
    answer = ask_page(small_app(), PAGE.path, "")["answer"]["data"]
    offered = {option["value"]: option for option in answer["options"]["rb"]}
    assert offered["clear"]["label"] == "clearest 9 against 4"
    assert offered["hand"]["disabled"]
    assert set(offered) | {"none"} == set(RULES)
    assert answer["values"]["p"] == "1" and answer["drops"]["ra"] == ["a"]


def test_threes_are_judged_part_by_part():
    notes, part = [], 0
    while part is not None:
        drawn = ask_panel(
            small_app(), PAGE.path, "compare-threes", "?triples=0&layer=last_maps", part=part
        )
        notes.append(drawn["told"]["texts"]["compare-triples-note"])
        part = drawn["told"]["next"]
    assert notes[0].startswith(f"25 of {TRIPLES} random threes")
    assert len(notes) == TRIPLES // 25 and "right on average" in notes[-1]
    whole = measures_of(small_explorer()).triples(
        selected("?triples=0&layer=last_maps"), 0, TRIPLES
    )
    assert words.percent(np.nanmean(whole.accuracies), 1) in notes[-1]


def test_one_class_twice_has_no_random_threes_to_judge():
    drawn = ask_panel(small_app(), PAGE.path, "compare-threes", "?p=1&q=1&triples=0", part=9)
    part = drawn["told"]["next"]
    while part is not None:
        drawn = ask_panel(small_app(), PAGE.path, "compare-threes", "?p=1&q=1&triples=0", part=part)
        part = drawn["told"]["next"]
    assert "No random threes" in drawn["told"]["texts"]["compare-triples-note"]
    assert drawn["compare-triples-box"]["hidden"] is True


def test_the_numbers_can_be_downloaded(measures):
    client = small_app().server.test_client()
    selection = with_groups("?t=0.2")
    query = write(selection, small_explorer())
    rows = list(
        csv.DictReader(
            io.StringIO(client.get(f"/download/circles.csv{query}").get_data(as_text=True))
        )
    )
    worth = measures.worth(selection)
    assert len(rows) == len(worth.worth.cells)
    assert sum(row["ring"] == "unique to A" for row in rows) == worth.circles.n_unique_a
    packed = np.load(io.BytesIO(client.get(f"/download/compare.npz{query}").get_data()))
    np.testing.assert_array_equal(packed["members_a"], selection.members["a"])
    np.testing.assert_array_equal(packed["unique_a"], worth.circles.unique_a)
    assert packed["reader"][0] == worth.worth.reader.overall.value
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/download/class-statistics.csv").get_data(as_text=True))
        )
    )
    assert len(rows) == 3 * 3 * 6
    facts = measures.facts(selection)
    first = rows[0]
    where = tuple(int(first[name]) for name in ("row", "column", "unit"))
    assert float(first["auc"]) == pytest.approx(facts.auc[where])
    assert client.get("/download/circles.csv?layer=none").status_code == 400
