"""Two lists of signed bars beside each other: what counts most, here and there."""

from collections.abc import Sequence
from typing import Any

from app.figures import theme
from app.figures.text import LONGEST_NAME, plain
from app.frame.words.wording import signed

_COLUMNS = ((0.0, 0.35), (0.65, 1.0))


def bar_lists_figure(
    lists: Sequence[tuple[str, Sequence[str], Sequence[float]]], p: int, q: int
) -> dict[str, Any]:
    """Draw two lists, each on a scale of its own.

    Parameters
    ----------
    lists
        Title, names and terms of each, the first name on top.
    p, q
        Target and rival, whose colours tell the sign; what speaks for the rival is hatched too.
    """
    traces, axes, titles = [], {}, []
    for place, ((title, names, terms), column) in enumerate(zip(lists, _COLUMNS, strict=True)):
        mark = "" if place == 0 else str(place + 1)
        reach = 1.05 * max((abs(term) for term in terms), default=0.0) or 1.0
        fills = [theme.class_colour(p if term >= 0 else q) for term in terms]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": [float(term) for term in terms],
                "y": list(range(len(terms))),
                "xaxis": f"x{mark}",
                "yaxis": f"y{mark}",
                "hoverinfo": "skip",
                "marker": {
                    "color": fills,
                    "pattern": {
                        "shape": ["" if term >= 0 else "/" for term in terms],
                        "fillmode": "replace",
                        "bgcolor": fills,
                        "fgopacity": 0.5,
                        "fgcolor": "#ffffff",
                        "size": 6,
                        "solidity": 0.28,
                    },
                },
            }
        )
        axes[f"xaxis{mark}"] = theme.axis(
            domain=column, anchor=f"y{mark}", range=[-reach, reach], nticks=4, automargin=False
        )
        axes[f"yaxis{mark}"] = theme.axis(
            anchor=f"x{mark}",
            range=[len(terms) - 0.4, -0.6],
            tickvals=list(range(len(names))),
            ticktext=[
                f"{plain(name, LONGEST_NAME)}  {signed(term)}"
                for name, term in zip(names, terms, strict=True)
            ],
            showgrid=False,
            zeroline=False,
            automargin=False,
        )
        titles.append(
            {
                "text": plain(title),
                "xref": "paper",
                "yref": "paper",
                "x": column[0],
                "y": 1,
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 13, "color": theme.INK},
            }
        )
    layout = theme.chart_layout(
        hovermode=False,
        bargap=0.25,
        margin={"l": 72, "r": 8, "t": 24, "b": 24, "pad": 2},
        annotations=titles,
        **axes,
    )
    return {"data": traces, "layout": layout}
