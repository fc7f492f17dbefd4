"""Tables, lists and cards of the Evidence page."""

from dash import html
from dash.development.base_component import Component

from app.figures.charts.ladder import STYLES, Mark
from app.frame.components import table
from app.frame.links import COMPARE, link
from app.frame.words.wording import percent
from app.pages.evidence import words
from app.pages.evidence.purpose import Step, few_cells, steps_of
from app.pages.evidence.titles import first_large, variant_title
from app.pages.evidence.twins import twin_lines
from app.pages.evidence.verdicts import pooled_text
from app.pages.evidence.view import READERS, EvidenceView, MeasuredView, Spread
from cnn_core.readouts.comparing.answers import Share
from cnn_core.readouts.comparing.paired import false_discovery_rates

MOST_FALSE = 0.05
_TABLE_NOTE = (
    "* differs from the network itself, with a false discovery rate below 5 % over all comparisons of "
    "this table (Benjamini and Hochberg). Differences without a star may be luck; the CSV has the rate "
    "of each."
)


def ladder_rows(view: MeasuredView) -> list[str]:
    """Titles of the ladder's rows, from the pixels to the network itself."""
    return [*(layer.title for layer in view.results.layers), "the network"]


def ladder_details(view: MeasuredView) -> list[str]:
    """What stands under each of these titles."""
    return [*(f"{layer.n_cells:,} cells" for layer in view.results.layers), ""]


def ladder_marks(view: MeasuredView) -> list[Mark]:
    """Marks of the ladder."""
    marks = [
        _mark(
            rung.row,
            rung.readout.reader,
            rung.readout.share,
            rung.spread,
            "\n".join([words.rung_text(view, rung), *twin_lines(rung.before)]),
            (rung.before.mean, rung.before.least, rung.before.most) if rung.before else None,
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


def variant_marks(view: MeasuredView) -> list[Mark]:
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


def _mark(
    row: int,
    reader: str,
    share: Share,
    spread: Spread,
    told: str,
    before: tuple[float, float, float] | None = None,
) -> Mark:
    return Mark(
        row, reader, share.value, share.low, share.high, spread.least, spread.most, told, before
    )


def legend(view: MeasuredView) -> list[Component]:
    """List the marks' shapes with their readers."""
    known = [
        html.Li([glyph(reader), words.READER_TITLES[reader]]) for reader in (*READERS, "network")
    ]
    is_known = any(rung.before for rung in view.rungs)
    return [*known, html.Li("hollow: untrained", className="faint")][: None if is_known else -1]


def glyph(reader: str) -> Component:
    """Shape of a reader's mark in a line of text."""
    style = STYLES[reader]
    return html.Span(
        style.glyph, className="glyph", style={"--mark": style.colour}, **{"aria-hidden": "true"}
    )


def steps(view: EvidenceView) -> list[Component]:
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
                    html.Span(
                        [
                            html.Span(percent(step.value), className="step-value figures"),
                            " ",
                            html.Span(
                                words.percents(step.low, step.high), className="faint figures"
                            ),
                        ]
                    ),
                    html.Span(words.per_thousand(step.value), className="figures"),
                    html.Span(_untrained(step), className="faint figures"),
                    html.Span(step.detail, className="faint"),
                    _beside(view, step),
                ],
                className=f"step step-{step.key}",
            )
        )
    return items


def _beside(view: EvidenceView, step: Step) -> Component | None:
    """What else the layers can do that a reader would not look for."""
    if step.key == "circles" and view.results and view.results.mlp["hidden"]:
        layer, selection = view.results.mlp["hidden"], view.selection
        values = {"model": selection.model, "p": selection.p, "q": selection.q, "layer": layer}
        return html.A(
            f"circles on the nodes of {layer}", href=link(view.explorer, COMPARE, **values)
        )
    few = few_cells(view) if step.key == "linear_probe" else None
    return None if few is None else html.Span(few, className="figures")


def _untrained(step: Step) -> str:
    if step.before is None:
        return ""
    return f"◌ before training {percent(step.before.mean)}{step.before_note}"


def ladder_table(view: MeasuredView) -> Component:
    """Lay out the ladder as a table, with a mark where a reader differs from the network."""
    differs = differing_rungs(view)
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
                *(
                    _share_cell(rung.readout.share, (layer.name, reader) in differs)
                    if rung
                    else "–"
                    for reader, rung in zip(READERS, rungs, strict=True)
                ),
                " to ".join(f"{count:,}" for count in dict.fromkeys((fitted[0], fitted[-1])))
                if fitted
                else "–",
            ]
        )
    network = view.task.network
    rows.append([html.B("the network itself"), "", "", "", "", _share_cell(network), ""])
    return html.Div([table(rows, head), html.P(_TABLE_NOTE, className="faint note")])


def differing_rungs(view: MeasuredView) -> set[tuple[str, str]]:
    """Layer and reader of the table's rungs that differ from the network beyond luck.

    All comparisons of the table count together.
    """
    compared = {
        (layer.name, reader): rung.readout.versus_network
        for layer in view.results.layers
        for reader in READERS
        if (rung := view.rung(layer.name, reader))
    }
    rates = false_discovery_rates(list(compared.values()))
    return {key for key, rate in zip(compared, rates, strict=True) if rate < MOST_FALSE}


def _share_cell(share: Share, differs: bool = False) -> Component:
    return html.Span(
        [
            html.B(percent(share.value)),
            "* " if differs else " ",
            html.Span(words.percents(share.low, share.high), className="faint"),
        ],
        className="figures",
        title=f"{share.n_right:,} of {share.n:,} right",
    )


def variant_list(view: MeasuredView) -> Component:
    """List the changed networks with the difference that each makes."""
    if not view.variants:
        return html.P(view.results.mlp["note"], className="faint")
    items = []
    for variant, _ in view.variants:
        score = variant.scores[view.task.name]
        compared = view.found.compared_variant(view.task.name, variant.name)
        paired = score.versus_network
        items.append(
            html.Li(
                [
                    html.Div([glyph(variant.name), html.B(variant_title(view, variant))]),
                    html.Div(
                        [
                            "the network minus this: ",
                            html.Span(
                                words.points(paired.difference) + " points",
                                className="figures difference",
                            ),
                            html.Span(
                                f" ({words.points_interval(paired.low, paired.high)})",
                                className="faint figures",
                            ),
                        ]
                    ),
                    html.Div(words.difference_text(paired).capitalize() + ".", className="note"),
                    html.Div(first_large(pooled_text(compared, "this one")), className="note")
                    if compared
                    else None,
                    html.Details(
                        [html.Summary("How it was made"), html.P(variant.how)],
                        className="note faint",
                    ),
                ]
            )
        )
    return html.Ul(items, className="variant-list")
