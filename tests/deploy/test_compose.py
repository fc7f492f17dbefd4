"""The compose file against the schema of the Compose Specification, and against what it names."""

import copy
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from app import gunicorn_conf

ROOT = Path(__file__).resolve().parent.parent.parent
FILE = ROOT / "deploy" / "compose.yaml"
SCHEMA = json.loads((Path(__file__).parent / "compose-spec.json").read_text())


@pytest.fixture
def content():
    return yaml.safe_load(FILE.read_text())


def check(content):
    # The project's name came into the specification after this edition of its schema.
    rest = {key: value for key, value in content.items() if key != "name"}
    jsonschema.Draft201909Validator(SCHEMA).validate(rest)


def test_file_fits_the_schema(content):
    check(content)
    assert re.fullmatch("[a-z0-9][a-z0-9_-]*", content["name"])


def misspell(content):
    content["services"]["app"]["read_onyl"] = content["services"]["app"].pop("read_only")


def give_text_for_a_list(content):
    content["services"]["app"]["cap_drop"] = "ALL"


def name_no_condition(content):
    content["services"]["proxy"]["depends_on"] = {"app": {"condition": "healthy"}}


FAULTS = (misspell, give_text_for_a_list, name_no_condition)


@pytest.mark.parametrize("plant", FAULTS, ids=lambda fault: fault.__name__)
def test_schema_finds_a_planted_fault(content, plant):
    content = copy.deepcopy(content)
    plant(content)
    with pytest.raises(jsonschema.ValidationError):
        check(content)


def test_what_it_names_is_there(content):
    app, proxy = content["services"]["app"], content["services"]["proxy"]
    assert (FILE.parent / app["build"]["context"] / "Dockerfile").exists()
    [mount] = proxy["volumes"]
    source, target, mode = mount.split(":")
    assert (FILE.parent / source).is_file()
    assert (target, mode) == ("/etc/nginx/nginx.conf", "ro")
    assert set(proxy["depends_on"]) <= set(content["services"])


def test_proxy_asks_the_port_that_the_server_listens_on(content):
    settings = (FILE.parent / "nginx.conf").read_text()
    own_port = gunicorn_conf.bind.rpartition(":")[2]
    assert re.findall(r"server (\S+):(\d+) ", settings) == [("app", own_port)]
    [published] = content["services"]["proxy"]["ports"]
    assert published.split(":")[1] in re.findall(r"listen (\d+);", settings)


def test_images_of_others_are_pinned(content):
    others = [one["image"] for one in content["services"].values() if "build" not in one]
    assert all(re.fullmatch(r"[a-z/]+:\d+\.\d+\.\d+[a-z-]*", image) for image in others)


def test_proxy_finds_replicas_that_are_added_later():
    settings = (FILE.parent / "nginx.conf").read_text()
    assert re.search(r"resolver 127\.0\.0\.11 valid=\d+s", settings)  # Docker's name server
    assert re.search(r"zone \w+ \d+k;\s+server app:\d+ resolve ", settings)


def test_server_is_closed_and_has_time_to_end(content):
    app = content["services"]["app"]
    assert app["read_only"] is True
    assert app["cap_drop"] == ["ALL"]
    assert app["tmpfs"] == ["/tmp"]
    assert app["security_opt"] == ["no-new-privileges:true"]
    assert int(app["stop_grace_period"].removesuffix("s")) > gunicorn_conf.graceful_timeout
    # Compose gives the replicas names of their own only where none is stated.
    assert "container_name" not in app
    assert app["deploy"]["replicas"] > 1
