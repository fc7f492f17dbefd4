"""The Explore page's parts and where they stand."""

import dash_bootstrap_components as dbc
from dash import html

from app.frame.components import control, graph, labelled, number, picture_button, select
from app.frame.image_chooser import image_search, image_steps

IMAGE, ANSWER_BARS, GRID = "explore-image", "explore-answer", "explore-grid"
VERDICT, STRIP, UNIT, FOUND = ("explore-verdict", "explore-strip", "explore-unit", "explore-found")
GRID_NOTE, IMAGE_NOTE = "explore-grid-note", "explore-image-note"
GRID_TITLE = "explore-grid-title"
VERDICT_PARTS = tuple(f"{VERDICT}-{part}" for part in ("label", "prediction", "right", "wrong"))
"""Where the label, the prediction and one of two words stand."""


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
            html.H1("Explore", className="visually-hidden"),
            _choices(explorer),
            html.Div(
                [
                    html.Section(
                        [
                            graph(IMAGE, "The image", class_name="image-figure"),
                            _verdict(),
                            html.P(id=IMAGE_NOTE, className="faint note"),
                            html.Div([html.H2("Softmax"), _scale()], className="panel-head"),
                            graph(ANSWER_BARS, "The network's answer", class_name="answer-figure"),
                        ],
                        className="panel side",
                        **{"aria-label": "Image and answer"},
                    ),
                    html.Section(
                        [
                            html.Div(
                                [html.H2(id=GRID_TITLE), _grid_options()], className="panel-head"
                            ),
                            html.Div(
                                [
                                    graph(GRID, "Activation grid", class_name="grid-figure"),
                                    html.Aside(
                                        id=UNIT, className="unit-panel", **{"aria-live": "polite"}
                                    ),
                                ],
                                className="grid-row",
                            ),
                            html.Div(
                                [
                                    html.P(id=GRID_NOTE, className="faint note"),
                                    html.Div(_downloads(), className="button-row"),
                                ],
                                className="grid-foot",
                            ),
                        ],
                        className="panel main-panel",
                        **{"aria-label": "Activation grid"},
                    ),
                ],
                className="explore-body",
            ),
            html.Nav(id=STRIP, className="strip", **{"aria-label": "Layers"}),
        ],
        className="explore",
    )


def _choices(explorer):
    models = [(name, name) for name in explorer.model_names]
    sets = [(name, f"{name} ({len(explorer.dataset(name)):,})") for name in explorer.set_names]
    layers = [(info.name, info.name) for info in explorer.network(explorer.model_names[0]).layers]
    return html.Div(
        [
            select("model", "Model", models),
            select("set", "Images", sets),
            image_steps(),
            image_search(explorer, FOUND),
            select("layer", "Layer", layers),
        ],
        className="choices",
    )


def _verdict():
    label, prediction, right, wrong = VERDICT_PARTS
    return html.Div(
        [
            html.Span(["label ", html.B(id=label)]),
            html.Span(["prediction ", html.B(id=prediction)]),
            html.Span(id=right, className="tag right"),
            html.Span(id=wrong, className="tag wrong"),
        ],
        id=VERDICT,
        className="verdict",
    )


def _scale():
    return labelled(
        "Scale",
        dbc.Select(
            id=control("scale"),
            options=[
                {"value": "linear", "label": "probability"},
                {"value": "log", "label": "log probability"},
                {"value": "logits", "label": "logits"},
            ],
        ),
        class_name="field inline",
        hide_label=True,
    )


def _grid_options():
    return html.Details(
        [
            html.Summary("Options", className="button small"),
            html.Div(
                [
                    select(
                        "range",
                        "Colour range",
                        [
                            ("layer", "shared over the layer"),
                            ("map", "each map its own"),
                            ("clip", "standardise and clip (the article)"),
                        ],
                    ),
                    select(
                        "colours",
                        "Colour map",
                        [
                            (name, name)
                            for name in ("viridis", "cividis", "inferno", "magma", "jet")
                        ],
                    ),
                    number("columns", "Columns", 1, None, placeholder="auto"),
                    select(
                        "order",
                        "Order of nodes",
                        [("natural", "by number"), ("weight", "by weight for p against q")],
                        title="Of the layer that the output layer weighs",
                    ),
                    number("p", "p", 0, None, placeholder="prediction"),
                    number("q", "q", 0, None, placeholder="runner-up"),
                    number(
                        "unit",
                        "Unit",
                        0,
                        None,
                        placeholder="none",
                        title="Number of the unit to enlarge; or click it in the grid",
                    ),
                ],
                className="options",
            ),
        ],
        className="options-box",
    )


def _downloads():
    """Buttons whose names and addresses follow each answer."""
    return [
        picture_button(IMAGE, "", "Image PNG"),
        picture_button(ANSWER_BARS, "", "Softmax PNG"),
        picture_button(GRID, "", "Grid PNG"),
        html.A(
            "CSV",
            className="button small",
            download="",
            title="The numbers of this layer as a table",
            **{"data-link": "csv"},
        ),
        html.A(
            "NPZ",
            className="button small",
            download="",
            title="The numbers of this layer as a NumPy file",
            **{"data-link": "npz"},
        ),
        html.Span(
            [html.Span("to Compare", className="faint"), *(_send_link(key) for key in "abc")],
            className="button-row",
        ),
    ]


def _send_link(key):
    name = key.upper()
    return html.A(
        name,
        className="button small",
        title=f"Add this image to group {name} of Compare",
        **{"data-send": key, "data-link": key, "aria-label": f"Add to group {name} of Compare"},
    )


def strip_links(layers, texts):
    """Links that stand under the grid, one a layer; each shows its part of the strip's picture.

    Parameters
    ----------
    layers : sequence of LayerInfo
    texts : sequence of str
        Shape of each in words.

    Returns
    -------
    list of dash component
    """
    return [
        html.A(
            [
                html.Span(className="strip-picture", style={"--place": place}),
                html.Span(info.name, className="strip-name"),
                html.Span(text, className="faint strip-shape"),
            ],
            className="strip-link",
            **{"data-set-key": "layer", "data-set-value": info.name},
        )
        for place, (info, text) in enumerate(zip(layers, texts, strict=True))
    ]
