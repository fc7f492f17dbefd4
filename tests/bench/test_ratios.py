"""Ratios and bounds: what is held against what, and what is missing is never a success."""

import ast
from pathlib import Path

import pytest

from bench import bounds
from bench.__main__ import PARTS
from bench.bounds import BOUNDS
from bench.ratios import Bound, Figure, Ratio, as_text, verdicts

OURS, THEIRS = Figure("click", "ours, ms"), Figure("click", "theirs, ms")


def figures(ours, theirs, p95=99.0):
    return {
        "click": {
            "ours, ms": {"median": ours, "p95": p95, "n": 5},
            "theirs, ms": {"median": theirs, "p95": p95, "n": 5},
            "errors": 2,
        }
    }


@pytest.mark.parametrize(
    ("ours", "holds", "met"),
    [
        (40.0, True, True),
        (50.0, True, True),
        (60.0, True, False),
        (80.0, True, False),
        (81.0, False, False),
    ],
)
def test_at_most_is_ours_over_the_baseline(ours, holds, met):
    [verdict] = verdicts([Ratio("speed", OURS, THEIRS, "at most", 0.8, 0.5)], figures(ours, 100.0))
    assert verdict == {
        "name": "speed",
        "sense": "at most",
        "value": ours / 100,
        "goal": 0.5,
        "met": met,
        "must hold": 0.8,
        "holds": holds,
    }


def test_at_least_is_how_many_times_faster():
    [verdict] = verdicts([Ratio("speed", OURS, THEIRS, "at least", 50, 100)], figures(2.0, 160.0))
    assert (verdict["value"], verdict["holds"], verdict["met"]) == (80.0, True, False)


def test_a_bound_reads_the_statistic_that_it_names():
    bounds = [
        Bound("slow end", Figure("click", "ours, ms", "p95"), "at most", goal=120),
        Bound("errors", Figure("click", "errors"), "at most", holds=0),
    ]
    slow, errors = verdicts(bounds, figures(1.0, 1.0, p95=130.0))
    assert (slow["value"], slow["met"]) == (130.0, False) and "holds" not in slow
    assert (errors["value"], errors["holds"]) == (2.0, False) and "met" not in errors


def test_what_its_part_did_not_tell_does_not_hold():
    figures_without = {"click": {"ours, ms": {"median": 1.0, "p95": 1.0, "n": 1}}}
    [verdict] = verdicts([Ratio("speed", OURS, THEIRS, "at most", 0.8)], figures_without)
    assert verdict["value"] == "not measured" and verdict["holds"] is False
    assert "DOES NOT HOLD" in as_text(verdict)


def test_parts_that_were_not_run_are_not_judged():
    assert verdicts([Ratio("speed", OURS, THEIRS, "at most", 0.8)], {"memory": {}}) == []
    assert verdicts(BOUNDS, {}) == []


def test_every_bound_of_the_table_belongs_to_a_part():
    for bound in BOUNDS:
        assert bound.part in PARTS
        assert bound.sense in ("at most", "at least")
    names = [bound.name for bound in BOUNDS]
    assert len(set(names)) == len(names)


def test_no_absolute_time_has_to_hold():
    """CI runs on machines of any speed."""
    for bound in BOUNDS:
        if isinstance(bound, Bound) and bound.holds is not None:
            assert not bound.name.endswith((", ms", ", s")), bound.name


def test_what_has_to_hold_is_never_stricter_than_the_goal():
    for bound in BOUNDS:
        if bound.holds is None or bound.goal is None:
            continue
        looser, stricter = (bound.holds, bound.goal)
        assert looser >= stricter if bound.sense == "at most" else looser <= stricter


def test_the_table_holds_no_computed_figure():
    """Bounds are written down, not taken from what was measured."""
    tree = ast.parse(Path(bounds.__file__).read_text())
    assert not any(
        isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("open", "load")
        for node in ast.walk(tree)
    )
