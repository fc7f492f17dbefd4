"""The Patterns page without a browser: what it shows, and the ways to it and back."""

import json

import pytest

from tests.app.asking import ask_page, ask_panel, small_app


@pytest.mark.parametrize(
    ("path", "search", "target"),
    [
        ("/", "?image=3&layer=first_maps&unit=4", "/patterns?image=3&layer=first_maps&unit=4"),
        ("/decide", "?image=3&off=hidden:2,5", "/patterns?image=3&layer=hidden&unit=5"),
    ],
)
def test_a_unit_leads_to_what_it_looks_for(path, search, target):
    assert target in json.dumps(ask_page(small_app(), path, search))


def test_a_circled_cell_leads_to_what_it_looks_for():
    told = json.dumps(
        ask_panel(small_app(), "/compare", "compare-table", "?layer=first_maps&t=0.1")
    )
    assert "/patterns?layer=first_maps&unit=" in told


def test_a_cell_of_the_ledger_leads_to_what_it_looks_for():
    told = json.dumps(ask_page(small_app(), "/decide", "?image=3&layer=hidden"))
    assert "/patterns?image=3&layer=hidden&unit=" in told
