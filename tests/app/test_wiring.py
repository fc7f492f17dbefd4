"""Every callback finds its parts: in the frame or in the page that registered it."""

import json

import pytest
from dash import Dash
from dash.development.base_component import Component

from app.frame.address import query_store
from app.frame.shell import frame
from app.frame.wire import place, placed
from app.pages import PAGES
from tests.app.asking import small_app
from tests.app.small_explorer import small_explorer


def ids_of(tree):
    """Ids of all components of a layout, as text."""
    found = set()
    parts = [tree]
    while parts:
        part = parts.pop()
        if isinstance(part, (list, tuple)):
            parts.extend(part)
        elif isinstance(part, Component):
            if getattr(part, "id", None) is not None:
                found.add(
                    part.id
                    if isinstance(part.id, str)
                    else json.dumps(part.id, sort_keys=True, separators=(",", ":"))
                )
            parts.append(getattr(part, "children", None))
    return found


def known_ids():
    known = ids_of(frame(PAGES))
    for page in PAGES:
        known |= ids_of(laid_out(page))
        known.add(json.dumps(query_store(page.path), sort_keys=True, separators=(",", ":")))
    return known


def laid_out(page):
    """Layout of a page over the small explorer."""
    explorer = small_explorer()
    return page.arrange(explorer, placed(page, explorer))


def test_every_id_of_every_callback_exists():
    app = small_app()
    known = known_ids()
    missing = set()
    for key, declared in app.callback_map.items():
        outputs = [part.rpartition(".")[0] for part in key.strip(".").split("...")]
        inputs = [part["id"] for part in [*declared["inputs"], *declared["state"]]]
        for name in [*outputs, *inputs]:
            # Parts that a callback draws itself are found by pattern.
            if "ALL" in name or "MATCH" in name or not name:
                continue
            if name not in known:
                missing.add(name)
    assert missing == set()


def lent_ids():
    """Ids within panels that stand on several pages."""
    panels = [panel for page in PAGES for panel in page.panels if panel.layout]
    lent = {panel.name: panel for panel in panels if panels.count(panel) > 1}
    return set().union(*(ids_of(place(panel, small_explorer())) for panel in lent.values()))


def test_ids_of_pages_do_not_collide():
    seen, lent = {}, lent_ids()
    for page in PAGES:
        for name in ids_of(laid_out(page)) - lent:
            if '"type":"control"' in name:
                continue
            assert name not in seen, f"{name} stands in {seen.get(name)} and {page.title}"
            seen[name] = page.title


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_panel_draws_into_its_own_page(page):
    here = ids_of(laid_out(page))
    asked = {component for panel in page.panels for component, _ in panel.outputs.values()
             if isinstance(component, str)}  # fmt: skip
    assert asked <= here


def test_pages_have_paths_and_titles_of_their_own():
    assert len({page.path for page in PAGES}) == len({page.title for page in PAGES}) == len(PAGES)


def test_building_an_app_leaves_nothing_in_the_module():
    from dash import _callback

    small_app()
    assert isinstance(small_app(), Dash)
    assert not _callback.GLOBAL_CALLBACK_LIST
