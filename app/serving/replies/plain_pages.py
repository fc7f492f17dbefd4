"""Small pages in words that need no dashboard: errors, and the wait while the network loads."""

from collections.abc import Collection
from html import escape
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]
_INSTALLED = _PACKAGE / "assets"
ASSETS = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "assets"
"""Beside the packages in a checkout, inside `app` where it is installed."""
STYLE, SCRIPT = "waiting.css", "waiting.js"
"""Files of `ASSETS` that belong to these pages alone; the dashboard leaves them out."""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · CNN Looking Glass</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{prefix}/assets/{style}">
{head}</head>
<body data-prefix="{prefix}">
<header><a class="brand" href="{prefix}/"><span class="lens" aria-hidden="true"></span>CNN Looking Glass</a>
</header>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""


def error_page(title: str, sentence: str, paths: Collection[str] = (), prefix: str = "") -> str:
    """Lay out what went wrong, and where one can go from there.

    Parameters
    ----------
    title, sentence
        Plain text.
    paths : collection of str, optional
        Pages to offer.
    prefix
        Path that all this stands below.

    Returns
    -------
    str
        HTML.
    """
    links = "".join(
        f'<li><a href="{prefix}{escape(path)}">{escape(_name_of(path))}</a></li>'
        for path in sorted(paths)
    )
    offer = f"<p>There is:</p>\n<ul>{links}</ul>" if links else ""
    return _PAGE.format(
        title=escape(title),
        head="",
        style=STYLE,
        prefix=prefix,
        content=f"<p>{escape(sentence)}</p>\n{offer}",
    )


def _name_of(path: str) -> str:
    return path.strip("/").capitalize() or "Explore"


def waiting_page(step: str, prefix: str = "") -> str:
    """Lay out the wait: the present step, and a bar that the page itself keeps up to date.

    Parameters
    ----------
    step
        What is being done as the page leaves the server.
    prefix
        Path that all this stands below.

    Returns
    -------
    str
        HTML.
    """
    head = (
        f'<script src="{prefix}/assets/{SCRIPT}" defer></script>\n'
        '<noscript><meta http-equiv="refresh" content="2"></noscript>\n'
    )
    content = (
        "<p>The server is up; the dashboard opens here as soon as the network can answer.</p>\n"
        f'<p id="step" role="status">{escape(step)}</p>\n'
        '<progress id="progress" aria-labelledby="step"></progress>\n'
        '<p id="share" aria-hidden="true">\u00a0</p>'
    )
    return _PAGE.format(
        title="Loading the network", head=head, style=STYLE, prefix=prefix, content=content
    )
