"""Shares of right answers on an axis that keeps 98 % and 99.6 % apart.

The axis is logarithmic in the share of mistakes and runs backwards: better is further right, and
each half of the mistakes is one equal step.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from app.figures import theme

_TICKS = (0.0, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)
_LEAST = 1e-6
_NEAREST_TICKS = 0.24


def mistakes(share: float, least: float = _LEAST) -> float:
    """Place of a share on the axis.

    Parameters
    ----------
    share : in [0, 1]
    least
        Taken instead of no mistake at all, which has no place on the axis.

    Returns
    -------
    float in [least, 1]
    """
    return min(max(1 - share, least), 1.0)


def least_mistakes(shares: Iterable[float]) -> float:
    """Place for shares of exactly 1: a little beyond the others.

    Parameters
    ----------
    shares : in [0, 1]
    """
    return max(min((1 - share for share in shares if share < 1), default=0.01) / 2, _LEAST)


def share_axis(shares: Sequence[float], **more: Any) -> dict[str, Any]:
    """Axis over shares of right answers, for values given by `mistakes`.

    Parameters
    ----------
    shares : in [0, 1]
        All that are drawn, ends of intervals included.
    **more
        Further properties of the axis.
    """
    least = least_mistakes(shares)
    most = max((mistakes(share, least) for share in shares), default=1.0)
    low, high = math.log10(least) - 0.05, math.log10(most) + 0.05
    ticks = _spread(
        [share for share in _TICKS if low <= math.log10(1 - share) <= high],
        _NEAREST_TICKS * max((high - low) / 2.6, 0.4),
    )
    return theme.axis(
        type="log",
        range=[high, low],
        zeroline=False,
        tickvals=[1 - share for share in ticks],
        ticktext=[share_text(share) for share in ticks],
        title={"text": "% right", "standoff": 2, "font": {"size": 12, "color": theme.FAINT_INK}},
        **more,
    )


def share_text(share: float) -> str:
    """Write a share in per cent, without the sign, with the decimals that it has."""
    return f"{100 * share:.4f}".rstrip("0").rstrip(".")


def _spread(shares: Sequence[float], nearest: float) -> list[float]:
    """Leave out ticks whose labels would touch, keeping the best ones."""
    kept: list[float] = []
    for share in reversed(shares):
        if not kept or math.log10(1 - share) - math.log10(1 - kept[-1]) >= nearest:
            kept.append(share)
    return kept[::-1]
