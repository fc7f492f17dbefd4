"""Signed pictures: what speaks for the target and what for the rival, in two colours."""

import numpy as np
from plotly.colors import hex_to_rgb

from app import theme
from app.figures.arrays import packed
from app.figures.grid import grid_figure

_ZERO = "#f4f4f2"
_LEAST_DISTANCE = 110


def pair_colours(p, q):
    """Colours of a target and its rival.

    Parameters
    ----------
    p, q : int
        Classes.

    Returns
    -------
    tuple of str
        The colours that the classes have everywhere, where these two can be told apart at a
        glance; else the red and the blue of `theme.DIVERGING`, the same for p, q as for q, p.
    """
    own = theme.class_colour(p), theme.class_colour(q)
    one, other = (np.array(hex_to_rgb(colour), float) for colour in own)
    if np.linalg.norm(one - other) >= _LEAST_DISTANCE:
        return own
    red, blue = theme.DIVERGING[-2], theme.DIVERGING[0]
    return (red, blue) if p < q else (blue, red)


def signed_stops(p, q):
    """Stops of a colour map from the rival over near-white to the target.

    Parameters
    ----------
    p, q : int
        Classes.

    Returns
    -------
    list of list
        Pairs of position in [0, 1] and colour; zero stands in the middle.
    """
    target, rival = pair_colours(p, q)
    return [[0, rival], [0.5, _ZERO], [1, target]]


def symmetric_range(*arrays):
    """Ends of a colour bar with zero in the middle that hold all values.

    Returns
    -------
    tuple of float
        (-1, 1) where all values are zero.
    """
    reach = max(float(np.abs(array).max(initial=0)) for array in arrays) or 1.0
    return -reach, reach


def signed_grid(mosaic, terms, p, q, *, name, fields=None, selected=(), marks=None):
    """Draw the contribution of every cell of a layer.

    Parameters
    ----------
    mosaic : cnn_core.mosaic.Mosaic
    terms : ndarray, shape (height, width, units) or (units,), float32
    p, q : int
        Target and rival.
    name : str
        Name of the layer.
    fields : dict, optional
        As in `grid_figure`.
    selected : sequence of int
        Units to be crossed out.
    marks : dict of str to sequence of tuple, optional
        As in `mark_cells`.

    Returns
    -------
    dict
        A plotly figure.
    """
    terms = np.asarray(terms, np.float32)
    figure = grid_figure(mosaic, terms, terms, symmetric_range(terms), name=name,
                         range_title="contribution to Δ", fields=fields)
    figure["data"][0]["colorscale"] = signed_stops(p, q)
    figure["layout"]["meta"].update(measure="contribution", click="none", toggles=True)
    return with_cells(figure, mosaic, selected=selected, marks=marks)


def with_cells(figure, mosaic, *, selected=(), marks=None):
    """Add marks on cells and units to a grid.

    Parameters
    ----------
    figure : dict
        From `grid_figure`; changed in place.
    mosaic : cnn_core.mosaic.Mosaic
    selected : sequence of int
        Units to be crossed out, since they are silenced.
    marks : dict of str to sequence of tuple, optional
        "unused" (a ring) and "used" (a diamond): cells as (unit, row, column).

    Returns
    -------
    dict
        The figure.
    """
    boxes = mosaic.unit_boxes()[np.asarray(selected, int)] if len(selected) else ()
    figure["layout"]["shapes"] = figure["layout"].get("shapes", []) + [
        {"type": "line", "x0": float(left) - 0.4, "x1": float(right) - 0.6,
         "y0": float(top) - 0.4, "y1": float(bottom) - 0.6,
         "line": {"color": "#ff3d81", "width": 2}} for top, left, bottom, right in boxes]
    for kind, cells in (marks or {}).items():
        if not len(cells):
            continue
        y, x = np.array([mosaic.position_of(*cell) for cell in cells], np.float32).T
        figure["data"].append({
            "type": "scatter", "mode": "markers", "hoverinfo": "skip",
            "x": packed(x), "y": packed(y), "marker": _MARKS[kind]})
    return figure


_MARKS = {
    "unused": {"symbol": "circle-open", "size": 11, "color": "#ff9500", "line": {"width": 2.5}},
    "used": {"symbol": "diamond-open", "size": 11, "color": "#ff3d81", "line": {"width": 2.5}},
}


def signed_image(terms, p, q, *, name=""):
    """Draw the contribution of every pixel.

    Parameters
    ----------
    terms : ndarray, shape (height, width), float32
    p, q : int
        Target and rival.
    name : str
        For the saved picture.

    Returns
    -------
    dict
        A plotly figure.
    """
    terms = np.asarray(terms, np.float32)
    height, width = terms.shape
    low, high = symmetric_range(terms)
    layout = theme.picture_layout(meta={"kind": "image", "name": name, "height": height,
                                        "width": width, "measure": "contribution"})
    layout["xaxis"]["range"] = [-0.5, width - 0.5]
    layout["yaxis"].pop("autorange")
    layout["yaxis"]["range"] = [height - 0.5, -0.5]
    heatmap = {
        "type": "heatmap", "z": packed(terms), "zmin": low, "zmax": high, "hoverinfo": "none",
        "colorscale": signed_stops(p, q),
        "colorbar": {"thickness": 10, "len": 1, "outlinewidth": 0, "xpad": 6, "ypad": 0,
                     "nticks": 5, "tickfont": {"size": 12, "color": theme.FAINT_INK}},
    }
    return {"data": [heatmap], "layout": layout}
