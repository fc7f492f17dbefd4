"""A worker that is killed under a reader's hands: the page says so, and goes on by itself."""

import os
import signal
import subprocess
from pathlib import Path

from tests.harness.driven import Watch
from tests.harness.journey import settle, visit
from tests.harness.served import running_server

EXPECTED = ("ERR_EMPTY_RESPONSE", "ERR_CONNECTION", "status of 503", "ERR_SOCKET")


def workers_of(process):
    """Process ids of a server's workers."""
    told_by_system = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if told_by_system.exists():
        return [int(pid) for pid in told_by_system.read_text().split()]
    command = ["pgrep", "-P", str(process.pid)]
    listing = subprocess.run(command, capture_output=True, text=True, check=True)
    return [int(pid) for pid in listing.stdout.split()]


def test_page_goes_on_after_the_worker_was_killed(browser):
    with running_server() as server:
        watch = Watch(server.address)
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        watch.over(page)
        visit(page, f"{server.address}/?set=test&image=7&layer=Conv2D_3")
        before = page.locator("main").inner_text()
        (worker,) = workers_of(server.process)
        os.kill(worker, signal.SIGKILL)
        page.keyboard.press("ArrowRight")
        page.locator("#connection-note", has_text="trying again").wait_for()
        page.wait_for_selector("#connection-note", state="hidden", timeout=60_000)
        settle(page)
        assert "image=8" in page.url
        assert page.locator("main").inner_text() != before
        assert [text for text in watch.complaints if not any(e in text for e in EXPECTED)] == []
        context.close()


def test_request_that_was_lost_with_its_worker_is_sent_again(browser):
    """The worker is killed with the request in its hands, not between two."""
    with running_server() as server:
        watch = Watch(server.address)
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        watch.over(page)
        visit(page, f"{server.address}/?set=test&image=7&layer=Conv2D_3")
        before = page.locator("main").inner_text()
        (worker,) = workers_of(server.process)
        os.kill(worker, signal.SIGSTOP)
        with page.expect_request("**/_dash-update-component*"):
            page.keyboard.press("ArrowRight")
        os.kill(worker, signal.SIGKILL)
        page.locator("#connection-note", has_text="trying again").wait_for()
        page.wait_for_selector("#connection-note", state="hidden", timeout=60_000)
        settle(page)
        assert "image=8" in page.url
        assert page.locator("main").inner_text() != before
        assert [text for text in watch.complaints if not any(e in text for e in EXPECTED)] == []
        context.close()
