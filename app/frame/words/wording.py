"""Numbers and names in words, the same on every page; minus signs are true ones.

Files to be read by programs write numbers by themselves: there a minus is a hyphen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_core.errors import printable

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network
    from cnn_core.network.layers import LayerInfo

_SURE_ABOVE = 0.99999995
_UNSURE_BELOW = 1e-37  # float32 holds no smaller number at full precision, and softmax gives 0
_RAREST = 1e-6  # a student reads no smaller number
_AS_GOOD_AS_ZERO = 1e-9  # what rounding in float64 leaves of a zero
_MOST_DECIMALS = 9
_WRITTEN_OUT = 1e6

MOST_BARS = 16
"""Most classes that all have a bar in the network's answer."""


def number_text(number: float, form: str = ".3g") -> str:
    """Write a number with a true minus sign, and a zero without one, also where it is rounded to it.

    Parameters
    ----------
    form
        As in a format string. Where so few digits would give a power of ten, a number below a
        million is written out.
    """
    text = f"{number:{form}}"
    if form.endswith("g") and "e+" in text and abs(number) < _WRITTEN_OUT:
        text = f"{number:,.0f}"
    if not text.strip("-0.e+"):
        text = text.removeprefix("-")
    return text.replace("-", "−")


def signed(number: float, digits: int = 2) -> str:
    """Write a number with its sign, a zero without one.

    Parameters
    ----------
    digits
        Decimals.

    Returns
    -------
    str
        "–" for nan.
    """
    if number != number:
        return "–"
    text = f"{number:+.{digits}f}"
    return number_text(
        abs(float(text)) if float(text) == 0 else number,
        f".{digits}f" if float(text) == 0 else f"+.{digits}f",
    )


def signed_interval(low: float, high: float, digits: int = 2) -> str:
    """Write an interval of differences, as in "−0.10 to +0.25".

    An end that would be rounded to 0.00 looks like a tie; more decimals are given until it tells
    on which side of zero it lies.

    Parameters
    ----------
    digits
        Decimals, at least.
    """
    while digits < _MOST_DECIMALS and any(
        abs(end) > _AS_GOOD_AS_ZERO and round(end, digits) == 0 for end in (low, high)
    ):
        digits += 1
    return f"{signed(low, digits)} to {signed(high, digits)}"


def percent(share: float, digits: int | None = None) -> str:
    """Write a share in per cent.

    Parameters
    ----------
    digits
        Decimals; by default one, and two from 99 % on, since the differences lie there.

    Returns
    -------
    str
        "–" for nan.
    """
    if share != share:
        return "–"
    return f"{100 * share:.{_decimals(share) if digits is None else digits}f} %"


def interval(low: float, high: float, digits: int | None = None) -> str:
    """Write an interval of shares without the sign of per cent, as in "99.2–99.8".

    Parameters
    ----------
    digits
        As in `percent`.

    Returns
    -------
    str
        "" for nan.
    """
    if low != low:
        return ""
    digits = _decimals(high) if digits is None else digits
    return f"{100 * low:.{digits}f}–{100 * high:.{digits}f}"


def _decimals(share: float) -> int:
    return 2 if share >= 0.99 else 1


def exact_probability(probability: float) -> str:
    """Write a probability so that neither 0.9999 nor 0.0000001 is rounded away.

    A softmax never gives 0 or 1, though its float32 may: what is too close to be told is written
    as a bound.
    """
    if probability < _UNSURE_BELOW:
        return "< 1e−37"
    if probability < 0.0005:
        mantissa, exponent = f"{probability:.1e}".split("e")
        return f"{mantissa}e−{-int(exponent)}"
    if probability < 0.001:
        return f"{probability:.5f}".rstrip("0")
    if probability > _SURE_ABOVE:
        return "> 0.9999999"
    if probability > 0.9995:
        return f"{probability:.7f}".rstrip("0")
    return f"{probability:.4f}"


def probability_text(probability: float) -> str:
    """Write a probability as a student reads it; `exact_probability` stands behind it.

    As 1 in so many where it is small, as a bound where it is nearly 0 or 1.
    """
    if probability < _RAREST:
        return "less than 1 in a million"
    if probability < 0.0005:
        return f"1 in {float(f'{1 / probability:.2g}'):,.0f}"
    return short_probability(probability)


def short_probability(probability: float) -> str:
    """Write a probability as a decimal number of at most six places, beside a bar or a picture."""
    if probability < _RAREST:
        return "<0.000001"
    if probability < 0.0005:
        return f"{probability:.6f}"
    if probability > 1 - _RAREST:
        return ">0.999999"
    if probability > 0.9995:
        return f"{probability:.6f}".rstrip("0")
    return f"{probability:.4f}"


def plural(n: int, word: str) -> str:
    """Write a count with its word, as in "1 image" and "1,200 images"."""
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"


def images_of(name: str) -> str:
    """Name the images of a class: "4s", but "images of no entry"."""
    return f"{name}s" if len(name) <= 2 else f"images of {name}"


def answer_title(network: Network) -> str:
    """Name what turns the points of the classes into probabilities."""
    if network.each_for_itself:
        return "Sigmoids: each class for itself"
    if network.n_classes > MOST_BARS:
        return f"Softmax, the largest of {network.n_classes:,}"
    return "Softmax"


def unit_word(layer: LayerInfo, n: int = 1) -> str:
    """Return "map" or "node", in the plural for other numbers than one."""
    word = "map" if layer.is_spatial else "node"
    return word if n == 1 else f"{word}s"


def shape_text(layer: LayerInfo) -> str:
    """Return the layer's units and their size, as in "128 maps of 3 × 3"."""
    n_units = f"{layer.n_units:,} {unit_word(layer, layer.n_units)}"
    return f"{n_units} of {layer.grid[0]} × {layer.grid[1]}" if layer.is_spatial else n_units


def quoted_part(text: object, longest: int = 40) -> str:
    """Return what a reader typed so that it can stand in a sentence: short and printable.

    Parameters
    ----------
    longest
        Letters that are kept.
    """
    text = printable(text)
    return text if len(text) <= longest else text[: longest - 1] + "…"
