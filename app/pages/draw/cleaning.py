"""A picture from the browser, brought to the form that the network takes: nothing of it is kept."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Flask, Response, jsonify, request
from PIL import Image

from app.explorer import Explorer
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.subject import Subject
from app.frame.words.wording import short_probability
from app.plain_numbers import count_in
from app.serving.replies.file_replies import refusal, refused_choice
from cnn_core.drawing.from_paper.cleaning import NO_STEPS, STEPS, Cleaned, Steps, clean, each_way
from cnn_core.drawing.from_paper.pictures import Picture, read_picture
from cnn_core.drawing.own_images import values_of
from cnn_core.drawing.packed import pack
from cnn_core.errors import DataError, LookingGlassError, SelectionError

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

    _Tell = Callable[[Picture, Steps, Network, Explorer], dict[str, Any]]

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

    def told(tell: _Tell) -> Response:
        try:
            return jsonify(tell(*_asked(request.get_json(), explorer), explorer))
        except LookingGlassError as error:
            return refusal(f"{error}.", 422)

    @server.post(ADDRESS)
    def clean_picture() -> Response:
        return told(_cleaned)

    @server.post(f"{ADDRESS}/each-way")
    def clean_each_way() -> Response:
        return told(_each_way)

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
    number = count_in(request.args.get("image", ""))
    if number is None:
        raise SelectionError("image: a whole number is accepted", nearest=0)
    return Subject(request.args.get("set", explorer.set_names[0]), number)


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
    """Clean a picture and answer it: what is asked for while the pen moves."""
    found = clean(picture, steps, network.input_shape)
    sentences = {taken.name: taken.sentence for taken in found.steps}
    return {
        "own": pack(found.pixels),
        "yours": image_thumbnail(found.yours, most=_LARGEST_SHOWN),
        "cleaned": image_thumbnail(_as_image(found), most=_LARGEST_SHOWN),
        "seen": image_thumbnail(found.seen),
        "answer": _answers([found], network, explorer)[0],
        "notes": list(picture.notes),
        "steps": [{"name": name, "sentence": sentences.get(name, "")} for name in STEPS],
    }


def _each_way(
    picture: Picture, steps: Steps, network: Network, explorer: Explorer
) -> dict[str, str]:
    """Answer a picture once for every step, with that step switched the other way."""
    found = each_way(picture, steps, network.input_shape)
    answers = _answers(list(found.values()), network, explorer)
    return dict.fromkeys(STEPS, "no ink left") | dict(zip(found, answers, strict=True))


def _as_image(found: Cleaned) -> Any:
    cleaned = np.asarray(found.cleaned, np.float32)
    return cleaned if cleaned.ndim == 3 else cleaned[..., np.newaxis]


def _answers(found: list[Cleaned], network: Network, explorer: Explorer) -> list[str]:
    """Give the class and its probability for each image."""
    if not found:
        return []
    images = np.stack([one.pixels for one in found])
    shares = network.probabilities(network.logits(values_of(images, network.value_range)))
    best = shares.argmax(axis=1)
    return [
        f"{explorer.class_name(int(answer))} ({short_probability(float(row[answer]))})"
        for row, answer in zip(shares, best, strict=True)
    ]
