"""The numbers of a ledger, over plain HTTP."""

import csv
import io

import numpy as np
from flask import Response, abort, request

from app.defaults import default_layer
from app.pages.decide.choices import ledger_layers
from app.pages.explore.state import classes_of_order
from cnn_core.errors import SelectionError
from cnn_core.ledger import ledger

PIXELS = "pixels"
_KEYS = ("model", "set", "image", "p", "q", "layer")


def register_routes(server, explorer):
    """Add `/download/ledger.npz` and `.csv`.

    Parameters
    ----------
    server : flask.Flask
    explorer : Explorer
    """

    @server.get("/download/ledger.<ending>")
    def ledger_numbers(ending):
        if ending not in _WRITERS:
            abort(404)
        try:
            name, opened = _asked(explorer)
        except SelectionError as error:
            nearest = "" if error.nearest is None else f" Nearest: {error.nearest}."
            return Response(f"{error}.{nearest}\n", 400, mimetype="text/plain")
        write, mimetype = _WRITERS[ending]
        return Response(write(opened), mimetype=mimetype, headers={
            "Content-Disposition": f'attachment; filename="{name}.{ending}"'})


def _asked(explorer):
    unknown = [key for key in request.args if key not in _KEYS]
    if unknown:
        raise SelectionError(f'"{unknown[0][:40]}" is not known here; {", ".join(_KEYS)} are')
    model = request.args.get("model", explorer.model_names[0])
    network = explorer.network(model)
    set_name = request.args.get("set", explorer.set_names[0])
    explorer.dataset(set_name)
    image = _whole("image", 0)
    layer = request.args.get("layer", default_layer(network))
    if layer != PIXELS and network.layer(layer).name not in ledger_layers(network):
        raise SelectionError(f'layer "{layer}": the logits do not depend on it',
                             nearest=ledger_layers(network)[-1])
    logits = explorer.activations(model, set_name, image).logits[0]
    asked = _Pair(_whole("p", None), _whole("q", None))
    p, q = classes_of_order(asked, np.argsort(-logits, kind="stable"))
    opened = ledger(network, "" if layer == PIXELS else layer,
                    explorer.image(set_name, image)[None], p, q)
    stem = f"ledger_{model}_{set_name}_{image}_{p}_{q}_{layer}"
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "_"
                   for letter in stem), opened


class _Pair:
    def __init__(self, p, q):
        self.p, self.q = p, q


def _whole(key, default):
    text = request.args.get(key)
    if text is None:
        return default
    if not text.removeprefix("-").isdecimal() or len(text) > 12:
        raise SelectionError(f'{key} "{text[:40]}" is not a whole number', nearest=default)
    return int(text)


def _as_npz(opened):
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, values=opened.values[0], terms=opened.terms[0], constant=opened.constant[0],
        margin=opened.margin[0], residual=opened.residual[0], is_exact=opened.is_exact,
        target=opened.target[0], rival=opened.rival[0])
    return buffer.getvalue()


def _as_csv(opened):
    values, terms = opened.values[0], opened.terms[0]
    if values.ndim == 1:
        values, terms = values[None, None], terms[None, None]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("unit", "row", "column", "value", "contribution"))
    for row, column, unit in np.ndindex(*values.shape):
        # Nine digits bring every float32 back to the last bit.
        writer.writerow((unit, row, column, f"{values[row, column, unit]:.9g}",
                         f"{terms[row, column, unit]:.9g}"))
    writer.writerow(("constant", "", "", "", f"{opened.constant[0]:.17g}"))
    writer.writerow(("margin", "", "", "", f"{opened.margin[0]:.17g}"))
    return buffer.getvalue()


_WRITERS = {"npz": (_as_npz, "application/zip"), "csv": (_as_csv, "text/csv")}
