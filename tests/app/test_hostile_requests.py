"""Whatever is sent to the whole app: an answer in words, never a fault of the server."""

import json
import urllib.parse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.pages import PAGES
from tests.app.asking import small_app
from tests.app.callback_requests import (
    ANYTHING,
    FITTING_VALUES,
    damaged_bodies,
    examples,
    fitting_bodies,
    served,
)

CALLBACK = "/_dash-update-component"
SERVED, REFUSED = {200, 204, 304}, {308, 400, 404, 405, 413, 414, 415, 422}
MANY = settings(
    max_examples=examples(1500),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

# Words that addresses are made of, so that hostile ones come close to good ones.
_KEY_LIST = (
    "model set image layer unit cell range colours columns order a b p q target rival t rule seed "
    "zoom off search"
)
_WORD_LIST = (
    "model_0 model_1 test train 0 3 -1 39 40 1e9 99999999999 last_maps hidden flat classes layer "
    "map 0.5 nan inf 1,2,3 wrong \u0664"
)
_PHRASES = ("4 9", "label:4 pred:9", "borderline 4 9", "", " ", "\x00")
_KEYS = st.sampled_from(_KEY_LIST.split()) | st.text(max_size=6)
_WORDS = st.sampled_from((*_WORD_LIST.split(), *_PHRASES)) | st.text(max_size=12)
QUERIES = st.lists(st.tuples(_KEYS, _WORDS), max_size=5).map(
    lambda pairs: urllib.parse.urlencode(pairs, errors="replace")
) | st.text(max_size=30)
PATHS = st.sampled_from([page.path for page in PAGES]) | st.text(max_size=10)
ADDRESSES = st.fixed_dictionaries(
    {},
    optional={
        "path": PATHS | FITTING_VALUES,
        "search": QUERIES.map(lambda query: f"?{query}") | FITTING_VALUES,
        "serial": st.integers(-3, 3) | FITTING_VALUES,
    },
)


@pytest.fixture(scope="module")
def app():
    return small_app()


def post(app, body):
    raw = json.dumps(body)
    return app.server.test_client().post(CALLBACK, data=raw, content_type="application/json")


def require_sound(answer, accepted):
    text = answer.get_data(as_text=True) if not answer.is_streamed else ""
    assert answer.status_code in accepted, text[:300]
    assert "Traceback" not in text


def test_every_callback_of_the_app_is_guarded(app):
    assert len(served(app.callback_map)) > 3
    for name in served(app.callback_map):
        require_sound(post(app, {"output": name}), {422})


@given(data=st.data())
@MANY
def test_any_address_is_answered(app, data):
    body = data.draw(fitting_bodies(app.callback_map, ADDRESSES | QUERIES | _WORDS))
    require_sound(post(app, body), SERVED | {422})


@given(data=st.data())
@MANY
def test_any_value_is_answered(app, data):
    body = data.draw(fitting_bodies(app.callback_map))
    require_sound(post(app, body), SERVED | {422})


@given(data=st.data())
@MANY
def test_any_damaged_body_is_answered(app, data):
    body = data.draw(damaged_bodies(app.callback_map))
    require_sound(post(app, body), SERVED | {400, 404, 422})


@given(raw=st.binary(max_size=100) | ANYTHING.map(lambda body: json.dumps(body).encode()))
@settings(MANY, max_examples=examples(500))
def test_any_bytes_are_answered(app, raw):
    answer = app.server.test_client().post(CALLBACK, data=raw, content_type="application/json")
    require_sound(answer, {400, 404, 422})


@given(data=st.data())
@MANY
def test_any_route_is_answered(app, data):
    routes = [rule.rule for rule in app.server.url_map.iter_rules()]
    start = data.draw(st.sampled_from([*routes, *(page.path for page in PAGES)]))
    path = start.partition("<")[0] + data.draw(st.text(max_size=8))
    environ = {
        "REQUEST_METHOD": data.draw(st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "PUT"])),
        "PATH_INFO": path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": data.draw(QUERIES).encode("utf-8", "replace").decode("latin-1"),
    }
    answer = app.server.test_client().open("/", environ_overrides=environ)
    require_sound(answer, SERVED | REFUSED)
