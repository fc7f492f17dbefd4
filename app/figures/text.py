"""Text for Plotly, which reads tags, entities, places to fill in and formulas where it draws letters.

Whatever a figure is given, names of classes, layers and models above all, goes through `plain`; tags
are written by figures alone.
"""

_WRITTEN = {
    "&": "&amp;",  # first, since the others bring it
    "<": "&lt;",
    ">": "&gt;",
    "%{": "%&#123;",
    "$": "&#36;",
    "\n": "<br>",
}
LONGEST_NAME = 24
"""Letters of a name at an axis; the whole name is told where one points."""
LONGEST_LINE = 60
"""Letters of a title or of a line that is told where one points."""


def plain(text: str, longest: int = LONGEST_LINE) -> str:
    """Text that is drawn letter for letter, each of its lines on one of its own.

    Parameters
    ----------
    longest
        Letters that are kept of each line.
    """
    told = "\n".join(cut(line, longest) for line in text.split("\n"))
    for sign, written in _WRITTEN.items():
        told = told.replace(sign, written)
    return told


def cut(text: str, longest: int) -> str:
    """Text of at most so many letters, the last one "…" where more would follow."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
