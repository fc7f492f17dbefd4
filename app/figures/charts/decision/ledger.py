"""The ledger of nodes: a running sum of signed bars that ends at the margin."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from app.figures import theme
from app.figures.text import plain
from app.frame.words.wording import signed

_FOLDED = 0.45
_HALF_BAR = 0.41
_REST_COLOUR = "#8a94a0"


@dataclass(frozen=True)
class Bar:
    """One bar of the running sum.

    Attributes
    ----------
    kind
        "unit", "rest", "bias", "margin" or "after".
    unit
        The node, of a bar of kind "unit".
    start, term
        Where the bar begins and how far it goes.
    label, hover
        Under the bar and at the pointer; lines of the latter are parted by line breaks.
    """

    kind: str
    unit: int | None
    start: float
    term: float
    label: str
    hover: str

    @property
    def amount(self) -> str:
        """The term as text."""
        return signed(self.term)


def ledger_figure(
    bars: Sequence[Bar], p: int, q: int, *, layer: str, silenced: Collection[int] = ()
) -> dict[str, Any]:
    """Draw a margin as a running sum.

    Parameters
    ----------
    bars
        In the order of the sum; each has `kind` ("unit", "rest", "bias", "margin" or "after"),
        `unit` (int or None), `start` and `term` (float), `amount` (the term as text), `label`
        and `hover` (str).
    p, q
        Target and rival, each in its own colour; what speaks for the rival is hatched too.
    layer
        Name of the layer; a click on a bar names its unit.
    silenced
        Units that are silenced: their bars are hollow.
    """
    target, rival = theme.class_colour(p), theme.class_colour(q)
    colours = [target if bar.term >= 0 else rival for bar in bars]
    is_hollow = [bar.kind == "unit" and bar.unit in silenced for bar in bars]
    fills = []
    for bar, colour, hollow in zip(bars, colours, is_hollow, strict=True):
        if bar.kind == "bias":
            colour = _REST_COLOUR
        fills.append(
            "rgba(0,0,0,0)" if hollow else _faded(colour) if bar.kind == "rest" else colour
        )
    columns = list(range(len(bars)))
    heights = {
        "type": "bar",
        "x": columns,
        "y": [bar.term for bar in bars],
        "base": [bar.start for bar in bars],
        "hoverinfo": "none",
        "customdata": [bar.hover for bar in bars],
        "text": [bar.amount for bar in bars],
        "textposition": "outside",
        "cliponaxis": False,
        "textangle": 0,
        "constraintext": "none",
        "textfont": {"size": 11, "color": theme.INK},
        "marker": {
            "color": fills,
            "line": {"color": colours, "width": [1.5 if hollow else 0 for hollow in is_hollow]},
            "pattern": {
                "shape": _hatching(bars, is_hollow),
                # An overlay asks for the contrast to one colour and is given all of them.
                "fillmode": "replace",
                "bgcolor": fills,
                "fgopacity": 0.5,
                "fgcolor": "#ffffff",
                "size": 6,
                "solidity": 0.28,
            },
        },
    }
    running = [bar.start + bar.term for bar in bars if bar.kind not in ("margin", "after")]
    # From the edge of one bar to the edge of the next, and then a gap.
    steps = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "connectgaps": False,
        "x": [
            x
            for place in range(len(running))
            for x in (place + _HALF_BAR, place + 1 - _HALF_BAR, None)
        ],
        "y": [y for end in running for y in (end, end, None)],
        "line": {"width": 1, "dash": "dot", "color": theme.FAINT_INK},
    }
    names = [
        f"<b>{plain(bar.label)}</b>" if bar.kind in ("margin", "after") else plain(bar.label)
        for bar in bars
    ]
    tops = [max(bar.start, bar.start + bar.term) for bar in bars]
    feet = [min(bar.start, bar.start + bar.term) for bar in bars]
    low, high = min(*feet, 0.0), max(*tops, 0.0)
    reach = (high - low) or 1.0
    layout = theme.chart_layout(
        bargap=1 - 2 * _HALF_BAR,
        hovermode="x",
        meta={
            "kind": "told",
            "layer": layer,
            "toggles": True,
            "narrow": _narrow(bars, low - 0.2 * reach, high + 0.34 * reach),
            "units": [bar.unit if bar.kind == "unit" else None for bar in bars],
        },
        margin={"l": 44, "r": 4, "t": 4, "b": 36, "pad": 2},
        xaxis=theme.axis(
            tickvals=columns,
            ticktext=names,
            showgrid=False,
            zeroline=False,
            range=[-0.7, len(bars) - 0.3],
            automargin=False,
            tickangle=0,
            tickfont={"size": 11, "color": theme.INK},
        ),
        yaxis=theme.axis(
            range=[low - 0.09 * reach, high + 0.09 * reach],
            automargin=False,
            zerolinecolor=theme.FAINT_INK,
            zerolinewidth=1.5,
            nticks=6,
        ),
    )
    return {"data": [steps, heights], "layout": layout}


def _narrow(bars: Sequence[Bar], low: float, high: float) -> dict[str, Any]:
    """What changes on a narrow screen, so that all bars stand side by side: upright numbers."""
    small = {"size": 10, "color": theme.INK}
    return {
        "trace": {"textangle": -90, "textfont": small},
        "layout": {
            "margin.l": 26,
            "margin.b": 66,
            "xaxis.tickangle": -90,
            "xaxis.ticktext": [plain(bar.label.replace("\n", " ")) for bar in bars],
            "xaxis.tickfont": small,
            "yaxis.range": [low, high],
        },
    }


def _hatching(bars: Sequence[Bar], is_hollow: Sequence[bool]) -> list[str]:
    """Pattern of each bar: what speaks for the rival is hatched, so that colour is not alone."""
    return [
        "/" if bar.term < 0 and bar.kind != "bias" and not hollow else ""
        for bar, hollow in zip(bars, is_hollow, strict=True)
    ]


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_FOLDED})"
