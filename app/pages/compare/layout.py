"""The Compare page's parts and where they stand."""

import dash_bootstrap_components as dbc
from dash import dcc, html

from app.figures.theme import COLOUR_MAPS
from app.frame.components import control, graph, labelled, number, picture_button, select, switch
from app.frame.defaults import default_image, default_pair
from app.frame.search import HELP
from app.pages.compare.members import GROUPS, RULES
from app.pages.compare.parts import (
    ASKED,
    BOARDS,
    CHANCE,
    CHANCE_NOTE,
    COLOUR_BAR,
    DOWNLOADS,
    FOUND_TRIPLES,
    LEGEND,
    READERS,
    READERS_NOTE,
    RINGS_NOTE,
    SENTENCE,
    STATISTIC,
    STATISTIC_DOWNLOADS,
    STATISTIC_NOTE,
    STATISTIC_SHOWN,
    STATISTIC_TITLE,
    TABLE,
    TABLE_NOTE,
    THRESHOLD,
    THRESHOLD_TEXT,
    TRIPLES,
    TRIPLES_NOTE,
    TRIPLES_RUN,
    WARNINGS,
    board,
    captions_of,
    empty_note,
    group_body,
    line_box,
)
from app.pages.compare.view import LINES

_SYMBOLS = {"a": "○", "b": "□", "c": ""}


def layout(explorer):
    """Lay the page out.

    Parameters
    ----------
    explorer : Explorer

    Returns
    -------
    dash component
    """
    return html.Div(
        [
            html.H1("Compare", className="visually-hidden"),
            dcc.Store(id=ASKED),
            dcc.Store(id=FOUND_TRIPLES),
            dcc.Store(id=STATISTIC_SHOWN),
            _choices(explorer),
            html.Div(
                [
                    html.Div(
                        [_groups_panel(explorer), _table_panel(), _statistics_panel()],
                        className="compare-main",
                    ),
                    _worth_panel(),
                ],
                className="compare-body",
            ),
        ],
        className="compare",
    )


def _choices(explorer):
    models = [(name, name) for name in explorer.model_names]
    sets = [(name, f"{name} ({len(explorer.dataset(name)):,})") for name in explorer.set_names]
    network = explorer.network(explorer.model_names[0])
    layers = [(info.name, info.name) for info in network.layers]
    classes = [(str(number), explorer.class_name(number)) for number in range(network.n_classes)]
    return html.Div(
        [
            select("model", "Model", models),
            select("set", "Images", sets),
            select("layer", "Layer", layers),
            select("p", "A stands for p", classes),
            select("q", "B stands for q", classes),
            html.Div(
                [
                    labelled(
                        "On from this share of peak",
                        dbc.Input(
                            id=THRESHOLD, type="range", min=0, max=1, step=0.05, className="slider"
                        ),
                        title="A cell is on when its activation is at least this share of the largest "
                        "activation of the layer in that image",
                    ),
                    html.Output(id=THRESHOLD_TEXT, className="figures"),
                ],
                className="on-line button-row",
            ),
            select(
                "zoom",
                "Show",
                [("all", "all units")],
                title="Drag over the units of a grid to enlarge them in all grids",
            ),
            _options(),
        ],
        className="choices",
    )


def _options():
    return html.Details(
        [
            html.Summary("Options", className="button"),
            html.Div(
                [
                    select("colours", "Colour map", [(name, name) for name in COLOUR_MAPS]),
                    number("seed", "Seed of random images", 0, None),
                ],
                className="options",
            ),
        ],
        className="options-box",
    )


def _groups_panel(explorer):
    return html.Section(
        [
            html.Div(
                [
                    html.Div(id=LEGEND, className="legend"),
                    html.Div(
                        [
                            switch("mean", "mean", title="Mean over each group"),
                            switch("min", "minimum", title="Minimum over each group"),
                        ],
                        className="summaries",
                    ),
                    html.Div(id=COLOUR_BAR, className="range-bar"),
                ],
                className="panel-head",
            ),
            html.Div([_group(explorer, key) for key in GROUPS], id=BOARDS, className="boards"),
            html.P(id=RINGS_NOTE, className="faint note"),
            html.Div(id=DOWNLOADS, className="button-row"),
        ],
        className="panel",
        **{"aria-label": "Groups"},
    )


def _table_panel():
    return html.Section(
        [
            html.H2("The circled cells"),
            html.P(id=TABLE_NOTE, className="faint note"),
            html.Div(
                "Measuring …",
                id=TABLE,
                className="table-box",
                tabIndex="0",
                role="region",
                **{"aria-label": "Table, to be scrolled"},
            ),
        ],
        className="panel",
        **{"aria-label": "The circled cells"},
    )


