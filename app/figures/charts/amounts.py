"""Lines over an amount that grows: how an answer changes with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.figures import theme
from app.figures.text import LONGEST_NAME, plain

_STYLES = ((theme.ACCENT, "solid"), ("#c96a00", "dash"))


@dataclass(frozen=True)
class Line:
    """One line: its name, its values over the amounts, what each point tells."""

    name: str
    values: Sequence[float]
    hovers: Sequence[str]


def amounts_figure(
    amounts: Sequence[float],
    lines: Sequence[Line],
    titles: tuple[str, str],
    *,
    is_share: bool,
    marked: float | None = None,
) -> dict[str, Any]:
    """Draw it.

    Parameters
    ----------
    lines
        Up to two.
    titles
        Of the amounts, and of the values.
    is_share
        Whether the values are shares, 0…1; otherwise 0 is marked as the tie.
    marked
        An amount to mark.
    """
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": plain(line.name, LONGEST_NAME),
            "x": list(amounts),
            "y": list(line.values),
            "text": [plain(text) for text in line.hovers],
            "hovertemplate": "%{text}<extra></extra>",
            "line": {"color": colour, "dash": dash, "width": 2},
        }
        for line, (colour, dash) in zip(lines, _STYLES, strict=False)
    ]
    upright = {
        "type": "line",
        "x0": marked,
        "x1": marked,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": theme.FAINT_INK, "width": 1, "dash": "dot"},
    }
    of_values = (
        {"range": [-0.02, 1.02], "tickformat": ".0%"}
        if is_share
        else {"zeroline": True, "zerolinecolor": theme.FAINT_INK}
    )
    layout = theme.chart_layout(
        showlegend=len(lines) > 1,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        margin={"l": 52, "r": 8, "t": 28 if len(lines) > 1 else 8, "b": 44},
        xaxis=theme.axis(title=theme.axis_title(titles[0])),
        yaxis=theme.axis(title=theme.axis_title(titles[1]), **of_values),
        shapes=[] if marked is None else [upright],
    )
    return {"data": traces, "layout": layout}
