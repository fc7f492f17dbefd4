"""What all folders of tests share."""

import pytest


@pytest.fixture(scope="session")
def browser():
    """The browser of this machine, started once: Playwright runs only one at a time."""
    from tests.harness.driven import started_browser

    with started_browser() as started:
        yield started
