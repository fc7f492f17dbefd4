"""The browser that tests drive, and a watch over what its pages do."""

from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from tests.harness.find_browser import FLAGS, NoBrowser, installed_browser


@contextmanager
def started_browser():
    """Start the browser of this machine.

    Yields
    ------
    playwright.sync_api.Browser

    Raises
    ------
    NoBrowser
    """
    program = installed_browser()
    if program is None:
        raise NoBrowser("no browser: `make test` installs one, or run tests.harness.find_browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


class Watch:
    """What pages did that they should not have done.

    Parameters
    ----------
    address : str
        The one server that pages may ask, without a slash at its end.

    Attributes
    ----------
    complaints : list of str
        Errors on the console, uncaught exceptions, requests to anywhere else.
    """

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
