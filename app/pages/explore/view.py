"""What the Explore page tells about one selection: numbers ready to be drawn and put into words."""

from dataclasses import dataclass

import numpy as np

from app.frame.query import Problem
from app.frame.search import Found, search
from app.pages.explore.state import ExploreSelection, classes_of_order
from cnn_core.errors import SelectionError
from cnn_core.network.layers import LayerInfo
from cnn_core.space.display import colour_range, dead_units, display_values
from cnn_core.space.mosaic import Mosaic, default_columns

_MOST_NEIGHBOURS = 60


@dataclass(frozen=True, eq=False)
class ExploreView:
    """Everything that is drawn for one selection.

    Attributes
    ----------
    selection : ExploreSelection
    layer : LayerInfo
    image : ndarray, shape (height, width, channels), float32 in [0, 1]
    label, prediction, runner_up : int
    probabilities, logits : ndarray, shape (n_classes,), float32
    values, shown : ndarray, shape of the layer, float32
        Activations, and the numbers that are coloured.
    range : tuple of float
        Ends of the colour bar.
    mosaic : Mosaic
    dead : ndarray of int
        Units that are zero in all their cells.
    order_classes : tuple of int or None
        Classes by whose weights the nodes are sorted, None in natural order.
    all_layers : dict of str to ndarray
        Activations of every layer for this image.
    found : Found or None
        Result of the search.
    search_fault : Problem or None
        Why the search found nothing to follow.
    """

    selection: ExploreSelection
    layer: LayerInfo
    image: np.ndarray
    label: int
    prediction: int
    runner_up: int
    probabilities: np.ndarray
    logits: np.ndarray
    values: np.ndarray
    shown: np.ndarray
    range: tuple[float, float]
    mosaic: Mosaic
    dead: np.ndarray
    order_classes: tuple[int, int] | None
    all_layers: dict
    found: Found | None
    search_fault: Problem | None


def look(explorer, selection):
    """Look at one image in one layer.

    Parameters
    ----------
    explorer : Explorer
    selection : ExploreSelection

    Returns
    -------
    ExploreView
    """
    network = explorer.network(selection.model)
    layer = network.layer(selection.layer)
    activations = explorer.activations(selection.model, selection.set, selection.image)
    values = activations[selection.layer][0]
    logits = activations.logits[0]
    ranked = np.argsort(-logits, kind="stable")
    order, order_classes = _order(network, layer, selection, ranked)
    found, fault = found_by(explorer, selection)
    return ExploreView(
        selection=selection,
        layer=layer,
        image=explorer.image(selection.set, selection.image),
        label=int(explorer.dataset(selection.set).labels[selection.image]),
        prediction=int(ranked[0]),
        runner_up=int(ranked[1]),
        probabilities=activations.probabilities[0],
        logits=logits,
        values=values,
        shown=display_values(values, selection.range, layer.is_spatial),
        range=colour_range(values, selection.range),
        mosaic=Mosaic.of(layer.shape, selection.columns or columns_for(layer), order=order),
        dead=np.flatnonzero(dead_units(values)),
        order_classes=order_classes,
        all_layers={name: activations[name][0] for name in activations},
        found=found,
        search_fault=fault,
    )


def columns_for(layer):
    """Units that stand beside each other when the reader does not choose.

    Parameters
    ----------
    layer : LayerInfo

    Returns
    -------
    int
    """
    return default_columns(layer.n_units, *layer.grid)


def can_be_sorted(network, layer):
    """Tell whether the layer's units have a weight for p against q each.

    Parameters
    ----------
    network : Network
    layer : LayerInfo

    Returns
    -------
    bool
    """
    return network.last_hidden is not None and layer.name == network.last_hidden.name


def _order(network, layer, selection, ranked):
    if selection.order != "weight" or not can_be_sorted(network, layer):
        return None, None
    p, q = classes_of_order(selection, ranked)
    kernel = network.weights(network.output_layer.name)["kernel"]
    return tuple(np.argsort(kernel[:, q] - kernel[:, p], kind="stable").tolist()), (p, q)


def found_by(explorer, selection):
    """Follow the search of a selection.

    Parameters
    ----------
    explorer : Explorer
    selection : object
        With `model`, `set` and `find`.

    Returns
    -------
    found : Found or None
    fault : Problem or None
        Why there is nothing to follow.
    """
    if not selection.find:
        return None, None
    survey = explorer.survey(selection.model, selection.set)
    try:
        found = search(selection.find, survey, explorer.class_names)
    except SelectionError as error:
        return None, Problem(f"Search: {error}", "find", "")
    if len(found.images) == 0:
        return None, Problem(
            f"Search: no image of the {selection.set} set is {found.text}.", "find", ""
        )
    return found, None


def steps(explorer, view):
    """Where each key leads from here.

    Parameters
    ----------
    explorer : Explorer
    view : ExploreView

    Returns
    -------
    dict
        next, previous: among the images found, lists of image numbers, nearest first; without a
        search None, by number; wrong: the next misclassified image or None; below, above: names
        of the neighbouring layers; count: images in the set.
    """
    selection = view.selection
    names = [info.name for info in explorer.network(selection.model).layers]
    place = names.index(selection.layer)
    later, earlier = _neighbours(view)
    return {
        "next": later,
        "previous": earlier,
        "wrong": _next_wrong(explorer.survey(selection.model, selection.set), selection.image),
        "random": None
        if view.found is None
        else view.found.images[
            np.linspace(0, len(view.found.images) - 1, _MOST_NEIGHBOURS).astype(int)
        ].tolist(),
        "below": names[(place + 1) % len(names)],
        "above": names[place - 1],
        "count": len(explorer.dataset(selection.set)),
    }


def place_among_found(view):
    """Place of the image among those found, None if it is not one of them."""
    if view.found is None:
        return None
    places = np.flatnonzero(view.found.images == view.selection.image)
    return int(places[0]) if len(places) else None


def _neighbours(view):
    if view.found is None:
        return None, None
    images, place = view.found.images, place_among_found(view)
    reach = np.arange(min(_MOST_NEIGHBOURS, len(images)))
    # From outside the result both directions enter it at its ends.
    after = 0 if place is None else place + 1
    before = len(images) - 1 if place is None else place - 1
    return (
        images[(after + reach) % len(images)].tolist(),
        images[(before - reach) % len(images)].tolist(),
    )


def _next_wrong(survey, image):
    wrong = survey.wrong()
    if len(wrong) == 0:
        return None
    later = wrong[wrong > image]
    return int(later[0] if len(later) else wrong[0])
