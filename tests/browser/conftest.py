"""A real server, a real browser, and pages that must not complain or reach out."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.harness.driven import Watch
from tests.harness.served import served

DESKTOP = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items):
    """Mark every test below this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def dashboard():
    """Address of the dashboard with the shipped artifacts, without a slash at its end."""
    with served() as address:
        yield address


@pytest.fixture
def open_page(browser, dashboard):
    """Open pages, each in a browser profile of its own: ``open_page(path, **context options)``.

    The test fails when a page writes an error on the console, throws, or asks another server.
    What a test expects it takes out of ``open_page.watch.complaints``.
    """
    watch = Watch(dashboard)
    with ExitStack() as stack:

        def open_one(path="/", **options):
            context = browser.new_context(**{"viewport": DESKTOP, **options})
            stack.callback(context.close)
            page = context.new_page()
            watch.over(page)
            if path is not None:
                page.goto(dashboard + path)
            return page

        open_one.watch = watch
        yield open_one
    assert watch.complaints == []


@pytest.fixture
def page(open_page):
    """One empty page at 1280 by 800; go to ``dashboard + path``."""
    return open_page(None)
