"""The drawing as a file, made of what the browser sends and kept nowhere."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from flask import Flask, Response, request
from numpy.typing import NDArray
from PIL import Image

from app.explorer import Explorer
from app.serving.replies.file_replies import refusal
from cnn_core.drawing.packed import unpack
from cnn_core.errors import LookingGlassError

_ADDRESS = "/draw/own"


def _png(pixels: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _npy(pixels: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, pixels)
    return buffer.getvalue()


_FORMS: dict[str, tuple[str, Callable[[NDArray[np.uint8]], bytes]]] = {
    "png": ("image/png", _png),
    "npy": ("application/octet-stream", _npy),
}


def register_files(server: Flask, explorer: Explorer) -> None:
    """Add the addresses that give a packed image back as a file."""

    def answer(ending: str) -> Response:
        sent: Any = request.get_json()
        packed = sent.get("own") if isinstance(sent, dict) else None
        mimetype, made = _FORMS[ending]
        try:
            return Response(
                made(unpack(packed if isinstance(packed, str) else "")), mimetype=mimetype
            )
        except LookingGlassError as error:
            return refusal(f"{error}.", 422)

    for ending in _FORMS:
        server.add_url_rule(
            f"{_ADDRESS}.{ending}",
            f"own_{ending}",
            answer,
            defaults={"ending": ending},
            methods=["POST"],
        )
