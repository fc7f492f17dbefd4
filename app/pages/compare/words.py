"""What the Compare page says: short sentences made of the numbers that it shows."""

from collections.abc import Sequence

from app.frame.words.wording import images_of, interval, percent, plural, signed, signed_interval
from app.pages.compare.hand import words as hand_words
from app.pages.compare.measured.measures import Worth
from app.pages.compare.opinions import split_opinion
from app.pages.compare.state import CompareSelection
from app.pages.compare.view import CompareView, ImageTile
from cnn_core.circles.by_hand import HandCircles
from cnn_core.circles.cells.pair_facts import PairFacts
from cnn_core.circles.rule import Circles
from cnn_core.circles.thresholds import AtThreshold

STATISTIC_TITLES = {
    "difference": "mean of {p} − mean of {q}",
    "auc": "AUC",
    "mean_p": "mean of {p}",
    "mean_q": "mean of {q}",
    "term_p": "mean term over {p}",
    "term_q": "mean term over {q}",
}


def pair(view: CompareView) -> tuple[str, str]:
    """Names of p and q."""
    return view.class_name(view.selection.p), view.class_name(view.selection.q)


def rule_text(rule: str, own: str, other: str) -> str:
    """Tell a rule for a group that stands for a class.

    Parameters
    ----------
    own, other
        Names of the classes.
    """
    return {
        "clear": f"clearest {own} against {other}",
        "least": f"right {own}, most like {other}",
        "ambiguous": f"most ambiguous {own} or {other}",
        "wrong": f"{own} taken for another class",
        "random": f"random {own}",
        "none": "none",
        "hand": "by hand",
    }[rule]


def legend(circles: Circles | HandCircles) -> dict[str, str]:
    """Tell how many cells each ring stands for, by kind."""
    if isinstance(circles, HandCircles):
        return {
            "A": f"{circles.n_unique_a:,} drawn for A",
            "B": f"{circles.n_unique_b:,} drawn for B",
        }
    both = int((circles.shared | circles.shared_b).sum())
    return {
        "A": f"{circles.n_unique_a:,} unique to A",
        "B": f"{circles.n_unique_b:,} unique to B",
        "shared": f"{both:,} shared",
    }


def shared_text(circles: Circles) -> str:
    """Tell what shared means in numbers."""
    return (
        f"Common to A and on in an image of B: {circles.n_shared:,}; common to B and on in an "
        f"image of A: {int(circles.shared_b.sum()):,}."
    )


def sentence(view: CompareView, worth: Worth) -> str:
    """Say what the circles are worth, whatever it is."""
    selection = view.selection
    reader = worth.worth.reader.overall
    p, q = pair(view)
    if selection.p == selection.q:
        return one_class(p)
    if isinstance(worth.circles, HandCircles):
        told = hand_words.chance_sentence(view, worth)
    else:
        told = _chance_sentence(view, worth)
    if worth.circles.n_unique_a + worth.circles.n_unique_b == 0:
        if selection.by_hand:
            return told
        return (
            f"There is nothing to weigh: at this threshold no cell of {selection.layer} is "
            "unique to A or to B."
        )
    if reader.n == 0:
        return (
            f"The {worth.set_name} set leaves nothing to weigh the circles on: it has no other "
            f"{p} or {q}."
        )
    return f"{told} {_reader_sentence(p, q, worth)}"


def one_class(name: str) -> str:
    """Say that a class is compared with itself."""
    return (
        f"Both groups stand for {name}: there is nothing to tell apart, and the circle reader "
        "judges no image. Choose another class for A or for B."
    )


def _chance_sentence(view: CompareView, worth: Worth) -> str:
    told = f"The groups have {plural(worth.n_unique, 'unique cell')}"
    if worth.chance is None:
        return f"{told}; there are not enough other images to say what chance gives."
    p, q = pair(view)
    across, within = worth.chance.across, worth.chance.within_mean
    told += f". Random images of {p} against random images of {q} have {across.mean:.0f} on average"
    if within == within:
        told += f", {images_of(p)} against other {images_of(p)} {within:.0f}"
    share = across.share_at_least(worth.n_unique)
    return f"{told}; {percent(share, 0)} of the random groups have as many as yours."


