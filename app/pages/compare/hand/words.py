"""What the Compare page says of circles that a reader has drawn by hand."""

from app.frame.words.wording import images_of, plural
from app.pages.compare.measured.measures import Worth
from app.pages.compare.view import CompareView
from cnn_core.circles.by_hand import HandCircles
from cnn_core.network.layers import LayerInfo


def how_to(view: CompareView) -> str:
    """How circles are drawn here."""
    p, q = (view.class_name(number) for number in (view.selection.p, view.selection.q))
    return (
        f"Look for what A's images have in common and B's have not. A click on a cell of A's grids "
        f"circles it for A ({p}), on B's for B ({q}); another click takes the circle away."
    )


def summary(view: CompareView, circles: HandCircles) -> str:
    """What is drawn, in one sentence."""
    if not circles.n_unique_a + circles.n_unique_b:
        return "Draw your own circles: which cells tell A's images from B's?"
    return (
        f"You have drawn {circles.n_unique_a:,} for A and {circles.n_unique_b:,} for B in "
        f"{view.layer.name}."
    )


def fit_text(circles: HandCircles) -> str:
    """How the drawn circles stand to those of the rule."""
    n_drawn = circles.n_unique_a + circles.n_unique_b
    n_rule = circles.rule.n_unique_a + circles.rule.n_unique_b
    if not n_drawn:
        return "No circle is drawn yet."
    return (
        f"Of your {plural(n_drawn, 'circle')}, {circles.n_fitting:,} "
        f"{'is' if circles.n_fitting == 1 else 'are'} unique: on in every image of the one group and "
        f"in none of the other. The rule finds {plural(n_rule, 'such cell')} in all."
    )


def chance_sentence(view: CompareView, worth: Worth) -> str:
    """How many of the circles are luck."""
    circles = worth.circles
    n_drawn = circles.n_unique_a + circles.n_unique_b
    if not n_drawn:
        return "You have drawn no circle yet, so there is nothing to weigh."
    told = f"{worth.n_unique:,} of your {plural(n_drawn, 'circle')} {'fits' if worth.n_unique == 1 else 'fit'} these images"
    if worth.chance is None:
        return f"{told}; there are not enough other images to say what chance gives."
    p, q = (view.class_name(number) for number in (view.selection.p, view.selection.q))
    across = worth.chance.across
    low, high = across.quantiles((0.025, 0.975))
    told += (
        f". With other {images_of(p)} and {images_of(q)}, {across.mean:.1f} would fit on average "
        f"(95 % of the draws: {low:.0f} to {high:.0f})"
    )
    told += ": the rest is luck of these images." if worth.n_unique > across.mean else "."
    return f"{told} Where both groups are of one class, {worth.chance.within_mean:.1f} fit all the same."


def place_name(layer: LayerInfo, cell: tuple[int, int, int]) -> str:
    """A cell in words."""
    unit, row, column = cell
    return f"map {unit} · row {row} · column {column}" if layer.is_spatial else f"node {unit}"
