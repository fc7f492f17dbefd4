"""Bodies of the requests with which the browser asks a page's main callback, and of answers."""

import gzip
import json

import brotli

PLACE = "@SEARCH@"
"""Stands in a template where the query string goes."""


def page_template(dependencies, path):
    """Body of a request for a page, with `PLACE` for the query string.

    Parameters
    ----------
    dependencies : list of dict
        The content of ``/_dash-dependencies``.
    path : str
        Path of the page.

    Returns
    -------
    str
        JSON.

    Raises
    ------
    LookupError
        When the page has not exactly one main callback.
    """
    store = {"type": "query", "path": path}
    found = [
        one
        for one in dependencies
        if [_id(part["id"]) for part in one["inputs"]] == [store]
        and not one.get("clientside_function")
    ]
    if len(found) != 1:
        raise LookupError(f"{path}: {len(found)} callbacks are asked by the address alone, not 1")
    [declared] = found
    address = {"path": path, "search": PLACE, "serial": 1}
    return json.dumps(
        {
            "output": declared["output"],
            "outputs": [_part(text) for text in declared["output"].strip(".").split("...")],
            "inputs": [{"id": store, "property": "data", "value": address}],
            "state": [
                {"id": _id(part["id"]), "property": part["property"], "value": None}
                for part in declared["state"]
            ],
            "changedPropIds": [f"{json.dumps(store, sort_keys=True, separators=(',', ':'))}.data"],
        }
    )


def filled(template, search):
    """Body for one query string, which needs no escape in JSON.

    Returns
    -------
    bytes
    """
    return template.replace(PLACE, search).encode()


def unpacked(content, coding):
    """Undo what an answer's Content-Encoding tells.

    Parameters
    ----------
    content : bytes
    coding : str
        "gzip", "br", or "" for none.

    Returns
    -------
    bytes
    """
    return {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}[coding](content)


def _id(text):
    return json.loads(text) if text.startswith("{") else text


def _part(text):
    component, _, prop = text.rpartition(".")
    return {"id": _id(component), "property": prop}
