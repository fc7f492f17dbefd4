"""What the quiz says: short sentences that follow its numbers, in the reader's language."""

from collections.abc import Mapping

from app.frame.words.language import N_, _, count_text, decimal_text, ngettext, percent_text
from app.pages.quiz.state import MIXED
from app.pages.quiz.view import QuizView, grades_of, network_grades
from cnn_core.blind_eye.grading import is_sure
from cnn_core.blind_eye.showings import Showing, Way
from cnn_core.network.layers import LayerInfo
from cnn_core.statistics import Accuracy, accuracy

SHOWN: Mapping[str, str] = {
    MIXED: N_("mixed"),
    Way.FIRST_MAPS: N_("first maps"),
    Way.LAST_MAPS: N_("last maps"),
    Way.NODES: N_("nodes by number"),
    Way.SORTED_NODES: N_("nodes sorted by votes"),
}


def names_of(view: QuizView) -> tuple[str, str]:
    """Names of p and q."""
    p, q = view.pair
    return view.class_name(p), view.class_name(q)


def answer_texts(view: QuizView) -> list[tuple[str, str]]:
    """What each answer says, in the order of `cnn_core.blind_eye.grading.ANSWERS`."""
    p, q = names_of(view)
    sure, rather = _("sure"), _("rather")
    return [(p, sure), (p, rather), ("?", _("can't tell")), (q, rather), (q, sure)]


def sentence(view: QuizView) -> str:
    """What the page says at its top: the task, then the score."""
    p, q = names_of(view)
    if view.fault:
        return no_quiz(view)
    if not view.is_done:
        told = _("Is it {p} or {q}? You see what a layer makes of an image, never the image.")
        return told.format(p=p, q=q)
    return f"{score(view)} {network_score(view)}"


def no_quiz(view: QuizView) -> str:
    """Why nothing can be asked."""
    if not view.showings:
        return _(
            "There is no quiz here: this network has no convolution and no hidden dense layer, so that "
            "there is no grid to look at."
        )
    p, q = names_of(view)
    survey = view.explorer.survey(view.selection.model, view.set_name)
    of_class = [survey.labels == number for number in view.pair]
    n_p, n_q = (int(rows.sum()) for rows in of_class)
    right_p, right_q = (int((rows & survey.is_right).sum()) for rows in of_class)
    told = _(
        "There is no quiz here: a block needs ten images of each class, five of them clear and "
        "classified right. {p}: {n_p} images, {right_p} right; {q}: {n_q} images, {right_q} right."
    )
    return told.format(
        p=p,
        q=q,
        n_p=count_text(n_p),
        right_p=count_text(right_p),
        n_q=count_text(n_q),
        right_q=count_text(right_q),
    )


def credit_text(credit: float) -> str:
    """Right answers, of which one that cannot tell is a half."""
    return decimal_text(credit, 0 if credit == int(credit) else 1)


def of_text(told: Accuracy) -> str:
    """Right answers of all, as in "9 of 10"."""
    text = _("{right} of {n}").format(right=credit_text(told.credit), n=count_text(told.n))
    return text if told.n else "–"


def interval_text(told: Accuracy) -> str:
    """A share with its interval."""
    text = _("{share}, interval {low} to {high}")
    return text.format(
        share=percent_text(told.value), low=percent_text(told.low), high=percent_text(told.high)
    )


def score(view: QuizView) -> str:
    """What the reader got right, and whether guessing could do it too."""
    told = grades_of(view).overall
    if told.low > 0.5:
        text = _("You got {right} right ({interval}): better than guessing.")
    elif told.high < 0.5:
        text = _("You got {right} right ({interval}): worse than guessing.")
    else:
        text = _("You got {right} right ({interval}): guessing could do that too.")
    return text.format(right=of_text(told), interval=interval_text(told))


def network_score(view: QuizView) -> str:
    """What the network got right on the same images."""
    told = _("The network got {right} right on the same images.")
    return told.format(right=of_text(network_grades(view).overall))


def kinds_text(view: QuizView) -> str:
    """How clear and ambiguous images went."""
    found = grades_of(view)
    told = _("Clear images: {clear}. Ambiguous ones, where the network hesitates: {ambiguous}.")
    return told.format(clear=of_text(found.clear), ambiguous=of_text(found.ambiguous))


def sureness_text(view: QuizView) -> str:
    """Whether being sure meant being right."""
    letters, credit = view.selection.answers, grades_of(view).credit
    sure = is_sure(letters)
    if not sure.any():
        return _("You were never sure.")
    told = _("When you were sure, you were right in {right} cases.")
    text = told.format(right=of_text(accuracy(credit[sure])))
    if sure.all():
        return text
    other = _("When you were not, in {right}; an answer that cannot tell counts half.")
    return f"{text} {other.format(right=of_text(accuracy(credit[~sure])))}"


def showing_text(showing: Showing) -> str:
    """What is shown: the layer, and how its nodes are ordered."""
    if showing.way is Way.SORTED_NODES:
        return _("{layer}, sorted by votes").format(layer=showing.layer)
    if showing.way is Way.NODES:
        return _("{layer}, by number").format(layer=showing.layer)
    return showing.layer


def layer_text(info: LayerInfo) -> str:
    """Units of a layer and their size."""
    if not info.is_spatial:
        told = ngettext("{n} node", "{n} nodes", info.n_units)
        return told.format(n=count_text(info.n_units))
    told = ngettext("{n} map of {rows} × {columns}", "{n} maps of {rows} × {columns}", info.n_units)
    return told.format(n=count_text(info.n_units), rows=info.grid[0], columns=info.grid[1])


def showing_note(view: QuizView, showing: Showing) -> str:
    """How the grid is to be read."""
    p, q = names_of(view)
    if showing.way is Way.SORTED_NODES:
        told = _(
            "Row by row: first the nodes whose weights vote for {p}, last those that vote for {q}. "
            "Bright nodes speak."
        )
        return told.format(p=p, q=q)
    if showing.way is Way.NODES:
        return _("One square is one node. Their order means nothing.")
    return _("One small picture is one map. Bright: here it found its pattern.")


def progress_text(view: QuizView) -> str:
    """Which trial of how many."""
    told = _("Question {n} of {total}")
    return told.format(n=view.n_answered + 1, total=len(view.trials))


def kept_text() -> str:
    """Where the answers are."""
    return _(
        "Your answers stand in this page's address and in this browser; the server keeps none of them. "
        "What was right is told after the last question."
    )


def block_text(view: QuizView) -> str:
    """What a block is."""
    p, q = names_of(view)
    told = _(
        "A block has {total} questions: half {p}, half {q}; half clear, half ambiguous; who opens the "
        "same block gets the same questions."
    )
    text = told.format(total=len(view.trials), p=p, q=q)
    missing = _("This network has no convolution, so that only nodes are shown.")
    ways = {showing.way for showing in view.showings}
    has_maps = view.selection.show != MIXED or Way.FIRST_MAPS in ways
    return text if has_maps else f"{text} {missing}"
