"""What the Explore page says: short sentences made of the numbers that it shows."""

from app.explorer import Sight
from app.frame.recorded.doubt import doubt_text
from app.frame.words.wording import number_text, plural, probability_text, shape_text, unit_word
from app.pages.explore.view import ExploreView
from cnn_core.network.layers import LayerKind


def range_title(view: ExploreView) -> str:
    """Tell what the colour bar measures."""
    if view.selection.range == "map":
        return f"share of the {'map' if view.layer.is_spatial else 'layer'}'s maximum"
    return "activation" if view.selection.range == "layer" else "standardised and clipped"


def verdict(view: ExploreView) -> dict[str, str]:
    """Label, prediction, and one of two words: whether they agree; no word without a label."""
    is_right = view.label == view.prediction
    return {
        "label": "unknown" if view.label is None else view.class_name(view.label),
        "prediction": view.class_name(view.prediction),
        "right": "right" if is_right else "",
        "wrong": "wrong" if not is_right and view.label is not None else "",
        "doubt": doubt_text(view.explorer, view.selection.subject),
    }


def answer_summary(view: ExploreView) -> str:
    """Tell the softmax bars to someone who does not see them."""
    return (
        f"The network predicts {view.class_name(view.prediction)} with probability "
        f"{probability_text(float(view.probabilities[view.prediction]))}; the runner-up is "
        f"{view.class_name(view.runner_up)} with "
        f"{probability_text(float(view.probabilities[view.runner_up]))}."
    )


def class_names(view: ExploreView) -> list[str]:
    """Names of the classes, for the nodes of an output layer that stand in one row."""
    layer = view.layer
    is_answer = layer.name == view.explorer.network(view.selection.model).output_layer.name
    if not is_answer or layer.is_spatial or layer.n_units > view.mosaic.columns:
        return []
    return [view.class_name(number) for number in range(layer.n_units)]


def grid_summary(view: ExploreView) -> str:
    """Tell the grid to someone who does not see it."""
    layer, values = view.layer, view.values
    by_unit = values.reshape(-1, layer.n_units).max(axis=0)
    strongest = int(by_unit.argmax())
    return (
        f"Layer {layer.name}: {shape_text(layer)}, values from {number_text(values.min())} to "
        f"{number_text(values.max())}. The strongest is {unit_word(layer)} {strongest} with "
        f"{number_text(by_unit[strongest])}. {dead_text(view)}"
    )


def grid_note(view: ExploreView, sight: Sight) -> str:
    """Tell what the grid shows: silent units, what a cell sees, the order of nodes."""
    told = (dead_text(view), sight_text(view, sight), order_text(view))
    return " ".join(filter(None, told))


def dead_text(view: ExploreView) -> str:
    """Tell how many units are silent for this image."""
    n_dead, layer = len(view.dead), view.layer
    if n_dead == 0:
        return f"No {unit_word(layer)} is silent for this image."
    return (
        f"{n_dead} of {layer.n_units:,} {unit_word(layer, layer.n_units)} "
        f"{'is' if n_dead == 1 else 'are'} silent (all zero) for this image, marked ×."
    )


def order_text(view: ExploreView) -> str:
    """Tell how nodes are ordered and what that order is worth, "" for maps."""
    layer = view.layer
    if layer.is_spatial:
        return ""
    if view.order_classes:
        p, q = (view.class_name(number) for number in view.order_classes)
        return f"Sorted by weight, most for {p} first, most for {q} last."
    if layer.name == view.explorer.network(view.selection.model).output_layer.name:
        return "One node a class, in the order of the classes."
    if layer.kind is LayerKind.FLATTEN:
        return "The cells of the maps before it, in a row: row by row, and each cell map by map."
    return (
        "The order of nodes means nothing: it is an accident of the training and changes with "
        "each one."
    )


def sight_text(view: ExploreView, sight: Sight) -> str:
    """Tell how much of the image a cell of the layer sees."""
    summary, spatial = sight.summary, view.layer.is_spatial
    if not spatial or summary.start is None or summary.stride is None:
        return summary.text if spatial else summary.text.replace("A cell sees", "A node sees", 1)
    rows, columns = summary.size
    step = summary.stride[0]
    return (
        f"Each cell looks at {rows} × {columns} pixels; its neighbour looks {step} "
        f"pixel{'s' if step != 1 else ''} further on."
    )


def unread_text(sight: Sight) -> str:
    """Tell which pixels the layer cannot see, "" if it sees all."""
    if not sight.unread.any():
        return ""
    rows = [str(row) for row in range(sight.unread.shape[0]) if sight.unread[row].all()]
    columns = [
        str(column) for column in range(sight.unread.shape[1]) if sight.unread[:, column].all()
    ]
    parts = [
        f"{word}{'s' * (len(numbers) > 1)} {' and '.join(numbers)}"
        for word, numbers in (("row", rows), ("column", columns))
        if numbers
    ]
    n_pixels = int(sight.unread.sum())
    where = ", ".join(parts) or plural(n_pixels, "pixel")
    is_one = len(rows) + len(columns) == 1 if parts else n_pixels == 1
    return f"Shaded {where} {'reaches' if is_one else 'reach'} no cell of this layer."


def sentence(view: ExploreView) -> str:
    """What the page shows, in one sentence that says what the grid is."""
    layer, answer = view.layer, view.class_name(view.prediction)
    subject = view.selection.subject
    seen = (
        "Your own image"
        if view.label is None
        else f"Image {subject.image} is labelled {view.class_name(view.label)}"
    )
    if layer.name == view.explorer.network(view.selection.model).output_layer.name:
        return (
            f"{seen}; the network says {answer}. The grid shows its answer: one node for each of "
            f"the {layer.n_units:,} classes, the brighter the more probable."
        )
    n_silent = len(view.dead)
    found = layer.n_units - n_silent
    kind = unit_word(layer, layer.n_units)
    what = (
        f"one small picture for each of the {layer.n_units:,} {kind} of {layer.name}"
        if layer.is_spatial
        else f"the {layer.n_units:,} {kind} of {layer.name}"
    )
    return (
        f"{seen}; the network says {answer}. The grid shows {what}: {found:,} found something in "
        f"this image (bright), {n_silent:,} found nothing."
    )
