"""What the circles and the network say of one image."""

from app.pages.compare.view import CompareView, ImageTile


def both_say(view: CompareView, tile: ImageTile) -> tuple[str, str]:
    """What the circles and the network say of one image, asked the same: p or q.

    Returns
    -------
    by_circles : str
        "nothing" where both shares are the same.
    by_network : str
    """
    circles, selection = view.circles, view.selection
    shares = (tile.on_a / max(circles.n_unique_a, 1), tile.on_b / max(circles.n_unique_b, 1))
    by_circles = (
        "nothing"
        if shares[0] == shares[1]
        else view.class_name(selection.p if shares[0] > shares[1] else selection.q)
    )
    network = max((selection.p, selection.q), key=tile.probabilities.__getitem__)
    return by_circles, view.class_name(network)


def split_opinion(view: CompareView) -> str:
    """Name the first image of which circles and network say something else, "" without one."""
    if not view.circles.n_unique_a + view.circles.n_unique_b:
        return ""
    for tile in (tile for key in "cab" for tile in view.groups[key]):
        if isinstance(tile, ImageTile) and both_say(view, tile)[0] != "nothing":
            circles, network = both_say(view, tile)
            if circles != network:
                name = "your own image" if tile.is_own else f"image {tile.image}"
                return f"Of {name} circles say {circles}, the network {network}."
    return ""