def _example(explorer):
    """Words that the search takes, made of an image and a class that exist."""
    p, _ = default_pair(explorer.class_names)
    image = default_image(explorer, explorer.model_names[0], explorer.set_names[0])
    return f"add: {image} or label:{explorer.class_name(p)} wrong"


def _group(explorer, key):
    name = key.upper()
    return html.Div(
        [
            html.Div(
                [
                    html.H2(
                        [
                            html.Span(
                                _SYMBOLS[key], className=f"ink-{key}", **{"aria-hidden": "true"}
                            ),
                            f" {name}",
                        ]
                    ),
                    labelled(
                        f"Rule of group {name}",
                        dbc.Select(
                            id=control(f"r{key}"),
                            options=[{"value": rule, "label": rule} for rule in RULES],
                        ),
                        class_name="field inline",
                        hide_label=True,
                    ),
                    labelled(
                        f"Number of images in group {name}",
                        dbc.Input(
                            id=control(f"n{key}"),
                            type="number",
                            min=1,
                            max=12,
                            step=1,
                            debounce=True,
                            className="few",
                        ),
                        class_name="field inline",
                        hide_label=True,
                        title="1 to 12 images",
                    ),
                    labelled(
                        f"Add an image to group {name}",
                        dbc.Input(
                            id=control(f"add_{key}"),
                            type="text",
                            debounce=True,
                            placeholder=_example(explorer),
                            maxlength=200,
                            autocomplete="off",
                            className="adder",
                        ),
                        class_name="field inline",
                        hide_label=True,
                        title=HELP,
                    ),
                    html.Span(id=empty_note(key), className="faint note"),
                ],
                className="group-head",
            ),
            *(_line(key, line) for line in LINES),
        ],
        id=group_body(key),
        className="group",
        **{"data-drop": key},
    )


def _line(key, line):
    return html.Div(
        [
            html.Div(id=captions_of(key, line), className="captions"),
            graph(board(key, line), f"Grids of group {key.upper()}", class_name="board"),
        ],
        id=line_box(key, line),
        className="group-line",
        hidden=True,
    )


def _worth_panel():
    return html.Section(
        [
            html.H2("What is it worth?"),
            html.P("Measuring the circles …", id=SENTENCE, className="sentence", role="status"),
            html.Div(id=WARNINGS, role="status", className="compare-warnings"),
            html.H3("Unique cells, beside chance"),
            graph(CHANCE, "Unique cells of random splits", class_name="small-chart"),
            html.P(id=CHANCE_NOTE, className="faint note"),
            html.H3("Right on the images not in A or B"),
            graph(
                READERS,
                "Accuracy of the circle reader and of the network",
                class_name="readers-chart",
            ),
            html.P(id=READERS_NOTE, className="faint note"),
            html.H3("Would other threes do as well?"),
            html.Div(
                [
                    html.Button(
                        "Try 200 random threes",
                        className="button",
                        id="compare-try",
                        **{"data-set-key": "triples", "data-set-value": "0"},
                    ),
                    html.Progress(
                        id="compare-progress",
                        max="200",
                        value="0",
                        hidden=True,
                        **{"aria-label": "Random threes judged"},
                    ),
                ],
                className="button-row",
            ),
            html.Div(id=TRIPLES_RUN, hidden=True),
            html.Div(
                graph(TRIPLES, "Accuracies of 200 random circle readers", class_name="small-chart"),
                id="compare-triples-box",
                hidden=True,
            ),
            html.P(id=TRIPLES_NOTE, className="faint note", role="status"),
            html.Div(
                [
                    picture_button(CHANCE, "chance", "Chance PNG"),
                    picture_button(READERS, "readers", "Readers PNG"),
                    picture_button(TRIPLES, "random_threes", "Threes PNG"),
                ],
                className="button-row",
            ),
        ],
        className="panel worth",
        **{"aria-label": "What is it worth?"},
    )


def _statistics_panel():
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Class statistics"),
                    labelled(
                        "Statistic",
                        dbc.Select(id=control("stat"), options=[]),
                        class_name="field inline",
                        hide_label=True,
                    ),
                ],
                className="panel-head",
            ),
            html.P(id=STATISTIC_TITLE, className="note"),
            graph(STATISTIC, "Class statistics of every cell", class_name="statistic-figure"),
            html.P(id=STATISTIC_NOTE, className="faint note"),
            html.Div(id=STATISTIC_DOWNLOADS, className="button-row"),
        ],
        className="panel",
        **{"aria-label": "Class statistics"},
    )
