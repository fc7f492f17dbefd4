"""Parts as plain HTML: the same element, attributes and text as Dash would draw, nothing let through."""

import os
import subprocess
import sys
from html.parser import HTMLParser

import dash_bootstrap_components as dbc
import pytest
from dash import dcc, html

from app.frame import wire
from app.frame.words.markup import markup
from app.pages import PAGES
from tests.app.asking import small_app, small_explorer
from tests.harness.served import ROOT


def test_texts_numbers_and_lists_stand_one_after_the_other():
    assert markup([None, "a ", 3, ["b", html.B("c"), None]]) == "a 3b<b>c</b>"


def test_attributes_have_the_names_of_html():
    told = markup(
        html.Td(
            "x",
            className="figures",
            colSpan=2,
            hidden=False,
            style={"backgroundColor": "#fff", "--columns": "3"},
            title=None,
            **{"aria-pressed": "false", "data-set-key": "cell"},
        )
    )
    assert HTMLParts(told).parts == [
        (
            "td",
            {
                "class": "figures",
                "colspan": "2",
                "style": "background-color:#fff;--columns:3",
                "aria-pressed": "false",
                "data-set-key": "cell",
            },
        ),
        "x",
    ]


def test_a_switch_stands_without_value_and_a_state_with_its_own():
    assert markup(html.Div(hidden=True)) == "<div hidden></div>"
    assert markup(html.Div(**{"aria-busy": True})) == '<div aria-busy="true"></div>'


def test_every_process_writes_attributes_in_the_same_order():
    code = (
        "from dash import html; from app.frame.words.markup import markup; "
        "names = [f'{kind}-{letter}' for kind in ('data', 'aria') for letter in 'abcdef']; "
        "print(markup(html.B('x', id='i', title='t', **{name: name for name in names})))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


def test_an_element_without_content_has_no_end():
    assert markup(html.Img(src="a.png", alt="")) == '<img alt="" src="a.png">'


@pytest.mark.parametrize("name", ['<img src=x onerror="f()">', "a & b", "\"'><script>f()</script>"])
def test_names_are_text_in_elements_and_attributes(name):
    told = markup(html.A(name, href=f"/?find={name}", title=name))
    [(tag, attributes), text] = HTMLParts(told).parts
    assert (tag, attributes["title"], attributes["href"]) == ("a", name, f"/?find={name}")
    assert text == name


@pytest.mark.parametrize("part", [dcc.Graph(), dbc.Button("b"), html.Div([dcc.Store(id="s")])])
def test_what_only_dash_can_draw_is_refused(part):
    with pytest.raises(TypeError, match=r"is not a part of dash\.html"):
        markup(part)


def test_no_callback_writes_what_a_panel_fills_with_html():
    filled = {name for page in PAGES for panel in page.panels for name in panel.markup.values()}
    assert filled
    written = str([*small_app().callback_map])
    assert [name for name in filled if f"{name}.children" in written] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_what_a_panel_fills_with_html_stands_on_its_page(page):
    laid_out = str(page.arrange(small_explorer(), wire.placed(page, small_explorer())))
    names = {name for panel in page.panels for name in panel.markup.values()}
    assert {name for name in names if f"'{name}'" not in laid_out} == set()


class HTMLParts(HTMLParser):
    """Start tags with their attributes, and texts, as a browser reads them."""

    def __init__(self, text):
        super().__init__()
        self.parts = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.parts.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.parts and isinstance(self.parts[-1], str):
            self.parts[-1] += data
        else:
            self.parts.append(data)
