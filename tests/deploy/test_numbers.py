"""The page of numbers: rendered from what was measured, and kept to by the Kubernetes files."""

import copy
import json
from pathlib import Path

import pytest
import yaml

from deploy.numbers_page import CROWD, PAGE, RESULTS, rendered, sized

FOLDER = Path(__file__).resolve().parent.parent.parent / "deploy" / "kubernetes"
MEASURED = {
    "date": "2020-02-03T04:05:06+00:00", "commit": "abc123", "short": False, "load before": 0.25,
    "machine": {"system": "Linux", "cores": 2, "processor": "A Processor"},
}  # fmt: skip
MADE_UP = {
    "classroom": {
        "measured": MEASURED,
        "figures": {
            "limit: students served within 250 ms (95th percentile)": 300,
            "limit: what was tried": [
                {"students": 240, "answers a second": 120.0, "CPU of the server": 0.7},
                {"students": 300, "answers a second": 149.5, "CPU of the server": 0.8},
                {"students": 375, "answers a second": 170.0, "CPU of the server": 1.1},
            ],
        },
    },
    "memory": {
        "measured": MEASURED,
        "figures": {"RSS when ready, MiB": 601.4, "RSS at most, MiB": 700.5},
    },
}


def results():
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def test_page_is_what_the_results_say():
    assert PAGE.read_text() == rendered(results()), "run python deploy/numbers_page.py"


def test_sizes_follow_from_what_was_measured():
    assert sized(MADE_UP) == {
        "students": 300, "answers_a_second": 149.5, "cores": 0.8, "students_a_core": 375,
        "ready_mib": 601.4, "most_mib": 700.5,
        "replicas": 34, "crowd_cores": 28, "crowd_gib": 24,
    }  # fmt: skip


def test_page_tells_the_sizes_and_where_they_come_from():
    page = rendered(MADE_UP)
    for text in ("| 300 |", "**375**", "**700 MiB**", "**34**", "| 28 |", "| 24 GiB |", "10,000",
                 "Measured 2020-02-03 at abc123 on 2 cores (A Processor), load average 0.25",
                 ):  # fmt: skip
        assert text in page
    assert page.count("Measured 2020") == 1
    assert "Not measured yet" not in page


def without(part):
    found = copy.deepcopy(MADE_UP)
    del found[part]
    return found


def in_short(part):
    found = copy.deepcopy(MADE_UP)
    found[part]["measured"]["short"] = True
    return found


def without_limit():
    found = copy.deepcopy(MADE_UP)
    found["classroom"]["figures"]["limit: students served within 250 ms (95th percentile)"] = 0
    return found


@pytest.mark.parametrize("told", [
    {}, without("classroom"), without("memory"), in_short("classroom"), in_short("memory"),
    without_limit(),
])  # fmt: skip
def test_what_is_not_measured_is_not_told(told):
    assert sized(told) is None
    assert "Not measured yet" in rendered(told)


def test_kubernetes_files_have_room_for_what_was_measured():
    told = sized(results()) or sized(MADE_UP)
    scaler = yaml.safe_load((FOLDER / "autoscaler.yaml").read_text())["spec"]
    pod = yaml.safe_load((FOLDER / "deployment.yaml").read_text())["spec"]["template"]["spec"]
    limits = pod["containers"][0]["resources"]
    assert scaler["maxReplicas"] >= told["replicas"], f"too few for {CROWD} students"
    assert mib(limits["requests"]["memory"]) >= told["ready_mib"]
    assert mib(limits["limits"]["memory"]) >= 1.2 * told["most_mib"]
    assert float(limits["limits"]["cpu"]) >= told["cores"]


def mib(text):
    units = {"Mi": 1, "Gi": 1024}
    return float(text[:-2]) * units[text[-2:]]
