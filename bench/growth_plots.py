"""Plots of growth, drawn from the results: python -m bench.growth_plots [RESULTS.json]."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from bench.record import RESULTS

FOLDER = Path(__file__).resolve().parent / "plots"
# Told apart by the colour-blind: M. Okabe and K. Ito, "Color Universal Design" (2008).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_MARKERS = "osD^vP"
_INK, _FAINT = "#1c2430", "#8a93a0"
_STYLE = {
    "svg.hashsalt": "cnn-looking-glass",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e3e7ec",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "figure.facecolor": "white",
}


@dataclass(frozen=True)
class Panel:
    """One pair of axes.

    Attributes
    ----------
    title, unit : str
        What is shown, and the label of the upright axis.
    lines : dict of str to str
        Names of a table's lines, and how they are called.
    goal : (float, str) or None
        A level to be kept below, and what it says.
    """

    title: str
    unit: str
    lines: dict
    goal: tuple[float, str] | None = None


@dataclass(frozen=True)
class Plot:
    """One picture: what is asked, what grows, and the panels."""

    title: str
    size: str
    panels: tuple[Panel, ...]


_ANSWER = (
    Panel(
        "Time for a new picture",
        "milliseconds",
        {
            "browser to picture, ms": "in the browser, until it stands",
            "server, ms": "of it on the server",
        },
    ),
    Panel(
        "Size of the answer",
        "bytes",
        {"bytes unpacked": "unpacked", "bytes on the wire": "on the wire, compressed"},
    ),
)
PLOTS = {
    "maps": Plot(
        "Explore one image at a layer of 8 to 1,024 maps",
        "maps of 8 × 8 cells in the layer",
        _ANSWER,
    ),
    "map_size": Plot(
        "Explore one image at a layer whose maps have 3 × 3 to 112 × 112 cells",
        "cells of each of the 16 maps",
        _ANSWER,
    ),
    "images": Plot(
        "Compare 1 to 36 images at a layer of 32 maps of 26 × 26 cells", "images compared", _ANSWER
    ),
    "set_size": Plot(
        "A set of 10,000 to 1,000,000 images, memory-mapped",
        "images of 28 × 28 in the set",
        (
            Panel(
                "Time of an answer on the server",
                "milliseconds",
                {
                    "Compare by rule, ms": "Compare, groups chosen by rule",
                    "Explore, a new search, ms": "Explore, with a new search",
                    "Explore along a search, ms": "Explore, along a search",
                    "Explore, ms": "Explore, without a search",
                },
            ),
            Panel(
                "Search alone",
                "milliseconds",
                {
                    "search for borderline 4 9, ms": "“borderline 4 9”",
                    "search for clear 4 9, ms": "“clear 4 9”",
                    "search for label:4 pred:9, ms": "“label:4 pred:9”",
                    "search for a number, ms": "the number of an image",
                    "search for wrong, ms": "“wrong”",
                },
                goal=(50, "goal: below 50 ms"),
            ),
            Panel(
                "Size of the answer",
                "bytes",
                {
                    "Compare by rule, bytes unpacked": "Compare, unpacked",
                    "Compare by rule, bytes on the wire": "Compare, on the wire, compressed",
                    "Explore along a search, bytes unpacked": "Explore along a search, unpacked",
                    "Explore along a search, bytes on the wire": "the same, on the wire, compressed",
                },
            ),
            Panel(
                "Opening the set",
                "seconds",
                {
                    "opening for the first time, s": "first time: the network reads every image",
                    "opening again, s": "later: checksums of images and survey",
                },
            ),
            Panel(
                "Memory taken by opening it",
                "MiB beside mapped files",
                {"memory of its own while opening, MiB": "most of it while opening"},
            ),
            Panel(
                "Space on the disk",
                "MiB",
                {
                    "images on the disk, MiB": "images",
                    "survey on the disk, MiB": "survey, kept from the first opening on",
                },
            ),
        ),
    ),
}


def draw(name, table, folder):
    """Draw one table as ``NAME.svg``; the same numbers always give the same file.

    Parameters
    ----------
    name : str
        Of `PLOTS`.
    table : dict
        "sizes" and "lines", lists of values by name; lines that were not measured are left out.
    folder : pathlib.Path

    Returns
    -------
    pathlib.Path
    """
    plot = PLOTS[name]
    panels = [panel for panel in plot.panels if panel.lines.keys() & table["lines"].keys()]
    columns = min(len(panels), 2)
    rows = -(-len(panels) // columns)
    with rc_context(_STYLE):
        figure = Figure(figsize=(5.4 * columns, 0.6 + 4.6 * rows), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)
        axes = figure.subplots(rows, columns, squeeze=False)
        figure.suptitle(plot.title, fontsize=14, fontweight="bold")
        for panel, axis in zip(panels, axes.flat, strict=False):
            _draw_panel(axis, panel, table)
            axis.set_xlabel(plot.size)
        for unused in axes.flat[len(panels) :]:
            unused.remove()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.svg"
        figure.savefig(path, metadata={"Date": None, "Creator": None})
    return path


def _draw_panel(axis, panel, table):
    sizes = table["sizes"]
    drawn = {
        text: table["lines"][line] for line, text in panel.lines.items() if line in table["lines"]
    }
    for (text, values), colour, marker in zip(drawn.items(), _COLOURS, _MARKERS, strict=False):
        axis.plot(
            sizes,
            values,
            color=colour,
            marker=marker,
            markersize=5,
            linewidth=1.8,
            label=text,
            zorder=3,
        )
    highest = max(map(max, drawn.values()))
    lowest = min(map(min, drawn.values()))
    axis.set_xscale("log")
    axis.set_yscale("log")
    # Linear growth runs like this line: what is less steep grows less.
    start = max(values[0] for values in drawn.values())
    axis.plot(
        sizes,
        [start * size / sizes[0] for size in sizes],
        color=_FAINT,
        linewidth=1.2,
        linestyle=(0, (5, 3)),
        label="linear growth",
        zorder=2,
    )
    if panel.goal:
        level, text = panel.goal
        axis.axhline(level, color=_INK, linewidth=1, linestyle=":", zorder=1, label=text)
        highest = max(highest, level)
    # At least a decade is shown, so that the axis has numbers.
    beside = max(1.6, (20 * lowest / highest) ** 0.5)
    axis.set_ylim(lowest / beside, highest * beside)
    axis.set_title(panel.title, loc="left")
    axis.set_ylabel(panel.unit)
    axis.set_xticks(
        sizes,
        [f"{side}×{side}" for side in table["sides"]]
        if "sides" in table
        else [_count(size) for size in sizes],
    )
    axis.xaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_locator(LogLocator(subs=_steps_shown(*axis.get_ylim())))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _count(value)))
    axis.yaxis.set_minor_formatter(NullFormatter())
    axis.legend(
        loc="upper left",
        bbox_to_anchor=(-0.02, -0.2),
        handlelength=2.2,
        labelspacing=0.3,
        borderaxespad=0,
        borderpad=0,
    )


def _steps_shown(low, high):
    """Which numbers of a decade the axis names: more where it spans few decades."""
    return (1, 2, 5) if high < 200 * low else (1,)


def _count(number):
    """Write a number of an axis: 0.5, 50, 1,024, 50k, 5M."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if number >= 10_000 and number % size == 0:
            return f"{number / size:g}{unit}"
    return f"{number:,.0f}" if number >= 10 else f"{number:g}"


def main():
    """Draw every plot for which the results have a table."""
    results = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS
    figures = json.loads(results.read_text(encoding="utf-8"))["growth"]["figures"]
    for name in PLOTS:
        if name in figures:
            print(f"written: {draw(name, figures[name], FOLDER).relative_to(FOLDER.parents[1])}")


if __name__ == "__main__":
    main()
