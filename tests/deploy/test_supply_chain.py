"""The bill of materials and the audit of the pinned packages."""

import copy
import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.audit_packages import judged
from deploy.bill_of_materials import FORMAT, bill

# --- bill of materials ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_bill():
    """The bill of the environment that the tests run in."""
    return bill()


def fault_in(content):
    return JsonStrictValidator(SchemaVersion.V1_5).validate_str(json.dumps(content))


def test_bill_is_valid(own_bill):
    assert FORMAT == "1.5"
    assert fault_in(own_bill) is None
    purls = [part["purl"] for part in own_bill["components"]]
    assert purls == sorted(set(purls))
    assert any(purl.startswith("pkg:pypi/keras@") for purl in purls)


def misspell(content):
    content["components"][0]["versoin"] = content["components"][0].pop("version")


def give_a_number_for_text(content):
    content["components"][0]["version"] = 3


def leave_out_the_name(content):
    del content["components"][0]["name"]


def invent_a_kind(content):
    content["components"][0]["type"] = "wheel"


FAULTS = (misspell, give_a_number_for_text, leave_out_the_name, invent_a_kind)


@pytest.mark.parametrize("plant", FAULTS, ids=lambda fault: fault.__name__)
def test_schema_finds_a_planted_fault(own_bill, plant):
    content = copy.deepcopy(own_bill)
    plant(content)
    assert fault_in(content) is not None


# --- audit ------------------------------------------------------------------------------------


SOUND = {"name": "keras", "version": "3.15.1", "vulns": []}
SKIPPED = {"name": "dash", "skip_reason": "Dependency not found"}
FAULTY = {
    "name": "numpy",
    "version": "0.1",
    "vulns": [
        {"id": "PYSEC-2000-1", "fix_versions": ["0.2", "1.0"]},
        {"id": "PYSEC-2000-2", "fix_versions": []},
    ],
}


def test_known_vulnerability_fails_the_audit():
    lines, code = judged({"dependencies": [SOUND, FAULTY]})
    assert code == 1
    assert lines == [
        "pip-audit: 2 of 2 pinned packages looked up, 2 known vulnerabilities",
        "numpy 0.1: PYSEC-2000-1, repaired in 0.2, 1.0",
        "numpy 0.1: PYSEC-2000-2, repaired in no version yet",
    ]


def test_sound_packages_pass_the_audit():
    lines, code = judged({"dependencies": [SOUND]})
    assert (lines, code) == (
        ["pip-audit: 1 of 1 pinned packages looked up, 0 known vulnerabilities"], 0,
    )  # fmt: skip


def test_what_could_not_be_looked_up_is_said():
    assert judged({"dependencies": [SKIPPED]}) == (
        ["NOT RUN: pip-audit: the package index tells nothing about vulnerabilities "
         "(1 packages skipped)"], 0,
    )  # fmt: skip
    lines, code = judged({"dependencies": [SKIPPED, FAULTY]})
    assert code == 1
    assert lines[-1] == "NOT RUN: pip-audit over dash"
