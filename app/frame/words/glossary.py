"""Words of the field, each with one plain sentence: said once, used by every page."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.frame.words.language import ENGLISH, N_, _, spoken

TERMS = {
    N_("layer"): N_(
        "One step of the network's calculation: it turns the numbers before it into new ones."
    ),
    N_("map"): N_(
        "One picture inside a convolutional layer: it shows where in the image one filter found its pattern."
    ),
    N_("node"): N_("One number in a dense layer: a weighted sum of everything before it."),
    N_("unit"): N_("A map or a node."),
    N_("cell"): N_("One value of a layer; a 3 × 3 map has nine cells."),
    N_("filter"): N_(
        "The small grid of learned weights that a map slides over the layer before it."
    ),
    N_("activation"): N_(
        "The number that a cell puts out for this image. 0 means: it found nothing."
    ),
    N_("silent"): N_("Zero in all its cells for this image."),
    N_("dead"): N_("Zero in all its cells for every image."),
    N_("receptive field"): N_("The pixels that can change a cell; it is blind for all others."),
    N_("stride"): N_("How many pixels the field moves from one cell to the next."),
    N_("logit"): N_("The points that the network gives a class, before they become probabilities."),
    N_("softmax"): N_(
        "The rule that turns the points of all classes into probabilities that add up to 1."
    ),
    N_("probability"): N_(
        "The softmax's number. Near 1 means that the points of the other classes are far behind; it does not mean that the network must be right."
    ),
    N_("label"): N_("The class that a person gave the image."),
    N_("prediction"): N_("The class with the most points."),
    N_("MLP"): N_("The dense layers behind the last convolution: they add up what all maps found."),
    N_("hidden layer"): N_("A dense layer before the output layer."),
    N_("target"): N_("The class whose reasons are asked for, p."),
    N_("rival"): N_("The class that it is compared with, q."),
    N_("margin"): N_("Points of p less points of q, Δ: above 0 the network prefers p."),
    N_("contribution"): N_("What one node, cell or pixel adds to the margin."),
    N_("ledger"): N_("The margin written as a sum, like a bill: every entry and the total."),
    N_("bias"): N_("A learned number that a unit adds whatever the image shows."),
    N_("gate"): N_("A node that is 0 lets nothing through: its gate is shut for this image."),
    N_("residual"): N_("What is left when a sum is checked: 0 if it adds up."),
    N_("cancellation"): N_(
        "How much larger all entries are than the margin they leave: many for, many against."
    ),
    N_("ablation"): N_("Silencing units and letting the rest of the network answer again."),
    N_("effect"): N_("How the margin changes by that."),
    N_("rank correlation"): N_(
        "+1: two lists have the same order; 0: nothing in common; −1: reversed."
    ),
    N_("gradient × input"): N_("How much the margin changes with a pixel, times the pixel's ink."),
    N_("integrated gradients"): N_(
        "The same taken on the way from the reference to the image, step by step, and averaged."
    ),
    N_("unique"): N_("On in every image of one group and in no image of the other."),
    N_("shared"): N_("On in every image of one group and in some image of the other."),
    N_("on"): N_("At least this share of the largest activation of the layer in that image."),
    N_("share of peak"): N_("A cell's activation over the largest one of its layer in that image."),
    N_("chance"): N_("What groups drawn at random would give."),
    N_("hit rate"): N_("The share of all images of a class in which a cell is on."),
    N_("AUC"): N_(
        "How often the cell is brighter in an image of the first class than in one of the second: 0.5 tells nothing, 0 or 1 everything."
    ),
    N_("95 % interval"): N_(
        "Other images would give a slightly different number. Over all images like these it would lie in here; that is right 95 times in 100."
    ),
    N_("Wilson interval"): N_("The 95 % interval of a share; it works near 0 % and 100 % too."),
    N_("circle reader"): N_(
        "It looks at the circled cells alone and takes the class with the larger share of them on."
    ),
    N_("probe"): N_(
        "A simple reader that is trained on one layer's numbers to tell the classes apart."
    ),
    N_("linear probe"): N_("A probe that uses one weighted sum of all cells."),
    N_("readout"): N_("What a reader gets right when it sees one layer alone."),
    N_("nearest class mean"): N_(
        "A reader that takes the class whose average is most like the image."
    ),
    N_("best cell"): N_("A reader that looks at one single cell."),
    N_("split"): N_("The same images dealt into two groups in another way."),
    N_("epoch"): N_("One pass of the training over all training images."),
    N_("validation"): N_("Images kept out of the training to watch it."),
    N_("L2"): N_("A small fine for large weights during the training."),
    N_("untrained twin"): N_(
        "The same network before its training: its weights come from the dice."
    ),
    N_("selectivity"): N_("How much better a probe is on real labels than on labels drawn by lot."),
    N_("false discovery rate"): N_(
        "Of all findings as sure as this one, the share that chance alone would give."
    ),
    N_("snapshot"): N_("The network's weights at one moment of its training."),
    N_("confusion matrix"): N_("How often images of each class are taken for each class."),
    N_("equivalent"): N_(
        "The difference is so small that it does not matter, by a limit said beforehand."
    ),
    N_("FCP"): N_("The article's word for a pattern of activations across maps."),
    N_("OIP"): N_("The article's word for the input pattern that a map responds to."),
}
"""Word to sentence, for a reader of 17."""


def term(word: str, text: str | None = None) -> Component:
    """A word that says what it means to a pointer, to the keyboard and to a finger.

    Parameters
    ----------
    word
        Key of `TERMS`.
    text
        What stands on the page; the word itself by default.
    """
    text, meaning = text or _(word), _(TERMS[word])
    return html.Button(
        text,
        className="term",
        type="button",
        **{"data-term": meaning, "aria-label": f"{text}: {meaning}"},
    )


def words_of_page(words: Sequence[str]) -> Component:
    """The words of a page with their sentences; they stand open on a projector and on paper."""
    told = [
        html.Div([html.Dt(_named(word)), html.Dd(_(TERMS[word]))], className="word")
        for word in sorted(words, key=lambda word: _(word).lower())
    ]
    return html.Details(
        [html.Summary(_("The words on this page")), html.Dl(told, className="words-list")],
        className="words",
        id="page-words",
        lang=spoken(),
    )


def _named(word: str) -> str:
    """A word, with the English one beside it: that is what stands in the pictures."""
    return word if spoken() == ENGLISH or _(word) == word else f"{_(word)} ({word})"
