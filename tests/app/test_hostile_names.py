"""Names of classes, layers and models are text wherever they stand."""

import csv
import io
import json
import re

import numpy as np
import pytest

from app.figures.text import plain
from app.pages import PAGES
from app.serving.replies.file_replies import csv_text
from cnn_core.drawing.packed import pack
from tests.app.asking import ask_page, ask_panel
from tests.app.measured_explorer import measured_app
from tests.app.small_explorer import Names

HOSTILE = Names(
    ("<a href='https://example.org/'>click</a>", "=HYPERLINK(1)", "%{y}$x$&lt;", "N" * 200),
    # No other signs are allowed in the name of a layer.
    ("-first", "pooled>b", "_last", "-flat", "-hidden", "-classes"),
    "\udcff\x1b[2J<u>model",
)
MARKS = ("<a", "<u>", "%{y}", "$x$", "\udcff", "\x1b", "N" * 61)
NOT_DRAWN_BY_PLOTLY = {"customdata", "meta"}
OWN = pack(np.arange(144, dtype=np.uint8).reshape(12, 12, 1))
ASKED = (
    ("", ""),
    ("?p=0&q=3", ""),
    ("?layer=_last&p=1&q=2", ""),
    ("?label=0&pred=1&off=-hidden:1", ""),
    ("", OWN),
)


def figures_in(answer):
    for outputs in answer.values():
        for key, value in outputs.items() if isinstance(outputs, dict) else ():
            if key == "figure" and isinstance(value, dict):
                yield value


def texts_of(part):
    if isinstance(part, dict):
        for key, value in part.items():
            if key not in NOT_DRAWN_BY_PLOTLY:
                yield from texts_of(value)
    elif isinstance(part, list):
        for one in part:
            yield from texts_of(one)
    elif isinstance(part, str):
        yield part


def answers(page):
    app = measured_app(HOSTILE)
    for search, own in ASKED:
        yield ask_page(app, page.path, search, own)
        for panel in page.panels:
            if panel.is_slow:
                yield ask_panel(app, page.path, panel.name, search, own)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)
def test_no_name_is_markup_in_a_figure(page):
    for answer in answers(page):
        for figure in figures_in(answer):
            for text in texts_of(figure):
                found = [mark for mark in MARKS if mark in text.replace("%{text}", "")]
                assert not found, (found, text[:200])
            assert "customdata" not in str(figure.get("hovertemplate", ""))
        # What the server cannot write as UTF-8, no page can show.
        json.dumps(answer, ensure_ascii=False).encode()


def test_text_for_plotly_says_what_it_says():
    assert plain("a < b & c > d") == "a &lt; b &amp; c &gt; d"
    assert plain("&lt;") == "&amp;lt;"
    assert plain("%{x} is 5 %, $5") == "%&#123;x} is 5 %, &#36;5"
    assert plain("two\nlines") == "two<br>lines"
    assert plain("<" * 9, 3) == "&lt;&lt;…"


FILES = (
    "/download/activations.csv", "/download/activations.npz", "/download/ledger.csv",
    "/download/ledger.npz", "/download/circles.csv", "/download/class-statistics.csv",
)  # fmt: skip


def test_no_download_holds_a_formula_and_all_can_be_written():
    app = measured_app(HOSTILE)
    rules = [rule.rule for rule in app.server.url_map.iter_rules() if "/download" in rule.rule]
    links = set(re.findall(r'"(/download/[^"?]*)', str(
        [json.dumps(answer) for page in PAGES for answer in answers(page)]
    ).replace('\\\\"', '"').replace('\\"', '"')))  # fmt: skip
    assert len(links) >= 8 and rules
    for link in sorted({*links, *FILES}):
        response = app.server.test_client().get(link)
        assert response.status_code == 200, (link, response.get_data(as_text=True)[:200])
        if link.endswith(".csv"):
            cells = [
                cell
                for row in csv.reader(io.StringIO(response.get_data(as_text=True)))
                for cell in row
            ]
            for cell in cells:
                assert cell[:1] not in "=@\t\r" or not cell, (link, cell)
                if cell[:1] in ("+", "-"):
                    float(cell)


def test_numbers_stay_numbers_and_other_texts_do_not_start_a_formula():
    written = csv_text(
        ("=a", "b"),
        [(-1.5, "-1.5e-05"), ("-inf", "nan"), ("+1+1", "\t=1"), ("@x", "--"), ("a=b", -3)],
    )
    assert list(csv.reader(io.StringIO(written))) == [
        ["'=a", "b"],
        ["-1.5", "-1.5e-05"],
        ["-inf", "nan"],
        ["'+1+1", "'\t=1"],
        ["'@x", "'--"],
        ["a=b", "-3"],
    ]
