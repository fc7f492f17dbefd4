"""What the Patterns page tells about one selection: what a unit responds to, and how it answers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.frame.page import View
from app.frame.query import Problem
from app.pages.patterns.files import filed
from app.pages.patterns.state import PatternsSelection
from cnn_core.network.layers import LayerInfo, LayerKind
from cnn_core.patterns.files.relatives_file import Relative
from cnn_core.patterns.results import LayerPatterns, ModelPatterns, UnitPatterns
from cnn_core.patterns.scoring.frames import cut, frame_of
from cnn_core.statistics import wilson_interval

WALL_BYTES = 4 * 2**20


@dataclass(frozen=True, eq=False, kw_only=True)
class PatternsView(View):
    """Everything that is drawn for one selection.

    Attributes
    ----------
    found
        Of the model, None where nothing was sought for it.
    layer_found, unit_found
        Of the layer and the unit, None where nothing was sought for that layer.
    n_of_class
        Test images of each class that were read, None while none were.
    response
        Of the unit to the image shown: the largest of its cells before the non-linearity.
    """

    selection: PatternsSelection
    layer: LayerInfo
    found: ModelPatterns | None
    layer_found: LayerPatterns | None
    unit_found: UnitPatterns | None
    relatives: tuple[Relative, ...]
    n_of_class: NDArray[np.int64] | None
    response: float

    @property
    def unit(self) -> int:
        """The unit shown."""
        return self.selection.unit


def look(explorer: Explorer, selection: PatternsSelection) -> PatternsView:
    """Look at what one unit responds to."""
    layer = explorer.network(selection.model).layer(selection.layer)
    files = filed(explorer, selection.model)
    found = files.patterns
    of_layer = found.layers.get(layer.name) if found else None
    sought = None if of_layer else explorer.kept.get(sought_key(selection))
    pre = explorer.activations(selection.model, selection.subject).pre(layer.name)[0]
    by_file = found.n_of_class if found and of_layer else None
    return PatternsView(
        explorer=explorer,
        selection=selection,
        problems=tuple(Problem(fault, "", "") for fault in files.faults),
        layer=layer,
        found=found,
        layer_found=of_layer,
        unit_found=of_layer.unit(selection.unit) if of_layer else sought and sought.unit,
        relatives=files.relatives.of(found.model_digest, layer.name, selection.unit)
        if found and files.relatives
        else (),
        n_of_class=sought.n_of_class if sought else by_file,
        response=float(pre[..., selection.unit].max()),
    )


@dataclass(frozen=True, eq=False)
class Sought:
    """All about one unit of a layer that no file tells of, and the test images behind it."""

    unit: UnitPatterns
    n_of_class: NDArray[np.int64]


def sought_key(selection: PatternsSelection) -> tuple[str, str, str, int]:
    """Where a `Sought` is kept."""
    return ("sought", selection.model, selection.layer, selection.unit)


def patches_of(view: PatternsView) -> list[NDArray[np.float32]]:
    """The windows of the unit's patches, strongest first; none where the images are not there."""
    if view.unit_found is None or not has_training_images(view):
        return []
    patches = view.unit_found.patches
    cells = np.array([one.row * view.unit_found.grid[1] + one.column for one in patches])
    numbers = np.array([one.image for one in patches])
    return list(_windows(view, np.full(len(patches), view.unit), cells, numbers))


def has_training_images(view: PatternsView) -> bool:
    """Whether the images that the patches come from are here."""
    if "train" not in view.explorer.set_names:
        return False
    if view.found is None or view.layer_found is None:
        # What was sought here was sought among the images that are here.
        return True
    return view.explorer.dataset("train").digest == view.found.train_digest


def _windows(
    view: PatternsView,
    units: NDArray[np.int64],
    cells: NDArray[np.int64],
    numbers: NDArray[np.int64],
) -> NDArray[np.float32]:
    fields = view.explorer.receptive_fields(view.selection.model)
    frame = frame_of(fields, view.layer)
    images = np.asarray(view.explorer.dataset("train").images[numbers], np.float32)
    return cut(images, frame.corner(units, cells), frame.size)


def wall_of(view: PatternsView) -> NDArray[np.float32] | None:
    """One window a unit, shape (units, rows, columns, channels), in [0, 1]."""
    of_layer = view.layer_found
    if of_layer is None:
        return None
    if view.selection.show == "pattern" or not has_training_images(view):
        return of_layer["pattern"][:, 0].astype(np.float32) / np.float32(255)
    key = ("wall", view.selection.model, view.layer.name)
    return view.explorer.kept.get_or_make(
        key,
        lambda: _windows(
            view,
            np.arange(of_layer.n_units),
            of_layer["patch_cell"][:, 0].astype(np.int64),
            of_layer["patch_image"][:, 0].astype(np.int64),
        ),
        lambda made: min(made.nbytes, WALL_BYTES),
    )


def filter_of(view: PatternsView) -> NDArray[np.float32] | None:
    """Filter of a unit that reads pixels, shape (rows, columns, channels); None of any other."""
    network = view.explorer.network(view.selection.model)
    first = next((info for info in network.layers if info.kind is LayerKind.CONV), None)
    if first is None or first.name != view.layer.name:
        return None
    kernel = network.weights(first.name).get("kernel")
    if kernel is None or kernel.ndim != 4 or kernel.shape[3] != first.n_units:
        return None
    return np.asarray(kernel[..., view.unit], np.float32)


def firing_of(view: PatternsView) -> NDArray[np.float64] | None:
    """(n_classes, 3): share of the images of each class in which the unit fires, with interval."""
    found, n = view.unit_found, view.n_of_class
    if found is None or found.n_fired is None or n is None:
        return None
    low, high = wilson_interval(found.n_fired, n)
    return np.stack([found.n_fired / np.where(n > 0, n, np.nan), low, high], axis=1)


def share_below(view: PatternsView) -> float:
    """Share of the images that were read whose response lies below that of the image shown."""
    found = view.unit_found
    if found is None or found.counts is None or found.first_edge is None or not found.bin_width:
        return float("nan")
    edges = found.first_edge + found.bin_width * np.arange(1, len(found.counts) + 1)
    return float(found.counts[edges <= view.response].sum() / max(found.counts.sum(), 1))
