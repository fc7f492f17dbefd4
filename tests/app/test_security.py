"""The guard: every request gets the answer that HTTP has for it, in words, and never a fault."""

import base64
import hashlib
import json
import logging
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.serving.checks.guard import MOST_QUERY_BYTES
from app.serving.checks.request_bodies import MOST_PARTS
from app.serving.gateway.grading import MOST_CALLBACK_BYTES
from tests.app.callback_requests import (
    ANYTHING,
    damaged_bodies,
    examples,
    fitting_bodies,
    fitting_body,
    served,
)
from tests.app.small_dashboard import PAGE_PATHS, small_dashboard

CALLBACK = "/_dash-update-component"
REFUSED = {"choice.children": 422, "file.children": 500}
HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
MANY = settings(
    max_examples=examples(2000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def app():
    return small_dashboard()


@pytest.fixture
def client(app):
    return app.server.test_client()


def post(client, body):
    return client.post(CALLBACK, json=body)


def expected_status(app, name):
    """Status of a fitting request: 204 says that there is nothing to show."""
    return REFUSED.get(name, 204 if app.callback_map[name]["no_output"] else 200)


def callback(app, part):
    return next(name for name in served(app.callback_map) if part in name)


# --- paths and methods ------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGE_PATHS)
def test_pages_open(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert b"_dash-config" in answer.data


def test_unknown_path_is_404_in_words_and_offers_the_pages(client):
    answer = client.get("/nowhere<script>", headers=HTML)
    assert answer.status_code == 404
    text = answer.get_data(as_text=True)
    assert "There is nothing at this address." in text
    assert 'href="/compare"' in text
    assert "<script" not in text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/nowhere", 404),
        ("OPTIONS", "/nowhere", 404),
        ("DELETE", "/nowhere", 404),
        ("GET", "//nowhere/%00/../x", 404),
        ("GET", "/_reload-hash", 404),
        ("GET", "/static/x", 404),
        ("GET", "/assets/../pyproject.toml", 404),
        ("GET", "/assets/%2e%2e/pyproject.toml", 404),
        ("GET", "/assets/nothing.css", 404),
        ("GET", "/assets/a%00b.css", 404),
        ("GET", "/_dash-component-suites/os/path.py", 404),
        ("GET", "/_dash-component-suites/dash/dash.py", 404),
        ("GET", "/_dash-component-suites/dash/../../x", 404),
        ("POST", "/", 405),
        ("PUT", "/compare", 405),
        ("TRACE", "/", 405),
        ("NONSENSE", "/", 405),
        ("GET", CALLBACK, 405),
        ("PUT", CALLBACK, 405),
        ("POST", "/_dash-layout", 405),
        ("POST", "/assets/waiting.css", 405),
        ("GET", "/download/none.csv", 404),
        ("GET", "/download/broken.csv", 400),
        ("GET", "/download/fault.csv", 500),
        ("GET", "/download/good.csv", 200),
        ("HEAD", "/", 200),
    ],
)
def test_status_of_method_and_path(client, method, path, status):
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert "Traceback" not in answer.get_data(as_text=True)
    if status == 405:
        assert answer.headers["Allow"]


def test_page_with_a_slash_too_many_leads_to_the_page(client):
    answer = client.get("/compare/?layer=Conv2D_1&a=4%209")
    assert answer.status_code == 308
    assert answer.headers["Location"] == "/compare?layer=Conv2D_1&a=4%209"


def test_too_long_a_query_is_414(client):
    assert client.get("/?a=" + "x" * MOST_QUERY_BYTES).status_code == 414


def test_fault_of_a_route_is_told_in_words_and_logged_in_one_line(client, caplog):
    answer = client.get("/download/fault.csv")
    assert "secret" not in answer.get_data(as_text=True)
    assert [record.name for record in caplog.records] == ["looking_glass"]
    line = caplog.records[0].getMessage()
    assert "unexpected KeyError" in line
    assert "small_dashboard.py" in line


# --- bodies -----------------------------------------------------------------------------------


@pytest.mark.parametrize("n_listed", [0, 1, 3])
def test_bodies_that_pages_send_are_served(app, client, n_listed):
    for name in served(app.callback_map):
        body = fitting_body(app.callback_map, name, "v", n_listed)
        assert post(client, body).status_code == expected_status(app, name)


def test_wrong_selection_is_422_in_words(app, client):
    answer = post(client, fitting_body(app.callback_map, "choice.children"))
    assert answer.status_code == 422
    assert answer.get_data(as_text=True) == "layer Konv: there are Conv2D_1 and Dense_1\n"


def test_fault_of_a_callback_is_logged_in_one_line(app, client, caplog):
    answer = post(client, fitting_body(app.callback_map, "file.children"))
    assert answer.status_code == 500
    assert "fault" not in answer.get_data(as_text=True)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "\n" not in record.getMessage()
    assert "ZeroDivisionError: a fault in two lines (small_dashboard.py:" in record.getMessage()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"output"',
        b"{}",
        b'{"output": 3}',
        b'{"output": ["echo.children"]}',
        b"\xff\xfe",
        b'{"output": "echo.children", "a": NaN}',
        b'{"output": "echo.children", "a": -Infinity}',
        b'{"output": "echo.children", "a": 1e999}',
        b'{"output": "echo.children", "a": 9007199254740993}',
        b'{"output": "echo.children", "a": ' + b"9" * 5000 + b"}",
        b'{"output": "echo.children", "a": "\\ud800"}',
        b'{"output": "echo.children", "\\udfff": 1}',
        b'{"output": "echo.children", "a": ' + b"[" * 33 + b"]" * 33 + b"}",
        b"[" * 19_000,
        b'{"a":' * 10_000,
    ],
)
def test_what_is_no_request_is_400(client, raw):
    answer = client.post(CALLBACK, data=raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer.content_type.startswith("text/plain")


def test_unknown_and_clientside_callbacks_are_404(app, client):
    for output in ("nothing.children", "", "store.data"):
        assert post(client, {"output": output, "inputs": []}).status_code == 404
    assert "store.data" in app.callback_map


def test_body_that_is_too_large_is_413(client):
    raw = b'"' + b"x" * MOST_CALLBACK_BYTES + b'"'
    answer = client.post(CALLBACK, data=raw, content_type="application/json")
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("start", "part", "end"),
    [(b'{"output": [', b"[],", b"0]}"), (b'{"output": "echo.children", "a": [', b"1,", b"0]}")],
)
def test_body_of_too_many_parts_is_413_before_it_is_parsed(client, monkeypatch, start, part, end):
    monkeypatch.setattr("app.serving.checks.request_bodies.json.loads", None)
    raw = start + part * MOST_PARTS + end
    assert client.post(CALLBACK, data=raw, content_type="application/json").status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_body_that_is_not_plain_json_is_415(client, headers):
    assert client.post(CALLBACK, data=b"{}", headers=headers).status_code == 415


