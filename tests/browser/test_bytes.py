"""How much goes over the wire: a first visit, a second one, the next picture."""

import pytest

from tests.harness.journey import press, settle, visit

FIRST_VISIT, SECOND_VISIT = 1_900_000, 60_000
# General compression leaves 17 kB or more of the 12,000 values that are not zero in such a picture.
NEXT_PICTURE = 40_000


class Wire:
    """Counts what a page receives, headers included, compressed as it comes."""

    def __init__(self, page):
        self.n_bytes = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._count)

    def _count(self, event):
        self.n_bytes += event["encodedDataLength"]

    def since(self, mark):
        return self.n_bytes - mark


@pytest.fixture
def wire(page):
    return Wire(page)


def test_first_and_second_visit(page, dashboard, wire):
    visit(page, dashboard + "/?set=test&image=7&layer=Conv2D_1")
    page.wait_for_load_state("networkidle")
    first = wire.n_bytes
    assert 1_000_000 < first <= FIRST_VISIT
    visit(page, dashboard + "/?set=test&image=8&layer=Conv2D_1")
    page.wait_for_load_state("networkidle")
    assert 0 < wire.since(first) <= SECOND_VISIT


def test_next_picture_of_the_largest_layer(page, dashboard, wire):
    visit(page, dashboard + "/?set=test&image=7&layer=Conv2D_1")
    page.wait_for_load_state("networkidle")
    sizes = []
    for _ in range(5):
        mark = wire.n_bytes
        press(page, "ArrowRight")
        settle(page)
        page.wait_for_load_state("networkidle")
        sizes.append(wire.since(mark))
    assert 10_000 < max(sizes) <= NEXT_PICTURE, sizes
