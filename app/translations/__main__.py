"""Bring the catalogues up to date with the code: python -m app.translations.

New sentences are added without a translation, those that nobody says any more are left out, and what
is there is compiled. The translator writes into the `.po` files and runs it again.
"""

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.frame.words.language import CATALOGUES

CODE = Path(__file__).parents[1]
# The history tells when a file was changed; the same sentences give the same file.
_ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)
_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def said() -> Catalog:
    """Every sentence that the code of the app marks."""
    found = Catalog()
    for _file, _line, message, _notes, _context in extract_from_dir(
        CODE, method_map=[("**.py", "python")], keywords=_KEYWORDS
    ):
        found.add(message)
    return found


def up_to_date(path: Path, code: Catalog) -> Catalog:
    """A language's catalogue with the sentences of the code, and only these."""
    language = path.parents[1].name
    with path.open("rb") as file:
        before = read_po(file, locale=language)
    catalogue = Catalog(
        language,
        project="cnn-looking-glass",
        version="",
        msgid_bugs_address="",
        last_translator="",
        fuzzy=False,
        header_comment="# What the code does not say is left out: python -m app.translations",
        creation_date=_ALWAYS,
        revision_date=_ALWAYS,
    )
    for message in code:
        known = before.get(message.id) if message.id else None
        if message.id:
            catalogue.add(message.id, known.string if known else "")
    return catalogue


def as_text(catalogue: Catalog) -> bytes:
    """A catalogue as a `.po` file; sorted, so that two changes seldom meet in one place."""
    written = BytesIO()
    write_po(written, catalogue, width=0, sort_output=True)
    return written.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """A catalogue as a `.mo` file."""
    written = BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """Sentences that the translator has still to say."""
    return [
        str(message.id) for message in catalogue if message.id and not all(forms_of(message.string))
    ]


def forms_of(text: object) -> tuple[str, ...]:
    """A sentence, or its forms for one and for many."""
    return tuple(map(str, text)) if isinstance(text, (tuple, list)) else (str(text or ""),)


def main() -> int:
    """Write every catalogue anew; 1 when something in it is not translated yet."""
    code, is_complete = said(), True
    for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po")):
        catalogue = up_to_date(path, code)
        path.write_bytes(as_text(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        for sentence in untranslated(catalogue):
            print(f"{path}: not translated: {sentence}")
            is_complete = False
    return 0 if is_complete else 1


if __name__ == "__main__":
    sys.exit(main())
