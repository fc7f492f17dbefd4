"""Training curves: loss, accuracy and learning rate of every epoch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from app.figures import theme
from app.figures.text import plain

# Told apart on white paper and on the dark page.
TRAINING, VALIDATION, RATE = "#d9772b", "#1a94a8", "#7d8896"

_LEAST = 1e-5
_LOSSES = tuple(digit * 10.0**power for power in range(-4, 3) for digit in (1, 2, 5))
_SHARES_RIGHT = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9999)


@dataclass(frozen=True)
class Curve:
    """Training of one model; a number that was not recorded is None.

    Attributes
    ----------
    epochs
        From 1.
    loss, val_loss, accuracy, val_accuracy, learning_rate
        One an epoch; accuracies in [0, 1].
    is_shown
        Drawn strong, the others faint.
    """

    name: str
    epochs: tuple[int, ...]
    loss: tuple[Any, ...]
    val_loss: tuple[Any, ...]
    accuracy: tuple[Any, ...]
    val_accuracy: tuple[Any, ...]
    learning_rate: tuple[Any, ...]
    is_shown: bool

    @classmethod
    def of(cls, name: str, epochs: Sequence[Mapping[str, Any]], *, is_shown: bool) -> Self:
        """Make a curve of a history.

        Parameters
        ----------
        epochs
            As `cnn_core.training.publishing.read_history` gives them.
        """

        def column(key: str) -> tuple[Any, ...]:
            return tuple(epoch.get(key) for epoch in epochs)

        return cls(
            name,
            column("epoch"),
            column("loss"),
            column("val_loss"),
            column("accuracy"),
            column("val_accuracy"),
            column("learning_rate"),
            is_shown,
        )


def training_figure(curves: Sequence[Curve]) -> dict[str, Any]:
    """Draw three charts below each other over the same epochs.

    Parameters
    ----------
    curves
        The shown one last, so that it lies on top.

    Returns
    -------
    dict
        A plotly figure. Losses stand on a logarithmic axis, accuracies on one that is stretched
        towards 100 %.
    """
    traces = [trace for curve in curves for trace in _traces(curve)]
    last = max((curve.epochs[-1] for curve in curves), default=1)
    wrong = [
        _wrong(share)
        for curve in curves
        for share in (*curve.accuracy, *curve.val_accuracy)
        if share is not None
    ]
    losses = [loss for curve in curves for loss in (*curve.loss, *curve.val_loss) if loss]
    bare = {"zeroline": False, "showline": False}
    epochs = theme.axis(
        range=[0.5, last + 0.5],
        showgrid=False,
        anchor="y3",
        **bare,
        title={"text": "epoch", "standoff": 4, "font": {"size": 12, "color": theme.FAINT_INK}},
    )
    layout = theme.chart_layout(
        meta={"kind": "told"},
        hovermode="x",
        xaxis=epochs,
        margin={"l": 4, "r": 8, "t": 14, "b": 4, "pad": 2},
        yaxis=theme.axis(
            domain=[0.72, 1],
            type="log",
            **bare,
            tickvals=_LOSSES
            if losses and max(losses) < 100 * min(losses)
            else [loss for loss in _LOSSES if f"{loss:e}"[0] == "1"],
        ),
        yaxis2=theme.axis(domain=[0.25, 0.65], type="log", **bare, **_share_axis(wrong)),
        yaxis3=theme.axis(domain=[0, 0.18], rangemode="tozero", nticks=3, showline=False),
        annotations=[_title("loss", 1.0), _title("accuracy", 0.65), _title("learning rate", 0.18)],
    )
    return {"data": traces, "layout": layout}


def _traces(curve: Curve) -> Iterator[dict[str, Any]]:
    told = [_told(curve, place) for place in range(len(curve.epochs))]
    rows = (
        ("y", TRAINING, curve.loss, None),
        ("y", VALIDATION, curve.val_loss, None),
        ("y2", TRAINING, curve.accuracy, _wrong),
        ("y2", VALIDATION, curve.val_accuracy, _wrong),
        ("y3", RATE, curve.learning_rate, None),
    )
    for place, colour, values, change in rows:
        trace: dict[str, Any] = {
            "type": "scatter",
            "x": list(curve.epochs),
            "y": [value if value is None or change is None else change(value) for value in values],
            "xaxis": "x",
            "yaxis": place,
            "name": plain(curve.name),
            "mode": "lines+markers" if len(curve.epochs) < 3 else "lines",
            "line": {"color": colour, "width": 2 if curve.is_shown else 1},
            "opacity": 1 if curve.is_shown else 0.4,
            "hoverinfo": "none" if curve.is_shown else "skip",
        }
        if curve.is_shown:
            trace["customdata"] = told
        yield trace


def _told(curve: Curve, place: int) -> str:
    def number(value: float | None, form: str) -> str:
        return "not recorded" if value is None else format(value, form)

    return (
        f"epoch {curve.epochs[place]}\n"
        f"training: {number(curve.accuracy[place], '.2%')} right, "
        f"loss {number(curve.loss[place], '.4f')}\n"
        f"validation: {number(curve.val_accuracy[place], '.2%')} right, "
        f"loss {number(curve.val_loss[place], '.4f')}\n"
        f"learning rate {number(curve.learning_rate[place], '.4g')}"
    )


def _wrong(share_right: float) -> float:
    # A share of exactly 1 has no place on a logarithmic axis.
    return max(1 - share_right, _LEAST)


def _share_axis(wrong: Sequence[float]) -> dict[str, Any]:
    low, high = min(wrong, default=0.01), max(wrong, default=1.0)
    shares = [share for share in _SHARES_RIGHT if low / 1.6 <= 1 - share <= high * 1.6]
    # Reversed, so that better is higher.
    return {
        "autorange": "reversed",
        "tickvals": [1 - share for share in shares],
        "ticktext": [f"{share:.2%}".rstrip("0%").rstrip(".") + " %" for share in shares],
    }


def _title(text: str, top: float) -> dict[str, Any]:
    return {
        "text": text,
        "x": 0,
        "xref": "x domain",
        "xanchor": "left",
        "y": top,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "align": "left",
        "font": {"size": 12, "color": theme.FAINT_INK},
    }
