"""Two servers behind a real nginx with the shipped settings: no request needs a certain one."""

import os
import re
import signal
from contextlib import ExitStack, contextmanager

from tests.harness.driven import Watch
from tests.harness.journey import press, settle, visit
from tests.harness.served import ROOT, free_port, running_server
from tests.replicas.nginx import running_nginx

LOG_LINE = 'log_format served "$upstream_addr|$status"; access_log {} served;'


class Proxy:
    """A running nginx."""

    def __init__(self, address, log):
        self.address = address
        self._log = log

    @property
    def answers(self):
        """Which servers were asked, and the status that the browser got, for every request."""
        return [line.split("|") for line in self._log.read_text().splitlines()]


@contextmanager
def proxied(servers, folder):
    """Put nginx with the settings of deploy/nginx.conf in front of servers."""
    port = free_port()
    lines = "".join(
        f"server {server.removeprefix('http://')} max_fails=1 fail_timeout=2s; "
        for server in servers
    )
    log = folder / "access.log"
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text, n_upstreams = re.subn(r"server app:8050 [^;]*;", lines, text)
    text, n_ports = re.subn(r"listen 8080;", f"listen 127.0.0.1:{port};", text)
    text, n_logs = re.subn(r"http \{", "http { " + LOG_LINE.format(log), text)
    assert (n_upstreams, n_ports, n_logs) == (1, 1, 1)
    with running_nginx(text, folder, port):
        yield Proxy(f"http://127.0.0.1:{port}", log)


def end_at_once(process):
    """Kill a server and all its workers, as when a machine is lost."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=20)


def shown(page):
    """What the page tells, in words."""
    return page.locator("main").inner_text()


def test_journey_ends_right_when_a_server_is_lost_in_the_middle(browser, tmp_path):
    with ExitStack() as stack:
        first, second = (stack.enter_context(running_server()) for _ in range(2))
        proxy = stack.enter_context(proxied([first.address, second.address], tmp_path))
        watch = Watch(proxy.address)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        watch.over(page)
        visit(page, f"{proxy.address}/?set=test&image=7&layer=Conv2D_3")
        for _ in range(6):
            press(page, "ArrowRight")
        asked = {server for servers, _ in proxy.answers for server in servers.split(", ")}
        ports = {server.removeprefix("http://") for server in (first.address, second.address)}
        assert asked == ports

        end_at_once(first.process)
        for _ in range(6):
            press(page, "ArrowRight")
        assert "image=19" in page.url
        assert watch.complaints == []
        told = shown(page)

        alone = browser.new_page(viewport={"width": 1280, "height": 800})
        visit(alone, page.url.replace(proxy.address, second.address))
        settle(alone)
        assert shown(alone) == told
        assert {status for _, status in proxy.answers} <= {"200", "204", "304"}