def _echo():
    return {
        "output": "echo.children",
        "outputs": {"id": "echo", "property": "children"},
        "inputs": [{"id": "text", "property": "title", "value": 1}],
        "state": [{"id": "store", "property": "data"}],
        "changedPropIds": ["text.title"],
    }


def test_example_of_a_fitting_body(client):
    assert post(client, _echo()).get_json()["response"] == {"echo": {"children": "1 None"}}


@pytest.mark.parametrize(
    "change",
    [
        {"outputs": None},
        {"outputs": []},
        {"outputs": {"id": "sum", "property": "children"}},
        {"outputs": {"id": "echo", "property": "title"}},
        {"outputs": [{"id": "echo", "property": "children"}]},
        {"inputs": None},
        {"inputs": []},
        {"inputs": {}},
        {"inputs": "text"},
        {"inputs": [{"id": "text", "property": "title"}] * 2},
        {"inputs": [{"id": "store", "property": "title"}]},
        {"inputs": [{"id": "text", "property": "style"}]},
        {"inputs": [{"id": {"type": "number"}, "property": "title"}]},
        {"inputs": [[{"id": "text", "property": "title"}]]},
        {"inputs": [{"id": "text"}]},
        {"inputs": [None]},
        {"state": []},
        {"state": None},
        {"changedPropIds": "text.title"},
        {"changedPropIds": ["text"]},
        {"changedPropIds": ["text.style"]},
        {"changedPropIds": ["store.data"]},
        {"changedPropIds": [{"id": "text"}]},
        {"changedPropIds": ["{.title"]},
        {"changedPropIds": ["text.title"] * 1_001},
    ],
)
def test_body_that_does_not_fit_its_callback_is_422(client, change):
    answer = post(client, _echo() | change)
    assert answer.status_code == 422
    assert "accepted:" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("component", "status"),
    [
        ({"type": "number", "row": 1}, 200),
        ({"row": "text", "type": "number"}, 200),
        ({"type": "double", "row": 1}, 422),
        ({"type": "number", "row": None}, 422),
        ({"type": "number", "row": ["ALL"]}, 422),
        ({"type": "number", "row": {"a": 1}}, 422),
        ({"type": "number"}, 422),
        ({"type": "number", "row": 1, "more": 1}, 422),
        ("number", 422),
    ],
)
def test_components_that_stand_for_all(app, client, component, status):
    name = callback(app, "sum.children")
    body = fitting_body(app.callback_map, name)
    body["inputs"] = [[{"id": component, "property": "value", "value": 3}]]
    body["changedPropIds"] = []
    assert post(client, body).status_code == status


