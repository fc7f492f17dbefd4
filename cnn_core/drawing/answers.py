"""How the answer to one image depends on where it stands, how it is turned, how large it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.drawing.changes import NOISE_DRAWS, kind_of, shifted
from cnn_core.drawing.own_images import given, light_of
from cnn_core.errors import SelectionError
from cnn_core.network.activations import softmax
from cnn_core.network.opened_layer import one_image

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

REACH = 8
"""How far images of 28 pixels are shifted; others by the same share of their smaller side."""


@dataclass(frozen=True, eq=False)
class ShiftMap:
    """The answer wherever an image is shifted to.

    Attributes
    ----------
    steps
        (n,): pixels to the right, and down, from -reach to reach.
    logits
        (n, n, n_classes): by shift down, then by shift to the right.
    """

    steps: NDArray[np.int64]
    logits: NDArray[np.float32]

    @property
    def predictions(self) -> NDArray[np.int64]:
        """Class with the largest logit, (n, n)."""
        return np.asarray(self.logits.argmax(axis=2))

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Softmax of the logits, (n, n, n_classes)."""
        found: NDArray[np.float32] = softmax(self.logits)
        return found


@dataclass(frozen=True, eq=False)
class Curve:
    """The answer over the amounts of one change.

    Attributes
    ----------
    kind
        Name of the change, one of `changes.KINDS`.
    amounts
        (n,)
    logits
        (n, draws, n_classes): several draws of noise, one of everything else.
    """

    kind: str
    amounts: NDArray[np.float64]
    logits: NDArray[np.float32]

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Softmax of the logits, mean over the draws, (n, n_classes)."""
        found: NDArray[np.float32] = softmax(self.logits).mean(axis=1)
        return found

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of the draws in which each class is predicted, (n, n_classes)."""
        classes = np.arange(self.logits.shape[2])
        return np.asarray((self.logits.argmax(axis=2)[..., np.newaxis] == classes).mean(axis=1))

    @property
    def predictions(self) -> NDArray[np.int64]:
        """Class predicted most often, (n,)."""
        return np.asarray(self.shares.argmax(axis=1))


def usual_reach(input_shape: tuple[int, int, int]) -> int:
    """How far images of a shape are shifted, in pixels."""
    return max(1, round(REACH * min(input_shape[:2]) / 28))


def shift_map(network: Network, image: ArrayLike, reach: int | None = None) -> ShiftMap:
    """Run a network on an image shifted by all whole pixels up to a reach, in one pass.

    Parameters
    ----------
    image : (h, w, c) or (1, h, w, c)
        In `Network.value_range`.
    reach
        Pixels; by default as `usual_reach` says.
    """
    far = usual_reach(network.input_shape) if reach is None else reach
    light = light_of(one_image(network, image), network.value_range)
    steps = np.arange(-far, far + 1)
    moved = [shifted(light, int(right), int(down)) for down in steps for right in steps]
    logits = network.logits(given(np.concatenate(moved), network.value_range))
    return ShiftMap(steps, logits.reshape(len(steps), len(steps), -1))


def curve(network: Network, image: ArrayLike, kind: str) -> Curve:
    """Run a network on an image changed by all amounts of a kind, in one pass.

    Parameters
    ----------
    image : (h, w, c) or (1, h, w, c)
        In `Network.value_range`.
    kind
        One of `changes.KINDS`. Strokes are those of grey images.

    Raises
    ------
    SelectionError
        When there is no such kind, or strokes are asked for of an image with colours.
    """
    chosen = kind_of(kind)
    if kind == "stroke" and network.input_shape[2] != 1:
        raise SelectionError(
            "strokes of an image with colours: rotation, size and noise are accepted",
            nearest="rotation",
        )
    light = light_of(one_image(network, image), network.value_range)
    draws = NOISE_DRAWS if kind == "noise" else 1
    changed = [chosen.change(np.repeat(light, draws, axis=0), amount) for amount in chosen.amounts]
    logits = network.logits(given(np.concatenate(changed), network.value_range))
    amounts = np.array(chosen.amounts)
    return Curve(kind, amounts, logits.reshape(len(amounts), draws, -1))
