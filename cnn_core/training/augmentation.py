"""Training batches: shuffled, shifted, turned and scaled, the same for the same seed and epoch."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_core.network.backend import tf


@dataclass(frozen=True)
class Augmentation:
    """How far a training image may be moved, turned and scaled; each drawn uniformly per image.

    Parameters
    ----------
    shift
        Largest shift along each axis, pixels.
    rotation
        Largest rotation about the image's centre, degrees.
    zoom
        Largest relative change of size: 0.1 draws factors from 0.9 to 1.1.
    """

    shift: float = 2.0
    rotation: float = 10.0
    zoom: float = 0.1


def training_batches(
    images: Any, labels: Any, batch_size: int, augmentation: Augmentation, seed: int, epoch: int
) -> Any:
    """One epoch of augmented batches.

    Order and transforms depend on ``(seed, epoch)`` alone, never on what was drawn before: a
    resumed training sees the batches that the uninterrupted one would have seen.

    Parameters
    ----------
    images : tf.Tensor or ndarray, (n, h, w, c) float32, 0 to 1
    labels : tf.Tensor or ndarray, (n,) int64
    epoch
        Counted from 0.

    Returns
    -------
    tf.data.Dataset
        ceil(n / batch_size) pairs of (b, h, w, c) float32 and (b,) int64; the last batch is short.
    """
    images, labels = tf.convert_to_tensor(images), tf.convert_to_tensor(labels)
    order = np.random.default_rng([seed, epoch]).permutation(int(images.shape[0]))
    n_batches = math.ceil(len(order) / batch_size)

    def batch(number: Any, indices: Any) -> tuple[Any, Any]:
        # A stateless draw needs a pair of seeds: one for the run's epoch, one for the batch.
        draw_seed = tf.stack([tf.constant(seed * 1_000_003 + epoch, tf.int64), number])
        moved = move_randomly(tf.gather(images, indices), augmentation, draw_seed)
        return moved, tf.gather(labels, indices)

    numbers = tf.data.Dataset.range(n_batches)
    indices = tf.data.Dataset.from_tensor_slices(order).batch(batch_size)
    batches = tf.data.Dataset.zip(numbers, indices)
    return batches.map(batch).prefetch(4)


def move_randomly(images: Any, augmentation: Augmentation, draw_seed: Any) -> Any:
    """Shift, turn and scale each image by its own draw, in one bilinear resampling.

    Parameters
    ----------
    images : tf.Tensor, (n, h, w, c) float32
    draw_seed : tf.Tensor, (2,) int64
        The same pair gives the same draw.

    Returns
    -------
    tf.Tensor, (n, h, w, c) float32
        What moves in from outside is 0, the background.
    """
    n, height, width = tf.shape(images)[0], tf.shape(images)[1], tf.shape(images)[2]
    draws = tf.random.stateless_uniform((4, n), draw_seed, -1.0, 1.0)
    angle = draws[0] * (augmentation.rotation * math.pi / 180.0)
    factor = 1.0 + draws[1] * augmentation.zoom
    dx, dy = draws[2] * augmentation.shift, draws[3] * augmentation.shift
    centre_x, centre_y = tf.cast(width - 1, tf.float32) / 2, tf.cast(height - 1, tf.float32) / 2
    # The operation wants the map from output to input coordinates: turn and scale about the
    # centre, then shift.
    cosine, sine = tf.cos(angle) / factor, tf.sin(angle) / factor
    rows = [
        cosine, -sine, centre_x - cosine * centre_x + sine * centre_y + dx,
        sine, cosine, centre_y - sine * centre_x - cosine * centre_y + dy,
        tf.zeros(n), tf.zeros(n),
    ]  # fmt: skip
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack(rows, axis=1),
        output_shape=tf.stack([height, width]),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
