"""Tables, lists and cards of the Evidence page."""

from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.figures.charts.ladder import STYLES, Mark
from app.figures.pictures.grid import grid_figure
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.cards import card_actions, image_card, image_cards
from app.frame.components import graph, picture_button, table
from app.frame.links import EVIDENCE as PATH
from app.frame.wording import number_text, percent
from app.pages.evidence import words
from app.pages.evidence.purpose import steps_of
from app.pages.evidence.state import first_pair, write
from app.pages.evidence.titles import number_label, variant_title
from app.pages.evidence.view import READERS, EvidenceView
from cnn_core.space.display import colour_range


def ladder_rows(view):
    """Titles of the ladder's rows, from the pixels to the network itself."""
    return [
        *(
            f"{layer.title}<br><span style='font-size:11px'>{layer.n_cells:,} cells</span>"
            for layer in view.results.layers
        ),
        "the network",
    ]


def ladder_marks(view):
    """Marks of the ladder."""
    marks = [
        _mark(
            rung.row,
            rung.readout.reader,
            rung.readout.share,
            rung.spread,
            words.rung_text(view, rung),
        )
        for rung in view.rungs
    ]
    network = _mark(
        len(view.results.layers),
        "network",
        view.task.network,
        view.network,
        words.network_text(view),
    )
    return [*marks, network]


def variant_marks(view):
    """Marks of the network and its changed forms."""
    marks = [_mark(0, "network", view.task.network, view.network, words.network_text(view))]
    for row, (variant, spread) in enumerate(view.variants, 1):
        marks.append(
            _mark(
                row,
                variant.name,
                variant.scores[view.task.name].share,
                spread,
                words.variant_text(view, variant, spread),
            )
        )
    return marks


def _mark(row, reader, share, spread, told):
    return Mark(row, reader, share.value, share.low, share.high, spread.least, spread.most, told)


def legend(view):
    """List the marks' shapes with their readers."""
    return [
        html.Li([glyph(reader), words.READER_TITLES[reader]]) for reader in (*READERS, "network")
    ]


def glyph(reader):
    """Shape of a reader's mark in a line of text."""
    style = STYLES[reader]
    return html.Span(
        style.glyph, className="glyph", style={"--mark": style.colour}, **{"aria-hidden": "true"}
    )


def steps(view):
    """Lay out the large numbers on top."""
    items = []
    for step in steps_of(view):
        mark = (
            glyph(step.key)
            if step.key in STYLES
            else html.Span(
                "◯", className="glyph", style={"--mark": "#d1242f"}, **{"aria-hidden": "true"}
            )
        )
        items.append(
            html.Li(
                [
                    html.Span([mark, step.title], className="step-title"),
                    html.Span(percent(step.value), className="step-value figures"),
                    html.Span(words.percents(step.low, step.high), className="faint figures"),
                    html.Span(step.detail, className="faint"),
                ],
                className=f"step step-{step.key}",
            )
        )
    return items


def missing(view):
    """Tell what has not been measured, and the command that measures it; None if all was."""
    if view.task is not None:
        return None
    selection = view.selection
    # A run replaces what was known of a model, so that it names the measured pairs too.
    pairs = (
        ()
        if view.results is None
        else (*view.found.pairs(selection.model), (selection.p, selection.q))
    )
    links = [
        html.A(
            f"{view.class_name(p)} against {view.class_name(q)}",
            href=PATH + write(replace(selection, p=p, q=q), view.explorer),
        )
        for p, q in view.found.pairs(selection.model)
    ]
    links += [
        html.A(model, href=PATH + write(_in_model(view, selection, model), view.explorer))
        for model in view.found.by_model
        if model != selection.model
    ]
    return html.Div(
        [
            html.P(words.missing_text(view)),
            html.Pre(words.command(view, selection.model, pairs), className="command"),
            html.P([html.Span("Measured already: ", className="faint"), *_with_commas(links)])
            if links
            else None,
            html.P("The order of nodes below needs no measuring.", className="faint note"),
        ],
        className="missing",
    )


def _in_model(view, selection, model):
    """Ask another model the same question, or its first one where it was not measured on that."""
    pair = selection.p, selection.q
    if pair not in view.found.pairs(model):
        pair = first_pair(view.explorer, model)
    variant = next((one.name for one in view.found.of(model).variants), None)
    return replace(selection, model=model, p=pair[0], q=pair[1], variant=variant, page=1)


def _with_commas(links):
    parts: list[Any] = []
    for link in links:
        parts += [", ", link] if parts else [link]
    return parts


def ladder_table(view):
    """Lay out the ladder as a table."""
    head = [
        "Layer",
        "Cells",
        *(
            f"best {view.k} cells" if reader == "best_cells" else words.READER_TITLES[reader]
            for reader in READERS
        ),
        "Fitted on",
    ]
    rows = []
    for layer in view.results.layers:
        rungs = [view.rung(layer.name, reader) for reader in READERS]
        fitted = sorted({rung.readout.n_fitted for rung in rungs if rung})
        rows.append(
            [
                layer.title,
                f"{layer.n_cells:,}",
                *(_share_cell(rung.readout.share) if rung else "–" for rung in rungs),
                " to ".join(f"{count:,}" for count in dict.fromkeys((fitted[0], fitted[-1])))
                if fitted
                else "–",
            ]
        )
    network = view.task.network
    rows.append([html.B("the network itself"), "", "", "", "", _share_cell(network), ""])
    return table(rows, head)


