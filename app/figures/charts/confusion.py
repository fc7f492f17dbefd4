"""The confusion matrix: images by label and prediction."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import theme
from app.figures.pictures.arrays import packed
from app.figures.text import plain

_MOST_WITH_NUMBERS = 25
_LONGEST_NAME = 14
_NOT_ANY = "rgba(180,35,24,0.0)"
_FEW, _MANY = "rgba(209,36,47,0.14)", "rgba(209,36,47,0.68)"
_DIAGONAL = "rgba(11,114,133,0.16)"


def confusion_figure(
    counts: NDArray[np.int64],
    class_names: Sequence[str],
    *,
    selected: tuple[int | None, int | None] | None = None,
) -> dict[str, Any]:
    """Draw the matrix; errors have a colour scale of their own, so that the diagonal hides none.

    Parameters
    ----------
    counts : shape (n, n)
        Images by label (row) and prediction (column).
    class_names
        One for each class.
    selected
        Label and prediction to be framed; None frames a whole row or column.

    Returns
    -------
    dict
        A plotly figure. A click sets `label` and `pred` of the address.
    """
    n = len(counts)
    has_numbers = n <= _MOST_WITH_NUMBERS
    errors = counts.astype(np.float32)
    np.fill_diagonal(errors, np.nan)
    most = float(np.nanmax(errors)) if n > 1 else 0.0
    told = [[_told(counts, class_names, row, column) for column in range(n)] for row in range(n)]
    # Few errors differ by counts of one to five: their scale begins at one, none has no colour.
    matrix = {
        "type": "heatmap",
        "z": packed(np.where(errors > 0, errors, 0).astype(np.float32)),
        "zmin": 0,
        "zmax": max(most, 1.0),
        "showscale": False,
        "hoverinfo": "none",
        "xgap": 2,
        "ygap": 2,
        "customdata": told,
        "colorscale": [[0, _NOT_ANY], [1e-6, _FEW], [1, _MANY]],
    }
    diagonal = {
        "type": "heatmap",
        "z": packed(np.where(np.eye(n, dtype=bool), 1.0, np.nan).astype(np.float32)),
        "showscale": False,
        "hoverinfo": "skip",
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "colorscale": [[0, _DIAGONAL], [1, _DIAGONAL]],
    }
    traces = [diagonal, matrix, *(_numbers(counts) if has_numbers else ())]
    names = [plain(name, _LONGEST_NAME) for name in class_names]
    ticks = {"tickvals": list(range(n)), "ticktext": names} if has_numbers else {}
    above = {"tickvals": [*range(n), n + 0.15], "ticktext": [*names, "right"]}
    bare = {"showgrid": False, "zeroline": False, "showline": False, "ticks": ""}
    layout = theme.chart_layout(
        meta={"kind": "told", "click": {"x": "pred", "y": "label"}, "n": n},
        margin={"l": 4, "r": 4, "t": 4, "b": 4, "pad": 2},
        shapes=_frame(selected, n),
        xaxis=theme.axis(
            side="top",
            **bare,
            constrain="domain",
            range=[-0.5, n + (1.25 if has_numbers else -0.5)],
            title=_axis_title("prediction"),
            **(above if has_numbers else {}),
        ),
        yaxis=theme.axis(
            range=[n - 0.5, -0.5],
            **bare,
            scaleanchor="x",
            constrain="domain",
            title=_axis_title("label"),
            **ticks,
        ),
    )
    for key in ("xaxis", "yaxis"):
        layout[key]["tickfont"] = {"size": 13, "color": theme.INK}
    return {"data": traces, "layout": layout}


def share_text(right: int, n: int) -> str:
    """Write a share of right answers, "–" where nothing was asked."""
    return f"{right / n:.1%}" if n else "–"


def _numbers(counts: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
    n = len(counts)
    rows, columns = np.nonzero(counts)
    size = 12 if n <= 12 else 9
    yield {
        "type": "scatter",
        "mode": "text",
        "hoverinfo": "skip",
        "x": columns.tolist(),
        "y": rows.tolist(),
        "text": [
            f"{counts[row, column]}" if row == column else f"<b>{counts[row, column]}</b>"
            for row, column in zip(rows, columns, strict=True)
        ],
        "textfont": {"size": size, "color": theme.INK},
    }
    yield {
        "type": "scatter",
        "mode": "text",
        "hoverinfo": "skip",
        "textposition": "middle right",
        "x": [n - 0.45] * n,
        "y": list(range(n)),
        "text": [share_text(counts[row, row], counts[row].sum()) for row in range(n)],
        "textfont": {"size": size - 1, "color": theme.FAINT_INK},
    }


def _told(counts: NDArray[np.int64], names: Sequence[str], row: int, column: int) -> str:
    of_label = int(counts[row].sum())
    what = (
        f"labelled {names[row]} and predicted {names[column]}"
        if row != column
        else f"labelled and predicted {names[row]}"
    )
    if not of_label:
        return f"no image is labelled {names[row]}"
    return (
        f"{counts[row, column]:,} {what}\n"
        f"{counts[row, column] / of_label:.2%} of the {of_label:,} labelled {names[row]}"
    )


def _frame(selected: tuple[int | None, int | None] | None, n: int) -> list[dict[str, Any]]:
    if selected is None or selected == (None, None):
        return []
    label, prediction = selected
    top, bottom = (-0.5, n - 0.5) if label is None else (label - 0.5, label + 0.5)
    left, right = (-0.5, n - 0.5) if prediction is None else (prediction - 0.5, prediction + 0.5)
    return [
        {
            "type": "rect",
            "x0": left,
            "x1": right,
            "y0": top,
            "y1": bottom,
            "line": {"color": "#ff3d81", "width": 2},
        }
    ]


def _axis_title(text: str) -> dict[str, Any]:
    return {"text": text, "standoff": 4, "font": {"size": 12, "color": theme.FAINT_INK}}
