"""What the docs say is what the code does: drawings, addresses, commands, variables, rooms."""

import re

import pytest
import yaml

from docs import draw_rooms, write_interfaces
from tests.app.asking import small_app
from tests.harness.imports import modules
from tests.harness.served import ROOT

ANEW = "run make docs"


def test_drawing_of_the_rooms_is_what_the_imports_say():
    assert draw_rooms.DRAWING.read_text(encoding="utf-8") == draw_rooms.drawing(), ANEW


def test_arrows_run_down_and_none_is_lost():
    graph = draw_rooms.rooms()
    heights = draw_rooms.levels(graph)
    assert all(heights[room] >= heights[other] for room in graph for other in graph[room])
    fewer = draw_rooms.without_shortcuts(graph)
    assert draw_rooms.reached(fewer) == draw_rooms.reached(graph)


def test_shortcut_is_left_out_and_a_circle_is_not():
    graph = {"a": {"b", "c"}, "b": {"c", "d"}, "c": {"d"}, "d": {"c"}}
    assert draw_rooms.without_shortcuts(graph) == {
        "a": {"b"}, "b": {"c", "d"}, "c": {"d"}, "d": {"c"},
    }  # fmt: skip
    assert draw_rooms.levels(graph) == {"a": 2, "b": 1, "c": 0, "d": 0}


def test_pages_fields_and_options_are_told_as_they_are():
    assert write_interfaces.PAGE.read_text(encoding="utf-8") == write_interfaces.rendered(), ANEW


def test_every_download_is_told():
    routes = {str(rule) for rule in small_app().server.url_map.iter_rules()}
    downloads = {route for route in routes if route.startswith("/download")}
    assert downloads == set(write_interfaces.DOWNLOADS)


@pytest.mark.parametrize("place", ["docs/interfaces.md", "deploy/README.md"])
def test_every_variable_is_told(place):
    text = "".join(path.read_text(encoding="utf-8") for package in ("app", "cnn_core")
                   for path in modules(package).values())  # fmt: skip
    read = {
        *re.findall(r"LOOKING_GLASS_[A-Z_]*[A-Z]", text),
        "WEB_CONCURRENCY",
        "FORWARDED_ALLOW_IPS",
    }
    assert read - set(re.findall(r"[A-Z_]+", (ROOT / place).read_text(encoding="utf-8"))) == set()


def test_every_module_of_the_core_is_in_the_reference():
    pages = list((ROOT / "docs" / "reference").glob("*.md"))
    told = {name for page in pages for name in re.findall(r"^::: (\S+)", page.read_text(), re.M)}
    parts = {".".join(module.split(".")[:2]) for module in modules("cnn_core")}
    assert parts - {"cnn_core", "cnn_core.__main__"} == told
    listed = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"][-1]["Reference"]
    assert {f"reference/{page.name}" for page in pages} == set(listed)
