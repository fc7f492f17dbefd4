"""The wait in a real browser: a page that says what is done, and then is the dashboard."""

import re
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from tests.app.small_explorer import small_explorer
from tests.app.test_reading import app_over, reading_of
from tests.harness.driven import Watch
from tests.harness.journey import press, visit
from tests.harness.served import ROOT, free_port, variables

EXPECTED = "the server responded with a status of 503"


@pytest.fixture
def starting():
    """Address of a server that has just been started and still loads."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "--port", str(port)],
        cwd=ROOT,
        env=variables(),
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for_life(address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for_life(address):
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server never answered")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_wait_says_what_is_done_and_ends_in_the_page_that_was_asked_for(browser, starting, scheme):
    context = browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 740})
    page = context.new_page()
    watch = Watch(starting)
    watch.over(page)
    answer = page.goto(f"{starting}/?set=test&image=7&layer=Dense_1")
    assert answer.status == 503
    assert page.get_by_role("heading", name="Loading the network").is_visible()
    assert page.get_by_role("progressbar").is_visible()
    page.locator("#step", has_text=re.compile("loading|reading|opening|checking")).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    assert "image=7" in page.url
    assert "layer=Dense_1" in page.url
    assert [text for text in watch.complaints if EXPECTED not in text] == []
    context.close()


@pytest.fixture
def half_read(tmp_path):
    """Address of a server that has read no set yet, and a function that reads them all."""
    reading = reading_of(small_explorer(), tmp_path)
    server = make_server("127.0.0.1", 0, app_over(reading).server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}", reading.read_all
    server.shutdown()
    server.server_close()


def test_what_waits_for_a_survey_says_so_and_fills_itself(browser, half_read):
    address, read_all = half_read
    pages = {path: browser.new_page() for path in ("/?unit=1", "/compare")}
    watch = Watch(address)
    for path, page in pages.items():
        watch.over(page)
        page.goto(address + path)
    explore, compare = pages.values()
    explore.locator("#explore-grid .main-svg").first.wait_for()
    explore.get_by_text("Search and Next wrong wait: model_0 reads the test images").wait_for()
    compare.locator("#page-sentence", has_text="model_0 reads the test images").wait_for()
    read_all()
    for page in pages.values():
        page.locator("body[data-waits=no]").wait_for()
        expect(page.get_by_text("reads the test images")).to_have_count(0, timeout=30_000)
    compare.locator(".boards canvas:visible").first.wait_for()
    explore.get_by_text("Over 40 test images").wait_for()
    assert watch.complaints == []
    for page in pages.values():
        page.close()


def test_a_turn_of_what_is_not_wanted_any_more_is_free_at_once(page, dashboard, open_page):
    held = []

    def keep_two_waiting(route):
        names.add(route.request.headers.get("x-looking-glass-page"))
        asked = re.search(
            r'\{\\"panel\\":\\"([\w-]+)\\",\\"type\\":\\"told\\"\}', route.request.post_data
        )
        if asked and len(held) < 2:
            held.append(asked[1])
            route.fulfill(status=503, headers={"Retry-After": "600"}, body="busy: ask again")
        else:
            asked_for.append(asked and asked[1])
            route.continue_()

    asked_for, names = [], set()
    page.route("**/_dash-update-component*", keep_two_waiting)
    page.goto(dashboard + "/compare")
    expect(page.locator("#connection-note")).to_contain_text("waits for its turn", timeout=60_000)
    for _ in range(300):
        if len(held) == 2:
            break
        page.wait_for_timeout(100)
    assert len(held) == 2 and not any(asked_for)
    # By one name of its own the page has its turn among others.
    assert len(names) == 1 and all(names)
    page.evaluate(
        "panels => document.dispatchEvent("
        "new CustomEvent('lookingglass:dropped', {detail: {panels}}))",
        held,
    )
    expect(page.locator("body")).to_have_attribute("data-retrying", "no")
    for _ in range(100):
        if any(asked_for):
            break
        page.wait_for_timeout(100)
    assert any(asked_for)
    open_page.watch.complaints[:] = [
        one for one in open_page.watch.complaints if EXPECTED not in one
    ]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_a_proxy_could_not_get_is_asked_for_again(page, dashboard, open_page, status):
    visit(page, dashboard + "/?image=1302")
    lost = []

    def lose_one(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.fulfill(status=status, body="")

    page.route("**/_dash-update-component*", lose_one)
    press(page, "ArrowRight")
    assert lost and "Image 1303 is labelled" in page.inner_text("#page-sentence")
    (told,) = open_page.watch.complaints
    assert f"status of {status}" in told
    open_page.watch.complaints.clear()
