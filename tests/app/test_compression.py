"""Few bytes: files compressed once and kept by the browser, answers compressed when it pays."""

import gzip
import json
import os
import re

import brotli
import pytest

from app.serving.replies import compression
from app.serving.replies.compression import SMALLEST
from tests.app.callback_requests import fitting_body, served
from tests.app.small_dashboard import LONG_TEXT, small_dashboard

BOTH = {"Accept-Encoding": "gzip, deflate, br, zstd"}
FOREVER = "public, max-age=31536000, immutable"
SCRIPT = "console.log('the same words again and again');\n" * 100


@pytest.fixture
def assets(tmp_path):
    (tmp_path / "script.js").write_text(SCRIPT)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG" + os.urandom(2000))
    (tmp_path / ".hidden.txt").write_text("secret")
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.fixture
def client(assets):
    return small_dashboard(assets).server.test_client()


def unpacked(answer):
    encoding = answer.headers.get("Content-Encoding")
    return {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding](answer.data)


def knowing(answer):
    """Headers of a browser that has this answer already."""
    return BOTH | {"If-None-Match": answer.headers["ETag"]}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("gzip;q=0", None),
        ("", None),
        ("nonsense;q=x,,;;", None),
    ],
)
def test_file_arrives_whole_in_the_way_the_browser_takes(client, accepted, encoding):
    answer = client.get("/assets/script.js", headers={"Accept-Encoding": accepted})
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.content_length == len(answer.data)
    assert unpacked(answer).decode() == SCRIPT
    assert encoding is None or len(answer.data) < len(SCRIPT) / 10


def test_picture_is_not_compressed_again(client, assets):
    answer = client.get("/assets/picture.png", headers=BOTH)
    assert "Content-Encoding" not in answer.headers
    assert answer.mimetype == "image/png"
    assert answer.data == (assets / "picture.png").read_bytes()


@pytest.mark.parametrize("name", [".hidden.txt", "folder", "folder/", "none.js"])
def test_only_plain_files_are_served(client, name):
    assert client.get(f"/assets/{name}").status_code == 404


def test_each_file_is_compressed_once(client, monkeypatch):
    calls = []

    def compress(content, quality):
        calls.append(quality)
        return brotli.compress(content, quality=quality)

    fake = type("fake", (), {"compress": staticmethod(compress)})
    monkeypatch.setattr(compression, "brotli", fake)
    for _ in range(3):
        assert unpacked(client.get("/assets/script.js", headers=BOTH)).decode() == SCRIPT
    assert len(calls) == 1


def test_changed_file_is_served_anew(client, assets):
    before = client.get("/assets/script.js", headers=BOTH)
    (assets / "script.js").write_text("changed")
    after = client.get("/assets/script.js", headers=knowing(before))
    assert after.status_code == 200
    assert unpacked(after) == b"changed"


def test_browser_asks_first_and_is_told_304(client):
    first = client.get("/assets/script.js", headers=BOTH)
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/assets/script.js", headers=knowing(first))
    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["X-Content-Type-Options"] == "nosniff"


def test_tags_of_different_encodings_differ(client):
    tags = {
        client.get("/assets/script.js", headers={"Accept-Encoding": accepted}).headers["ETag"]
        for accepted in ("br", "gzip", "identity")
    }
    assert len(tags) == 3


def test_every_file_of_the_page_is_kept_for_ever_and_compressed(client):
    page = client.get("/").get_data(as_text=True)
    addresses = re.findall(r'<script src="([^"]+)"', page)
    assert any("script.js?m=" in address for address in addresses)
    assert any("dash_renderer" in address for address in addresses)
    for address in addresses:
        answer = client.get(address, headers=BOTH)
        assert answer.headers["Cache-Control"] == FOREVER, address
        assert answer.headers["Content-Encoding"] == "br"
        assert answer.mimetype == "text/javascript"


@pytest.mark.parametrize(
    "address",
    [
        "/assets/script.js?m=1",
        "/assets/script.js?m=",
        "/_dash-component-suites/dash/dash-renderer/build/dash_renderer.v1_0m1.min.js",
        "/_dash-component-suites/dash/dash-renderer/build/dash_renderer.min.js",
    ],
)
def test_file_under_another_mark_than_its_own_is_not_kept(client, address):
    answer = client.get(address, headers=BOTH)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.fixture
def two_outputs(assets):
    app = small_dashboard(assets)
    name = next(name for name in served(app.callback_map) if name.startswith("..first"))
    body = fitting_body(app.callback_map, name)

    def call(accepted):
        return app.server.test_client().post(
            "/_dash-update-component", json=body, headers={"Accept-Encoding": accepted}
        )

    return call


@pytest.mark.parametrize(("accepted", "used"), [("gzip, br", "br"), ("gzip", "gzip")])
def test_large_answer_of_a_callback_is_compressed(two_outputs, accepted, used):
    plain, packed = two_outputs("identity"), two_outputs(accepted)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == used
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert packed.content_length == len(packed.data) < len(plain.data) / 5
    assert unpacked(packed) == plain.data
    assert json.loads(plain.data)["response"]["first"]["children"] == LONG_TEXT
    assert "ETag" not in packed.headers


def test_small_answer_is_left_as_it_is(client):
    answer = client.get("/nowhere", headers=BOTH)
    assert len(answer.data) < SMALLEST
    assert "Content-Encoding" not in answer.headers


def test_download_is_compressed_and_asked_for_first(client):
    answer = client.get("/download/any.csv", headers=BOTH)
    assert unpacked(answer) == b"a,b\n" * 500
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get("/download/any.csv", headers=knowing(answer))
    assert again.status_code == 304


def test_layout_is_not_sent_twice(client):
    first = client.get("/_dash-layout", headers=BOTH)
    again = client.get("/_dash-layout", headers=knowing(first))
    assert (first.status_code, again.status_code) == (200, 304)


def test_head_has_the_headers_of_get(client):
    for address in ("/assets/script.js", "/download/any.csv"):
        head, get = client.head(address, headers=BOTH), client.get(address, headers=BOTH)
        assert head.data == b""
        assert head.headers["Content-Length"] == get.headers["Content-Length"]
        assert head.headers["Content-Encoding"] == get.headers["Content-Encoding"]
