"""The help with each page's keys, as plain HTML.

Dash looks at each of its components at every change of the page; what never changes is none.
"""

from html import escape

from app.pages import PAGES

# Of a page that brings no KEYS and no HELP of its own.
_KEYS = (
    ("← →", "previous, next image"),
    ("↑ ↓", "previous, next layer"),
    ("r", "random image"),
    ("w", "next misclassified image"),
    ("/", "search the images"),
    ("Esc", "close the unit"),
)
_HELP = (
    "Point at a cell to read its value and to see on the image which pixels it can see. Click "
    "it to enlarge its unit."
)
_KEYS_OF_HELP = (("?", "this help"), ("Esc", "close it"))


def help_dialog():
    """Write the dialog; the browser shows what belongs to the page that stands.

    Returns
    -------
    str
        HTML.
    """
    keys = "".join(_rows(getattr(page, "KEYS", _KEYS), _only_on(page)) for page in PAGES)
    texts = "".join(
        f"<p {_only_on(page)}>{escape(getattr(page, 'HELP', _HELP))}</p>" for page in PAGES
    )
    return (
        f'<dialog id="help" aria-label="Keys and help"><h2>Keys</h2>'
        f'<table class="keys">{keys}{_rows(_KEYS_OF_HELP)}</table>{texts}'
        "<p>The address holds the whole state: copy it to share what you see.</p>"
        '<button type="button" id="help-close" class="button">Close</button></dialog>'
    )


def _rows(keys, attributes=""):
    rows = "".join(
        f'<tr><th scope="row"><kbd>{escape(key)}</kbd></th><td>{escape(text)}</td></tr>'
        for key, text in keys
    )
    return f"<tbody {attributes}>{rows}</tbody>"


def _only_on(page):
    """Attributes of a part that the browser shows on this page alone."""
    return f'hidden data-page="{escape(page.PATH)}"'
