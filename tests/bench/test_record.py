"""The file of results."""

import json

from bench.record import machine, merge, surroundings


def test_a_part_replaces_its_own_section_alone(tmp_path):
    path = tmp_path / "results.json"
    merge("explore", {"figures": {"a": 1}}, path)
    merge("memory", {"figures": {"b": 2}}, path)
    merge("explore", {"figures": {"c": 3}}, path)
    assert json.loads(path.read_text()) == {
        "explore": {"figures": {"c": 3}},
        "memory": {"figures": {"b": 2}},
    }
    assert [file.name for file in tmp_path.iterdir()] == ["results.json"]


def test_a_section_says_when_and_where_it_was_measured():
    told = surroundings(short=True, load_before=0.123)
    assert told["short"] is True and told["load before"] == 0.12
    assert told["machine"] == machine() and told["machine"]["cores"] >= 1
    assert told["date"].endswith("+00:00") and told["commit"]
    json.dumps(told)
