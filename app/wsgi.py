"""The WSGI application for gunicorn and its kind: ``app.wsgi:server``.

Settings come from the environment: ``LOOKING_GLASS_MODELS`` (separated as in ``PATH``),
``LOOKING_GLASS_DATA``, ``LOOKING_GLASS_CACHE``, ``LOOKING_GLASS_PIXELS``; without them the shipped artifacts are served.
"""

import gc
import os
from contextlib import contextmanager

from app.serving.door import Door
from app.serving.progress import told_on_terminal
from app.serving.settings import Settings

_FOREIGN = ("DASH_", "FLASK_")


def door_to(settings, announcement):
    """Make a door to the dashboard; nothing is loaded before it is opened.

    Parameters
    ----------
    settings : Settings
        What to serve.
    announcement : str
        Line for stdout once it is loaded.

    Returns
    -------
    Door
    """

    def build(progress):
        with told_on_terminal(progress) as told, _collecting_nothing():
            return _load(settings, told)

    return Door(build, opened=lambda: print(announcement, flush=True))


@contextmanager
def _collecting_nothing():
    """Keep the garbage collector from what is loaded, which stays: a quarter of the start.

    It would look through all of it again and again, at the start and with every later collection.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def _load(settings, progress):
    # Variables meant for another program must not switch on debugging, or move the pages.
    for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
        del os.environ[name]
    progress("checking the files")
    settings = settings.resolved()
    progress("loading the dashboard")
    from app.factory import create_app
    from app.serving.loading import load_explorer

    explorer = load_explorer(
        settings.model_paths,
        settings.data_path,
        cache_folder=settings.cache_folder,
        pixels=settings.pixels,
        snapshots=settings.snapshots_path,
        progress=progress,
    )
    progress("opening the pages")
    server = create_app(explorer).server
    # The first request lays out the pages and registers their files: let it be ours.
    server.test_client().get("/")
    return server


server = door_to(Settings.from_environment(), "CNN Looking Glass is ready")
