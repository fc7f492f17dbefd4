"""The command line: python -m cnn_core train | survey | check | info."""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from tqdm import tqdm

from cnn_core.artifacts import SECTIONS, find_faults, read_manifest, verify_artifacts
from cnn_core.errors import LookingGlassError, printable
from cnn_core.images.dataset import available_splits, fit_labels, load_dataset, require_both_sets
from cnn_core.network.pixels import add_pixels_option, with_values_joined
from cnn_core.shipped_files import DATA_FILE, SHIPPED
from cnn_core.terminal import complain, tell
from cnn_core.training.command import accuracies_text, add_train_options, train_as_asked

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

BESIDE = Path()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0: done; 1: told what is wrong in one line; 2: wrong options; 130: stopped by hand.
    """
    parser = command_parser()
    options = parser.parse_args(with_values_joined(arguments))
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except LookingGlassError as error:
        complain(error)
        return 1
    except BrokenPipeError:
        # Who reads the output has had enough; what is still unwritten goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        complain(f"{error.filename or 'file system'}: {error.strerror or error}")
        return 1
    except KeyboardInterrupt:
        hint = "; go on with --resume" if options.run is train_as_asked else ""
        print(file=sys.stderr)
        complain(f"stopped by hand{hint}")
        return 130


def command_parser() -> argparse.ArgumentParser:
    """Give the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m cnn_core", description="Train, survey, check and describe the artifacts."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    add_train_options(commands.add_parser("train", help="train the article's CNN and record it"))

    survey = commands.add_parser(
        "survey", help="look at a whole image set once and keep the result"
    )
    survey.set_defaults(run=_survey)
    survey.add_argument("--model", type=Path, nargs="+", help="default: every shipped model")
    survey.add_argument("--data", type=Path, help="image sets (default: ARTIFACTS/mnist.npz)")
    survey.add_argument(
        "--sets", nargs="+", choices=("test", "train"), help="default: all that the data holds"
    )
    survey.add_argument("--cache", type=Path, help="cache folder (default: the user's)")
    survey.add_argument(
        "--light",
        action="store_true",
        help="keep what the last layers put out for the first model alone, which takes a third of "
        "the disk; for the others it is computed where it is needed",
    )
    survey.add_argument(
        "--readouts",
        action="store_true",
        help="also measure what each layer alone can tell (minutes a model; a killed run goes on)",
    )
    survey.add_argument(
        "--patterns",
        action="store_true",
        help="also find what each unit responds to, into patterns_NAME.npz beside each model "
        "(minutes a model; a killed run goes on)",
    )
    survey.add_argument(
        "--shifts",
        action="store_true",
        help="also count which test images stay right when they are shifted, turned, scaled, "
        "redrawn or made noisy, into shifts.json beside the first model (minutes)",
    )
    survey.add_argument(
        "--familiarity",
        action="store_true",
        help="also keep of the training images what tells how far an image is from all of them, into "
        "familiarity_NAME.npz beside each model (a minute a model)",
    )
    survey.add_argument(
        "--snapshots",
        type=Path,
        metavar="FILE",
        nargs="?",
        const=BESIDE,
        help="instead measure a model at every snapshot of its training (minutes; a killed run "
        "goes on; default FILE: the one beside the model)",
    )
    survey.add_argument(
        "--pair",
        type=int,
        nargs=2,
        action="append",
        metavar=("P", "Q"),
        help="classes to tell apart, beside all of them (default: 4 9)",
    )
    survey.add_argument(
        "--output",
        type=Path,
        help="file for --readouts or --snapshots (default: readouts.json beside the model, "
        "training_course.json beside the snapshots)",
    )
    survey.add_argument("--anew", action="store_true", help="compute finished steps again")
    add_pixels_option(survey)
    _add_folder(survey)

    check = commands.add_parser("check", help="verify every file against the manifest")
    check.set_defaults(run=_check)
    _add_folder(check)

    info = commands.add_parser(
        "info", help="tell versions, models and accuracies, or what is in files of one's own"
    )
    info.set_defaults(run=_info)
    info.add_argument(
        "files",
        type=Path,
        nargs="*",
        metavar="FILE",
        help="models and image sets (default: shipped)",
    )
    _add_folder(info)
    return parser


def _add_folder(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--artifacts",
        type=Path,
        default=SHIPPED,
        metavar="FOLDER",
        help="default: the shipped ones",
    )


