"""What the Evidence page says: short sentences made of the numbers that it shows."""

from collections.abc import Sequence
from textwrap import wrap

from app.frame.words.wording import interval, number_text, percent, signed, signed_interval
from app.pages.evidence.titles import layer_title, variant_title
from app.pages.evidence.verdicts import ONE_MODEL, RULE
from app.pages.evidence.view import Disagreement, EvidenceView, MeasuredView, Rung, Spread
from cnn_core.readouts.comparing.answers import Paired
from cnn_core.readouts.judging.claim_found import Number
from cnn_core.readouts.results import Variant

READER_TITLES = {
    "best_cell": "best single cell",
    "class_mean": "nearest class mean",
    "best_cells": "best k cells",
    "linear_probe": "linear probe",
    "network": "the network itself",
}
VERDICT_CLASSES = {"holds": "holds", "holds in part": "in-part", "does not hold": "not"}

BETTER, ALIKE, WORSE = "better", "alike", "worse"


def percents(low: float, high: float) -> str:
    """Write an interval of shares, as in "99.2–99.8 %"."""
    return f"{interval(low, high)} %"


def points(difference: float) -> str:
    """Write a difference of shares with its sign, in points of a per cent, without the word."""
    return signed(100 * difference)


def points_interval(low: float, high: float) -> str:
    """Write the interval of a difference, as in "−0.10 to +0.25"."""
    return signed_interval(100 * low, 100 * high)


def wrong_in_thousand(share: float) -> str:
    """Mistakes in 1,000 images that a share of right answers comes to: one rounding everywhere."""
    wrong = 1000 * (1 - share)
    return number_text(wrong, ".1g" if 0 < wrong < 0.1 else ",.1f")


def per_thousand(share: float) -> str:
    """Tell a share of right answers as mistakes in 1,000 images."""
    return f"{wrong_in_thousand(share)} mistakes in 1,000"


def outcome(paired: Paired) -> str:
    """Tell how the network compares with the other reader: BETTER, ALIKE or WORSE.

    Parameters
    ----------
    paired
        The network first.
    """
    if paired.low > 0:
        return BETTER
    return WORSE if paired.high < 0 else ALIKE


def difference_text(paired: Paired) -> str:
    """Tell the difference between the network and another reader in words and counts."""
    told = {
        ALIKE: "no difference beyond the interval",
        BETTER: f"the network is better, by {points(paired.difference)[1:]} points",
        WORSE: f"the network is worse, by {points(paired.difference)[1:]} points",
    }[outcome(paired)]
    images = "image" if paired.only_first == 1 else "images"
    return (
        f"{told}: the network alone is right on {paired.only_first:,g} {images}, the other alone on "
        f"{paired.only_second:,g}"
    )


def question(view: EvidenceView) -> str:
    """Name the task in words: "tell 4 from 9"."""
    selection = view.selection
    if selection.task == "all":
        return f"tell the {len(view.explorer.class_names)} classes apart"
    return f"tell {view.class_name(selection.p)} from {view.class_name(selection.q)}"


def rung_text(view: MeasuredView, rung: Rung) -> str:
    """Tell one mark of the ladder, line by line."""
    readout, share = rung.readout, rung.readout.share
    title = READER_TITLES[readout.reader]
    if readout.reader == "best_cells":
        k = readout.setting or 1
        title = f"best {k:,} cells" if k > 1 else "best cell by F"
    lines = [
        f"{layer_title(view, readout.layer)} · {title}",
        f"{share.n_right:,} of {share.n:,} test images right: {percent(share.value)}",
        f"95 % interval {percents(share.low, share.high)}",
        f"fitted on {readout.n_fitted:,} training images",
        f"network minus reader {points(readout.versus_network.difference)} points "
        f"({points_interval(readout.versus_network.low, readout.versus_network.high)})",
    ]
    if readout.facts.get("converged") is False:
        lines.append(f"the fit was stopped after {readout.facts['steps']:,} steps")
    return "\n".join([*lines, *_spread_line(rung.spread)])


def network_text(view: MeasuredView) -> str:
    """Tell the network's mark, line by line."""
    share = view.task.network
    return "\n".join(
        [
            "the network itself",
            f"{share.n_right:,} of {share.n:,} test images right: {percent(share.value)}",
            f"95 % interval {percents(share.low, share.high)}",
            *_spread_line(view.network),
        ]
    )


def variant_text(view: MeasuredView, variant: Variant, spread: Spread) -> str:
    """Tell the mark of a changed network, line by line."""
    score = variant.scores[view.task.name]
    fitted = (
        f"fitted on {score.n_fitted:,} training images"
        if score.n_fitted
        else "nothing fitted again"
    )
    return "\n".join(
        [
            variant_title(view, variant),
            f"{score.share.n_right:,} of {score.share.n:,} test images right: "
            f"{percent(score.share.value)}",
            f"95 % interval {percents(score.share.low, score.share.high)}",
            fitted,
            *_spread_line(spread),
        ]
    )


def _spread_line(spread: Spread) -> list[str]:
    if spread.n_models == 1:
        return []
    return [f"over {spread.n_models} models {percents(spread.least, spread.most)}"]


