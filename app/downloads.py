"""The numbers behind a picture, over plain HTTP."""

import csv
import io
import re

import numpy as np
from flask import Response, abort, request

from app.defaults import default_layer
from cnn_core.errors import SelectionError

_KEYS = {"model", "set", "image", "layer"}


def register_routes(server, explorer):
    """Add `/download/activations.npz` and `.csv`.

    Parameters
    ----------
    server : flask.Flask
    explorer : Explorer
    """

    @server.get("/download/activations.<ending>")
    def activations(ending):
        if ending not in ("npz", "csv"):
            abort(404)
        try:
            name, content = _WRITERS[ending](explorer, *_asked(explorer))
        except SelectionError as error:
            nearest = "" if error.nearest is None else f" Nearest: {error.nearest}."
            return Response(f"{error}.{nearest}\n", 400, mimetype="text/plain")
        return Response(content, mimetype=_TYPES[ending],
                        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'})


def _asked(explorer):
    unknown = set(request.args) - _KEYS
    if unknown:
        raise SelectionError(f'"{sorted(unknown)[0][:40]}" is not known here; '
                             f'{", ".join(sorted(_KEYS))} are')
    model = request.args.get("model", explorer.model_names[0])
    network = explorer.network(model)
    set_name = request.args.get("set", explorer.set_names[0])
    explorer.dataset(set_name)
    text = request.args.get("image", "0")
    if not re.fullmatch(r"-?[0-9]+", text) or len(text) > 12:
        raise SelectionError(f'image "{text[:40]}" is not a whole number', nearest=0)
    layer = network.layer(request.args.get("layer", default_layer(network)))
    return model, set_name, int(text), layer


def _as_npz(explorer, model, set_name, number, layer):
    activations = explorer.activations(model, set_name, number)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, **{
            layer.name: activations[layer.name][0],
            "pre_activation": activations.pre(layer.name)[0],
            "logits": activations.logits[0],
            "probabilities": activations.probabilities[0],
        })
    return _file_name(model, set_name, number, layer), buffer.getvalue()


def _as_csv(explorer, model, set_name, number, layer):
    values = explorer.activations(model, set_name, number)[layer.name][0]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("unit", "row", "column", "activation"))
    cells = values if layer.is_spatial else values[None, None]
    for row, column, unit in np.ndindex(*cells.shape):
        # Nine digits bring every float32 back to the last bit.
        writer.writerow((unit, row, column, f"{cells[row, column, unit]:.9g}"))
    return _file_name(model, set_name, number, layer), buffer.getvalue()


def safe_name(stem):
    """Name of a file in which every letter is plain: other ones become "_"."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_-")
                   else "_" for letter in stem)


def _file_name(model, set_name, number, layer):
    return safe_name(f"{model}_{set_name}_{number}_{layer.name}")


_WRITERS = {"npz": _as_npz, "csv": _as_csv}
_TYPES = {"npz": "application/zip", "csv": "text/csv"}
