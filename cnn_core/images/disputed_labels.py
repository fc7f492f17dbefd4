"""Labels of an image set that people who looked again do not agree with."""

import json
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from cnn_core.errors import ArtifactError
from cnn_core.images.dataset import Dataset

DISPUTED_LABELS = "disputed_labels.json"
FORMAT = 1


@dataclass(frozen=True)
class DisputedLabel:
    """One image whose label is disputed.

    Attributes
    ----------
    image
        Number of the image in its set.
    given, suggested
        Class that the data states, and class that was put to the raters beside it.
    votes_given, votes_suggested, votes_neither
        How many raters chose which.
    """

    image: int
    given: int
    suggested: int
    votes_given: int
    votes_suggested: int
    votes_neither: int


@dataclass(frozen=True)
class DisputedLabels:
    """Disputed labels of one image set, ascending by image.

    Attributes
    ----------
    data_digest
        `Dataset.digest` of the one set that the numbers belong to.
    source, address, rule
        Where they come from, where that can be read, and what made them disputed.
    n_raters
        Raters an image.
    """

    data_digest: str
    source: str
    address: str
    rule: str
    n_raters: int
    labels: tuple[DisputedLabel, ...]

    def apply_to(self, dataset: Dataset) -> bool:
        """Tell whether the numbers are those of this image set."""
        return self.data_digest == dataset.digest


def read_disputed_labels(path: str | PathLike[str]) -> DisputedLabels | None:
    """Read a JSON file as `artifacts/disputed_labels.json`; None where there is no such file.

    Raises
    ------
    ArtifactError
        When the file is not such a list.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_bytes())
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']} where this version reads {FORMAT}")
        labels = tuple(_label_of(entry) for entry in content["images"])
        if [label.image for label in labels] != sorted({label.image for label in labels}):
            raise ValueError("images are not in ascending order")
        told = {key: str(content[key]) for key in ("data_digest", "source", "address", "rule")}
        return DisputedLabels(**told, n_raters=int(content["n_raters"]), labels=labels)
    except FileNotFoundError:
        return None
    except KeyError as error:
        fault = f"no entry {error}"
    except (ValueError, TypeError, RecursionError) as error:
        fault = " ".join(str(error).split())
    except OSError as error:
        fault = f"cannot be read ({error.strerror})"
    raise ArtifactError(f"{path}: {fault}; check the file out again or remove it")


def _label_of(entry: dict[str, Any]) -> DisputedLabel:
    votes = entry["votes"]
    numbers = (
        entry["image"],
        entry["given"],
        entry["suggested"],
        votes["given"],
        votes["suggested"],
        votes["neither"],
    )
    if any(type(number) is not int or number < 0 for number in numbers):
        raise ValueError(f"image {entry['image']}: whole numbers from 0 are accepted")
    return DisputedLabel(*numbers)
