"""The server as the command starts it: gunicorn, on a port that is taken before anything is loaded."""

import argparse
import logging
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from app import gunicorn_conf
from app.plain_numbers import count_in
from app.serving.door import Door
from app.serving.faults import BOOT_FAILURE
from app.serving.settings import LARGEST_PORT, Settings, number_from
from app.wsgi import door_to
from cnn_core.network.pixels import add_pixels_option, with_values_joined
from cnn_core.terminal import complain, tell

_LOCAL, _PORT = "127.0.0.1", 8050
_ANY = ("0.0.0.0", "::")
_SAID_BETTER = ("Worker (pid:%s) exited with code", "Shutting down", "Reason:")


def run(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped; the exit code is that of the command."""
    options = command_parser().parse_args(with_values_joined(arguments))
    try:
        listener = _listen(options.host, options.port)
    except OSError as error:
        other = _as_option(f"--port {options.port % LARGEST_PORT + 1}")
        complain(
            f"{options.host}:{options.port}: {_reason(error)}; choose another address, like {other}"
        )
        return 1
    settings = Settings.from_environment()
    given = {
        "model_paths": tuple(options.model or ()),
        "data_path": options.data,
        "cache_folder": options.cache,
        "pixels": options.pixels,
        "snapshots_path": options.snapshots,
    }
    settings = replace(settings, **{name: value for name, value in given.items() if value})
    address = f"{_address(listener)}{settings.place.prefix} (stop with Ctrl+C)"
    tell(f"CNN Looking Glass starts: {address}")
    announcement = f"CNN Looking Glass is ready: {address}"
    try:
        _LocalServer(door_to(settings, announcement), listener).run()
    except SystemExit as end:
        return 1 if end.code == BOOT_FAILURE else int(end.code or 0)
    return 0


def command_parser() -> argparse.ArgumentParser:
    """Give the parser of the command line."""
    is_module = Path(sys.argv[0]).name == "__main__.py"
    parser = argparse.ArgumentParser(
        prog="python -m app" if is_module else None,
        description="Serve the dashboard on this machine.",
    )
    parser.add_argument(
        "--model",
        type=Path,
        nargs="+",
        action="extend",
        metavar="FILE",
        help="networks to look into, .keras or .h5 (default: all shipped ones)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FILE_OR_FOLDER",
        help="labelled images: .npz, .npy or IDX files, a CSV table, folders of pictures by class "
        "(default: the shipped MNIST)",
    )
    add_pixels_option(parser)
    parser.add_argument(
        "--snapshots",
        type=Path,
        metavar="FILE",
        help="weights kept while the first model was trained (default: what lies beside each model)",
    )
    parser.add_argument(
        "--host",
        default=os.environ.get("LOOKING_GLASS_HOST") or _LOCAL,
        help="address to serve on (default: %(default)s)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=number_from(os.environ, "LOOKING_GLASS_PORT") or _PORT,
        help="default: %(default)s; 0: any free one",
    )
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="where what was computed once is kept"
    )
    return parser


def _port(text: str) -> int:
    number = count_in(text)
    if number is None or number > LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text}: 0 to {LARGEST_PORT} are accepted")
    return number


def _as_option(option: str) -> str:
    """An option, as whoever started the server can give it: make takes none of ours."""
    return f'make run ARGS="{option}"' if "MAKELEVEL" in os.environ else option


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is loaded, and tell at once when it is not to be had."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    host = _LOCAL if host in _ANY else host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _LocalServer(BaseApplication):
    """gunicorn on a socket that is open already, set as in `app.gunicorn_conf`."""

    def __init__(self, door: Door, listener: socket.socket) -> None:
        self._door = door
        self._bind = f"fd://{listener.detach()}"
        super().__init__()

    def load_config(self) -> None:
        own: dict[str, Any] = {"bind": self._bind, "loglevel": "warning"}
        for name, value in {**vars(gunicorn_conf), **own}.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        # The one line that says why the start failed is on stderr already.
        logging.getLogger("gunicorn.error").addFilter(
            lambda record: not str(record.msg).startswith(_SAID_BETTER)
        )

    def load(self) -> Door:
        return self._door
