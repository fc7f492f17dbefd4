"""The article's claims on the Evidence page."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.pages.evidence import words
from app.pages.evidence.titles import number_label
from app.pages.evidence.view import MeasuredView
from cnn_core.readouts.judging.claim_found import Claim, Elsewhere


def claim_list(view: MeasuredView) -> Component:
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
                            *_strip(claim),
                            html.Span(words.verdicts_text(verdicts), className="faint note"),
                        ],
                        className="claim-verdict",
                    ),
                ],
                className="claim",
            )
        )
    return html.Ol(items, className="claims")


_SIGNS = {"holds": "✓", "holds in part": "◐", "does not hold": "✕"}


def _strip(claim: Claim) -> list[Component]:
    """Show how the verdict moves with the threshold and with the model, one sign each."""
    by_threshold = [one for one in claim.elsewhere if one.setting.startswith("t = ")]
    by_model = [one for one in claim.elsewhere if not one.setting.startswith("t = ")]
    return [
        html.Span(
            [
                html.Span(f"{label} ", className="faint"),
                *(
                    html.Span(_SIGNS.get(one.verdict, "?"), title=f"{one.setting}: {one.verdict}")
                    for one in found
                ),
            ],
            className="verdict-strip note",
        )
        for label, found in (
            (f"{_ends(by_threshold)}:", by_threshold),
            ("each model alone:", by_model),
        )
        if found
    ]


def _ends(found: Sequence[Elsewhere]) -> str:
    return f"{found[0].setting} to {found[-1].setting[4:]}" if found else ""


def _elsewhere(view: MeasuredView, claim: Claim) -> Component | None:
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
