"""Time and bytes against size: maps, map size, images compared, and images in the set.

``python -m bench.growth_plots`` draws what was measured.
"""

import tempfile
from contextlib import contextmanager
from pathlib import Path

from bench import growth_browser, growth_sets
from bench.growth_asking import Asking, lines_of
from bench.growth_models import (
    MAPS,
    article_network,
    maps_network,
    opened,
    save_models,
    save_small_set,
)
from bench.growth_ratio import growths
from tests.harness.driven import started_browser

_MAPS = (8, 16, 32, 64, 128, 256, 512, 1024)
_SIDES = (3, 7, 14, 28, 56, 112)
_COMPARED = (1, 3, 6, 12, 24, 36)
_SET_SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
# A short run has fewer points, as far apart.
_SHORT = {
    _MAPS: (8, 128, 1024),
    _SIDES: (3, 28, 112),
    _COMPARED: (1, 12, 36),
    _SET_SIZES: (2_000, 20_000),
}
_MAP_SIDE, _N_MAPS = 8, 16
_GROUPS = "abc"
# Few: what Compare measures over the classes afterwards is no part of the pictures.
_N_COMPARABLE = 200
# A search that sorts grows a little more than linearly from its few microseconds on. It is held
# against a goal by itself, and to linear growth as the part of an answer that it is.
_PART_OF_AN_ANSWER = "search"


def measure(page=None, address=None, short=False):
    """Measure growth over synthetic networks and sets of its own.

    Parameters
    ----------
    page, address : object
        Not used: the browser starts over servers of its own, in the full form only.
    short : bool
        Few points, and nothing that takes long: what it tells are ratios, never goals.

    Returns
    -------
    dict of str to dict, float or str
        For each thing that grows: under its name a table of "size", in words, "sizes", "lines",
        lists of values by name, and "growth", a text for each line; the largest growth of a line
        over that of the size; and which line that is. At last the slowest search in the largest
        set, which has a million images in the full form.
    """
    del page, address
    told = {}
    with (
        tempfile.TemporaryDirectory(prefix="looking-glass-growth-") as folder,
        _page(short) as own_page,
    ):
        for name, part in _PARTS.items():
            place = Path(folder) / name
            place.mkdir()
            table = part(place, own_page, short)
            found = growths(table)
            steepest = max(
                (line for line in found if not line.startswith(_PART_OF_AN_ANSWER)),
                key=lambda line, found=found: found[line].over_linear,
            )
            told |= {
                name: {**table, "growth": {line: str(one) for line, one in found.items()}},
                f"{name}: growth over linear": found[steepest].over_linear,
                f"{name}: steepest": steepest,
            }
    told["slowest search in the largest set, ms"] = max(
        values[-1]
        for line, values in told["set_size"]["lines"].items()
        if line.startswith("search")
    )
    return told


@contextmanager
def _page(short):
    if short:
        yield None
        return
    with (
        started_browser() as browser,
        browser.new_context(viewport={"width": 1280, "height": 800}) as context,
    ):
        yield context.new_page()


def _points(sizes, short):
    return _SHORT[sizes] if short else sizes


def _repeats(short):
    return 8 if short else 25


def _maps(folder, page, short):
    sizes = _points(_MAPS, short)
    models = save_models(folder, {f"maps_{n}": maps_network(n, _MAP_SIDE) for n in sizes})
    data = save_small_set(folder / "images.npz", 64, _MAP_SIDE + 2)
    asking = Asking(opened(models, data, folder / "cache")[1])
    costs = [
        asking.cost(
            "/",
            [
                {"model": model.stem, "image": image, "layer": MAPS}
                for image in range(_repeats(short) + 2)
            ],
        )
        for model in models
    ]
    lines = lines_of(costs)
    if page:
        lines |= growth_browser.explore_models(page, models, data, folder / "cache", MAPS)
    return {
        "size": f"maps of {_MAP_SIDE} × {_MAP_SIDE} in a layer",
        "sizes": list(sizes),
        "lines": lines,
    }


def _map_size(folder, page, short):
    sides, costs, browser = _points(_SIDES, short), [], []
    for side in sides:
        models = save_models(folder, {f"side_{side}": maps_network(_N_MAPS, side)})
        data = save_small_set(folder / f"side_{side}.npz", 40, side + 2)
        asking = Asking(opened(models, data, folder / "cache")[1])
        costs.append(
            asking.cost(
                "/", [{"image": image, "layer": MAPS} for image in range(_repeats(short) + 2)]
            )
        )
        if page:
            browser.append(
                growth_browser.explore_models(page, models, data, folder / "cache", MAPS)
            )
    lines = lines_of(costs)
    for name in browser[0] if browser else ():
        lines[name] = [one[name][0] for one in browser]
    return {
        "size": f"cells of a map, of {_N_MAPS} maps ({sides[0]} × {sides[0]} to "
        f"{sides[-1]} × {sides[-1]})",
        "sizes": [side * side for side in sides],
        "sides": list(sides),
        "lines": lines,
    }


def _images(folder, page, short):
    sizes = _points(_COMPARED, short)
    models = save_models(folder, {"article": article_network()})
    data = save_small_set(folder / "images.npz", _N_COMPARABLE, 28)
    explorer, app = opened(models, data, folder / "cache")
    layer, asking = explorer.network("article").layers[0].name, Asking(app)
    repeats = 5 if short else 12
    costs = [
        asking.cost(
            "/compare",
            [
                {**groups_of(n, start=11 * number, n_images=_N_COMPARABLE), "layer": layer}
                for number in range(repeats + 2)
            ],
        )
        for n in sizes
    ]
    lines = lines_of(costs)
    if page:
        lines |= growth_browser.compare_images(
            page,
            models,
            data,
            folder / "cache",
            layer,
            [
                [groups_of(n, start=11 * number, n_images=_N_COMPARABLE) for number in range(6)]
                for n in sizes
            ],
        )
    return {"size": "images compared, at 32 maps of 26 × 26", "sizes": list(sizes), "lines": lines}


def groups_of(n, start, n_images):
    """Parts of Compare's address that put n images into its three groups.

    Parameters
    ----------
    n : int
        1 to 36.
    start : int
        The first image.
    n_images : int
        Images there are; numbers begin anew behind the last.

    Returns
    -------
    dict of str to object
    """
    images = [(start + number) % n_images for number in range(n)]
    members = {key: images[place :: len(_GROUPS)] for place, key in enumerate(_GROUPS)}
    # The means over a group are two pictures more, whatever its size: they are switched off.
    return {
        "mean": 0,
        "min": 0,
        **{key if found else f"r{key}": found or "none" for key, found in members.items()},
    }


def _set_size(folder, page, short):
    del page
    sizes, costs = _points(_SET_SIZES, short), []
    for n_images in sizes:
        # One set at a time is on the disk: the largest takes a gigabyte and a half.
        with tempfile.TemporaryDirectory(dir=folder) as own:
            growth_sets.write_set(Path(own), n_images)
            growth_sets.write_network(Path(own))
            costs.append(
                growth_sets.measure_set(Path(own))
                if short
                else growth_sets.in_own_process(Path(own))
            )
    # A first opening in this process pays for things that have nothing to do with the set.
    names = [name for name in costs[0] if not (short and ("opening" in name))]
    return {
        "size": "images in the set, 28 × 28",
        "sizes": list(sizes),
        "lines": {name: [round(cost[name], 4) for cost in costs] for name in names},
    }


_PARTS = {"maps": _maps, "map_size": _map_size, "images": _images, "set_size": _set_size}
