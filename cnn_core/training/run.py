"""One training of the article's CNN, epoch by epoch, that can stop and go on."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cnn_core.artifacts import AnyPath
from cnn_core.errors import DataError, ModelError
from cnn_core.images.dataset import Dataset
from cnn_core.network.backend import keras, tf
from cnn_core.training.article_cnn import build_article_cnn
from cnn_core.training.augmentation import Augmentation, training_batches
from cnn_core.training.checkpoints import Checkpoint, save_checkpoint
from cnn_core.training.snapshot_writer import SnapshotTaker
from cnn_core.training.snapshots import SnapshotPlan

CHECKPOINT = "checkpoint.npz"
SNAPSHOTS = "snapshots.npz"


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Parameters
    ----------
    epochs
        Passes over the training images.
    learning_rate
        Largest rate; it warms up linearly from a tenth of it, then falls to 0 along a cosine.
    momentum
        Nesterov momentum of the gradient descent.
    l2
        Weight of the sum of squared kernel weights in the loss.
    validation_images
        Training images held back to watch the training; never trained on.
    """

    epochs: int = 40
    batch_size: int = 64
    learning_rate: float = 0.05
    warm_up_epochs: float = 1.0
    momentum: float = 0.9
    l2: float = 1e-4
    validation_images: int = 5000
    augmentation: Augmentation = field(default_factory=Augmentation)


