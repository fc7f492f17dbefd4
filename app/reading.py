"""Reading whole sets while pages are served: one survey after the other, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnn_core.errors import LookingGlassError

if TYPE_CHECKING:
    from cnn_core.images.dataset import Dataset
    from cnn_core.network.classifier import Network
    from cnn_core.survey.whole_set import Survey

Progress = Callable[[str, int, int], Any]
"""Called with (what is done, steps done, steps in all)."""

_SECONDS_OF_NEXT, _SECONDS_OF_LATER, _SECONDS_OF_FAULT = 2, 6, 60


class StillReading(Exception):
    """What is asked for depends on a survey that is being read, or waits for its turn.

    Attributes
    ----------
    again
        Seconds after which it is worth asking again.
    """

    def __init__(self, told: str, again: int = _SECONDS_OF_LATER) -> None:
        super().__init__(told)
        self.again = again

    @classmethod
    def of(cls, model: str, set_name: str, reading: Reading | None) -> StillReading:
        """Tell how far the reading of one survey is."""
        who = f"{model} reads the {set_name} images"
        if reading is None:
            return cls(f"{who} for the first time")
        if fault := reading.faults.get((model, set_name)):
            return cls(f"{model} could not read the {set_name} images: {fault}", _SECONDS_OF_FAULT)
        if reading.present == (model, set_name):
            return cls(f"{who} for the first time: {reading.share:.0%}", _SECONDS_OF_NEXT)
        return cls(f"{who} soon, for the first time: {reading.share_of_all:.0%} of all is read")

    def as_data(self) -> dict[str, Any]:
        """Give it as plain data, for a browser."""
        return {"text": str(self), "again": self.again}


class Reading:
    """The surveys of all models over all sets, the first model's first set first.

    Attributes
    ----------
    surveys
        By model and set, those that are there.
    notes
        What came out and the operator should know.
    faults
        By model and set, why they could not be read, each in a few words.
    present
        Model and set that are read now.
    """

    def __init__(
        self,
        networks: Mapping[str, Network],
        datasets: Mapping[str, Dataset],
        cache_folder: str | PathLike[str] | None = None,
    ) -> None:
        self.surveys: dict[tuple[str, str], Survey] = {}
        self.notes: list[str] = []
        self.faults: dict[tuple[str, str], str] = {}
        self.present: tuple[str, str] | None = None
        self._networks, self._datasets = networks, datasets
        self._cache_folder = cache_folder
        self._order = [(model, name) for name in datasets for model in networks]
        self._total = sum(len(datasets[name]) for _, name in self._order)
        self._before = self._done = 0

    @property
    def cache_folder(self) -> Path:
        """Where surveys are kept."""
        from cnn_core.survey.store import default_cache_folder

        return Path(self._cache_folder or default_cache_folder())

    @property
    def share(self) -> float:
        """How much of the present survey is read, in [0, 1]."""
        present = self.present  # it may be done at any moment
        return self._done / len(self._datasets[present[1]]) if present else 0.0

    @property
    def share_of_all(self) -> float:
        """How much is read of all surveys, in [0, 1]."""
        return (self._before + self._done) / self._total

    def open_first(self) -> None:
        """Open the survey that the first picture is chosen by, if it is kept on disk."""
        self._open(self._order[0])

    def read_all(self, progress: Progress | None = None) -> None:
        """Open or build every survey; where one fails, the others are read all the same.

        Raises
        ------
        Exception
            The first fault, once all is read that can be.
        """
        tell = progress or (lambda text, done, total: None)
        first: Exception | None = None
        for key in self._order:
            self.present, self._done = key, 0
            try:
                self._read(key, tell)
            except Exception as error:
                first = first or error
                self.faults[key] = _for_a_page(error)
            self.present, self._done = None, 0
            self._before += len(self._datasets[key[1]])
        if first is not None:
            raise first

    def _read(self, key: tuple[str, str], tell: Progress) -> None:
        from cnn_core.survey.whole_set import survey_of

        if key in self.surveys or self._open(key):
            return
        step = f"{key[0]} reads the {key[1]} images"
        survey = survey_of(
            *self._parts(key),
            self._cache_folder,
            progress=partial(self._advance, tell, step),
            with_features=self._has_features(key[1]),
        )
        self._keep(key, survey)

    def _open(self, key: tuple[str, str]) -> bool:
        """Open what is kept, whole or without the activations behind the last convolution."""
        from cnn_core.survey.whole_set import stored_survey

        for with_features in (self._has_features(key[1]), False):
            found = stored_survey(*self._parts(key), self._cache_folder, with_features)
            if found is not None:
                self._keep(key, found)
                return True
        return False

    def _advance(self, tell: Progress, step: str, done: int, total: int) -> None:
        self._done = done
        tell(step, self._before + done, self._total)

    def _parts(self, key: tuple[str, str]) -> tuple[Network, Dataset]:
        return self._networks[key[0]], self._datasets[key[1]]

    def _has_features(self, set_name: str) -> bool:
        return set_name == next(iter(self._datasets))

    def _keep(self, key: tuple[str, str], survey: Survey) -> None:
        from cnn_core.network.pixel_check import better_pixels

        if self._has_features(key[1]):
            note = better_pixels(
                *self._parts(key), survey.accuracy, trained_on=self._datasets.get("train")
            )
            self.notes += [note] if note else []
        self.surveys[key] = survey


def _for_a_page(error: Exception) -> str:
    """Why a set could not be read; what nobody foresaw is told in the log alone."""
    if isinstance(error, LookingGlassError):
        return str(error)
    return getattr(error, "strerror", None) or "the server's log says why"
