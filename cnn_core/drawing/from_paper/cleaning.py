"""From a picture to what a network sees, step by step; every step can be left out."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from cnn_core.drawing.from_paper.geometry import cropped, framed, place_in, scale_into, scaled_into
from cnn_core.drawing.from_paper.ink import BLANK, Ink, border_of, composited, grey, ink_of
from cnn_core.drawing.from_paper.paper import without_paper
from cnn_core.drawing.from_paper.pictures import Picture
from cnn_core.drawing.from_paper.strokes import (
    MNIST_WIDTH,
    MNIST_WIDTHS,
    stroke_width,
    with_stroke_width,
)
from cnn_core.drawing.own_images import rounded, values_of
from cnn_core.errors import DataError

MNIST_SHAPE = (28, 28, 1)
MNIST_SIDE = 28
MNIST_BOX = 20
_STRONG, _FILLED = 0.5, 0.1
"""A picture is filled where a tenth of it is strong ink."""
_EMPTY = "picture: nothing in it stands out from its ground; a drawing with some ink is accepted"


@dataclass(frozen=True)
class Steps:
    """Which steps are taken, in this order.

    Attributes
    ----------
    polarity
        Ink becomes light, its ground black.
    paper
        Photographed paper is removed: uneven light, grain, specks.
    crop
        Cut to the ink.
    stroke
        Strokes far from MNIST's width are brought to it.
    box
        Scaled with antialiasing until the longer side is 20 of 28 pixels; without it, all 28.
    centre
        The centre of mass goes to the middle; without it, the middle of the picture does.
    """

    polarity: bool = True
    paper: bool = True
    crop: bool = True
    stroke: bool = True
    box: bool = True
    centre: bool = True

    def names(self) -> tuple[str, ...]:
        """Names of the steps that are taken."""
        return tuple(name for name in STEPS if getattr(self, name))


STEPS = tuple(field.name for field in fields(Steps))
NO_STEPS = Steps(**dict.fromkeys(STEPS, False))


@dataclass(frozen=True, eq=False)
class StepTaken:
    """What one step came to.

    Attributes
    ----------
    name
        One of `STEPS`, or "fit" for the scaling that any picture needs.
    changed
        Whether it had anything to do.
    sentence
        What it did, or why it did nothing.
    after
        (h, w) or (h, w, c), 0…1: the picture behind it.
    """

    name: str
    changed: bool
    sentence: str
    after: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Cleaned:
    """A picture on its way into a network.

    Attributes
    ----------
    yours
        (h, w, c), 0…1: the picture as it was given, on white or black where it was transparent.
    cleaned
        (h, w) or (h, w, c), 0…1: the ink alone, before it is brought to the network's size.
    pixels
        Of the network's input shape: what it sees, as bytes.
    steps
        In the order in which they were taken.
    """

    yours: NDArray[np.float32]
    cleaned: NDArray[np.float32]
    pixels: NDArray[np.uint8]
    steps: tuple[StepTaken, ...]

    @property
    def seen(self) -> NDArray[np.float32]:
        """What the network sees, of its input shape, 0…1."""
        return values_of(self.pixels, (0, 1))


def usual_steps(target_shape: tuple[int, int, int]) -> Steps:
    """Give the steps that MNIST's images went through for such images, else none."""
    return Steps() if target_shape == MNIST_SHAPE else NO_STEPS


def clean(picture: Picture, steps: Steps, target_shape: tuple[int, int, int]) -> Cleaned:
    """Bring a picture to the form of a network's input.

    Where any step is taken, the picture is treated as ink on a ground, without colours; the lengths
    of MNIST's images count in shares of the smaller side. Without steps it is only fitted in.

    Parameters
    ----------
    target_shape : (h, w, c), c = 1 or 3

    Raises
    ------
    DataError
        When nothing stands out from the picture's ground.
    """
    yours = composited(picture)
    ink = ink_of(yours)
    if ink.values.max() < BLANK:
        raise DataError(_EMPTY)
    if not steps.names():
        return _fitted(yours, target_shape)
    trail = _Trail(ink, steps, target_shape)
    if steps.polarity:
        trail.polarity()
    if steps.paper:
        trail.paper()
    if steps.crop:
        trail.crop()
    if steps.stroke:
        trail.stroke()
    cleaned = trail.light
    trail.scale()
    trail.frame()
    return Cleaned(yours, cleaned, _as_bytes(trail.light, target_shape[2]), tuple(trail.taken))


def each_way(
    picture: Picture, steps: Steps, target_shape: tuple[int, int, int]
) -> dict[str, Cleaned]:
    """Clean a picture once for every step, each time with that step switched the other way.

    Returns
    -------
    By the step's name; a step is missing where switching it leaves no ink.
    """
    found = {}
    for name in STEPS:
        try:
            switched = replace(steps, **{name: not getattr(steps, name)})
            found[name] = clean(picture, switched, target_shape)
        except DataError:
            continue
    return found


