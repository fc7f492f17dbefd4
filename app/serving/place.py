"""Where the dashboard stands: below which path of a proxy, and in whose frames."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.serving.headers import NOBODY
from cnn_core.errors import LookingGlassError

PREFIX, ANCESTORS = "LOOKING_GLASS_PREFIX", "LOOKING_GLASS_FRAME_ANCESTORS"

_PATH = re.compile(r"(/[\w.~@%-]+)*/?", re.ASCII)
_HOST = re.compile(r"\*|(https?://)?(\*\.)?[\w-]+(\.[\w-]+)*(:(\d{1,5}|\*))?", re.ASCII)


@dataclass(frozen=True)
class Place:
    """Where the dashboard stands.

    Attributes
    ----------
    prefix
        Path that a proxy adds, such as "/looking"; "" at the root.
    frame_ancestors
        Pages that may show it in a frame, as in a Content-Security-Policy; "" for any.
    """

    prefix: str = ""
    frame_ancestors: str = NOBODY

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Place":
        """Read the two variables; an empty one counts as not set.

        Raises
        ------
        LookingGlassError
            When one of them holds something else than is accepted.
        """
        return cls(_prefix(environment.get(PREFIX, "")), _ancestors(environment.get(ANCESTORS, "")))

    def inside(self, environ: dict[str, Any]) -> dict[str, Any]:
        """Give a request's WSGI environment as the application below the path sees it.

        Some proxies hand on the whole path, some take the prefix away: both are understood.
        """
        path = environ.get("PATH_INFO", "/")
        if self.prefix and environ.get("SCRIPT_NAME") == self.prefix:
            return environ  # the process in front has done it
        return {**environ, "SCRIPT_NAME": self.prefix, "PATH_INFO": self.path_inside(path)}

    def require_beside(self, paths: Iterable[str]) -> None:
        """Make sure that it is not itself one of the dashboard's paths, nor the beginning of one.

        Raises
        ------
        LookingGlassError
        """
        if self.prefix and any(f"{path}/".startswith(f"{self.prefix}/") for path in paths):
            raise LookingGlassError(
                f"{PREFIX}: {self.prefix} is a path of the dashboard itself; choose another one"
            )

    def path_inside(self, path: str) -> str:
        """The path of a request as the application sees it."""
        if self.prefix and (path == self.prefix or path.startswith(self.prefix + "/")):
            return path[len(self.prefix) :] or "/"
        return path


AT_ROOT = Place()

ANYWHERE = Place(frame_ancestors="")
"""At the root, and in anybody's frames, as in a notebook."""


def _prefix(text: str) -> str:
    path = "/" + text.strip().strip("/")
    if not _PATH.fullmatch(path):
        raise LookingGlassError(
            f"{PREFIX}: {text!r} in the environment; a path such as /looking is accepted"
        )
    return path.rstrip("/")


def _ancestors(text: str) -> str:
    hosts = text.replace(",", " ").split()
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise LookingGlassError(
                f"{ANCESTORS}: {host!r} in the environment; addresses such as "
                "https://moodle.example.org are accepted, with spaces between them"
            )
    return " ".join(("'self'", *hosts)) if hosts else NOBODY
