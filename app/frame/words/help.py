"""The help with each page's keys, as plain HTML.

Dash looks at each of its components at every change of the page; what never changes is none.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from app.explorer import Explorer
from app.frame.page import Page
from app.frame.words.language import N_, _, asked_language, speaking, spoken

_KEYS_OF_HELP = (("?", N_("this help")), ("Esc", N_("close it")))


def help_dialog(pages: Sequence[Page[Any]], explorer: Explorer, search: str = "") -> str:
    """Write the dialog as HTML; the browser shows what belongs to the page that stands.

    `search` is the query of the address that is opened; it may name a language.
    """
    keys, texts = [], []
    for page in pages:
        with speaking(page.language(search)):
            keys.append(_rows(page.keys, _only_on(page)))
            asked, told = escape(page.asked(explorer)), escape(_(page.help))
            texts.append(f"<p {_only_on(page)}><b>{asked}</b> {told}</p>")
    with speaking(asked_language(search)):
        return _dialog("".join(keys), "".join(texts))


def _dialog(keys: str, texts: str) -> str:
    title, close = _("Keys and help"), _("Close")
    address = _("The address holds the whole state: copy it to share what you see.")
    return (
        f'<dialog id="help" lang="{spoken()}" aria-label="{title}"><h2>{title}</h2>'
        f'<table class="keys">{keys}{_rows(_KEYS_OF_HELP)}</table>{texts}<p>{address}</p>'
        f'<button type="button" id="help-close" class="button">{close}</button></dialog>'
    )


def _rows(keys: Iterable[tuple[str, str]], attributes: str = "") -> str:
    rows = "".join(
        f'<tr><th scope="row"><kbd>{escape(key)}</kbd></th><td>{escape(_(text))}</td></tr>'
        for key, text in keys
    )
    return f"<tbody {attributes}>{rows}</tbody>"


def _only_on(page: Page[Any]) -> str:
    """Attributes of a part that the browser shows on this page alone."""
    return f'hidden lang="{spoken()}" data-page="{escape(page.path)}"'
