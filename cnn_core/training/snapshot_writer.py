"""Taking snapshots while any Keras model is trained."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.artifacts import AnyPath
from cnn_core.errors import DataError, ModelError
from cnn_core.network.backend import keras
from cnn_core.training.snapshots import (
    About,
    Moment,
    SnapshotPlan,
    StoredArray,
    architecture_digest,
    read_snapshots,
    save_snapshots,
)
from cnn_core.training.versions import versions


class SnapshotTaker:
    """Keeps the weights of a model in training at the moments of a plan."""

    def __init__(self, model: Any, plan: SnapshotPlan, seed: int | None = None) -> None:
        self._model, self._plan, self._seed = model, plan, seed
        self._last_step, self._epoch = -1, 0
        self._taken: dict[int, tuple[int, NDArray[np.float32]]] = {}

    def go_on(self, path: AnyPath, step: int, epoch: int) -> None:
        """Take over what an interrupted training kept up to a step, which ended an epoch.

        Raises
        ------
        DataError
            When that is missing, damaged or of another model.
        """
        kept = read_snapshots(path)
        if kept.about.architecture != architecture_digest(self._model.layers):
            raise DataError(f"{path}: snapshots of another network; start anew with --overwrite")
        for moment, values in zip(kept.moments, kept.values, strict=True):
            if moment.step <= step:
                self._taken[moment.step] = moment.epoch, values
        self._last_step, self._epoch = step, epoch

    def after_step(self, step: int) -> None:
        """Tell that a gradient step is done, or, with 0, that the training is about to begin."""
        if any(self._last_step < planned <= step for planned in self._plan.steps):
            self.take(step)
        self._last_step = step

    def after_epoch(self, step: int, epoch: int) -> None:
        """Tell that the epoch of this number, from 1, has ended after so many steps."""
        self._epoch = epoch
        if epoch in self._plan.epochs or step in self._taken:
            self.take(step)

    def take(self, step: int) -> None:
        """Keep the weights after this step, whether they are planned or not.

        Raises
        ------
        ModelError
            When the model has no weights yet.
        """
        flat = [
            np.asarray(variable.numpy(), np.float32).reshape(-1)
            for layer in self._model.layers
            for variable in layer.weights
        ]
        if not flat:
            raise ModelError(
                "snapshots: the model gets its weights in its first step only; begin it with a "
                "keras.Input, so that step 0 can be kept"
            )
        self._taken[step] = self._epoch, np.concatenate(flat)

    def save(self, path: AnyPath) -> None:
        """Save all snapshots so far."""
        steps = sorted(self._taken)
        about = About(
            format=1,
            architecture=architecture_digest(self._model.layers),
            arrays=[
                StoredArray(layer=layer.name, name=variable.name, shape=list(variable.shape))
                for layer in self._model.layers
                for variable in layer.weights
            ],
            moments=[Moment(step=step, epoch=self._taken[step][0]) for step in steps],
            seed=self._seed,
            versions=versions(),
        )
        save_snapshots(path, about, [self._taken[step][1] for step in steps])


class SnapshotWriter(keras.callbacks.Callback):  # type: ignore[misc] # Keras has no types
    """Keras callback that writes a file of snapshots from any ``model.fit``.

    ``model.fit(x, y, epochs=10, callbacks=[SnapshotWriter("mine_snapshots.npz")])``

    Steps are counted by the optimizer, so that a further ``fit`` of the same model goes on counting;
    the file is written at the end of each epoch, whole at any moment.

    Parameters
    ----------
    seed
        What decided the weights at step 0, for the record.
    """

    def __init__(
        self, path: AnyPath, plan: SnapshotPlan | None = None, seed: int | None = None
    ) -> None:
        super().__init__()
        self._path, self._plan, self._seed = Path(path), plan or SnapshotPlan(), seed
        self._taker: SnapshotTaker | None = None

    def _step(self) -> int:
        return int(self.model.optimizer.iterations)

    def on_train_begin(self, logs: Any = None) -> None:
        """Take the start, unless an earlier ``fit`` was begun with this callback."""
        if self._taker is None:
            self._taker = SnapshotTaker(self.model, self._plan, self._seed)
        self._taker.after_step(self._step())

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Take the snapshots that are due."""
        assert self._taker is not None
        self._taker.after_step(self._step())

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Take the snapshot that is due, and write the file."""
        assert self._taker is not None
        self._taker.after_epoch(self._step(), epoch + 1)
        self._taker.save(self._path)

    def on_train_end(self, logs: Any = None) -> None:
        """Take the end, and write the file."""
        assert self._taker is not None
        self._taker.take(self._step())
        self._taker.save(self._path)
