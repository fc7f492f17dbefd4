"""The numbers behind a picture, over plain HTTP."""

from collections.abc import Callable

from flask import Flask, Response, abort, request

from app.explorer import Explorer
from app.frame.defaults import default_layer
from app.frame.subject import Subject
from app.plain_numbers import whole_number
from app.serving.replies.file_replies import (
    cell_rows,
    csv_text,
    file_reply,
    npz_bytes,
    refused_choice,
    safe_name,
)
from cnn_core.errors import SelectionError
from cnn_core.network.layers import LayerInfo

_KEYS = {"model", "set", "image", "layer"}


def register_routes(server: Flask, explorer: Explorer) -> None:
    """Add `/download/activations.npz` and `.csv`."""

    @server.get("/download/activations.<ending>")
    def activations(ending: str) -> Response:
        if ending not in _WRITERS:
            abort(404)
        try:
            model, set_name, number, layer = _asked(explorer)
            content = _WRITERS[ending](explorer, model, set_name, number, layer)
        except SelectionError as error:
            return refused_choice(error)
        stem = safe_name(f"{model}_{set_name}_{number}_{layer.name}")
        return file_reply(content, f"{stem}.{ending}")


def _asked(explorer: Explorer) -> tuple[str, str, int, LayerInfo]:
    unknown = set(request.args) - _KEYS
    if unknown:
        raise SelectionError(
            f'"{sorted(unknown)[0][:40]}" is not known here; {", ".join(sorted(_KEYS))} are'
        )
    model = request.args.get("model", explorer.model_names[0])
    network = explorer.network(model)
    set_name = request.args.get("set", explorer.set_names[0])
    explorer.dataset(set_name)
    text = request.args.get("image", "0")
    number = whole_number(text)
    if number is None:
        raise SelectionError(f'image "{text[:40]}" is not a whole number', nearest=0)
    layer = network.layer(request.args.get("layer", default_layer(network)))
    return model, set_name, number, layer


def _as_npz(explorer: Explorer, model: str, set_name: str, number: int, layer: LayerInfo) -> bytes:
    activations = explorer.activations(model, Subject(set_name, number))
    return npz_bytes(
        **{
            layer.name: activations[layer.name][0],
            "pre_activation": activations.pre(layer.name)[0],
            "logits": activations.logits[0],
            "probabilities": activations.probabilities[0],
        }
    )


def _as_csv(explorer: Explorer, model: str, set_name: str, number: int, layer: LayerInfo) -> str:
    values = explorer.activations(model, Subject(set_name, number))[layer.name][0]
    return csv_text(("unit", "row", "column", "activation"), cell_rows(values))


_WRITERS: dict[str, Callable[..., str | bytes]] = {"npz": _as_npz, "csv": _as_csv}
