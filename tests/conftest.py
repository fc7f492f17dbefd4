"""What all folders of tests share."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# One Chromium at a time: with `pytest -n 2` one worker drives it and the other does the rest.
WITH_BROWSER = ("browser", "container", "replicas")


def pytest_collection_modifyitems(items):
    """Keep together, for `--dist loadgroup`, what shares a browser, and the tests of a file."""
    for item in items:
        place = item.path.relative_to(TESTS)
        has_browser = place.parts[0] in WITH_BROWSER
        item.add_marker(pytest.mark.xdist_group("browser" if has_browser else str(place)))
    # What takes longest begins first.
    items.sort(key=lambda item: item.path.relative_to(TESTS).parts[0] not in WITH_BROWSER)


@pytest.fixture(scope="session")
def browser():
    """The browser of this machine, started once: Playwright runs only one at a time."""
    from tests.harness.driven import started_browser

    with started_browser() as started:
        yield started
