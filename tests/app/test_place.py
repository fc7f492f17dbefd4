"""Where the dashboard stands: below a path of a proxy, in frames of other pages, closed by default."""

import json
import threading

import pytest
from werkzeug.test import Client

from app.factory import create_app
from app.serving.door import Door
from app.serving.place import ANCESTORS, AT_ROOT, PREFIX, Place
from cnn_core.errors import LookingGlassError
from tests.app.small_explorer import small_explorer

MOODLE = "https://moodle.example.org"
HTML = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("", ""),
        ("/", ""),
        ("looking", "/looking"),
        ("/looking/", "/looking"),
        ("/user/a.b@c/proxy/8050/", "/user/a.b@c/proxy/8050"),
    ],
)
def test_a_prefix_is_a_path(text, prefix):
    assert Place.from_environment({PREFIX: text}).prefix == prefix


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (PREFIX, "a b"),
        (PREFIX, "/a//b"),
        (PREFIX, '/"><script>'),
        (PREFIX, "/a\r\nSet-Cookie: x"),
        (ANCESTORS, "https://a.example; script-src *"),
        (ANCESTORS, "javascript:alert(1)"),
        (ANCESTORS, "'none'"),
    ],
)
def test_what_is_neither_a_path_nor_an_address_is_refused(name, text):
    with pytest.raises(LookingGlassError, match=f"{name}: .* accepted"):
        Place.from_environment({name: text})


def test_pages_that_may_show_it_are_listed():
    told = Place.from_environment({ANCESTORS: f"{MOODLE}, http://*.school.example:8080"})
    assert told.frame_ancestors == f"'self' {MOODLE} http://*.school.example:8080"
    assert AT_ROOT.frame_ancestors == "'none'"


@pytest.fixture(scope="module")
def below():
    """Everything, as it stands behind the door, below a path and in a course's frames."""
    place = Place.from_environment({PREFIX: "/looking", ANCESTORS: MOODLE})
    door = Door(lambda _: create_app(small_explorer(), place=place).server, place=place)
    assert door.wait(60)
    return Client(door)


@pytest.mark.parametrize("path", ["", "/compare", "/assets/style.css", "/_dash-layout", "/readyz"])
def test_the_proxy_may_hand_on_the_whole_path_or_its_end(below, path):
    whole, end = below.get(f"/looking{path}"), below.get(path or "/")
    assert whole.status_code == end.status_code == 200
    if path.endswith((".css", "layout")):
        assert whole.data == end.data


@pytest.mark.parametrize("path", ["/lookingglass", "/lookingcompare"])
def test_another_path_that_begins_alike_is_another_path(below, path):
    assert below.get(path, headers=HTML).status_code == 404


def test_whatever_the_page_loads_lies_below_the_path(below):
    page = below.get("/looking/").text
    config = json.loads(page.partition('id="_dash-config"')[2].partition(">")[2].partition("<")[0])
    assert config["requests_pathname_prefix"] == "/looking/"
    assert page.count('src="/') == page.count('src="/looking/') > 5
    assert page.count('href="/') == page.count('href="/looking/') > 0


def test_ways_on_lie_below_the_path(below):
    assert below.get("/looking/compare/?image=3").location == "/looking/compare?image=3"
    missing = below.get("/looking/nowhere", headers=HTML)
    assert missing.status_code == 404
    assert missing.text.count('href="/') == missing.text.count('href="/looking/') > 3


def test_a_page_that_waits_lies_below_the_path():
    may_end = threading.Event()
    door = Door(lambda _: may_end.wait(60), place=Place(prefix="/looking"))
    waiting = Client(door).get("/looking/compare", headers=HTML).text
    assert 'src="/looking/assets/waiting.js"' in waiting
    assert 'data-prefix="/looking"' in waiting
    assert Client(door).get("/looking/assets/waiting.js").status_code == 200
    may_end.set()


@pytest.mark.parametrize("path", ["/looking/", "/looking/readyz", "/looking/nowhere"])
def test_every_answer_says_who_may_show_it(below, path):
    headers = below.get(path).headers
    assert f"frame-ancestors 'self' {MOODLE}" in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers


def test_no_cookie_is_set(below):
    assert all("Set-Cookie" not in below.get(path).headers for path in ("/looking/", "/readyz"))


@pytest.mark.parametrize("prefix", ["/compare", "/lesson", "/lesson/1", "/download", "/assets"])
def test_a_path_of_the_dashboard_itself_is_refused(prefix):
    with pytest.raises(LookingGlassError, match=f"{PREFIX}: {prefix} is a path of the dashboard"):
        create_app(small_explorer(), place=Place(prefix))