def _reader_sentence(p: str, q: str, worth: Worth) -> str:
    reader, network = worth.worth.reader.overall, worth.network
    told = (
        f"Who sees only these circles tells {percent(reader.value, 1)} of the "
        f"{reader.n:,} other {images_of(p)} and {images_of(q)} right"
    )
    if reader.high < 0.5:
        return f"{told}: worse than guessing."
    if reader.low <= 0.5:
        return f"{told}: no better than guessing."
    wrong, network_wrong = reader.n - reader.credit, network.n - network.credit
    told += f" ({wrong:,.0f} mistakes)"
    lead = worth.lead
    if lead is not None and lead.high < 0:
        return f"{told}: better than the network, asked the same ({network_wrong:,.0f})."
    told += f"; the network, asked the same, makes {network_wrong:,.0f}"
    if lead is None or lead.low <= 0:
        return f"{told}: on these images the two cannot be told apart."
    return f"{told}."


def deeper_text(view: CompareView, worth: Worth, layer: str) -> str:
    """Tell what circles on the nodes of a later layer are worth, "" where they judge nothing."""
    reader = worth.worth.reader.overall
    if not worth.n_unique or not reader.n or view.selection.p == view.selection.q:
        return ""
    wrong = reader.n - reader.credit
    return (
        f"On {layer}, {plural(worth.n_unique, 'unique node')} alone: "
        f"{plural(round(wrong), 'mistake')}."
    )


def chance_note(worth: Worth) -> str:
    """Tell how chance was counted."""
    if worth.chance is None:
        return "With an empty group, or too few other images, chance has nothing to say."
    across = worth.chance.across
    how = "all" if across.is_exact else f"{across.n_draws:,} seeded draws of"
    return f"Grey: {how} groups of the same sizes, without the images of A and B." + (
        " Counted are your circles alone." if isinstance(worth.circles, HandCircles) else ""
    )


def rings_note(view: CompareView) -> str:
    """Tell what the pictures leave out and which units they show."""
    told = []
    if view.n_left_out:
        told.append(
            f"{view.n_left_out:,} rings would lie on others and are left out: drag over "
            "some maps to enlarge them and see every ring."
        )
    if view.outlined:
        told.append(
            "So many cells are circled that their outlines are drawn, not a ring for each: "
            "A's solid, B's dotted, shared ones dashed."
        )
    if len(view.units) < view.layer.n_units:
        word = "maps" if view.layer.is_spatial else "nodes"
        told.append(f"{len(view.units):,} of {view.layer.n_units:,} {word} are shown.")
    elif view.selection.zoom == "circled":
        told.append("No cell is circled, so all units are shown.")
    return " ".join(told)


def board_summary(view: CompareView, key: str) -> str:
    """Tell a group's grids to someone who does not see them."""
    tiles = view.groups[key]
    images = [tile for tile in tiles if isinstance(tile, ImageTile)]
    if not images:
        return f"Group {key.upper()} is empty."
    told = ", ".join(
        "your own image"
        if tile.label is None
        else f"image {tile.image} labelled {view.class_name(tile.label)}"
        for tile in images
    )
    n_on = "; ".join(
        f"in {'your own image' if tile.is_own else f'image {tile.image}'} {tile.on_a} of A's {view.circles.n_unique_a} and "
        f"{tile.on_b} of B's {view.circles.n_unique_b} unique cells are on"
        for tile in images
    )
    return f"Group {key.upper()}, layer {view.layer.name}: {told}. {n_on}."


def triples_sentence(
    selection: CompareSelection,
    triples_mean: float,
    least: float,
    most: float,
    share: float,
    own: float,
) -> str:
    """Say how the groups stand among random ones.

    Parameters
    ----------
    triples_mean, least, most
        Of the accuracies of the random groups.
    share
        Share of them that is at most as good as the present groups, nan if those have no reader.
    own
        Accuracy of the present groups' circles.
    """
    told = (
        f"The circles of random threes tell {percent(triples_mean, 1)} right on average, from "
        f"{percent(least, 1)} to {percent(most, 1)}."
    )
    if share == share:
        told += (
            f" Yours, with {percent(own, 1)}, is at least as good as {percent(share, 1)} of them."
        )
    return told


