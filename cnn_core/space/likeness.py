"""How much maps still look like the image that they come from (NumPy only)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def likeness_to_image(values: ArrayLike, image: ArrayLike, boxes: ArrayLike) -> NDArray[np.float64]:
    """Correlation of each map with the mean ink in what its cells see, cell by cell.

    Parameters
    ----------
    values : (rows, columns, units)
        A layer's values for one image.
    image : (height, width, channels)
        The mean of its channels counts.
    boxes : (rows, columns, units, 4) int
        Top, left, bottom and right end of what each cell sees, as `ReceptiveFields.boxes` gives it.

    Returns
    -------
    (units,), in [−1, 1]; 0 for a map, or an image, without any difference between its cells.
    """
    maps = np.asarray(values, np.float64)
    ink = np.asarray(image, np.float64).mean(axis=2)
    top, left, bottom, right = np.moveaxis(np.asarray(boxes), -1, 0)
    # Sums over rectangles from sums up to every corner.
    corner = np.pad(ink.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    total = corner[bottom, right] - corner[top, right] - corner[bottom, left] + corner[top, left]
    seen = total / np.maximum((bottom - top) * (right - left), 1)
    maps, seen = (array - array.mean(axis=(0, 1)) for array in (maps, seen))
    size = np.sqrt((maps**2).sum(axis=(0, 1)) * (seen**2).sum(axis=(0, 1)))
    product: NDArray[np.float64] = (maps * seen).sum(axis=(0, 1))
    likeness = np.zeros_like(product)
    np.divide(product, size, out=likeness, where=size > 1e-12)
    return likeness
