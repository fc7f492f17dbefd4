"""Time from a change of the address to the pictures, in a real browser over synthetic networks."""

from statistics import median

from app.pages.compare.boards import BOARDS
from bench.clicks import set_address, times_of, watch
from tests.harness.served import served

_REPEATS = 6


def explore_models(page, models, data, cache_folder, layer):
    """Another image of each model on Explore.

    Parameters
    ----------
    page : playwright Page
    models : sequence of pathlib.Path
    data, cache_folder : pathlib.Path
    layer : str

    Returns
    -------
    dict of str to list of float
        A value for each model.
    """
    with _server(models, data, cache_folder) as address:
        times = [
            _times(
                page,
                f"{address}/?model={model.stem}&layer={layer}&image=1",
                [{"image": 2 + number} for number in range(_REPEATS + 1)],
            )
            for model in models
        ]
    return _lines(times)


def compare_images(page, models, data, cache_folder, layer, groups):
    """Other members of the groups on Compare.

    Parameters
    ----------
    page, models, data, cache_folder, layer
        As in `explore_models`.
    groups : sequence of sequence of dict
        For each point of the curve, parts of the address to go through.

    Returns
    -------
    dict of str to list of float
    """
    with _server(models, data, cache_folder) as address:
        times = [
            _times(page, f"{address}/compare?layer={layer}", changes, f"#{BOARDS}")
            for changes in groups
        ]
    return _lines(times)


def _lines(times):
    medians, best = map(list, zip(*times, strict=True))
    return {"browser to picture, ms": medians, "browser to picture at best, ms": best}


def _server(models, data, cache_folder):
    options = [option for model in models for option in ("--model", str(model))]
    return served(
        *options, "--data", str(data), environment={"LOOKING_GLASS_CACHE": str(cache_folder)}
    )


def _times(page, address, changes, pictures=".js-plotly-plot"):
    """Median and best time until the pictures stand; the first change is not counted."""
    page.goto(address)
    page.wait_for_selector("body[data-settled=yes]", timeout=60_000)
    page.wait_for_selector(".js-plotly-plot .main-svg", state="attached", timeout=60_000)
    page.wait_for_timeout(1000)
    watch(page, pictures)
    taken = [
        times_of(page, lambda change=change: set_address(page, **_as_text(change))).pictures
        for change in changes
    ]
    return round(median(taken[1:]), 1), round(min(taken[1:]), 1)


def _as_text(change):
    return {
        key: ",".join(map(str, value)) if isinstance(value, list) else value
        for key, value in change.items()
    }