def readers_note(view: CompareView, worth: Worth) -> str:
    """Give both accuracies in numbers, and the classes apart."""
    reader, network = worth.worth.reader, worth.network
    if reader.overall.n == 0:
        return "No image is left to judge."
    p, q = pair(view)
    told = (
        f"Circles {percent(reader.overall.value, 1)} "
        f"({interval(reader.overall.low, reader.overall.high, 1)}), network "
        f"{percent(network.value, 1)} ({interval(network.low, network.high, 1)}) of "
        f"{reader.overall.n:,} {worth.set_name} images, 95 % intervals. The circles have "
        f"{percent(reader.of_p.value, 1)} of {p} and {percent(reader.of_q.value, 1)} of {q}"
    )
    if reader.n_undecided:
        told += f"; {plural(reader.n_undecided, 'image')} undecided, counted half"
    if worth.lead is not None:
        lead = worth.lead
        told += (
            f". Network less circles: {signed(lead.difference)} points "
            f"({signed_interval(lead.low, lead.high)})"
        )
    return told + "."


def table_note(view: CompareView, worth: Worth, facts: PairFacts, most_rows: int) -> str:
    """Tell on what the table is measured."""
    p, q = pair(view)
    counts = worth.worth.hit_rates.n_images
    told = [
        f"Measured on {counts[0]:,} images of {p} and {counts[1]:,} of {q} of the "
        f"{worth.set_name} set, the images of A and B left out; 95 % Wilson intervals."
    ]
    if facts.fault:
        told.append(f"No terms: {facts.fault}.")
    else:
        told.append(
            f"Term: what the cell adds to z({p}) − z({q}) on average"
            + ("." if facts.is_exact else "; not exact behind this layer.")
        )
    n_cells = len(worth.worth.cells)
    if n_cells > most_rows:
        told.append(f"The first {most_rows} of {n_cells:,} cells are listed; the CSV has all.")
    return " ".join(told)


def fair_text(view: CompareView, fair: Worth, by_model: str | None) -> str:
    """Say what the same rules give where nothing is scored."""
    reader = fair.worth.reader.overall
    where = "among training images" if by_model is None else f"by the answers of {by_model}"
    if not reader.n or not fair.n_unique:
        return f"Chosen {where}, the groups leave nothing to weigh."
    return (
        f"Chosen {where} by the same rules, the circles tell {percent(reader.value, 1)} right "
        f"({interval(reader.low, reader.high, 1)}; {reader.n - reader.credit:,.0f} mistakes of "
        f"{reader.n:,})."
    )


def strip_note(view: CompareView, points: Sequence[AtThreshold]) -> str:
    """Say how the number moves with the threshold."""
    if view.selection.by_hand or view.selection.p == view.selection.q:
        return ""
    if not points:
        return (
            "How the number moves with the share of peak is told for the last layers, whose values "
            "are kept."
        )
    values = [one.reader.overall.value for one in points]
    return (
        f"From {points[0].threshold:.2f} to {points[-1].threshold:.2f} of the peak the circles tell "
        f"{percent(min(values), 1)} to {percent(max(values), 1)} right. A click takes that share."
    )


def summary(view: CompareView) -> str:
    """What the circles are, in one sentence of what is on the boards."""
    circles = view.circles
    if view.selection.p == view.selection.q:
        return one_class(pair(view)[0])
    if isinstance(circles, HandCircles):
        return hand_words.summary(view, circles)
    kind = "cells" if view.layer.is_spatial else "nodes"
    told = (
        f"{circles.n_unique_a:,} {kind} are on in every A and no B, {circles.n_unique_b:,} in every B "
        "and no A."
    )
    return " ".join(filter(None, [told, split_opinion(view)]))
