"""The input image as the network sees it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import theme
from app.figures.pictures.arrays import packed


def image_figure(
    image: NDArray[np.float32], *, name: str = "", unread: NDArray[np.bool_] | None = None
) -> dict[str, Any]:
    """Draw one image.

    Parameters
    ----------
    image : shape (height, width, channels), in [0, 1]
        One channel is drawn from black to white; three are drawn in their colours.
    name
        For the saved picture.
    unread : shape (height, width)
        Pixels that reach no cell of the layer shown; they are hatched over.
    """
    height, width, channels = image.shape
    layout = theme.picture_layout(
        meta={"kind": "image", "name": name, "height": height, "width": width}
    )
    layout["xaxis"]["range"] = [-0.5, width - 0.5]
    layout["yaxis"].pop("autorange")
    layout["yaxis"]["range"] = [height - 0.5, -0.5]
    if channels == 3:
        trace = {
            "type": "image",
            "z": np.rint(image * 255).astype(int).tolist(),
            "hoverinfo": "none",
        }
    else:
        trace = {
            "type": "heatmap",
            "z": packed(image.mean(axis=2, dtype=np.float32)),
            "zmin": 0,
            "zmax": 1,
            "showscale": False,
            "hoverinfo": "none",
            "colorscale": theme.colour_stops("grey"),
        }
    traces = [trace]
    if unread is not None and unread.any():
        veil = np.where(unread, np.float32(1), np.float32(np.nan)).astype(np.float32)
        traces.append(
            {
                "type": "heatmap",
                "z": packed(veil),
                "showscale": False,
                "hoverinfo": "skip",
                "hoverongaps": False,
                "opacity": 0.55,
                "colorscale": [[0, "#7a5195"], [1, "#7a5195"]],
            }
        )
    return {"data": traces, "layout": layout}
