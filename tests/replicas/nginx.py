"""A real nginx that runs as long as a test needs it."""

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager


@contextmanager
def running_nginx(text, folder, port):
    """Run nginx in a folder with a configuration, until the block ends; wait until it listens."""
    program = shutil.which("nginx")
    assert program, "no nginx: install it, or leave this folder out (--ignore=tests/replicas)"
    for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        text = text.replace("http {", f"http {{ {name}_temp_path {folder}/{name};", 1)
    settings = folder / "nginx.conf"
    settings.write_text(text)
    own = f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;"
    command = [program, "-p", str(folder), "-c", str(settings), "-g", own]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_until_it_listens(port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_it_listens(port):
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")
