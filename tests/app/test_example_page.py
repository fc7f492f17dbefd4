"""The page that CONTRIBUTING shows works as it stands there."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from app import factory
from app.frame.fields import CARRIED
from app.pages import PAGES
from tests.app.asking import ask_page
from tests.app.small_explorer import small_explorer

CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"
MOST_LINES = 60


def example():
    [code] = re.findall(r"```python\n(.*?)```", CONTRIBUTING.read_text(encoding="utf-8"), re.DOTALL)
    return code


@pytest.fixture(scope="module")
def page():
    module = ModuleType("ink")
    exec(compile(example(), "CONTRIBUTING.md", "exec"), module.__dict__)
    return module.PAGE


@pytest.fixture(scope="module")
def app(page):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factory, "PAGES", (*PAGES, page))
        app = factory.create_app(small_explorer())
    assert app.server.test_client().get(page.path).status_code == 200
    return app


def test_it_is_short():
    assert len(example().splitlines()) <= MOST_LINES


def test_it_answers_and_is_carried_on(app, page):
    answer = ask_page(app, page.path, "?set=train&image=7")["answer"]["data"]
    ink = small_explorer().dataset("train").images[7].mean()
    assert answer["texts"]["ink-amount"] == f"{ink:.1%} of the image is ink."
    assert {other.path for other in PAGES if not other.opened_from} == set(answer["pages"])
    assert all("image=7" in query for query in answer["pages"].values())
    assert {field.key for field in page.fields} >= set(CARRIED)


def test_it_draws_only_what_has_changed(app, page):
    again = ask_page(app, page.path, "?image=7&layer=hidden", shown="?image=7")["answer"]["data"]
    assert "ink-amount" not in again["texts"]
    moved = ask_page(app, page.path, "?image=8", shown="?image=7")["answer"]["data"]
    assert "ink-amount" in moved["texts"]


def test_it_stands_in_the_navigation(app):
    layout = app.server.test_client().get("/_dash-layout").get_json()
    assert "'href': '/ink'" in str(layout) and "'Ink'" in str(layout)
