"""Colours, scales and the bare frame that every figure starts from.

Text and lines of a figure follow the page's light or dark ink by style sheet; the colours given
here are those of a picture that is saved, which has a white ground.
"""

from typing import Any

import plotly.colors

from app.figures.text import plain

INK = "#1b2430"
FAINT_INK = "#5b6775"
LINE = "#d5dbe2"
ACCENT = "#0b7285"

# 4 and 9 are red and blue as in the article's circles; the others were searched for so that any two
# of the ten are far apart for all eyes, on a light and on a dark ground.
_CLASS_COLOURS = (
    "#2e9260",
    "#e5a02e",
    "#5d17da",
    "#d060a8",
    "#d1242f",
    "#80a8e7",
    "#6f3e73",
    "#7f7d14",
    "#99b37e",
    "#1f6feb",
)

COLOUR_MAPS = ("viridis", "cividis", "inferno", "magma", "jet")
_LOADED = {name: getattr(plotly.colors.sequential, name.title()) for name in COLOUR_MAPS}

DIVERGING = ("#1f4e9c", "#5c8fd6", "#b9cfee", "#f4f4f2", "#f3c3b4", "#dd6b54", "#9c1c1f")
"""Blue for the rival, near-white for zero, red for the target."""


def class_colour(number: int) -> str:
    """Colour of a class, the same on every page; beyond ten classes the colours begin again."""
    return _CLASS_COLOURS[number % len(_CLASS_COLOURS)]


def colour_stops(name: str) -> list[tuple[float, str]]:
    """Stops of a colour map in the form that plotly takes.

    Parameters
    ----------
    name
        One of COLOUR_MAPS, "grey" (ink on paper) or "diverging".

    Returns
    -------
    stops
        Positions in [0, 1] with their colours.
    """
    colours = {"grey": ("#000000", "#ffffff"), "diverging": DIVERGING}.get(name) or _LOADED[name]
    last = len(colours) - 1
    return [(position / last, colour) for position, colour in enumerate(colours)]


def colour_table(name: str, n_steps: int = 256) -> bytes:
    """A colour map as a table of bytes, for pictures that are drawn on the server.

    Parameters
    ----------
    name
        As in `colour_stops`.

    Returns
    -------
    bytes
        Red, green, blue of each step, 0 to 255.
    """
    stops = colour_stops(name)
    colours = plotly.colors.sample_colorscale(
        [[position, _as_rgb(colour)] for position, colour in stops],
        [step / (n_steps - 1) for step in range(n_steps)],
        colortype="tuple",
    )
    return bytes(round(255 * part) for colour in colours for part in colour)


def _as_rgb(colour: str) -> str:
    if colour.startswith("#"):
        return "rgb({}, {}, {})".format(*plotly.colors.hex_to_rgb(colour))
    return colour


def picture_layout(**more: Any) -> dict[str, Any]:
    """Layout of a picture without axes: cells square, first row on top."""
    axis = {"visible": False, "fixedrange": False, "constrain": "domain"}
    return {
        **_frame(),
        "xaxis": dict(axis),
        "yaxis": {**axis, "autorange": "reversed", "scaleanchor": "x", "scaleratio": 1},
        **more,
    }


def chart_layout(**more: Any) -> dict[str, Any]:
    """Layout of a chart with axes."""
    return {**_frame(), **more}


def axis(**more: Any) -> dict[str, Any]:
    """One axis of a chart, in the look of the house."""
    return {
        "gridcolor": LINE,
        "zerolinecolor": LINE,
        "linecolor": LINE,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": FAINT_INK, "size": 12},
        # To look for labels that leave the picture, plotly would measure each of them.
        "ticklabeloverflow": "allow",
        **more,
    }


def axis_title(text: str) -> dict[str, Any]:
    """Title of an axis, no larger than its labels."""
    return {"text": plain(text), "font": {"size": 12, "color": FAINT_INK}}


def colour_bar(**more: Any) -> dict[str, Any]:
    """Colour bar of a picture, as tall as its frame."""
    return {
        "thickness": 10,
        "len": 1,
        "outlinewidth": 0,
        "xpad": 6,
        "ypad": 0,
        "tickfont": {"size": 12, "color": FAINT_INK},
        "ticklabeloverflow": "allow",
        **more,
    }


def _frame() -> dict[str, Any]:
    return {
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {
            "family": "system-ui, -apple-system, 'Segoe UI', sans-serif",
            "size": 13,
            "color": INK,
        },
        "hoverlabel": {"font": {"size": 13}},
        "showlegend": False,
        "dragmode": False,
    }
