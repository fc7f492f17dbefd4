"""The numbers of a ledger, over plain HTTP."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from flask import Flask, Response, abort, request

from app.explorer import Explorer
from app.frame.defaults import default_layer, pair_of
from app.frame.subject import Subject
from app.pages.decide.choices import ledger_layers
from app.pages.decide.state import REFERENCES
from app.pages.decide.view import reference_of
from app.plain_numbers import whole_number
from app.serving.replies.file_replies import (
    cell_rows,
    csv_text,
    file_reply,
    npz_bytes,
    refused_choice,
    safe_name,
)
from cnn_core.decision.ledger import Ledger, ledger
from cnn_core.errors import SelectionError

D = TypeVar("D", int, None)
PIXELS = "pixels"
_KEYS = ("model", "set", "image", "p", "q", "layer", "ref")


def register_routes(server: Flask, explorer: Explorer) -> None:
    """Add `/download/ledger.npz` and `.csv`."""

    @server.get("/download/ledger.<ending>")
    def ledger_numbers(ending: str) -> Response:
        if ending not in _WRITERS:
            abort(404)
        try:
            name, opened = _asked(explorer)
        except SelectionError as error:
            return refused_choice(error)
        return file_reply(_WRITERS[ending](opened), f"{name}.{ending}")


def _asked(explorer: Explorer) -> tuple[str, Ledger]:
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
        raise SelectionError(
            f'layer "{layer}": the logits do not depend on it', nearest=ledger_layers(network)[-1]
        )
    subject = Subject(set_name, image)
    logits = explorer.activations(model, subject).logits[0]
    asked = _Pair(_whole("p", None), _whole("q", None))
    p, q = pair_of(asked, np.argsort(-logits, kind="stable").tolist())
    image_there = explorer.image(subject)[None]
    ref = request.args.get("ref", REFERENCES[0])
    if ref not in REFERENCES or (layer != PIXELS and ref != REFERENCES[0]):
        raise SelectionError(
            f'reference "{ref[:40]}" for {layer}: pixels are counted from '
            f"{', '.join(REFERENCES)}, other layers from zero",
            nearest=REFERENCES[0],
        )
    opened = ledger(network, "" if layer == PIXELS else layer, image_there, p, q)
    if layer == PIXELS:
        opened = opened.against(reference_of(explorer, ref))
    return safe_name(f"ledger_{model}_{set_name}_{image}_{p}_{q}_{layer}"), opened


class _Pair:
    def __init__(self, p: int | None, q: int | None) -> None:
        self.p, self.q = p, q


def _whole(key: str, default: D) -> int | D:
    text = request.args.get(key)
    if text is None:
        return default
    number = whole_number(text)
    if number is None:
        raise SelectionError(f'{key} "{text[:40]}" is not a whole number', nearest=default)
    return number


def _as_npz(opened: Ledger) -> bytes:
    return npz_bytes(
        values=opened.values[0],
        terms=opened.terms[0],
        reference=opened.reference,
        constant=opened.constant[0],
        margin=opened.margin[0],
        residual=opened.residual[0],
        is_exact=opened.is_exact,
        target=opened.target[0],
        rival=opened.rival[0],
    )


def _as_csv(opened: Ledger) -> str:
    sums = (("constant", opened.constant[0]), ("margin", opened.margin[0]))
    return csv_text(
        ("unit", "row", "column", "value", "contribution"),
        [
            *cell_rows(opened.values[0], opened.terms[0]),
            *((name, "", "", "", f"{number:.17g}") for name, number in sums),
        ],
    )


_WRITERS: dict[str, Callable[[Ledger], str | bytes]] = {"npz": _as_npz, "csv": _as_csv}