def _share_cell(share):
    return html.Span(
        [
            html.B(percent(share.value)),
            " ",
            html.Span(words.percents(share.low, share.high), className="faint"),
        ],
        className="figures",
        title=f"{share.n_right:,} of {share.n:,} right",
    )


def variant_list(view):
    """List the changed networks with the difference that each makes."""
    if not view.variants:
        return html.P(view.results.mlp["note"], className="faint")
    items = []
    for variant, _ in view.variants:
        score = variant.scores[view.task.name]
        kind = words.outcome(score.versus_network)
        gain = -score.versus_network.high, -score.versus_network.low
        items.append(
            html.Li(
                [
                    html.Div([glyph(variant.name), html.B(variant_title(view, variant))]),
                    html.Div(
                        [
                            html.Span(
                                words.points(-score.versus_network.difference) + " points",
                                className=f"figures difference {kind}",
                            ),
                            html.Span(
                                f" ({words.points_interval(*gain)})", className="faint figures"
                            ),
                        ]
                    ),
                    html.Div(
                        words.difference_text(score.versus_network).capitalize() + ".",
                        className="note",
                    ),
                    html.Details(
                        [html.Summary("How it was made"), html.P(variant.how)],
                        className="note faint",
                    ),
                ]
            )
        )
    return html.Ul(items, className="variant-list")


def claim_list(view):
    """List the claims, each with numbers, verdict and rule."""
    if not view.pooled:
        return html.P("No claims were judged for this pair.", className="faint")
    items = []
    for claim in view.pooled:
        verdicts = view.verdicts.get(claim.name, ())
        items.append(
            html.Li(
                [
                    html.Div(
                        [
                            html.P(claim.statement, className="claim-statement"),
                            html.Details(
                                [html.Summary("Rule"), html.P(claim.rule)], className="note faint"
                            ),
                            _elsewhere(view, claim),
                        ]
                    ),
                    html.Ul(
                        [
                            html.Li(
                                [
                                    html.Span(number_label(view, claim, number), className="faint"),
                                    html.B(words.claim_number(number), className="figures"),
                                ]
                            )
                            for number in claim.numbers
                        ],
                        className="claim-numbers",
                    )
                    if claim.numbers
                    else html.P("Nothing could be counted.", className="faint note"),
                    html.Div(
                        [
                            html.Span(
                                claim.verdict,
                                className="verdict-tag "
                                + words.VERDICT_CLASSES.get(claim.verdict, "unjudged"),
                            ),
                            html.Span(words.verdicts_text(verdicts), className="faint note"),
                        ],
                        className="claim-verdict",
                    ),
                ],
                className="claim",
            )
        )
    return html.Ol(items, className="claims")


def _elsewhere(view, claim):
    """List how a claim comes out with other thresholds and in each model alone."""
    if not claim.elsewhere:
        return None
    label = number_label(view, claim, claim.elsewhere[0].number)
    items = [
        html.Li(f"{one.setting}: {one.verdict}, {words.claim_number(one.number)}")
        for one in claim.elsewhere
    ]
    return html.Details(
        [html.Summary("With other thresholds and models"), html.P(f"{label}:"), html.Ul(items)],
        className="note faint",
    )


def disagreements(view):
    """Lay out the images on which the network and the changed one disagree."""
    listed = view.disagreement
    if listed is None or len(listed.images) == 0:
        return None
    selection = view.selection
    set_name = view.explorer.set_names[0]
    cards = []
    for image, network, own in zip(
        listed.images[listed.shown],
        listed.network_answers[listed.shown],
        listed.variant_answers[listed.shown],
        strict=True,
    ):
        notes = [
            f"network: {view.class_name(int(network))}",
            f"changed: {view.class_name(int(own))}",
        ]
        cards.append(
            image_card(
                view.explorer,
                selection.model,
                set_name,
                int(image),
                notes=notes,
                actions=card_actions(
                    view.explorer, selection.model, set_name, int(image), int(network), int(own)
                ),
            )
        )
    return html.Div([image_cards(cards, "Images on which they disagree"), _parts_of_list(view)])


def _parts_of_list(view):
    listed = view.disagreement
    if listed.n_pages == 1:
        return None
    parts = []
    for text, target in (("‹ Previous", listed.page - 1), ("Next ›", listed.page + 1)):
        if 1 <= target <= listed.n_pages:
            query = write(replace(view.selection, page=target), view.explorer)
            parts.append(html.A(text, href=PATH + query, className="button small"))
    first = listed.shown.start
    last = min(listed.shown.stop, len(listed.images))
    parts.append(
        html.Span(f"{first + 1:,} to {last:,} of {len(listed.images):,}", className="faint")
    )
    return html.Nav(parts, className="button-row pages", **{"aria-label": "Parts of the list"})


def nodes_image(view: EvidenceView) -> Component:
    """Show the image whose nodes are drawn."""
    nodes, subject = view.nodes, view.nodes.subject
    told = (
        "your own image"
        if nodes.label is None
        else f"{subject.set} image {subject.image:,}, labelled {view.class_name(nodes.label)}"
    )
    picture = image_thumbnail(view.explorer.shown(view.explorer.image(subject)))
    return html.Figure(
        [
            html.Img(src=picture, alt="", className="nodes-picture"),
            html.Figcaption(told, className="faint note"),
        ],
        className="figure",
    )


def node_grids(view):
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
            title = words.grid_title(view, nodes, is_sorted=is_sorted)
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
                            summary=words.grid_summary(view, nodes, is_sorted=is_sorted),
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
