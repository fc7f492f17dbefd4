"""The reader's language: which one it is, and that every sentence is there in every one."""

import re
from threading import Thread

import pytest

from app.frame.words.glossary import TERMS
from app.frame.words.language import (
    CATALOGUES,
    LANGUAGES,
    _,
    asked_language,
    count_text,
    decimal_text,
    percent_text,
    speaking,
    spoken,
)
from app.translations.__main__ import as_text, compiled, forms_of, said, untranslated, up_to_date
from tests.app.asking import ask_page, callback_for, small_app

FILES = sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po"))
_PLACES = re.compile(r"{(\w*)[^}]*}")
every_catalogue = pytest.mark.parametrize("path", FILES, ids=lambda path: path.parents[1].name)


def document(query="", accept=None, path="/"):
    headers = {"Accept-Language": accept} if accept else {}
    return small_app().server.test_client().get(path + query, headers=headers)


def test_every_language_but_english_has_a_catalogue():
    assert {path.parents[1].name for path in FILES} == set(LANGUAGES) - {"en"}


@every_catalogue
def test_a_catalogue_holds_what_the_code_says_in_full_and_is_compiled(path):
    catalogue = up_to_date(path, said())
    assert untranslated(catalogue) == []
    assert path.read_bytes() == as_text(catalogue), "run python -m app.translations"
    assert path.with_suffix(".mo").read_bytes() == compiled(catalogue)


@every_catalogue
def test_a_translation_has_the_places_for_numbers_of_its_sentence(path):
    for message in up_to_date(path, said()):
        asked, told = (" ".join(forms_of(text)) for text in (message.id, message.string))
        assert set(_PLACES.findall(asked)) == set(_PLACES.findall(told)), message.id


def test_the_glossary_is_marked_for_translation():
    marked = {message.id for message in said()}
    assert {*TERMS, *TERMS.values()} <= marked


def test_an_address_goes_before_the_browser_and_english_stands_in():
    assert asked_language("?lang=de") == "de"
    assert asked_language("?image=3") == "en"
    assert asked_language("?lang=xx") == "en"
    assert asked_language("?lang=de", ("en",)) == "en"
    with small_app().server.test_request_context(headers={"Accept-Language": "fr, de;q=0.8"}):
        assert asked_language("") == "de"
        assert asked_language("?lang=en") == "en"


def test_a_language_belongs_to_one_answer_alone():
    heard = []
    with speaking("de"):
        other = Thread(target=lambda: heard.append(spoken()))
        other.start()
        other.join()
        with speaking("en"):
            assert _("cell") == "cell"
        assert _("cell") == "Zelle"
    assert heard == ["en"] and spoken() == "en"


def test_numbers_are_written_as_the_language_does():
    assert (count_text(1134), decimal_text(-0.25, 2), percent_text(0.9931, 1)) == (
        "1,134",
        "−0.25",
        "99.3\u00a0%",
    )
    with speaking("de"):
        assert (count_text(1134), percent_text(0.9931, 1)) == ("1.134", "99,3\u00a0%")


def test_a_document_says_its_language_and_that_it_depends_on_the_browser():
    answer = document(accept="de-AT, de;q=0.9")
    assert "Accept-Language" in answer.vary
    text = answer.get_data(as_text=True)
    # Explore speaks English alone; the help around it speaks the reader's language.
    assert '<html lang="en">' in text and "Tasten und Hilfe" in text
    assert "Tasten und Hilfe" not in document("?lang=en", accept="de").get_data(as_text=True)


def opened(path, search):
    key, declared = callback_for(small_app(), "page-body.children")
    part = declared["inputs"][0]
    body = {
        "output": key,
        "outputs": {"id": "page-body", "property": "children"},
        "inputs": [{**part, "value": {"path": path, "search": search}}],
        "state": [],
        "changedPropIds": ["path.data"],
    }
    response = small_app().server.test_client().post("/_dash-update-component", json=body)
    return response.get_data(as_text=True)


def test_the_words_of_every_page_speak_the_readers_language():
    assert "Ein einzelner Wert einer Schicht" in opened("/", "?lang=de")
    assert "Ein einzelner Wert einer Schicht" not in opened("/", "")


def test_a_language_is_kept_in_the_address_and_carried_on():
    told = ask_page(small_app(), "/", "?lang=de")["answer"]["data"]
    assert told["search"] == "?lang=de" and told["language"] == "en"
    assert all("lang=de" in query for query in told["pages"].values())
