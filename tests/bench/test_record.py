"""The file of results."""

import json
import subprocess

from bench.record import commit, machine, merge, surroundings


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


def test_what_the_benchmark_writes_does_not_make_a_commit_dirty(tmp_path):
    def git(*command):
        user = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", *user, *command], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "bench").mkdir()
    for name in ("bench/results.json", "code.py"):
        (tmp_path / name).write_text("1")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    (tmp_path / "bench/results.json").write_text("2")
    clean = commit(tmp_path)
    (tmp_path / "code.py").write_text("2")
    assert commit(tmp_path) == f"{clean}-dirty" and "dirty" not in clean
