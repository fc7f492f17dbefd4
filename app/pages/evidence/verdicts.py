"""Verdicts in words: all models together, three outcomes, what so many images could show."""

from app.frame.words.wording import number_text, signed, signed_interval
from cnn_core.readouts.comparing.pooling import Compared
from cnn_core.statistics import Verdict

ONE_MODEL = (
    "One model alone can say what this network does, not what networks trained like it do; models "
    "trained from other seeds and measured beside it would be judged together."
)
RULE = (
    "The rule: needed if the 95 % interval of the loss lies above 0; equivalent if it lies within "
    "± m, half of the network's own mistakes; else not settled."
)

_OUTCOMES = {
    Verdict.NEEDED: "needed",
    Verdict.EQUIVALENT: "equivalent",
    Verdict.BETTER_WITHOUT: "better without",
    Verdict.NOT_SETTLED: "not settled",
    None: "not judged, since the network is no better than guessing",
}


def per_thousand(points: float) -> str:
    """Write points of a per cent as mistakes in 1,000 images, without sign."""
    return number_text(abs(10 * points), ".2g")


def _mistakes(points: float) -> str:
    written = per_thousand(points)
    return f"{written} mistake" if written == "1" else f"{written} mistakes"


def _from_to(low: float, high: float) -> str:
    """Write the ends of a gain, in points, as mistakes in 1,000."""
    words = [f"{per_thousand(end)} {'more' if end < 0 else 'fewer'}" for end in (low, high)]
    return f"between {words[0]} and {words[1]}"


def hidden_layer_text(compared: Compared | None) -> str:
    """Say what the MLP's hidden layer adds to a weighing of all cells, as the verdict has it."""
    if compared is None:
        return "What the MLP's hidden layer adds cannot be judged by these results."
    found = compared.difference
    return {
        Verdict.NEEDED: (
            "Its MLP weighs all cells together; beyond that its hidden layer spares "
            f"{_mistakes(found.difference)} in 1,000."
        ),
        Verdict.EQUIVALENT: (
            "A plain weighing of all cells does as well as the MLP, to within "
            f"{_mistakes(compared.margin)} in 1,000."
        ),
        Verdict.BETTER_WITHOUT: (
            "A plain weighing of all cells does better than the MLP, by "
            f"{_mistakes(found.difference)} in 1,000."
        ),
        Verdict.NOT_SETTLED: (
            "Its MLP weighs all cells together; whether its hidden layer adds to that is not settled: "
            f"with it the network makes {_from_to(found.low, found.high)} mistakes in 1,000."
        ),
        None: "The network is no better than guessing, so that nothing can be judged.",
    }[compared.verdict]


def pooled_text(compared: Compared, other: str) -> str:
    """Tell a pooled comparison with its verdict, its margin and what could have been seen."""
    found = compared.difference
    who = "in this one model" if found.n_models == 1 else f"in all {found.n_models} models together"
    return (
        f"{who} the network minus {other} is {signed(found.difference)} points (95 % interval "
        f"{signed_interval(found.low, found.high)}): {_OUTCOMES[compared.verdict]}. "
        f"{_limit(compared)} A true difference of "
        f"{number_text(found.smallest_detectable, '.2g')} points would be found with so many images "
        "in 4 of 5 cases."
    )


def _limit(compared: Compared) -> str:
    """What m means here: half of the network's own mistakes."""
    m = f"m = {number_text(compared.margin, '.2g')} points"
    if compared.verdict in (Verdict.NEEDED, Verdict.BETTER_WITHOUT):
        is_small = (
            max(map(abs, (compared.difference.low, compared.difference.high))) <= compared.margin
        )
        return f"It is sure, and {'small: below' if is_small else 'not surely below'} {m}."
    return f"Within ± {m} it would count as equal."
