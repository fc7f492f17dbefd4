"""Drawings that lie over a picture: each is one image, however many strokes it has."""

import base64


def svg_address(left: float, top: float, width: float, height: float, content: str) -> str:
    """Data address of an SVG that is stretched to its place.

    Parameters
    ----------
    left, top, width, height
        What is seen of it, in its own units.
    content
        Its elements.
    """
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" '
        f'width="{width}" height="{height}" preserveAspectRatio="none">{content}</svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode("ascii")
