"""The order of nodes on the Evidence page."""

from dash import html
from dash.development.base_component import Component

from app.figures.pictures.grid import grid_figure
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.components import graph, picture_button
from app.frame.words.wording import number_text, percent
from app.pages.evidence.node_order import words as node_words
from app.pages.evidence.view import EvidenceView
from cnn_core.space.display import colour_range


def nodes_image(view: EvidenceView) -> Component:
    """Show the image whose nodes are drawn."""
    nodes, subject = view.nodes, view.nodes.subject
    told = (
        "your own image"
        if nodes.label is None
        else f"{subject.set} image {subject.image}, labelled {view.class_name(nodes.label)}"
    )
    picture = image_thumbnail(view.explorer.shown(view.explorer.image(subject)))
    return html.Figure(
        [
            html.Img(src=picture, alt="", className="nodes-picture"),
            html.Figcaption(told, className="faint note"),
        ],
        className="figure",
    )


def node_grids(view: EvidenceView) -> list[Component]:
    """Lay out the last hidden layer of every model, by number and sorted."""
    columns = []
    for place, nodes in enumerate(view.nodes.models):
        low, high = colour_range(nodes.values)
        grids = []
        for is_sorted in (False, True):
            graph_id = f"evidence-nodes-{place}-{'sorted' if is_sorted else 'natural'}"
            mosaic = nodes.sorted if is_sorted else nodes.natural
            figure = grid_figure(
                mosaic, nodes.values, nodes.values, (low, high), name=f"{nodes.model} {nodes.layer}"
            )
            # The range stands in words below; a colour bar would take a third of the place.
            figure["layout"]["meta"] |= {"click": "none", "bar": None}
            figure["layout"]["margin"]["r"] = 0
            title = node_words.grid_title(view, nodes, is_sorted=is_sorted)
            rows, across = mosaic.picture_shape
            grids.append(
                html.Div(
                    [
                        html.Div(
                            [html.H3(title), picture_button(graph_id, title.replace(" ", "_"))],
                            className="node-grid-head",
                        ),
                        graph(
                            graph_id,
                            title,
                            class_name="node-grid",
                            figure=figure,
                            summary=node_words.grid_summary(view, nodes, is_sorted=is_sorted),
                        ),
                    ],
                    style={"--aspect": f"{across / rows:.3f}"},
                )
            )
        share = (
            ""
            if nodes.share_p != nodes.share_p
            else (
                f" {percent(nodes.share_p)} of the activation lies in nodes with more weight "
                f"for {view.class_name(view.selection.p)}."
            )
        )
        columns.append(
            html.Div(
                [
                    *grids,
                    html.P(
                        f"{nodes.layer}, from {number_text(low)} (dark) to "
                        f"{number_text(high)} (bright).{share}",
                        className="faint note",
                    ),
                ],
                className="node-column",
            )
        )
    if view.nodes.without:
        columns.append(
            html.P(f"Without such a layer: {', '.join(view.nodes.without)}.", className="faint")
        )
    return columns
