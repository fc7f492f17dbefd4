"""A picture from the browser, brought to the form that the network takes: nothing of it is kept."""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Flask, Response, jsonify, request
from numpy.typing import NDArray
from PIL import Image

from app.explorer import Explorer
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.subject import Subject
from app.frame.wording import short_probability
from app.serving.file_replies import refusal, refused_choice
from cnn_core.drawing.cleaning import NO_STEPS, STEPS, Cleaned, Steps, clean, each_way
from cnn_core.drawing.packed import pack
from cnn_core.drawing.pictures import Picture, read_picture
from cnn_core.errors import DataError, LookingGlassError, SelectionError

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

ADDRESS = "/draw/clean"
_LARGEST_SHOWN = (160, 160)
NAMES = {
    "polarity": "ink light, ground black",
    "paper": "without the paper",
    "crop": "cut to the ink",
    "stroke": "strokes as wide as in MNIST",
    "box": "20 of 28 pixels large",
    "centre": "centre of mass in the middle",
}


def register_cleaning(server: Flask, explorer: Explorer) -> None:
    """Add the address that cleans a picture."""

    @server.post(ADDRESS)
    def clean_picture() -> Response:
        sent = request.get_json()
        try:
            picture, steps, network = _asked(sent, explorer)
            return jsonify(_cleaned(picture, steps, network, explorer))
        except LookingGlassError as error:
            return refusal(f"{error}.", 422)

    @server.get("/draw/image.png")
    def set_image() -> Response:
        try:
            shown = explorer.shown(explorer.image(_subject(explorer)))
        except SelectionError as error:
            return refused_choice(error)
        pixels = np.rint(shown * 255).astype(np.uint8)
        picture = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        return Response(buffer.getvalue(), mimetype="image/png")


def _subject(explorer: Explorer) -> Subject:
    """The image of a set that a request names."""
    number = request.args.get("image", "")
    if not (number.isdecimal() and number.isascii() and len(number) < 10):
        raise SelectionError("image: a whole number is accepted", nearest=0)
    return Subject(request.args.get("set", explorer.set_names[0]), int(number))


def _asked(sent: object, explorer: Explorer) -> tuple[Picture, Steps, Network]:
    told = sent if isinstance(sent, dict) else {}
    picture, steps, model = (told.get(key) for key in ("picture", "steps", "model"))
    if not (isinstance(picture, str) and isinstance(steps, str) and isinstance(model, str)):
        raise DataError("a picture in base64, the names of steps and a model are accepted")
    try:
        data = base64.b64decode(picture, validate=True)
    except (binascii.Error, ValueError):
        raise DataError("the picture is not written in base64") from None
    chosen = [name for name in STEPS if name in steps.split(",")]
    wanted = replace(NO_STEPS, **dict.fromkeys(chosen, True))
    return read_picture(data), wanted, explorer.network(model)


def _cleaned(
    picture: Picture, steps: Steps, network: Network, explorer: Explorer
) -> dict[str, Any]:
    shape = network.input_shape
    found = clean(picture, steps, shape)
    others = each_way(picture, steps, shape)
    logits = network.logits(np.stack([found.seen, *(other.seen for other in others.values())]))
    answers = [_answer(one, explorer) for one in network.probabilities(logits)]
    sentences = {taken.name: taken.sentence for taken in found.steps}
    return {
        "own": pack(found.pixels),
        "yours": image_thumbnail(found.yours, most=_LARGEST_SHOWN),
        "cleaned": image_thumbnail(_as_image(found), most=_LARGEST_SHOWN),
        "seen": image_thumbnail(found.seen),
        "answer": answers[0],
        "notes": list(picture.notes),
        "steps": [
            {
                "name": name,
                "title": NAMES[name],
                "on": getattr(steps, name),
                "sentence": sentences.get(name, ""),
                "other": answers[1 + list(others).index(name)] if name in others else "no ink left",
            }
            for name in STEPS
        ],
    }


def _as_image(found: Cleaned) -> Any:
    cleaned = np.asarray(found.cleaned, np.float32)
    return cleaned if cleaned.ndim == 3 else cleaned[..., np.newaxis]


def _answer(shares: NDArray[np.float32], explorer: Explorer) -> str:
    best = int(shares.argmax())
    return f"{explorer.class_name(best)} ({short_probability(float(shares[best]))})"
