"""Hostile requests in numbers: each callback and each route gets its share, and memory stays."""

import gc
import logging
import signal
import tracemalloc
import urllib.parse
from contextlib import contextmanager

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from app.pages import PAGES
from tests.app.asking import small_app
from tests.app.callback_requests import FITTING_VALUES, fitting_body, served
from tests.app.test_hostile_requests import (
    ADDRESSES,
    MANY,
    QUERIES,
    REFUSED,
    SERVED,
    post,
    require_sound,
)

# Far longer than an answer takes on the slowest machine; whoever takes longer hangs.
MOST_SECONDS = 120
VALUES = ADDRESSES | QUERIES | FITTING_VALUES
EACH = 12
MOST_GROWTH_BYTES = 500


@pytest.fixture(scope="module")
def app():
    return small_app()


@pytest.fixture
def log():
    """What any logger told as a warning or worse."""
    told = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: told.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    yield told
    logging.getLogger().removeHandler(handler)


@contextmanager
def not_hanging():
    def give_up(*_):
        raise TimeoutError(f"no answer within {MOST_SECONDS} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(MOST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def addresses_of(app):
    """The beginnings of all addresses that are served."""
    routes = {rule.rule.partition("<")[0] for rule in app.server.url_map.iter_rules()}
    return sorted({*routes, *(page.path for page in PAGES)})


def hostile_requests(app, number, each=EACH):
    """Requests to every callback and every route, the same ones for the same number.

    Returns
    -------
    list of (callback name or address, body or None)
        `each` for every callback and every route.
    """
    names, addresses = served(app.callback_map), addresses_of(app)
    found = []

    @seed(number)
    @settings(MANY, max_examples=each, database=None, derandomize=False)
    @given(data=st.data())
    def draw(data):
        drawn = [(name, fitting_body(app.callback_map, name, lambda: data.draw(VALUES)))
                 for name in names]  # fmt: skip
        drawn += [(data.draw(st.sampled_from([address, address + "x"])), data.draw(QUERIES))
                  for address in addresses]  # fmt: skip
        found.append(drawn)

    draw()
    return [request for drawn in found[:each] for request in drawn]


def send(app, request):
    """Send one request; returns its answer."""
    where, content = request
    if isinstance(content, dict):
        return post(app, content)
    query = content.encode("utf-8", "replace").decode("latin-1")
    return app.server.test_client().get("/", environ_overrides={
        "PATH_INFO": urllib.parse.unquote(where), "QUERY_STRING": query})  # fmt: skip


def test_every_callback_and_every_route_gets_its_share(app, log):
    requests = hostile_requests(app, 0)
    n_places = len(served(app.callback_map)) + len(addresses_of(app))
    assert len(requests) == EACH * n_places
    for request in requests:
        with not_hanging():
            answer = send(app, request)
            require_sound(answer, SERVED | REFUSED)
            answer.close()
    assert log == []


def test_memory_does_not_grow_with_hostile_requests(app):
    """Other values in every round: what kept something of each would grow from round to round."""
    rounds = [hostile_requests(app, number, each=5) for number in range(1, 5)]
    held = []
    tracemalloc.start()
    try:
        for requests in rounds:
            for request in requests:
                send(app, request).close()
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    growth = (held[-1] - held[1]) / sum(map(len, rounds[2:]))
    assert growth < MOST_GROWTH_BYTES, f"{growth:.0f} bytes a request: {held}"
