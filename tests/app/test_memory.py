"""The peak of memory is computed from the bounds that stand in the rooms, and held to the limit."""

from pathlib import Path

import pytest

import app.explorer
import app.frame.browsing.search
import app.pages.compare.measured.measures as measures
import cnn_core.circles.cells.pair_facts
import cnn_core.network.batches
import cnn_core.patterns.optimising.ascent
import cnn_core.survey.one_pass
from app.serving import memory
from app.serving.memory import MIB, lanes_that_fit, memory_limit, peak_bytes

SHIPPED = 1280 * MIB
"""In deploy/compose.yaml and deploy/kubernetes."""


def test_the_parts_are_those_of_the_rooms():
    kept = app.explorer._MOST_CACHED_BYTES + app.explorer._MOST_KEPT_BYTES
    on_compare = measures._GROUP_BYTES + measures._MEASURE_BYTES
    assert kept + on_compare + app.frame.browsing.search._found._most_bytes <= memory.CACHE_BYTES
    assert cnn_core.network.batches.BATCH_BYTES <= memory.CHEAP_BYTES
    slices = cnn_core.circles.cells.pair_facts.MOST_BYTES + cnn_core.network.batches.BATCH_BYTES
    assert max(slices, cnn_core.patterns.optimising.ascent._BYTES_AT_ONCE) <= memory.DEAR_BYTES
    assert cnn_core.survey.one_pass._BATCH_BYTES <= memory.READING_BYTES


def test_the_shipped_limit_holds_a_server():
    root = Path(__file__).resolve().parents[2] / "deploy"
    assert "mem_limit: 1280m" in (root / "compose.yaml").read_text()
    assert "memory: 1280Mi" in (root / "kubernetes/deployment.yaml").read_text()
    assert peak_bytes(lanes_that_fit(4, 1, SHIPPED)) <= SHIPPED


def test_no_more_is_worked_on_than_fits(capsys):
    assert lanes_that_fit(4, 1, None) == 4
    assert lanes_that_fit(4, 2, 2 * peak_bytes(4)) == 4
    assert lanes_that_fit(4, 1, peak_bytes(4) - 1) == 3
    assert lanes_that_fit(4, 1, peak_bytes(1)) == 1
    assert capsys.readouterr().err == ""
    assert lanes_that_fit(4, 2, peak_bytes(1)) == 1
    told = capsys.readouterr().err
    assert told.startswith("memory: ") and told.count("\n") == 1


@pytest.mark.parametrize(
    ("groups", "files", "limit"),
    [
        ("0::/a/b", {"a/b/memory.max": "1342177280"}, SHIPPED),
        ("0::/", {"memory.max": "max"}, None),
        ("0::/seen/from/outside", {"memory.max": "1342177280"}, SHIPPED),
        (
            "4:cpu,memory:/a",
            {"memory/memory.limit_in_bytes": "9223372036854771712", "memory/a/x": ""},
            None,
        ),
        ("4:memory:/a", {"memory/a/memory.limit_in_bytes": "1342177280"}, SHIPPED),
        ("0::/a", {"a/memory.max": "1342177280", "memory.max": "2684354560"}, SHIPPED),
        ("", {}, None),
    ],
)
def test_the_limit_is_that_of_the_control_group(groups, files, limit, tmp_path):
    (tmp_path / "cgroup").write_text(groups)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    assert memory_limit(tmp_path / "cgroup", tmp_path) == limit
    assert memory_limit(tmp_path / "none", tmp_path) is None
