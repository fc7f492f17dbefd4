"""The command that trains the article's CNN, and how it can be repeated."""

import argparse
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnn_core.images.dataset import load_dataset
from cnn_core.shipped_files import DATA_FILE
from cnn_core.terminal import tell
from cnn_core.training.snapshots import SnapshotPlan


def add_train_options(train: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    train.set_defaults(run=train_as_asked)
    train.add_argument("--name", default="cnn", help="saved as NAME.keras (default: cnn)")
    train.add_argument("--output", type=Path, default=Path("artifacts"), help="artifacts folder")
    train.add_argument("--data", type=Path, help="image sets (default: OUTPUT/mnist.npz)")
    train.add_argument("--seed", type=_counted(0), default=1, help="default: 1")
    train.add_argument("--epochs", type=_counted(1), help="passes over the training images")
    train.add_argument("--batch-size", type=_counted(1), help="images in one step")
    train.add_argument(
        "--snapshots",
        metavar="LIST",
        nargs="?",
        const=str(SnapshotPlan()),
        help="also keep the weights after these steps and, with an e, epochs, as "
        f"NAME_snapshots.npz (default LIST: {SnapshotPlan()})",
    )
    train.add_argument(
        "--resume", action="store_true", help="go on from the last finished epoch, if there is one"
    )
    train.add_argument(
        "--overwrite", action="store_true", help="replace a model or broken-off training"
    )


def _counted(smallest: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not smallest <= value < 2**31:
            raise argparse.ArgumentTypeError(f"{text}: {smallest} or more is accepted")
        return value

    return number


def train_as_asked(options: argparse.Namespace) -> int:
    """Train and publish as the options of the command line say; its exit code."""
    plan = None if options.snapshots is None else SnapshotPlan.parse(options.snapshots)
    data = options.data or options.output / DATA_FILE
    train_set, test_set = (load_dataset(data, split) for split in ("train", "test"))

    # These load TensorFlow; data that cannot be read was refused before.
    from cnn_core.network.backend import tf
    from cnn_core.training.publishing import record_data
    from cnn_core.training.train import Recipe, train_and_publish

    # The same command then gives the same weights, bit for bit, on the same number of cores.
    tf.config.experimental.enable_op_determinism()
    if data.is_file() and data.resolve().parent == options.output.resolve():
        record_data(options.output, data.name)
    asked = {"epochs": options.epochs, "batch_size": options.batch_size}
    recipe = Recipe(**{key: value for key, value in asked.items() if value is not None})
    # A smaller set holds back the same share of its images as MNIST does.
    held_back = min(recipe.validation_images, len(train_set) // 12)
    record = train_and_publish(
        train_set,
        test_set,
        options.output,
        options.name,
        seed=options.seed,
        recipe=replace(recipe, validation_images=held_back),
        plan=plan,
        resume=options.resume,
        overwrite=options.overwrite,
        command=repeatable(options),
        data_name=data.name,
    )
    tell(f"{options.output / options.name}.keras: {accuracies_text(record)}")
    return 0


def accuracies_text(record: dict[str, Any]) -> str:
    """Tell how many images a model of the manifest has right."""
    parts = (
        f"{record['accuracy'][part]:.2%} of {record['images'][part]:,} {part} images right"
        for part in ("test", "validation")
    )
    return ", ".join(parts)


def repeatable(options: argparse.Namespace) -> str:
    """Give the command as it can be repeated elsewhere: paths below this folder, or names."""

    def told(path: Path) -> str:
        absolute, here = path.absolute(), Path.cwd()
        return str(absolute.relative_to(here) if absolute.is_relative_to(here) else path.name)

    parts = ["python", "-m", "cnn_core", "train", "--name", options.name]
    if told(options.output) != "artifacts":
        parts += ["--output", told(options.output)]
    if options.data is not None:
        parts += ["--data", told(options.data)]
    parts += ["--seed", str(options.seed)]
    if options.snapshots is not None:
        parts.append("--snapshots")
        parts += [options.snapshots] if options.snapshots != str(SnapshotPlan()) else []
    for option in ("epochs", "batch_size"):
        if getattr(options, option) is not None:
            parts += [f"--{option.replace('_', '-')}", str(getattr(options, option))]
    if options.overwrite:
        parts.append("--overwrite")
    return shlex.join(parts)
