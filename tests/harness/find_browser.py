"""Which browser the tests drive, and how it comes there: the one rule for Makefile and fixtures.

An installed Chromium or Chrome is used; else Debian's package is installed, when root; else
Playwright's own; else this fails and says so.

    python -m tests.harness.find_browser        installs one if need be and prints its path
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHOSEN = "LOOKING_GLASS_BROWSER"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks of another server stays unanswered.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC_PROGRAMS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_MISSING = (
    f"no Chromium or Chrome: install one, name it in {CHOSEN}, or let "
    "`python -m playwright install chromium` fetch one"
)


class NoBrowser(RuntimeError):
    """There is none, and none could be installed."""


def installed_browser():
    """Find a browser on this machine.

    Returns
    -------
    str or None
        Path of the program.
    """
    named = os.environ.get(CHOSEN)
    if named:
        if not os.access(named, os.X_OK):
            raise NoBrowser(f"{named}: named in {CHOSEN}, but not a program")
        return named
    found = [shutil.which(command) for command in _COMMANDS]
    found += [path for path in _MAC_PROGRAMS if os.access(path, os.X_OK)]
    return next(filter(None, found), None) or _playwright_browser()


def ensured_browser():
    """Find a browser, or install one.

    Returns
    -------
    str

    Raises
    ------
    NoBrowser
    """
    browser = installed_browser()
    if browser is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
        browser = installed_browser()
    if browser is None:
        _run(sys.executable, "-m", "playwright", "install", "chromium")
        browser = installed_browser()
    if browser is None:
        raise NoBrowser(_MISSING)
    return browser


def _playwright_browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def _run(*command):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(" ".join(command), file=sys.stderr)
    subprocess.run(command, env=environment, stdout=sys.stderr, check=False)


if __name__ == "__main__":
    try:
        print(ensured_browser())
    except NoBrowser as error:
        sys.exit(str(error))
