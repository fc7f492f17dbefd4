"""What all folders of tests share."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# One Chromium at a time: with `pytest -n 2` one worker drives it and the other does the rest.
WITH_BROWSER = ("browser", "container", "replicas")


def pytest_collection_modifyitems(items):
    """Begin with what takes longest."""
    items.sort(key=lambda item: item.path.relative_to(TESTS).parts[0] not in WITH_BROWSER)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep together what shares a browser, and the tests of a file."""
    from xdist.scheduler import LoadScopeScheduling

    class ByBrowserAndFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0]
            has_browser = file.split("/")[1] in WITH_BROWSER
            return "browser" if has_browser else file

    return ByBrowserAndFile(config, log)


@pytest.fixture(scope="session")
def browser():
    """The browser of this machine, started once: Playwright runs only one at a time."""
    from tests.harness.driven import started_browser

    with started_browser() as started:
        yield started
