"""The door: it answers at once while the network loads behind it, then hands every request on.

Importing TensorFlow and opening the networks takes seconds. Until then a visitor sees what is being
done, and a supervisor can tell "alive" (``/healthz``) from "ready" (``/readyz``).
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.reading import Progress
from app.serving.faults import end_process, told_of
from app.serving.gateway.grading import Grading
from app.serving.headers import FIXED, content_security_policy, framing
from app.serving.place import AT_ROOT, Place
from app.serving.replies.plain_pages import ASSETS, SCRIPT, STYLE, waiting_page
from cnn_core.errors import LookingGlassError
from cnn_core.terminal import complain

Environ = dict[str, Any]
Start = Callable[..., Any]

HEALTH, READINESS = "/healthz", "/readyz"

_SECONDS_TO_RETRY = 2
_MOST_SECONDS_OF_PATIENCE = 0.25
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_STATUS = {200: "200 OK", 405: "405 Method Not Allowed", 503: "503 Service Unavailable"}


@dataclass(frozen=True)
class LoadingState:
    """How far the loading is.

    Attributes
    ----------
    ready
        Whether requests are answered; what takes longer may still be under way.
    step
        What is being done.
    done, total
        How much of this step; a total of 0 or 1 tells nothing.
    """

    ready: bool
    step: str
    done: int = 0
    total: int = 0


class Door:
    """A WSGI application that loads another one in a thread of its own.

    Nothing is loaded before `open` or the first request: with forking servers the thread has to
    start in the worker.

    Parameters
    ----------
    build
        Takes a function ``progress(step, done, total)`` and returns the WSGI application.
    fail
        Called with one line when `build` raises; by default it is written to stderr and the
        process ends.
    opened
        Called without arguments once requests are handed on.
    afterwards
        Does what takes longer while requests are answered; takes `progress`. When it raises, one line
        is written to stderr and is the last step; requests are answered as before.
    place
        Where all this stands.
    """

    def __init__(
        self,
        build: Callable[[Progress], Any],
        fail: Callable[[str], object] = end_process,
        opened: Callable[[], object] = lambda: None,
        afterwards: Callable[[Progress], object] = lambda progress: None,
        place: Place = AT_ROOT,
    ) -> None:
        self._build = build
        self._fail = fail
        self._opened = opened
        self._afterwards = afterwards
        self.place = place
        self._state = LoadingState(False, "starting")
        self._application: Any = None
        self._opening = threading.Lock()
        self._thread = threading.Thread(target=self._load, name="loading", daemon=True)
        self._is_settled = threading.Event()
        self._is_idle = threading.Event()
        self._is_idle.set()
        self._n_asked = 0
        self._is_opened = False
        self._files: dict[str, str] = {}
        self._told: Callable[[LoadingState], object] | None = None

    def anew(self) -> "Door":
        """A door to the same, at which nothing has happened yet."""
        return Door(self._build, self._fail, self._opened, self._afterwards, self.place)

    @property
    def state(self) -> LoadingState:
        """How far the loading is, as a `LoadingState`."""
        return self._state

    def open(self) -> None:
        """Begin to load, once."""
        with self._opening:
            if not self._is_opened:
                self._is_opened = True
                try:
                    self._files = _files_of_waiting_page()
                except LookingGlassError as error:
                    self._fail(str(error))
                self._thread.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until requests are handed on, or the loading has failed.

        Parameters
        ----------
        timeout
            Seconds.

        Returns
        -------
        bool
            Whether everything is loaded.
        """
        self.open()
        self._is_settled.wait(timeout)
        return self._state.ready

    def _load(self) -> None:
        try:
            self._application = self._build(self._progress)
            self._be(LoadingState(True, "answering", 1, 1))
        except BaseException as error:
            self._fail(told_of(error))
        else:
            self._is_settled.set()
            self._do_the_rest()
        finally:
            self._is_settled.set()

    def _do_the_rest(self) -> None:
        """Do what takes longer; where it fails, what is there is answered all the same."""
        step = "ready"
        try:
            self._afterwards(self._progress)
        except BaseException as error:
            step = told_of(error)
            complain(step)
        self._be(LoadingState(True, step, 1, 1))

    def _progress(self, step: str, done: int = 0, total: int = 0) -> None:
        self._be(LoadingState(self._state.ready, str(step), int(done), int(total)))
        # What is done afterwards leaves the machine to readers after each of its steps.
        self._is_idle.wait(_MOST_SECONDS_OF_PATIENCE)

    def _be(self, state: LoadingState) -> None:
        is_opened = state.ready and not self._state.ready
        self._state = state
        if self._told:
            self._told(state)
        elif is_opened:
            # That nobody can be told is no reason to end.
            with contextlib.suppress(OSError):
                self._opened()

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer one request."""
        self.open()
        environ = self.place.inside(environ)
        path = environ["PATH_INFO"]
        if path in (HEALTH, READINESS):
            return self._tell(path, environ, start_response)
        if self._state.ready:
            return self._hand_on(environ, start_response)
        return self._ask_to_wait(path, environ, start_response)

    def _hand_on(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        with self._opening:
            self._n_asked += 1
            self._is_idle.clear()
        try:
            return self._application(environ, start_response)
        finally:
            with self._opening:
                self._n_asked -= 1
                if not self._n_asked:
                    self._is_idle.set()

    @property
    def grading(self) -> Grading:
        """What is known of the requests to what is behind the door, as a `Grading`."""
        return getattr(self._application, "grading", Grading())

    def tell(self, told: Callable[[LoadingState], object]) -> None:
        """Have another door follow this one: ``told(state)`` is called whenever it is further."""
        self._told = told

    def stay_shut(self) -> None:
        """Never load here: another process does, and tells how far it is."""
        self._is_opened = True

    def follow(self, state: LoadingState) -> None:
        """Be as far as the door in another process that loads in place of this one."""
        self.stay_shut()
        self._files = self._files or _files_of_waiting_page()
        self._be(state)

    def answers_at_once(self, path: str) -> bool:
        """Whether the door itself answers, which takes no time."""
        return path in (HEALTH, READINESS) or not self._state.ready

    def _tell(self, path: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        state = self._state
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._answer(
                environ, start_response, 405, "only GET", headers={"Allow": "GET, HEAD"}
            )
        status = 200 if path == HEALTH or state.ready else 503
        return self._answer(
            environ, start_response, status, json.dumps(asdict(state)), "application/json"
        )

    def _ask_to_wait(self, path: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            if path in self._files:
                content = self._files[path]
                kind = _TYPES[Path(path).suffix]
                return self._answer(environ, start_response, 200, content, kind)
            if "text/html" in environ.get("HTTP_ACCEPT", "text/html"):
                page = waiting_page(self._state.step, self.place.prefix)
                return self._answer(environ, start_response, 503, page, "text/html; charset=utf-8")
        return self._answer(environ, start_response, 503, f"loading: {self._state.step}")

    def _answer(
        self,
        environ: Environ,
        start_response: Start,
        status: int,
        content: str,
        kind: str = "text/plain; charset=utf-8",
        headers: Mapping[str, str] | None = None,
    ) -> Iterable[bytes]:
        body = content.encode()
        # A request body that stays unread would be taken for the next request of its connection; the
        # server drains it after the answer.
        given = {
            **FIXED,
            **framing(self.place.frame_ancestors),
            "Content-Security-Policy": content_security_policy(
                frame_ancestors=self.place.frame_ancestors
            ),
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            **(headers or {}),
        }
        if status == 503:
            given["Retry-After"] = str(_SECONDS_TO_RETRY)
        start_response(_STATUS[status], list(given.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _files_of_waiting_page() -> dict[str, str]:
    return {f"/assets/{name}": _text_of(ASSETS / name) for name in (STYLE, SCRIPT)}


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise LookingGlassError(
            f"{path}: {error.strerror}; install the package anew, or check the file out again"
        ) from None
