"""The class statistics: one number for every cell of a layer, over all images of two classes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.pages.compare.measured.measures import Measures
from app.pages.compare.state import CompareSelection
from app.pages.compare.view import CompareView
from app.pages.compare.words import STATISTIC_TITLES, pair
from cnn_core.network.layers import LayerInfo
from cnn_core.space.display import colour_range
from cnn_core.space.mosaic import Mosaic


@dataclass(frozen=True, eq=False)
class StatisticView:
    """One statistic, ready to be drawn.

    Attributes
    ----------
    values : shape of the layer, float32
        Undefined numbers are drawn as gaps.
    is_signed
        Whether the colours part at a middle: 0, or 0.5 for the AUC.
    """

    name: str
    title: str
    layer: LayerInfo
    values: np.ndarray
    range: tuple[float, float]
    is_signed: bool
    mosaic: Mosaic
    note: str


def look_at_statistic(view: CompareView) -> StatisticView:
    """Look at the statistic that the selection names."""
    selection, measures = view.selection, view.measures
    layer = view.layer
    p, q = pair(view)
    name = selection.stat
    values, n_images, fault = _numbers(measures, selection)
    defined = values[np.isfinite(values)]
    if name == "auc":
        bounds = (0.0, 1.0)
    elif name in ("mean_p", "mean_q"):
        bounds = colour_range(defined) if len(defined) else (0.0, 1.0)
    else:
        reach = float(np.abs(defined).max(initial=0)) or 1.0
        bounds = (-reach, reach)
    return StatisticView(
        name=name,
        title=STATISTIC_TITLES[name].format(p=p, q=q),
        layer=layer,
        values=values.astype(np.float32),
        range=bounds,
        is_signed=name not in ("mean_p", "mean_q"),
        mosaic=Mosaic.of(layer.shape),
        note=_note(name, p, q, n_images, fault, defined, measures.set_name),
    )


def _numbers(
    measures: Measures, selection: CompareSelection
) -> tuple[NDArray[Any], tuple[int, int] | None, str]:
    facts = measures.facts(selection)
    values = getattr(facts, selection.stat)
    if not selection.stat.startswith("term"):
        return values, facts.n_images, ""
    if facts.fault or facts.is_exact:
        return values, None, facts.fault
    return (
        values,
        None,
        "The network is not piecewise linear behind this layer: the terms do not add up exactly.",
    )


def _note(
    name: str,
    p: str,
    q: str,
    n_images: tuple[int, int] | None,
    fault: str,
    defined: NDArray[Any],
    set_name: str,
) -> str:
    told = {
        "difference": f"Mean over {p} less mean over {q}.",
        "auc": f"Probability that a random {p} has the larger value than a random {q}: 0.5 tells "
        "nothing (a cell that is always 0 has 0.5).",
        "mean_p": f"Mean activation over {p}.",
        "mean_q": f"Mean activation over {q}.",
        "term_p": f"What each cell adds to z({p}) − z({q}), averaged over the images of {p}. "
        "Visible is not used: compare it with the means.",
        "term_q": f"What each cell adds to z({p}) − z({q}), averaged over the images of {q}.",
    }[name]
    if n_images is not None:
        told += f" Over {n_images[0]:,} and {n_images[1]:,} images of the {set_name} set."
    if not len(defined):
        told += " A class has no images, so there is nothing to show."
    return " ".join(filter(None, (told, fault)))