def split_training_images(
    n_images: int, n_validation: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split images by seed into those trained on and those that watch the training.

    Returns
    -------
    train, validation : (n,) int64
        Disjoint sorted indices that together cover all images.

    Raises
    ------
    DataError
        When no image would be left for training or for validation.
    """
    if not 0 < n_validation < n_images:
        raise DataError(
            f"{n_images} training images: {n_validation} cannot be held back for validation"
        )
    order = np.random.default_rng(seed).permutation(n_images)
    return np.sort(order[n_validation:]), np.sort(order[:n_validation])


class TrainingRun:
    """A network in training: weights, optimizer and what was measured after each epoch.

    Parameters
    ----------
    plan
        When snapshots are taken; none are by default.
    """

    def __init__(
        self, train_set: Dataset, seed: int, recipe: Recipe, plan: SnapshotPlan | None = None
    ) -> None:
        trained_on, held_back = split_training_images(
            len(train_set), recipe.validation_images, seed
        )
        self.seed, self.recipe = seed, recipe
        self.epochs: list[dict[str, Any]] = []
        self.images = tf.constant(train_set.images[trained_on])
        self.labels = tf.constant(train_set.labels[trained_on])
        self.validation = train_set.images[held_back], train_set.labels[held_back]
        self.model_form = (train_set.input_shape, len(train_set.class_names), seed, recipe.l2)
        self.model = build_article_cnn(*self.model_form)
        self.steps = -(-len(trained_on) // recipe.batch_size)
        warm_up = round(recipe.warm_up_epochs * self.steps)
        self.schedule = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=recipe.learning_rate / 10,
            warmup_target=recipe.learning_rate,
            warmup_steps=warm_up,
            decay_steps=max(1, recipe.epochs * self.steps - warm_up),
        )
        self.optimizer = keras.optimizers.SGD(
            self.schedule, momentum=recipe.momentum, nesterov=True
        )
        self.model.compile(
            optimizer=self.optimizer,
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            jit_compile=False,  # compiled convolutions are slower than the library's on a CPU
        )
        self.optimizer.build(self.model.trainable_variables)
        self.snapshots = SnapshotTaker(self.model, plan, seed) if plan else None

    def restore(self, checkpoint: Checkpoint, work: Path) -> None:
        """Take over weights, optimizer state, history and snapshots of a broken-off training."""
        self.epochs = list(checkpoint.epochs)
        self.model.set_weights(checkpoint.weights)
        for variable, value in zip(self.optimizer.variables, checkpoint.optimizer, strict=True):
            variable.assign(value)
        if self.snapshots:
            self.snapshots.go_on(work / SNAPSHOTS, self._step, len(self.epochs))

    @property
    def _step(self) -> int:
        return int(self.optimizer.iterations)

    def train(self, settings: dict[str, Any], work: Path, show_progress: bool) -> None:
        """Train the epochs that are still to do, with snapshots and a checkpoint after each.

        Both are kept in the folder `work`.

        Raises
        ------
        ModelError
            When the loss is no longer a finite number.
        """
        off = None if show_progress else True  # None: off where there is no terminal
        if self.snapshots:
            self.snapshots.after_step(self._step)
        with tqdm(
            total=self.recipe.epochs, initial=len(self.epochs), desc="epochs", disable=off
        ) as bar:
            for epoch in range(len(self.epochs), self.recipe.epochs):
                told = self._train_epoch(epoch, off)
                self.epochs.append(told)
                if self.snapshots:
                    self._keep_snapshots(self.snapshots, work / SNAPSHOTS)
                optimizer = [variable.numpy() for variable in self.optimizer.variables]
                save_checkpoint(
                    work / CHECKPOINT,
                    Checkpoint(settings, self.epochs, self.model.get_weights(), optimizer),
                )
                bar.update(1)
                if show_progress:
                    tqdm.write(_line(told, self.recipe.epochs))

    def _keep_snapshots(self, snapshots: SnapshotTaker, path: Path) -> None:
        epoch = len(self.epochs)
        snapshots.after_epoch(self._step, epoch)
        if epoch == self.recipe.epochs:
            snapshots.take(self._step)
        snapshots.save(path)

    def _after_step(self, bar: Any) -> None:
        bar.update(1)
        if self.snapshots:
            self.snapshots.after_step(self._step)

    def _train_epoch(self, epoch: int, bar_off: bool | None) -> dict[str, Any]:
        start = time.monotonic()
        batches = training_batches(
            self.images,
            self.labels,
            self.recipe.batch_size,
            self.recipe.augmentation,
            self.seed,
            epoch,
        )
        with tqdm(total=self.steps, desc="batches", leave=False, disable=bar_off) as bar:
            count = keras.callbacks.LambdaCallback(
                on_train_batch_end=lambda batch, logs: self._after_step(bar)
            )
            fitted = self.model.fit(batches, verbose=0, shuffle=False, callbacks=[count])
        loss, accuracy = self.model.evaluate(_in_order(*self.validation), verbose=0)
        trained = {key: values[0] for key, values in fitted.history.items()}
        if not np.isfinite([trained["loss"], loss]).all():
            raise ModelError(
                f"epoch {epoch + 1}: the loss is no longer a finite number; nothing was published"
            )
        return {
            "epoch": epoch + 1,
            "loss": float(trained["loss"]),
            "accuracy": float(trained["accuracy"]),
            "val_loss": float(loss),
            "val_accuracy": float(accuracy),
            "learning_rate": float(self.schedule(self.optimizer.iterations)),
            "seconds": round(time.monotonic() - start, 2),
        }

    def save(self, path: AnyPath) -> None:
        """Save the network alone: a compiled one would carry its optimizer along."""
        bare = build_article_cnn(*self.model_form)
        bare.set_weights(self.model.get_weights())
        bare.save(path)

    def count_correct(self, images: Any, labels: NDArray[np.int64]) -> int:
        """Count the images whose most probable class is their label."""
        probabilities = self.model.predict(_in_order(images, labels), verbose=0)
        return int((probabilities.argmax(axis=1) == labels).sum())


def _in_order(images: Any, labels: NDArray[np.int64]) -> Any:
    """Batches for a pass that changes nothing."""
    return tf.data.Dataset.from_tensor_slices((np.asarray(images), labels)).batch(500)


def _line(told: dict[str, Any], n_epochs: int) -> str:
    return (
        f"epoch {told['epoch']}/{n_epochs}: loss {told['loss']:.4f}, "
        f"accuracy {told['accuracy']:.4f}, validation loss {told['val_loss']:.4f}, "
        f"validation accuracy {told['val_accuracy']:.4f}, {told['seconds']:.1f} s"
    )