class _Trail:
    """A picture on its way: the ink as it is now, and what was done so far."""

    def __init__(self, source: Ink, steps: Steps, target_shape: tuple[int, int, int]) -> None:
        self._source = source
        self._steps = steps
        self._size = target_shape[:2]
        self._unit = min(self._size) / MNIST_SIDE
        # Only the removal of paper needs what lies on the other side of the ground.
        self._ink = source.values if steps.paper else np.clip(source.values, 0, 1)
        self.taken: list[StepTaken] = []

    @property
    def light(self) -> NDArray[np.float32]:
        """The picture as it is now, (h, w), 0…1: ink as light, or on its own ground."""
        ink = np.clip(self._ink, 0, 1)
        return ink if self._steps.polarity else self._source.as_light(ink)

    def _add(self, name: str, changed: bool, sentence: str) -> None:
        self.taken.append(StepTaken(name, changed, sentence, self.light))

    def polarity(self) -> None:
        """The ink is light already as it is held here; what remains is to say so."""
        if self._source.is_dark:
            self._add("polarity", True, "Dark ink on a light ground: turned to light on black.")
        elif self._source.ground > 0:
            self._add("polarity", True, "Light ink: its ground was made black.")
        else:
            self._add("polarity", False, "Light on black already: nothing to do.")

    def paper(self) -> None:
        if self._source.has_plain_ground:
            self._ink = np.clip(self._ink, 0, 1)
            self._add("paper", False, "The ground is plain, no photographed paper: nothing to do.")
            return
        left, n_removed = without_paper(self._ink)
        if not left.any():
            # Ink that reaches all borders leaves too little ground to tell paper by.
            if np.mean(self._ink > _STRONG) < _FILLED:
                raise DataError(_EMPTY)
            self._ink = np.clip(self._ink, 0, 1)
            self._add("paper", False, "The ink fills the picture, no paper is seen: nothing to do.")
            return
        self._ink = left
        pieces = f"; {n_removed} pieces that are no ink taken away" if n_removed else ""
        self._add("paper", True, f"Photographed paper: its uneven light was removed{pieces}.")

    def crop(self) -> None:
        before = self._ink.shape
        self._ink = cropped(self._ink)
        changed = self._ink.shape != before
        sizes = f"{before[1]} × {before[0]} to {self._ink.shape[1]} × {self._ink.shape[0]} pixels"
        told = f"Cut to the ink: {sizes}." if changed else "The ink fills it: nothing to cut."
        self._add("crop", changed, told)

    def stroke(self) -> None:
        scale = scale_into(self._ink.shape, *self._room())
        found = stroke_width(self._ink) * scale / self._unit
        low, high = MNIST_WIDTHS
        told = f"Strokes are {found:.1f} pixels wide, MNIST's {low} to {high}"
        if low <= found <= high:
            self._add("stroke", False, f"{told}: nothing to do.")
            return
        side = scale * max(self._ink.shape) if self._steps.crop else None
        self._ink = with_stroke_width(self._ink, scale, MNIST_WIDTH * self._unit, side)
        if self._steps.crop:
            self._ink = cropped(self._ink)
        done = "thickened" if found < low else "thinned"
        self._add("stroke", True, f"{told}: {done} to {MNIST_WIDTH}.")

    def _room(self) -> tuple[int, int]:
        """Height and width that the ink is scaled to."""
        side = round(MNIST_BOX * self._unit)
        return (side, side) if self._steps.box else self._size

    def scale(self) -> None:
        height, width = self._room()
        factor = scale_into(self._ink.shape, height, width)
        self._ink = scaled_into(self._ink, height, width)
        what = f"the box of {width} × {height} pixels" if self._steps.box else "the whole picture"
        told = f"Scaled by {factor:.3g} to {what}." if factor != 1 else f"Fits {what} already."
        self._add("box" if self._steps.box else "fit", factor != 1, told)

    def frame(self) -> None:
        start = place_in(self._ink, *self._size, by_mass=self._steps.centre)
        middle = place_in(self._ink, *self._size, by_mass=False)
        self._ink = framed(self._ink, *self._size, start)
        if self._steps.centre:
            down, right = start[0] - middle[0], start[1] - middle[1]
            told = f"Centre of mass to the middle: {right:+d} to the right, {down:+d} down."
            self._add("centre", start != middle, told)


def _fitted(light: NDArray[np.float32], target_shape: tuple[int, int, int]) -> Cleaned:
    """Scale a picture into the frame, colours and all; what it leaves free shows its border."""
    height, width, channels = target_shape
    shown = light if channels == 3 else grey(light)[..., np.newaxis]
    parts = []
    for channel in np.moveaxis(shown, 2, 0):
        scaled = scaled_into(channel, height, width)
        ground = np.float32(np.median(border_of(channel)))
        start = place_in(scaled, height, width, by_mass=False)
        parts.append(framed(scaled - ground, height, width, start) + ground)
    fitted = np.stack(parts, axis=2)
    factor = scale_into(light.shape, height, width)
    told = f"Scaled by {factor:.3g} to fit {width} × {height} pixels; no other step is taken."
    step = StepTaken("fit", factor != 1, told, fitted)
    return Cleaned(light, shown, _as_bytes(fitted, channels), (step,))


def _as_bytes(light: NDArray[np.float32], channels: int) -> NDArray[np.uint8]:
    values = light if light.ndim == 3 else light[..., np.newaxis]
    return np.ascontiguousarray(np.broadcast_to(rounded(values), (*values.shape[:2], channels)))
