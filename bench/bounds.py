"""The table of ratios and bounds that the benchmarks are held against."""

from bench.classroom import MOST_MS
from bench.ratios import Bound, Figure, Ratio
from bench.strain import MOST_HEALTH_MS, MOST_OWN_MIB
from bench.strain import MOST_MS as STRAINED_MS

_CLICK = Figure("explore", "Conv2D_1, key to last change, ms")
_MISS, _HIT = (
    Figure("server", f"numbers, {what}, ms") for what in ("new image", "image in the cache")
)
_REQUEST_MISS, _REQUEST_HIT = (
    Figure("server", f"whole request, {what}, ms") for what in ("new image", "image in the cache")
)
_PASS = Figure("server", "bare compiled forward pass, ms")
_ARTICLE = Figure("server", "the article's function (load, build, predict), ms")
_GROWING = {
    "maps": "maps of a layer",
    "map_size": "cells of a map",
    "images": "images compared",
    "set_size": "images in the set",
}
_ROOMS = ("the same 36 images for all", "an image of their own for each")


def _click(way, holds=None):
    return Ratio(
        f"click to picture, over a stock Dash app with {way}",
        _CLICK,
        Figure("explore", f"stock Dash, {way}, key to last change, ms"),
        "at most",
        holds,
    )


def _goal(name, ours, goal, sense="at most", holds=None):
    return Bound(name, ours, sense, holds, goal)


BOUNDS = (
    _click("mosaic", 2),
    _click("strip", 1),
    _click("subplots", 0.8),
    _goal("click to picture, ms", _CLICK, 45),
    _goal("click to picture, 95th percentile, ms", Figure("explore", _CLICK.name, "p95"), 120),
    _goal(
        "pictures a second with the key held",
        Figure("explore", "Conv2D_1, pictures a second with the key held"),
        12,
        "at least",
    ),
    _goal(
        "stale pictures when the key is let go",
        Figure("explore", "Conv2D_1, stale pictures when the key is let go"),
        0,
        holds=0,
    ),
    _goal("bytes of an answer", Figure("explore", "Conv2D_1, bytes of an answer"), 22_000),
    _goal(
        "bytes of a first load",
        Figure("explore", "first load, bytes on the wire"),
        1_900_000,
        holds=2_500_000,
    ),
    _goal(
        "bytes of a second load",
        Figure("explore", "second load, bytes on the wire"),
        60_000,
        holds=100_000,
    ),
    _goal(
        "3 + 3 + 2 images to Conv2D_1, pictures stand, ms",
        Figure("compare", "3 + 3 + 2 images, to Conv2D_1, pictures stand, ms"),
        120,
    ),
    _goal(
        "3 + 3 + 2 images to Conv2D_1, worth included, ms",
        Figure("compare", "3 + 3 + 2 images, to Conv2D_1, last change, ms"),
        500,
    ),
    _goal(
        "another image in Decide, ms", Figure("decide", "another image, pictures stand, ms"), 150
    ),
    _goal(
        "another layer in Decide, ms", Figure("decide", "another layer, pictures stand, ms"), 150
    ),
    _goal(
        "one more node silenced or restored, ms",
        Figure("decide", "one more node silenced or restored, pictures stand, ms"),
        80,
    ),
    _goal(
        "pen lifted in Draw, answer and grid stand, ms",
        Figure("draw", "pen lifted, answer and grid stand, ms"),
        100,
    ),
    *(
        _goal(
            f"another snapshot in Training, {layer}, ms",
            Figure("training", f"{layer}, another snapshot, pictures stand, ms"),
            100,
        )
        for layer in ("Conv2D_3", "Conv2D_1")
    ),
    Ratio("numbers of a new image, over a bare pass", _MISS, _PASS, "at most", 3, 2),
    Ratio("numbers of an image in the cache, over a bare pass", _HIT, _PASS, "at most", 0.3, 0.1),
    Ratio(
        "whole request for a new image, over a bare pass", _REQUEST_MISS, _PASS, "at most", goal=2
    ),
    Ratio(
        "whole request for an image in the cache, over a bare pass",
        _REQUEST_HIT,
        _PASS,
        "at most",
        goal=0.1,
    ),
    Ratio(
        "numbers of a new image, times faster than the article's function",
        _MISS,
        _ARTICLE,
        "at least",
        50,
        100,
    ),
    Ratio(
        "whole request for a new image, times faster than the article's function",
        _REQUEST_MISS,
        _ARTICLE,
        "at least",
        goal=100,
    ),
    Ratio(
        "ready, over a bare import and load",
        Figure("start", "process start to /readyz 200, s"),
        Figure("start", "a bare import of Keras and load of the model, s"),
        "at most",
        2,
        1.15,
    ),
    Ratio(
        "first picture with an empty cache, over a bare import and load",
        Figure("start", "process start with an empty cache to the first picture, s"),
        Figure("start", "a bare import of Keras and load of the model, s"),
        "at most",
        2,
        1.5,
    ),
    _goal(
        "process start to the first /healthz 200, s",
        Figure("start", "process start to the first /healthz 200, s"),
        1.5,
    ),
    *(
        _goal(
            f"200 students, {room}: 95th percentile, ms",
            Figure("classroom", f"{room}: answer, ms", "p95"),
            MOST_MS,
        )
        for room in _ROOMS
    ),
    *(
        _goal(f"200 students, {room}: errors", Figure("classroom", f"{room}: errors"), 0, holds=0)
        for room in _ROOMS
    ),
    *(
        _goal(
            f"{company}: {what}, 95th percentile, ms",
            Figure("strain", f"{company}: {what}, ms", "p95"),
            goal,
        )
        for company in ("all of these", "2,000 silent")
        for what, goal in (("a click", STRAINED_MS), ("/healthz", MOST_HEALTH_MS))
    ),
    _goal(
        "a click among slow, silent, dear and gone clients, over one alone",
        Figure("strain", "a click among all of these, over one alone", ""),
        8,
        holds=20,
    ),
    _goal(
        "a click among 2,000 silent clients, over one alone",
        Figure("strain", "a click among 2,000 silent, over one alone", ""),
        1.5,
        holds=4,
    ),
    _goal(
        "most memory under strain, mapped files left out, MiB",
        Figure("strain", "own memory at most, MiB", ""),
        MOST_OWN_MIB,
        holds=MOST_OWN_MIB,
    ),
    _goal(
        "growth of the memory after warm-up, %",
        Figure("memory", "RSS, growth after warm-up, %"),
        5,
        holds=10,
    ),
    _goal("most memory, mapped files included, MiB", Figure("memory", "RSS at most, MiB"), 700),
    _goal(
        "most memory, mapped files left out, MiB",
        Figure("memory", "without mapped files at most, MiB"),
        700,
    ),
    _goal("errors in the memory's run", Figure("memory", "errors under load"), 0, holds=0),
    *(
        _goal(
            f"growth with the {what}, over linear growth",
            Figure("growth", f"{name}: growth over linear", ""),
            1.1,
            holds=1.5,
        )
        for name, what in _GROWING.items()
    ),
    _goal(
        "slowest search in the largest set, ms",
        Figure("growth", "slowest search in the largest set, ms", ""),
        50,
    ),
)
