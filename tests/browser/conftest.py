"""A real server, a real browser, and pages that must not complain or reach out."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.find_browser import FLAGS, NoBrowser, installed_browser
from tests.browser.served import served

DESKTOP = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items):
    """Mark every test below this folder."""
    for item in items:
        if item.path.is_relative_to(__file__.rpartition("/")[0]):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def dashboard():
    """Address of the dashboard with the shipped artifacts, without a slash at its end."""
    with served() as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """The browser, started once."""
    program = installed_browser()
    if program is None:
        raise NoBrowser("no browser: `make test` installs one, or run tests.browser.find_browser")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield started
        started.close()


class Watch:
    """What pages did that they should not have done."""

    def __init__(self, address):
        self._own = (address + "/", "data:", "blob:", "about:")
        self.complaints = []

    def over(self, page):
        """Listen to a page from before its first request on."""
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("request", self._on_request)

    def _on_console(self, message):
        if message.type == "error":
            self.complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def _on_request(self, request):
        # No interception: that would switch the browser's cache off.
        if not request.url.startswith(self._own):
            self.complaints.append(f"reached out to {request.url}")


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