def _survey(options: argparse.Namespace) -> int:
    from cnn_core.network.opening import load_network_for
    from cnn_core.network.pixel_check import better_pixels
    from cnn_core.survey.whole_set import survey_of

    if not options.model and not options.data:
        # Damaged results are mended by computing them.
        readouts = options.readouts or options.snapshots
        asked = {"readouts": readouts, "patterns": options.patterns, "drawing": options.shifts}
        verify_artifacts(options.artifacts, besides=[part for part in asked if asked[part]])
    models = options.model or [
        options.artifacts / file for file in sorted(read_manifest(options.artifacts)["models"])
    ]
    data = options.data or options.artifacts / DATA_FILE
    if options.snapshots:
        from cnn_core.readouts.over_training.command import measure_files

        measure_files(
            models,
            None if options.snapshots == BESIDE else options.snapshots,
            data,
            options.pair,
            cache_folder=options.cache,
            output=options.output,
            anew=options.anew,
            pixels=options.pixels,
        )
        return 0
    if options.readouts:
        from cnn_core.readouts.command import USES as OF_READOUTS
        from cnn_core.readouts.command import compute_for_files

        require_both_sets(data, OF_READOUTS)
    if options.patterns:
        from cnn_core.patterns.command import USES as OF_PATTERNS
        from cnn_core.patterns.command import patterns_of_files

        require_both_sets(data, OF_PATTERNS)
    splits = options.sets or available_splits(data)
    datasets = {split: load_dataset(data, split) for split in splits}
    first = next(iter(datasets.values()))
    for model in models:
        network = load_network_for(first, model, pixels=options.pixels)
        for split, dataset in fit_labels(datasets, network.n_classes).items():
            title = printable(f"{model.name}, {split}")
            with tqdm(total=len(dataset), desc=title, unit=" images") as bar:
                survey = survey_of(
                    network,
                    dataset,
                    options.cache,
                    progress=partial(_advance, bar),
                    with_features=False if options.light and model is not models[0] else None,
                )
                bar.update(len(dataset) - bar.n)
            told = f"{model.name}, {split}: {survey.n_right:,} of {len(dataset):,} images right"
            tell(f"{told} ({survey.accuracy:.2%}). {survey.note}".rstrip(" "))
            note = better_pixels(
                network, dataset, survey.accuracy, trained_on=datasets.get("train")
            )
            if note:
                complain(note)
    if options.readouts:
        compute_for_files(
            models,
            data,
            options.pair,
            cache_folder=options.cache,
            output=options.output,
            anew=options.anew,
            pixels=options.pixels,
        )
    if options.patterns:
        patterns_of_files(
            models, data, cache_folder=options.cache, anew=options.anew, pixels=options.pixels
        )
    if options.shifts:
        from cnn_core.drawing.change_survey import shifts_of_files

        shifts_of_files(
            models, data, cache_folder=options.cache, anew=options.anew, pixels=options.pixels
        )
    if options.familiarity:
        from cnn_core.drawing.familiar.reference import references_of_files

        references_of_files(models, data, pixels=options.pixels)
    return 0


def _advance(bar: "tqdm[NoReturn]", done: int, _total: int) -> None:
    bar.update(done - bar.n)


def _check(options: argparse.Namespace) -> int:
    faults = find_faults(options.artifacts)
    for fault in faults:
        complain(fault)
    if faults:
        return 1
    manifest = read_manifest(options.artifacts)
    n_files = sum(len(manifest.get(section, {})) for section in SECTIONS)
    tell(f"{options.artifacts}: {n_files} files and the manifest are whole")
    return 0


def _info(options: argparse.Namespace) -> int:
    from cnn_core.network.opening import load_network
    from cnn_core.network.saved.kinds import is_model
    from cnn_core.training.versions import versions

    for path in options.files:
        if is_model(path):
            _tell_network(path.name, load_network(path))
        else:
            _tell_data(path)
    if options.files:
        return 0
    manifest = read_manifest(options.artifacts)
    tell(", ".join(f"{name} {version}" for name, version in versions().items()))
    for file, record in sorted(manifest["models"].items()):
        network = load_network(options.artifacts / file)
        tell("")
        _tell_network(file, network, f"; {accuracies_text(record)}", record["command"])
    return 0


def _tell_network(name: str, network: "Network", more: str = "", command: str = "") -> None:
    tell(f"{name}: {network.n_parameters:,} parameters{more}")
    if command:
        tell(f"  {command}")
    if network.pixels:
        tell(f"  takes pixels of {network.pixels.text}, as its first layers tell")
    for layer in network.layers:
        shape = " x ".join(str(size) for size in layer.shape)
        tell(f"  {layer.name:<20} {layer.class_name:<16} {shape:<14} {layer.n_parameters:>9,}")


def _tell_data(path: Path) -> None:
    """Say which sets are found, and what is taken for them."""
    for split in available_splits(path):
        dataset = load_dataset(path, split)
        size = " x ".join(map(str, dataset.input_shape))
        tell(f"{split}: {len(dataset):,} images of {size}, {dataset.n_classes} classes")
        tell(f"  from {dataset.source}")
        counts = np.bincount(dataset.labels, minlength=dataset.n_classes)
        told = (
            f"{name} ({count:,})" for name, count in zip(dataset.class_names, counts, strict=True)
        )
        tell(f"  {', '.join(told)}")
        for note in dataset.notes:
            tell(f"  {note}")


if __name__ == "__main__":
    sys.exit(main())
