"""Ask the app's callbacks over HTTP, as the browser does."""

import json
from functools import lru_cache
from html import unescape

from app.factory import create_app
from tests.app.small_explorer import small_explorer


@lru_cache(maxsize=1)
def small_app():
    """Return the whole app over the small explorer."""
    app = create_app(small_explorer())
    # The first request sets the layout up.
    assert app.server.test_client().get("/").status_code == 200
    return app


def callback_for(app, output_part):
    """Key and declaration of the callback whose outputs contain a text."""
    [key] = [key for key in app.callback_map if output_part in key]
    return key, app.callback_map[key]


def ask_page(app, path, search, own="", shown=None):
    """Ask a page's main callback: what it answers, by component and property."""
    address = {"path": path, "search": search, "own": own, "serial": 1}
    if shown is not None:
        address |= {"shown": shown, "shownOwn": ""}
    response = _post(app, _key_of_input(app, {"type": "query", "path": path}), address)
    assert response.status_code == 200, response.get_data(as_text=True)[:300]
    return response.get_json()["response"]


def ask_panel(app, path, panel, search, own="", part=0):
    """Ask for a slow panel: what it drew, with what it told under "told"."""
    address = {"path": path, "search": search, "own": own, "part": part}
    response = _post(app, _key_of_input(app, {"type": "ask", "panel": panel}), address)
    assert response.status_code == 200, response.get_data(as_text=True)[:300]
    drawn = response.get_json()["response"]
    told = drawn.pop(json.dumps({"panel": panel, "type": "told"}, separators=(",", ":")))
    return {**drawn, "told": told["data"]}


def html_of(answer, element):
    """What a page or a panel fills an element with, its special letters as they are read."""
    told = answer["told"] if "told" in answer else answer["answer"]["data"]
    return unescape(told["texts"][element]["html"])


def _key_of_input(app, component):
    """Key of the callback that a component alone sets off."""
    [key] = [
        key
        for key, declared in app.callback_map.items()
        if [_id(part["id"]) for part in declared["inputs"]] == [component]
    ]
    return key


def _post(app, key, value):
    [part] = app.callback_map[key]["inputs"]
    body = {
        "output": key,
        "outputs": _outputs(app, key),
        "inputs": [{**part, "id": _id(part["id"]), "value": value}],
        "state": [],
        "changedPropIds": [f"{part['id']}.{part['property']}"],
    }
    return app.server.test_client().post("/_dash-update-component", json=body)


def _id(text):
    return json.loads(text) if text.startswith("{") else text


def _outputs(app, key):
    parts = key.strip(".").split("...")
    outputs = [
        {
            "id": _id(part.rpartition(".")[0]),
            "property": part.rpartition(".")[2].partition("@")[0] + _mark(part),
        }
        for part in parts
    ]
    return outputs if key.startswith("..") else outputs[0]


def _mark(part):
    """Mark of an output that several callbacks share."""
    tail = part.rpartition(".")[2]
    return "@" + tail.partition("@")[2] if "@" in tail else ""
