"""The help with each page's keys, as plain HTML.

Dash looks at each of its components at every change of the page; what never changes is none.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from app.explorer import Explorer
from app.frame.page import Page

_KEYS_OF_HELP = (("?", "this help"), ("Esc", "close it"))


def help_dialog(pages: Sequence[Page[Any]], explorer: Explorer) -> str:
    """Write the dialog as HTML; the browser shows what belongs to the page that stands."""
    keys = "".join(_rows(page.keys, _only_on(page)) for page in pages)
    texts = "".join(
        f"<p {_only_on(page)}><b>{escape(page.asked(explorer))}</b> {escape(page.help)}</p>"
        for page in pages
    )
    return (
        f'<dialog id="help" aria-label="Keys and help"><h2>Keys</h2>'
        f'<table class="keys">{keys}{_rows(_KEYS_OF_HELP)}</table>{texts}'
        "<p>The address holds the whole state: copy it to share what you see.</p>"
        '<button type="button" id="help-close" class="button">Close</button></dialog>'
    )


def _rows(keys: Iterable[tuple[str, str]], attributes: str = "") -> str:
    rows = "".join(
        f'<tr><th scope="row"><kbd>{escape(key)}</kbd></th><td>{escape(text)}</td></tr>'
        for key, text in keys
    )
    return f"<tbody {attributes}>{rows}</tbody>"


def _only_on(page: Page[Any]) -> str:
    """Attributes of a part that the browser shows on this page alone."""
    return f'hidden data-page="{escape(page.path)}"'
