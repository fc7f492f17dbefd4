"""The dense grid of a layer as plain numbers, for a notebook: all units tiled, image by image."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import SelectionError
from cnn_core.space.display import display_values
from cnn_core.space.mosaic import Mosaic


def layer_grid(
    activations: Mapping[str, NDArray[np.float32]],
    layer: str,
    mode: str = "layer",
    *,
    columns: int | None = None,
    gap: int | None = None,
) -> NDArray[np.float32]:
    """Tile all units of a layer in one picture for each image, (n, H, W); NaN in the gaps.

    Parameters
    ----------
    activations
        What `Network.activations` gives, or any arrays (n, h, w, units) or (n, units) by name.
    mode : "layer", "map" or "clip"
        The activations themselves; each map from 0 to 1; the article's standardised and clipped
        values, 0…255. See `cnn_core.space.display.display_values`.
    columns
        Tiles in a row; by default twice as many as rows, about.
    gap
        Empty cells between two tiles: by default 1, for nodes 0; 0 for the article's dense grid.

    Raises
    ------
    SelectionError
        No such layer or mode, or columns or a gap that cannot be.
    """
    if layer not in activations:
        raise SelectionError(f'layer "{layer}": there are {", ".join(activations)}')
    values = activations[layer]
    shown = display_values(values, mode, is_spatial=values.ndim == 4)
    return Mosaic.of(values.shape[1:], columns, gap).tile(shown)
