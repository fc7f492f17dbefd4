"""Units that no file tells of: sought as the page stands, shown as they are found, kept."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dash import html, no_update

from app.frame.address import SENTENCE
from app.frame.page import Panel, Part
from app.pages.patterns import words
from app.pages.patterns.scores import SCORES_AREA, draw_scores
from app.pages.patterns.unit import UNIT_AREA, draw_unit
from app.pages.patterns.view import PatternsView, Sought, sought_key
from cnn_core.errors import LookingGlassError

if TYPE_CHECKING:
    from cnn_core.patterns.on_demand import PatternBench, Step

PROGRESS = "patterns-progress"
_SECONDS_A_PART = 0.4
_BENCH_BYTES, _UNIT_BYTES = 2**20, 2**16


class _Search:
    """The search for one unit under way; several requests may carry it on, one at a time."""

    def __init__(self, bench: "PatternBench", unit: int) -> None:
        self._lock = threading.Lock()
        self._begin = lambda: bench.steps([unit])
        self._steps: Iterator[Step] = self._begin()
        self._step: Step | None = None

    def carried_on(self) -> "Step":
        """Search for a moment, and give what is known then."""
        with self._lock:
            until = time.monotonic() + _SECONDS_A_PART
            while self._step is None or (self._step.done < 1 and time.monotonic() < until):
                self._step = self._next()
            return self._step

    def _next(self) -> "Step":
        try:
            return next(self._steps)
        except LookingGlassError:
            # Who asks again begins anew: what has failed once gives nothing more.
            self._steps = self._begin()
            raise


def draw_search(view: PatternsView, part: int = 0) -> Part:
    """Carry the search for the unit on, unless it is known."""
    nothing = {"unit": no_update, "scores": no_update, "told": "", "sentence": words.sentence(view)}
    if view.unit_found is not None:
        return Part(nothing, None)
    if "train" not in view.explorer.set_names:
        told = "Patches come from training images, and none are here: give a set that has some."
        return Part({**nothing, "told": told}, None)
    try:
        return _carried_on(view, part)
    except LookingGlassError as error:
        return Part({**nothing, "told": f"It cannot be sought: {error}"}, None)


def _carried_on(view: PatternsView, part: int) -> Part:
    selection, kept = view.selection, view.explorer.kept
    bench = kept.get_or_make(
        ("bench", selection.model, selection.layer), lambda: _bench(view), lambda made: _BENCH_BYTES
    )
    key = ("search", *sought_key(selection))
    search = kept.get_or_make(key, lambda: _Search(bench, view.unit), lambda made: _UNIT_BYTES)
    step = search.carried_on()
    found = step.unit(view.unit)
    now = replace(view, unit_found=found, n_of_class=bench.n_of_class)
    is_done = step.done >= 1
    if is_done:
        sought = Sought(found, bench.n_of_class)
        kept.get_or_make(sought_key(selection), lambda: sought, lambda made: _UNIT_BYTES)
    told = [
        html.Progress(value=str(round(100 * step.done)), max="100"),
        f" {step.title}: {step.n_searched:,} training images searched so far",
    ]
    drawn: dict[str, Any] = {
        **draw_unit(now),
        **draw_scores(now),
        "told": "" if is_done else told,
        "sentence": words.sentence(now),
    }
    return Part(drawn, None if is_done else part + 1)


def _bench(view: PatternsView) -> "PatternBench":
    # Brings TensorFlow, which nothing starts by being imported.
    from cnn_core.patterns.on_demand import PatternBench

    explorer, selection = view.explorer, view.selection
    return PatternBench(
        explorer.network(selection.model),
        selection.layer,
        explorer.dataset("train"),
        explorer.dataset("test"),
    )


SEARCH = Panel(
    name="patterns-search",
    depends_on=("model", "layer", "unit", "set", "image", "own"),
    layout=lambda explorer: html.Div(id=PROGRESS, className="note", role="status"),
    draw=draw_search,
    outputs={
        "unit": (UNIT_AREA, "children"),
        "scores": (SCORES_AREA, "children"),
        "told": (PROGRESS, "children"),
    },
    texts={"sentence": SENTENCE},
    is_slow=True,
    in_parts=True,
)