def test_match_is_the_same_component_everywhere(app, client):
    name = callback(app, '"double"')
    body = fitting_body(app.callback_map, name)
    assert post(client, body).status_code == 200
    body["outputs"]["id"]["row"] = 2
    assert post(client, body).status_code == 422
    body["outputs"]["id"]["row"] = False
    assert post(client, body).status_code == 422


def test_optional_component_that_is_absent_is_named_by_its_pattern():
    from app.serving.checks.request_bodies import Dependency

    spec = {"id": '{"row":["MATCH"],"type":"x"}', "property": "value", "allow_optional": True}
    optional = Dependency.declared(spec)
    absent = {"row": ["MATCH"], "type": "x"}
    assert optional.covers(absent, "value")
    assert not Dependency.declared(spec | {"allow_optional": False}).covers(absent, "value")


# --- headers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/nowhere", "/assets/waiting.css", "/_dash-layout"])
def test_headers_on_every_answer(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_policy_knows_every_inline_script_of_the_page(client):
    answer = client.get("/")
    page = re.sub(r"<!--.*?-->", "", answer.get_data(as_text=True), flags=re.S)
    inline = re.findall(r"<script(?: id=\"_dash-renderer\"[^>]*)?>(.+?)</script>", page, re.S)
    assert len(inline) == 2  # one clientside callback, and the renderer's start
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


def test_page_does_not_tell_versions(client):
    page = client.get("/").get_data(as_text=True)
    config = json.loads(re.search(r'<script id="_dash-config"[^>]*>(.+?)</script>', page)[1])
    told = {name: value for name, value in config.items() if name.endswith("_version")}
    assert told.keys() >= {"python_version", "dash_version", "plotly_version"}
    assert set(told.values()) == {""}


# --- anything at all --------------------------------------------------------------------------


@given(data=st.data())
@MANY
def test_any_fitting_body_is_served(app, data):
    body = data.draw(fitting_bodies(app.callback_map))
    answer = post(app.server.test_client(), body)
    assert answer.status_code == expected_status(app, body["output"])


@given(data=st.data())
@MANY
def test_no_damaged_body_is_a_fault(app, data):
    body = data.draw(damaged_bodies(app.callback_map))
    answer = post(app.server.test_client(), body)
    faulty = body.get("output") == "file.children" if isinstance(body, dict) else False
    assert answer.status_code in (200, 204, 400, 404, 422, 500 if faulty else 422)


@given(raw=st.binary(max_size=200) | ANYTHING.map(lambda body: json.dumps(body).encode()))
@MANY
def test_no_raw_body_is_a_fault(app, raw):
    answer = app.server.test_client().post(CALLBACK, data=raw, content_type="application/json")
    assert answer.status_code in (400, 404, 422)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "X"]),
    start=st.sampled_from(["/", "/compare", "/assets/", "/_dash-component-suites/", "/download/"]),
    rest=st.text(max_size=20),
    query=st.text(max_size=20),
)
@MANY
def test_no_path_is_a_fault(app, method, start, rest, query):
    client = app.server.test_client()
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": (start + rest).encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": query.encode("utf-8", "replace").decode("latin-1"),
    }
    answer = client.open("/", environ_overrides=environ)
    assert answer.status_code in (200, 304, 308, 400, 404, 405, 415)
