"""The command line: which parts are run, what is written, and when it ends with an error."""

import json
import os

import pytest

from bench import __main__ as command
from bench import record
from bench.bounds import BOUNDS

SUMMARY = {"p95": 1.0, "n": 3}
NUMBERS = "numbers, new image, ms", "numbers, image in the cache, ms"
PASS, ARTICLE = (
    "bare compiled forward pass, ms",
    "the article's function (load, build, predict), ms",
)


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run the command over figures that were written down; tells the exit code and the results."""
    figures = {
        "server": {
            NUMBERS[0]: {"median": 1.0, **SUMMARY},
            NUMBERS[1]: {"median": 0.01, **SUMMARY},
            PASS: {"median": 0.9, **SUMMARY},
            ARTICLE: {"median": 130.0, **SUMMARY},
        }
    }
    asked = []

    def measured(name, page, address, options):
        asked.append(name)
        return figures.get(name, {})

    monkeypatch.setattr(command, "IN_BROWSER", ())
    monkeypatch.setattr(command, "_measured", measured)
    monkeypatch.setattr(record, "RESULTS", tmp_path / "results.json")
    for name in command.SURROUNDINGS:
        monkeypatch.setenv(name, os.environ.get(name, ""))

    def run_with(*arguments, **changed):
        figures["server"] |= {name: {"median": value, **SUMMARY} for name, value in changed.items()}
        code = command.main(arguments)
        path = record.RESULTS
        return code, json.loads(path.read_text()) if path.exists() else None

    run_with.asked = asked
    return run_with


def test_a_part_is_written_into_the_results_with_its_verdicts(run):
    code, results = run("--only", "server")
    assert code == 0 and list(results) == ["server"]
    section = results["server"]
    assert section["figures"][PASS]["median"] == 0.9
    [verdict] = [
        one
        for one in section["bounds"]
        if one["name"] == "numbers of a new image, over a bare pass"
    ]
    assert (verdict["value"], verdict["met"], verdict["holds"]) == (1.11, True, True)
    assert section["measured"]["short"] is False


def test_parts_follow_each_other_into_the_same_file(run):
    run("--only", "server")
    _, results = run("--only", "memory", "start")
    assert list(results) == ["server", "start", "memory"]


def test_the_short_form_writes_nothing_unless_asked(run):
    assert run("--short", "--only", "server") == (0, None)
    _, results = run("--short", "--only", "server", "--write")
    assert results["server"]["measured"]["short"] is True


def test_a_ratio_that_holds_ends_well_and_one_that_does_not_ends_with_an_error(run, capsys):
    assert run("--short", "--check", "--only", "server")[0] == 0
    assert "every ratio holds" in capsys.readouterr().out
    assert run("--short", "--check", "--only", "server", **{PASS: 0.3})[0] == 1
    assert "DOES NOT HOLD: numbers of a new image, over a bare pass" in capsys.readouterr().err


def test_without_check_a_ratio_that_does_not_hold_is_told_alone(run, capsys):
    assert run("--short", "--only", "server", **{PASS: 0.1})[0] == 0
    assert "DOES NOT HOLD" in capsys.readouterr().out


def test_a_check_runs_the_parts_that_have_something_to_hold_and_finds_what_is_missing(run):
    code, _ = run("--short", "--check")
    held = {bound.part for bound in BOUNDS if bound.holds is not None}
    assert set(run.asked) == held and len(run.asked) == len(held)
    assert code == 1


def test_an_unknown_part_is_refused(run, capsys):
    with pytest.raises(SystemExit) as end:
        run("--only", "everything")
    assert end.value.code == 2 and "everything" in capsys.readouterr().err
