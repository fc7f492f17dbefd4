"""The WSGI application for gunicorn and its kind: ``app.wsgi:server``.

Settings come from the environment: ``LOOKING_GLASS_MODELS`` (separated as in ``PATH``),
``LOOKING_GLASS_DATA``, ``LOOKING_GLASS_CACHE``, ``LOOKING_GLASS_PIXELS``; without them the shipped artifacts are served.
"""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from app.reading import Progress
from app.serving.door import Door
from app.serving.progress import told_on_terminal
from app.serving.settings import Settings
from cnn_core.terminal import tell

_FOREIGN = ("DASH_", "FLASK_")


def door_to(settings: Settings, announcement: str) -> Door:
    """Make a door to the dashboard; nothing is loaded before it is opened.

    Parameters
    ----------
    settings
        What to serve.
    announcement
        Line for stdout once pages are answered.
    """
    start = _Start(settings)
    return Door(
        start.load, opened=lambda: tell(announcement), afterwards=start.read, place=settings.place
    )


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """Keep the garbage collector from what is loaded, which stays: a quarter of the start.

    It would look through all of it again and again, at the start and with every later collection.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


class _Start:
    """What is done behind the door: first what the first picture needs, then the rest."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._explorer: Any = None

    def load(self, progress: Callable[..., object]) -> Any:
        """Load what Explore needs; returns the WSGI application."""
        # Variables meant for another program must not switch on debugging, or move the pages.
        for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
            del os.environ[name]
        with _collecting_nothing():
            return self._load(progress)

    def _load(self, progress: Callable[..., object]) -> Any:
        progress("checking the files")
        settings = self._settings.resolved()
        assert settings.data_path is not None  # that is what it resolves
        progress("loading the dashboard")
        from app.factory import create_app, graded
        from app.serving.loading import open_explorer

        self._explorer = open_explorer(
            settings.model_paths,
            settings.data_path,
            cache_folder=settings.cache_folder,
            pixels=settings.pixels,
            snapshots=settings.snapshots_path,
            progress=progress,
        )
        progress("opening the pages")
        app = create_app(self._explorer, place=settings.place, hosts=settings.hosts)
        # The first request lays out the pages and registers their files: let it be ours.
        app.server.test_client().get("/")
        return graded(app, settings.hosts)

    def read(self, progress: Progress) -> None:
        """Read what takes a minute the first time."""
        from app.serving.loading import read_surveys

        place = self._explorer.reading.cache_folder
        first = (
            "For the first time the networks read all images; what they make of them is kept in "
            f"{place}. The pages work meanwhile, and say what still waits."
        )
        with told_on_terminal(progress, first) as told:
            read_surveys(self._explorer, told)


server = door_to(Settings.from_environment(), "CNN Looking Glass is ready")
