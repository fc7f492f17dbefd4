"""What the slow parts of the Decide page say."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.frame.subject import Subject
from app.frame.words.wording import interval, percent, plural, signed, unit_word
from app.pages.decide.slow.results import SEED, EffectPart
from app.pages.decide.view import DecideView
from cnn_core.decision.drawn_values import DrawnAblation
from cnn_core.decision.race import ClassRace, Race, Run
from cnn_core.decision.smallest_edit import BestEdit, Edit
from cnn_core.network.layers import LayerInfo

DRAWN_SHARES = (0.05, 0.5, 0.95)
_KEYS = ("contribution", "activation", "random")
_NAMES = {"contribution": "by contribution", "activation": "by activation", "random": "at random"}


def race_curves(run: Race) -> dict[str, NDArray[np.float64]]:
    """Margins of the three orders, by the keys of the figure."""
    return {
        "contribution": run.by_contribution.margins,
        "activation": run.by_activation.margins,
        "random": run.random_mean,
    }


def race_flips(
    view: DecideView, run: Race, layer: LayerInfo
) -> dict[str, tuple[float, float, str]]:
    """Point at which each order flips the decision, for those that do, and what it tells."""
    curves = race_curves(run)
    takers = _takers(view, run)
    counts = {
        "contribution": run.by_contribution.flip,
        "activation": run.by_activation.flip,
        "random": run.random_flip,
    }
    return {
        key: (
            float(count),
            float(np.interp(count, run.removed, curves[key])),
            f"removed {_NAMES[key]}\nthe decision flips at {count:g} {unit_word(layer, 2)}"
            + (f"\n{takers[key]}" if key in takers else ""),
        )
        for key, count in counts.items()
        if count is not None
    }


def _takers(view: DecideView, run: Race) -> dict[str, str]:
    """Who takes over where it is neither target nor rival, by the keys of the figure."""
    told = {}
    for key, single in (("contribution", run.by_contribution), ("activation", run.by_activation)):
        taker = _taker(run, single)
        if taker is not None and taker != run.rival:
            told[key] = f"to {view.class_name(taker)}, a third class"
    takers = [taker for taker in (_taker(run, one) for one in run.random) if taker is not None]
    n_thirds = sum(taker != run.rival for taker in takers)
    if n_thirds:
        told["random"] = f"in {n_thirds} of {len(run.random)} draws to a third class"
    return told


def _taker(run: Race, single: Run) -> int | None:
    """The class predicted where the decision flips."""
    if single.flip is None:
        return None
    return int(single.predictions[np.searchsorted(run.removed, single.flip)])


def race_hovers(run: Race, layer: LayerInfo) -> dict[str, list[str]]:
    """What each point of the race tells."""
    curves = race_curves(run)
    low, high = run.random_band
    texts = {}
    for key in _KEYS:
        texts[key] = [
            f"{count} {unit_word(layer, count)} removed {_NAMES[key]}\nΔ = {signed(margin, 3)}"
            for count, margin in zip(run.removed, curves[key], strict=True)
        ]
    texts["random"] = [
        f"{text} on average\n90 % of the draws: {signed(a)} to {signed(b)}"
        for text, a, b in zip(texts["random"], low, high, strict=True)
    ]
    return texts


def race_note(view: DecideView, run: Race, layer: LayerInfo) -> str:
    """Tell where each order flips the decision."""
    p = view.class_name(run.target)
    words, n_units = unit_word(layer, 2), layer.n_units
    if run.by_contribution.predictions[0] != run.target:
        return (
            f"The prediction is not {p} to begin with, so there is nothing to flip; the lines "
            "show what is left of Δ."
        )
    parts, takers = [], _takers(view, run)
    for key, flip in (
        ("contribution", run.by_contribution.flip),
        ("activation", run.by_activation.flip),
        ("random", run.random_flip),
    ):
        name = (
            f"{_NAMES[key]} (median of {len(run.random)} draws)"
            if key == "random"
            else (_NAMES[key])
        )
        third = f" ({takers[key]})" if key in takers else ""
        parts.append((f"{name} never" if flip is None else f"{name} after {flip:g}") + third)
    above = ""
    if takers:
        above = " Where a third class takes over, Δ between the two need not be 0."
    return (
        f"The decision for {p} flips, removing {words} of {layer.name} {'; '.join(parts)} of "
        f"{n_units:,}. Diamonds mark the flips; the band holds 90 % of the draws.{above}"
    )


def curve_curves(run: ClassRace) -> dict[str, NDArray[np.float64]]:
    """Accuracies of the three orders, by the keys of the figure."""
    return {
        key: getattr(run, f"by_{key}" if key != "random" else "random").accuracy for key in _KEYS
    }


def curve_hovers(run: ClassRace, layer: LayerInfo) -> dict[str, list[str]]:
    """What each point of the curve tells."""
    texts = {}
    for key in _KEYS:
        curve = getattr(run, f"by_{key}" if key != "random" else "random")
        texts[key] = [
            f"{count} {unit_word(layer, count)} removed {_NAMES[key]}\n{percent(share)} still "
            f"right ({right:,} of {run.n_images:,})\n95 % interval {interval(low, high)} %"
            for count, share, right, low, high in zip(
                run.removed, curve.accuracy, curve.n_right, curve.low, curve.high, strict=True
            )
        ]
    return texts


def curve_note(view: DecideView, run: ClassRace, n_images: int, layer: LayerInfo) -> str:
    """Tell how far the curve is and where each order loses half of the images."""
    p = view.class_name(run.target)
    if run.n_images < n_images:
        return f"{run.n_images:,} of {n_images:,} images of {p} done …"
    halves = []
    for key, share in curve_curves(run).items():
        lost = np.flatnonzero(share < 0.5)
        halves.append(
            f"{_NAMES[key]} after {run.removed[lost[0]]}" if len(lost) else f"{_NAMES[key]} never"
        )
    return (
        f"All {n_images:,} images of {p} in the {view.selection.set} set: fewer than half are "
        f"still predicted {p}, removing {unit_word(layer, 2)} {'; '.join(halves)} of "
        f"{layer.n_units:,}."
    )


def edit_text(
    view: DecideView, best: BestEdit, layer: LayerInfo, donor: Subject, read_as: int
) -> str:
    """Tell the smallest edit found; the donor was predicted as `read_as`."""
    found = best.edit
    p, q = view.class_name(found.target), view.class_name(found.rival)
    source = f"image {donor.image} (predicted {view.class_name(read_as)})"
    words = unit_word(layer, 2)
    if not len(found.units):
        return f"The prediction is not {p} to begin with, so there is nothing to flip."
    if not found.flipped:
        tried = f" None of the {len(best.sizes)} images tried does." if len(best.sizes) > 1 else ""
        return (
            f"Not even all {found.n_units:,} {words} of {layer.name} taken over from {source} "
            f"flip the decision; Δ({p}, {q}) falls from {signed(found.margins[0])} to "
            f"{signed(found.margins[-1])}.{tried}"
        )
    n_taken, now = len(found.units), view.class_name(int(found.predictions[-1]))
    return (
        f"{n_taken} of {found.n_units:,} {unit_word(layer, found.n_units)} of {layer.name}, "
        f"taken over from {source}, {'flips' if n_taken == 1 else 'flip'} the decision from "
        f"{p} to {now}.{_other_donors(best)} It was found step by step, the best unit first, in "
        f"{best.n_tried:,} runs through the real network: an upper bound."
    )


def _other_donors(best: BestEdit) -> str:
    if len(best.sizes) == 1:
        return ""
    return f" Of {len(best.sizes)} images of the rival tried, none was found to need fewer."


def edit_rows(view: DecideView, found: Edit, layer: LayerInfo) -> list[tuple[str, str, str]]:
    """Steps of the edit: what was taken over, the margin and the prediction after it."""
    before = [("nothing", signed(found.margins[0], 3), view.class_name(int(found.predictions[0])))]
    return before + [
        (f"+ {unit_word(layer)} {unit}", signed(margin, 3), view.class_name(int(prediction)))
        for unit, margin, prediction in zip(
            found.units, found.margins[1:], found.predictions[1:], strict=True
        )
    ]


def effect_text(view: DecideView, found: EffectPart, layer: LayerInfo) -> str:
    """Tell what the silenced units do on average, and over which images."""
    units, effects = view.selection.off.units, found.effects
    alone = _joined(
        f"{signed(float(mean.mean[1]))} on {_images_of(view, label, mean.n_images)}"
        for label, mean in effects
    )
    told = (
        f"{_over_which(view, found)} silencing {unit_word(layer)} {units[-1]} alone "
        f"changes Δ on average by {alone}"
    )
    if len(units) > 1:
        together = _joined(signed(float(mean.mean[0])) for _, mean in effects)
        told += f"; all {len(units):,} together by {together}"
    flips = _joined(f"{int(mean.n_flips[0]):,}" for _, mean in effects)
    return f"{told}. {flips} of their predictions change."


def _images_of(view: DecideView, label: int | None, n: int) -> str:
    images = plural(n, "image")
    if label is None:
        return f"{'the' if n == 1 else 'all'} {images}"
    return f"the {images} of {view.class_name(label)}"


def drawn_text(view: DecideView, found: DrawnAblation | None) -> str:
    """Tell what silencing does when the units put out what they do in images of the rival."""
    q = view.class_name(view.q)
    if found is None:
        return f"The {view.selection.set} set has no other image of {q} to lend values."
    low, middle, high = (signed(float(one)) for one in found.quantiles(DRAWN_SHARES))
    lent = plural(len(found.donors), "image")
    who = "it puts out" if len(found.units) == 1 else "they put out"
    return (
        f"With what {who} in {lent} of {q}, in this image Δ changes by {middle} in "
        f"the middle, by {low} to {high} in 90 %; {percent(found.share_flipped)} of them flip the "
        "prediction."
    )


def _over_which(view: DecideView, found: EffectPart) -> str:
    in_set = f"the {plural(found.n_in_set, 'image')} of the {view.selection.set} set"
    drawn = f", drawn at random with seed {SEED}" if found.n_images < found.n_in_set else ""
    if found.next_part is not None:
        chosen = f"{drawn} from {in_set}" if drawn else f" of the {view.selection.set} set"
        return f"{found.n_done:,} of {plural(found.n_images, 'image')}{chosen}, so far:"
    return (
        f"Over {found.n_images:,} of {in_set}{drawn},"
        if drawn
        else f"Over the {view.selection.set} set,"
    )


def _joined(texts: Iterable[str]) -> str:
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last
