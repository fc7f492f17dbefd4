"""How gunicorn serves: ``gunicorn --config python:app.gunicorn_conf app.wsgi:server``.

Each worker listens in an event loop and has one process of its own compute, with a few threads; two of
them do hardly more than one at twice the memory. Nothing is loaded before the fork: TensorFlow does not
survive one.
"""

import os
from typing import Any

from app.serving.settings import number_from

_IN_MEMORY = "/dev/shm"

bind = "{}:{}".format(
    os.environ.get("LOOKING_GLASS_HOST") or "0.0.0.0",
    number_from(os.environ, "LOOKING_GLASS_PORT") or 8050,
)
worker_class = "app.serving.gateway.worker.PatientWorker"
workers = number_from(os.environ, "WEB_CONCURRENCY") or 1
# For what is cheap, in the process that computes; fewer where memory is limited to less than they need.
threads = 4
preload_app = False
control_socket_disable = True
# The sign of life of a worker is a file: in memory where the disk may be read-only or slow.
worker_tmp_dir = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
graceful_timeout = 8
# On a machine that is short of time a worker that lives may be silent for long.
timeout = 120
# Longer than a person looks at one picture, so that the next one needs no new connection.
keepalive = 15
# An address holds the whole state of a page.
limit_request_line = 8190
# What a reader asked for who has left is given up at once.
asgi_disconnect_grace_period = 0
asgi_lifespan = "off"


def on_starting(server: Any) -> None:
    """Refuse to listen where nobody would answer."""
    for name in ("workers", "threads"):
        if (number := getattr(server.cfg, name)) < 1:
            raise SystemExit(f"--{name} {number}: a whole number from 1 on is accepted")
