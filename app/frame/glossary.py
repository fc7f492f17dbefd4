"""Words of the field, each with one plain sentence: said once, used by every page."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

TERMS = {
    "layer": "One step of the network's calculation: it turns the numbers before it into new ones.",
    "map": "One picture inside a convolutional layer: it shows where in the image one filter found "
    "its pattern.",
    "node": "One number in a dense layer: a weighted sum of everything before it.",
    "unit": "A map or a node.",
    "cell": "One value of a layer; a 3 × 3 map has nine cells.",
    "filter": "The small grid of learned weights that a map slides over the layer before it.",
    "activation": "The number that a cell puts out for this image. 0 means: it found nothing.",
    "silent": "Zero in all its cells for this image.",
    "dead": "Zero in all its cells for every image.",
    "receptive field": "The pixels that can change a cell; it is blind for all others.",
    "stride": "How many pixels the field moves from one cell to the next.",
    "logit": "The points that the network gives a class, before they become probabilities.",
    "softmax": "The rule that turns the points of all classes into probabilities that add up to 1.",
    "probability": "The softmax's number. Near 1 means that the points of the other classes are far "
    "behind; it does not mean that the network must be right.",
    "label": "The class that a person gave the image.",
    "prediction": "The class with the most points.",
    "MLP": "The dense layers behind the last convolution: they add up what all maps found.",
    "hidden layer": "A dense layer before the output layer.",
    "target": "The class whose reasons are asked for, p.",
    "rival": "The class that it is compared with, q.",
    "margin": "Points of p less points of q, Δ: above 0 the network prefers p.",
    "contribution": "What one node, cell or pixel adds to the margin.",
    "ledger": "The margin written as a sum, like a bill: every entry and the total.",
    "bias": "A learned number that a unit adds whatever the image shows.",
    "gate": "A node that is 0 lets nothing through: its gate is shut for this image.",
    "residual": "What is left when a sum is checked: 0 if it adds up.",
    "cancellation": "How much larger all entries are than the margin they leave: many for, many "
    "against.",
    "ablation": "Silencing units and letting the rest of the network answer again.",
    "effect": "How the margin changes by that.",
    "rank correlation": "+1: two lists have the same order; 0: nothing in common; −1: reversed.",
    "gradient × input": "How much the margin changes with a pixel, times the pixel's ink.",
    "unique": "On in every image of one group and in no image of the other.",
    "shared": "On in every image of one group and in some image of the other.",
    "on": "At least this share of the largest activation of the layer in that image.",
    "share of peak": "A cell's activation over the largest one of its layer in that image.",
    "chance": "What groups drawn at random would give.",
    "hit rate": "The share of all images of a class in which a cell is on.",
    "95 % interval": "Other images of the same kind would give a number in here, 95 times in 100.",
    "Wilson interval": "The 95 % interval of a share; it works near 0 % and 100 % too.",
    "circle reader": "It looks at the circled cells alone and takes the class with more of them on.",
    "probe": "A simple reader that is trained on one layer's numbers to tell the classes apart.",
    "linear probe": "A probe that uses one weighted sum of all cells.",
    "readout": "What a reader gets right when it sees one layer alone.",
    "nearest class mean": "A reader that takes the class whose average is most like the image.",
    "best cell": "A reader that looks at one single cell.",
    "split": "The same images dealt into two groups in another way.",
    "epoch": "One pass of the training over all training images.",
    "validation": "Images kept out of the training to watch it.",
    "L2": "A small fine for large weights during the training.",
    "untrained twin": "The same network before its training: its weights come from the dice.",
    "selectivity": "How much better a probe is on real labels than on labels drawn by lot.",
    "false discovery rate": "Of all findings as sure as this one, the share that chance alone would give.",
    "snapshot": "The network's weights at one moment of its training.",
    "confusion matrix": "How often images of each class are taken for each class.",
    "equivalent": "The difference is so small that it does not matter, by a limit said beforehand.",
    "FCP": "The article's word for a pattern of activations across maps.",
    "OIP": "The article's word for the input pattern that a map responds to.",
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
    return html.Button(
        text or word,
        className="term",
        type="button",
        **{"data-term": TERMS[word], "aria-label": f"{text or word}: {TERMS[word]}"},
    )


def words_of_page(words: Sequence[str]) -> Component:
    """The words of a page with their sentences; they stand open on a projector and on paper."""
    told = [
        html.Div([html.Dt(word), html.Dd(TERMS[word])], className="word")
        for word in sorted(words, key=str.lower)
    ]
    return html.Details(
        [html.Summary("The words on this page"), html.Dl(told, className="words-list")],
        className="words",
        id="page-words",
    )
