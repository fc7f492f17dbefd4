"""The local server: python -m app [--model FILE ...] [--data FILE_OR_FOLDER] [--host] [--port]."""

import argparse
import logging
import socket
import sys
from dataclasses import replace
from pathlib import Path

from gunicorn.app.base import BaseApplication

from app import gunicorn_conf
from app.serving.faults import BOOT_FAILURE
from app.serving.settings import Settings
from app.wsgi import door_to

_LOCAL, _PORT = "127.0.0.1", 8050
_ANY = ("0.0.0.0", "::")
_SAID_BETTER = ("Worker (pid:%s) exited with code", "Shutting down", "Reason:")


def main(arguments=None):
    """Serve until stopped.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the command line.

    Returns
    -------
    int
        Exit code: 0 stopped by hand, 1 told what is wrong in one line, 2 wrong options.
    """
    options = _parser().parse_args(arguments)
    try:
        listener = _listen(options.host, options.port)
    except OSError as error:
        print(
            f"{options.host}:{options.port}: {_reason(error)}; choose another one with --host and "
            "--port",
            file=sys.stderr,
        )
        return 1
    settings = Settings.from_environment()
    given = {
        "model_paths": tuple(options.model or ()),
        "data_path": options.data,
        "cache_folder": options.cache,
    }
    settings = replace(settings, **{name: value for name, value in given.items() if value})
    announcement = f"CNN Looking Glass is ready: {_address(listener)} (stop with Ctrl+C)"
    try:
        _LocalServer(door_to(settings, announcement), listener).run()
    except SystemExit as end:
        return 1 if end.code == BOOT_FAILURE else end.code or 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m app", description="Serve the dashboard on this machine."
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
        help="labelled images: mnist.npz or another .npz, IDX files, a folder of .npy files "
        "(default: the shipped MNIST)",
    )
    parser.add_argument("--host", default=_LOCAL, help=f"address to serve on (default: {_LOCAL})")
    parser.add_argument(
        "--port", type=_port, default=_PORT, help=f"default: {_PORT}; 0: any free one"
    )
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="where what was computed once is kept"
    )
    return parser


def _port(text):
    number = int(text)
    if not 0 <= number < 2**16:
        raise argparse.ArgumentTypeError(f"{text}: 0 to {2**16 - 1} are accepted")
    return number


def _listen(host, port):
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


def _reason(error):
    return (error.strerror or str(error)).lower()


def _address(listener):
    host, port = listener.getsockname()[:2]
    host = _LOCAL if host in _ANY else host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _LocalServer(BaseApplication):
    """gunicorn on a socket that is open already, set as in `app.gunicorn_conf`."""

    def __init__(self, door, listener):
        self._door = door
        self._bind = f"fd://{listener.detach()}"
        super().__init__()

    def load_config(self):
        own = {"bind": self._bind, "loglevel": "warning", "workers": 1}
        for name, value in {**vars(gunicorn_conf), **own}.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        # The one line that says why the start failed is on stderr already.
        logging.getLogger("gunicorn.error").addFilter(
            lambda record: not str(record.msg).startswith(_SAID_BETTER)
        )

    def load(self):
        return self._door


if __name__ == "__main__":
    sys.exit(main())
