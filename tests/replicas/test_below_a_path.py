"""Behind a real nginx below a path, and in a real frame of another page."""

import threading
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.harness.driven import Watch
from tests.harness.journey import press, settle, visit
from tests.harness.served import free_port, running_server
from tests.replicas.nginx import running_nginx

SETTINGS = """
events {{}}
http {{
  server {{
    listen 127.0.0.1:{port};
    location /looking/ {{ proxy_pass {server}; }}          # hands the whole path on
    location / {{ return 404; }}
  }}
  server {{
    listen 127.0.0.1:{cutting_port};
    location /looking/ {{ proxy_pass {server}/; }}         # takes the prefix away
    location / {{ return 404; }}
  }}
}}
"""


class Course(BaseHTTPRequestHandler):
    """A page of a course that shows the dashboard in a frame."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        frame = f'<iframe src="{self.server.shown}" width="1200" height="700"></iframe>'
        self.wfile.write(f"<!DOCTYPE html><title>Course</title>{frame}".encode())

    def log_message(self, *arguments):
        """Say nothing."""


@contextmanager
def served_course():
    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def course():
    with served_course() as server:
        yield server


@pytest.fixture(scope="module")
def proxies(course, tmp_path_factory):
    """Addresses of two proxies: one hands the whole path on, one takes the prefix away."""
    place = {
        "LOOKING_GLASS_PREFIX": "/looking/",
        "LOOKING_GLASS_FRAME_ANCESTORS": f"http://127.0.0.1:{course.server_port}",
    }
    with ExitStack() as stack:
        server = stack.enter_context(running_server(environment=place))
        address = server.address.removesuffix("/looking")
        port, cutting_port = free_port(), free_port()
        text = SETTINGS.format(port=port, cutting_port=cutting_port, server=address)
        stack.enter_context(running_nginx(text, tmp_path_factory.mktemp("nginx"), port))
        yield [f"http://127.0.0.1:{one}/looking" for one in (port, cutting_port)]


@pytest.mark.parametrize("kind", [0, 1], ids=["whole path", "prefix taken away"])
def test_a_journey_below_a_path(browser, proxies, kind):
    address = proxies[kind]
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    watch = Watch(address)
    watch.over(page)
    visit(page, f"{address}/?image=7&layer=Dense_2")
    press(page, "ArrowRight")
    assert page.url == f"{address}/?image=8&layer=Dense_2"

    with page.expect_download() as file:
        page.get_by_role("link", name="CSV").click()
    assert file.value.url.startswith(f"{address}/download/")

    for name in ("Decide", "Draw", "Model"):
        page.locator(".nav-link").get_by_text(name, exact=True).click()
        settle(page)
        assert page.url.startswith(f"{address}/{name.lower()}")
        assert page.locator(".nav-link[aria-current=page]").inner_text() == name
    page.reload()
    settle(page)
    page.go_back()
    settle(page)
    assert page.url.startswith(f"{address}/draw")
    links = page.locator("a[href]").evaluate_all("links => links.map((one) => one.href)")
    assert [one for one in links if not one.startswith((address, f"{address}/"))] == []
    assert page.context.cookies() == []
    assert watch.complaints == []
    page.close()


def test_it_works_in_a_frame_of_a_page_that_may_show_it(browser, proxies, course):
    course.shown = f"{proxies[0]}/?embed=1&image=7&layer=Dense_2"
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"http://127.0.0.1:{course.server_port}/")
    frame = page.frame_locator("iframe")
    frame.locator(".js-plotly-plot .main-svg").first.wait_for()
    frame.locator("body[data-settled=yes]").wait_for()
    frame.locator("#explore-grid-title").click()  # as a reader does, to give it the keys
    page.keyboard.press("ArrowRight")
    expect(frame.locator("#explore-image-summary")).to_contain_text("Image 8 of")
    page.close()


def test_nobody_else_shows_it(browser, proxies):
    page = browser.new_page()
    with served_course() as other:
        other.shown = f"{proxies[0]}/?embed=1"
        page.goto(f"http://127.0.0.1:{other.server_port}/")
        page.wait_for_load_state("networkidle")
        assert page.frame_locator("iframe").locator("#frame").count() == 0
    page.close()
