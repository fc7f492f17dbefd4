"""The Explore page's parts and where they stand."""

import dash_bootstrap_components as dbc
from dash import html

from app.components import control, graph, labelled, number, picture_button, select
from app.image_chooser import image_search, image_steps
from app.selection import write_query

IMAGE, ANSWER_BARS, GRID = "explore-image", "explore-answer", "explore-grid"
VERDICT, STRIP, UNIT, FOUND = ("explore-verdict", "explore-strip", "explore-unit",
                               "explore-found")
GRID_NOTE, IMAGE_NOTE, DOWNLOADS = "explore-grid-note", "explore-image-note", "explore-downloads"
GRID_TITLE = "explore-grid-title"


def layout(explorer):
    """Lay the page out.

    Parameters
    ----------
    explorer : Explorer

    Returns
    -------
    dash component
    """
    return html.Div([
        html.H1("Explore", className="visually-hidden"),
        _choices(explorer),
        html.Div([
            html.Section([
                graph(IMAGE, "The image", class_name="image-figure"),
                html.Div(id=VERDICT, className="verdict"),
                html.P(id=IMAGE_NOTE, className="faint note"),
                html.Div([html.H2("Softmax"), _scale()], className="panel-head"),
                graph(ANSWER_BARS, "The network's answer", class_name="answer-figure"),
            ], className="panel side", **{"aria-label": "Image and answer"}),
            html.Section([
                html.Div([html.H2(id=GRID_TITLE), _grid_options()], className="panel-head"),
                html.Div([
                    graph(GRID, "Activation grid", class_name="grid-figure"),
                    html.Aside(id=UNIT, className="unit-panel", **{"aria-live": "polite"}),
                ], className="grid-row"),
                html.Div([html.P(id=GRID_NOTE, className="faint note"),
                          html.Div(id=DOWNLOADS, className="button-row")], className="grid-foot"),
            ], className="panel main-panel", **{"aria-label": "Activation grid"}),
        ], className="explore-body"),
        html.Nav(id=STRIP, className="strip", **{"aria-label": "Layers"}),
    ], className="explore")


def _choices(explorer):
    models = [(name, name) for name in explorer.model_names]
    sets = [(name, f"{name} ({len(explorer.dataset(name)):,})") for name in explorer.set_names]
    layers = [(info.name, info.name)
              for info in explorer.network(explorer.model_names[0]).layers]
    return html.Div([
        select("model", "Model", models),
        select("set", "Images", sets),
        image_steps(),
        image_search(explorer, FOUND),
        select("layer", "Layer", layers),
    ], className="choices")


def _scale():
    return labelled("Scale", dbc.Select(id=control("scale"), options=[
        {"value": "linear", "label": "probability"},
        {"value": "log", "label": "probability, log"},
        {"value": "logits", "label": "logits"}]), class_name="field inline", hide_label=True)


def _grid_options():
    return html.Details([
        html.Summary("Options", className="button small"),
        html.Div([
            select("range", "Colour range", [
                ("layer", "shared over the layer"), ("map", "each map its own"),
                ("clip", "standardise and clip (the article)")]),
            select("colours", "Colour map", [(name, name) for name in
                                             ("viridis", "cividis", "inferno", "magma", "jet")]),
            number("columns", "Columns", 1, None, placeholder="auto"),
            select("order", "Order of nodes", [
                ("natural", "by number"), ("weight", "by weight for p against q")],
                title="Of the layer that the output layer weighs"),
            number("p", "p", 0, None, placeholder="prediction"),
            number("q", "q", 0, None, placeholder="runner-up"),
            number("unit", "Unit", 0, None, placeholder="none",
                   title="Number of the unit to enlarge; or click it in the grid"),
        ], className="options"),
    ], className="options-box")


def download_parts(view, query):
    """Buttons that save the grid as picture and as numbers.

    Parameters
    ----------
    view : ExploreView
    query : str
        Query of the numbers' address.

    Returns
    -------
    list of dash component
    """
    selection = view.selection
    name = f"{selection.model}_{selection.set}_{selection.image}_{selection.layer}"
    return [
        picture_button(IMAGE, f"{selection.set}_{selection.image}", "Image PNG"),
        picture_button(ANSWER_BARS, f"{name}_softmax", "Softmax PNG"),
        picture_button(GRID, name, "Grid PNG"),
        html.A("CSV", href=f"/download/activations.csv{query}", className="button small",
               download=f"{name}.csv", title="The numbers of this layer as a table"),
        html.A("NPZ", href=f"/download/activations.npz{query}", className="button small",
               download=f"{name}.npz", title="The numbers of this layer as a NumPy file"),
        html.Span([html.Span("to Compare", className="faint"),
                   *(_send_link(selection, key) for key in "abc")], className="button-row"),
    ]


def _send_link(selection, key):
    query = write_query({"model": selection.model, "set": selection.set, "layer": selection.layer,
                         f"add_{key}": selection.image})
    name = key.upper()
    return html.A(name, href=f"/compare{query}", className="button small",
                  title=f"Add this image to group {name} of Compare",
                  **{"data-send": key, "aria-label": f"Add to group {name} of Compare"})
