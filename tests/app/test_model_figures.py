"""Training curves, confusion matrix and calibration as figures."""

import json

import numpy as np
import pytest

from app.figures.charts.calibration import calibration_figure
from app.figures.charts.confusion import confusion_figure
from app.figures.charts.training import Curve, training_figure
from cnn_core.survey.calibration import calibration
from tests.app.packed_figures import plain as unpacked

COUNTS = np.array([[900, 0, 1], [0, 800, 0], [4, 2, 700]])
NAMES = ("four", "seven", "nine")


def epochs(n, **columns):
    given = {
        "loss": 0.5,
        "val_loss": 0.25,
        "accuracy": 0.9,
        "val_accuracy": 0.99,
        "learning_rate": 0.05,
        **columns,
    }
    return [{"epoch": number + 1, **given} for number in range(n)]


def axis_of(figure, name):
    return [trace for trace in figure["data"] if trace["yaxis"] == name]


def test_curves_show_what_was_recorded():
    history = epochs(4)
    for number, epoch in enumerate(history):
        epoch.update(loss=1 / (number + 1), val_accuracy=0.9 + number / 100)
    figure = training_figure([Curve.of("cnn", history, is_shown=True)])
    training, validation = axis_of(figure, "y")
    assert training["y"] == [1, 1 / 2, 1 / 3, 1 / 4] and training["x"] == [1, 2, 3, 4]
    assert validation["y"] == [0.25] * 4
    # Accuracy is drawn as the share that is wrong, on a reversed logarithmic axis.
    wrong = axis_of(figure, "y2")[1]["y"]
    assert wrong == pytest.approx([0.1, 0.09, 0.08, 0.07])
    share_axis = figure["layout"]["yaxis2"]
    assert (share_axis["type"], share_axis["autorange"]) == ("log", "reversed")
    ticks = dict(zip(share_axis["ticktext"], share_axis["tickvals"], strict=True))
    assert ticks["90 %"] == pytest.approx(0.1) and ticks["95 %"] == pytest.approx(0.05)
    assert axis_of(figure, "y3")[0]["y"] == [0.05] * 4
    json.dumps(figure, allow_nan=False)


def test_other_models_are_faint_and_lie_below():
    curves = [
        Curve.of("other", epochs(2), is_shown=False),
        Curve.of("cnn", epochs(3), is_shown=True),
    ]
    figure = training_figure(curves)
    faint, strong = axis_of(figure, "y")[0], axis_of(figure, "y")[2]
    assert (faint["name"], strong["name"]) == ("other", "cnn")
    assert faint["opacity"] < strong["opacity"]
    assert faint["hoverinfo"] == "skip" and len(strong["customdata"]) == 3
    assert "epoch 3" in strong["customdata"][2] and "99.00%" in strong["customdata"][2]


def test_perfect_single_missing_and_no_epochs_are_drawn():
    perfect = training_figure([Curve.of("a", epochs(1, accuracy=1.0), is_shown=True)])
    assert 0 < axis_of(perfect, "y2")[0]["y"][0] < 1e-3
    assert axis_of(perfect, "y2")[0]["mode"] == "lines+markers"
    unknown = training_figure(
        [Curve.of("a", epochs(3, val_loss=None, val_accuracy=None), is_shown=True)]
    )
    assert axis_of(unknown, "y2")[1]["y"] == [None] * 3
    assert "not recorded" in axis_of(unknown, "y")[0]["customdata"][0]
    assert training_figure([])["data"] == []


def test_mistakes_have_a_colour_scale_of_their_own():
    diagonal, mistakes = confusion_figure(COUNTS, NAMES)["data"][:2]
    shown = unpacked(mistakes["z"])
    np.testing.assert_array_equal(shown, [[0, 0, 1], [0, 0, 0], [4, 2, 0]])
    assert (mistakes["zmin"], mistakes["zmax"]) == (0, 4)
    # None has no colour, a single one already has.
    assert mistakes["colorscale"][0][1].endswith("0.0)")
    assert mistakes["colorscale"][1][0] < 1 / 1000
    np.testing.assert_array_equal(np.isfinite(unpacked(diagonal["z"])), np.eye(3, dtype=bool))


def test_numbers_and_shares_stand_in_the_matrix():
    numbers, shares = confusion_figure(COUNTS, NAMES)["data"][2:]
    told = {
        (y, x): text for y, x, text in zip(numbers["y"], numbers["x"], numbers["text"], strict=True)
    }
    assert told == {
        (0, 0): "900",
        (0, 2): "<b>1</b>",
        (1, 1): "800",
        (2, 0): "<b>4</b>",
        (2, 1): "<b>2</b>",
        (2, 2): "700",
    }
    assert shares["text"] == ["99.9%", "100.0%", "99.2%"]


def test_pointing_tells_the_cell_in_words():
    told = confusion_figure(COUNTS, NAMES)["data"][1]["customdata"]
    assert told[2][0] == "4 labelled nine and predicted four\n0.57% of the 706 labelled nine"
    assert told[1][1].startswith("800 labelled and predicted seven")


@pytest.mark.parametrize(
    ("selected", "frame"),
    [
        ((2, 0), (-0.5, 0.5, 1.5, 2.5)),
        ((None, 1), (0.5, 1.5, -0.5, 2.5)),
        ((1, None), (-0.5, 2.5, 0.5, 1.5)),
    ],
)
def test_the_chosen_cell_row_or_column_is_framed(selected, frame):
    [shape] = confusion_figure(COUNTS, NAMES, selected=selected)["layout"]["shapes"]
    assert tuple(shape[key] for key in ("x0", "x1", "y0", "y1")) == frame


def test_matrices_without_mistakes_without_images_and_with_many_classes_are_drawn():
    assert confusion_figure(np.diag([3, 0]), "ab")["data"][1]["zmax"] == 1
    empty_row = confusion_figure(np.diag([3, 0]), "ab")
    assert empty_row["data"][1]["customdata"][1][0] == "no image is labelled b"
    assert empty_row["data"][3]["text"] == ["100.0%", "–"]
    assert confusion_figure(np.array([[5]]), "a")["data"]
    assert len(confusion_figure(np.eye(40, dtype=int), [str(n) for n in range(40)])["data"]) == 2
    for counts, names in ((COUNTS, NAMES), (np.array([[5]]), "a")):
        json.dumps(confusion_figure(counts, names), allow_nan=False)


def test_a_mark_of_the_calibration_stands_in_its_interval():
    given = np.repeat([0.55, 0.95], (10, 40))
    bins = calibration(given, np.arange(50) % 10 > 0).bins
    _, marks = calibration_figure(bins)["data"]
    assert marks["x"] == pytest.approx([0.55, 0.95]) and marks["y"] == [0.9, 0.9]
    bars, shares = marks["error_y"], np.array(marks["y"])
    assert shares + bars["array"] == pytest.approx([one.right.high for one in bins])
    assert shares - bars["arrayminus"] == pytest.approx([one.right.low for one in bins])