def ladder_summary(view: MeasuredView) -> str:
    """Tell the ladder to someone who does not see it."""
    told = [f"Readers that {question(view)}, layer by layer."]
    for layer in view.results.layers:
        parts = [
            f"{READER_TITLES[rung.readout.reader]} {percent(rung.readout.share.value)}"
            for rung in view.rungs
            if rung.readout.layer == layer.name
        ]
        told.append(f"{layer.title}: {', '.join(parts)}.")
    return " ".join([*told, f"The network itself: {percent(view.task.network.value)}."])


def ladder_note(view: MeasuredView, fitted_elsewhere: bool) -> str:
    """Tell how the ladder was measured."""
    n_fitted = sorted({rung.readout.n_fitted for rung in view.rungs})
    counts = f"{n_fitted[0]:,}" if len(n_fitted) == 1 else f"{n_fitted[0]:,} to {n_fitted[-1]:,}"
    told = [
        f"Fitted on {counts} training images, scored on {view.task.network.n:,} test images; "
        "every choice was made on training images. Bars: Wilson 95 % intervals."
    ]
    n_models = len(view.peers)
    if n_models > 1:
        told.append(f"Light bands: from the lowest to the highest of {n_models} models.")
    told.append("The axis stretches towards 100 %: each half of the mistakes is one equal step.")
    if fitted_elsewhere:
        told.append("The training images were others than those shown here.")
    return " ".join(told)


def variants_summary(view: MeasuredView) -> str:
    """Tell the changed networks to someone who does not see them."""
    told = [f"The network itself: {percent(view.task.network.value)} right."]
    for variant, _ in view.variants:
        score = variant.scores[view.task.name]
        told.append(
            f"{variant_title(view, variant)}: {percent(score.share.value)}; "
            f"{difference_text(score.versus_network)}."
        )
    return " ".join(told)


def disagreement_text(view: MeasuredView, found: Disagreement) -> str:
    """Tell on how many images the network and a changed one disagree, and who is right."""
    n = len(found.images)
    if n == 0:
        return "They answer every test image of this question alike."
    neither = n - found.n_network - found.n_variant
    told = (
        f"{n:,} of {view.task.network.n:,} test images: the network alone is right on "
        f"{found.n_network:,}, the changed one alone on {found.n_variant:,}"
    )
    return told + (f", neither on {neither:,}." if neither else ".")


def claim_number(number: Number) -> str:
    """Write a measured number of a claim with its interval."""
    write, write_bounds = {
        "share": (percent, percents),
        "difference of shares": (lambda value: f"{points(value)} points", points_interval),
    }.get(number.unit, (lambda value: f"{_count(value)} {number.unit}", _counts))
    told = write(number.value)
    if number.low is None or number.high is None:
        return told
    return f"{told} ({write_bounds(number.low, number.high)})"


def _count(value: float) -> str:
    return number_text(value, ",.4g")


def _counts(low: float, high: float) -> str:
    return f"{_count(low)} to {_count(high)}"


def verdicts_text(verdicts: Sequence[tuple[str, str]]) -> str:
    """Tell how many models give which verdict, "" for one model."""
    if len(verdicts) < 2:
        return ""
    kinds = [verdict for _, verdict in verdicts]
    if len(set(kinds)) == 1:
        return f"on all {len(kinds)} models" if len(kinds) > 2 else "on both models"
    return ", ".join(f"{model}: {verdict}" for model, verdict in verdicts)


def wrapped(titles: Sequence[str], longest: int = 22) -> list[str]:
    """Break titles of a figure's rows into lines."""
    return ["\n".join(wrap(title, longest)) for title in titles]


def paired_note(view: MeasuredView) -> str:
    """Tell what the differences are."""
    return (
        (
            "Above 0 the network is better. Both answer the same "
            f"{view.task.network.n:,} test images; interval and test are for paired answers "
            "(bootstrap over images, exact McNemar test)."
        )
        if view.variants
        else ""
    )


def two_probes_note(view: MeasuredView) -> str:
    """Tell why the ladder and the changed network differ, "" where one probe is both."""
    layer = view.results.mlp["input"]
    rung = view.rung(layer, "linear_probe")
    changed = next(
        (variant for variant, _ in view.variants if variant.name == "linear_probe"), None
    )
    if layer is None or rung is None or changed is None:
        return ""
    score = changed.scores[view.task.name]
    if rung.readout.n_fitted == score.n_fitted:
        return ""
    own, others = (
        points(paired.difference) for paired in (rung.readout.versus_network, score.versus_network)
    )
    return (
        f"The linear probe in place of the MLP learned from all {score.n_fitted:,} training images; "
        f"the one in the ladder, like every reader there, from {rung.readout.n_fitted:,}. So the "
        f"network minus the probe is {others} points here and {own} in the ladder."
    )


def claims_note(view: MeasuredView) -> str:
    """Tell what the claims are about."""
    p, q = (view.class_name(number) for number in (view.selection.p, view.selection.q))
    models = ", ".join(view.pooled[0].models) if view.pooled else view.selection.model
    n_models = len(view.pooled[0].models) if view.pooled else 1
    one = f" {ONE_MODEL}" if n_models == 1 else ""
    together = ", taken together" if n_models > 1 else ""
    return (
        f"About {p} against {q} in {models}{together}.{one} {RULE} Verdicts are computed by the rules "
        "given; the maps of each model were trained together with its MLP. Intervals are 95 % "
        "unless said otherwise. The last claim is judged on all classes."
    )
