"""The decision in a sentence and as a running sum over the nodes; what silencing does to it."""

from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.decision.ledger import ledger_figure
from app.figures.theme import class_colour
from app.frame.browsing.answer import ONE
from app.frame.components import graph, summary_id
from app.frame.links import DECIDE, PATTERNS, link_to
from app.frame.page import Panel, Part
from app.frame.words.wording import signed
from app.pages.decide import words
from app.pages.decide.bars import bars_of
from app.pages.decide.silenced import NONE_SILENCED, Silenced
from app.pages.decide.slow import results_words
from app.pages.decide.slow.results import mean_effects
from app.pages.decide.spatial.sums import sum_line
from app.pages.decide.view import DecideView, Nodes, nodes_of

NODES, TITLE, SUM, NOTE, LEGEND, REASON = (
    "decide-nodes",
    "decide-nodes-title",
    "decide-nodes-sum",
    "decide-nodes-note",
    "decide-legend",
    "decide-reason",
)
SILENCED, EFFECT, PAIR, BUTTONS, DOORS = (
    "decide-silenced",
    "decide-effect",
    "decide-pair",
    "decide-node-buttons",
    "decide-node-doors",
)


def _draw_nodes(view: DecideView) -> dict[str, Any]:
    nodes, off = nodes_of(view), view.selection.off
    layer = nodes.ledger.layer
    headline, detail = words.reason(view, nodes)
    return {
        "nodes": ledger_figure(
            bars_of(nodes, view, can_be_silenced=nodes.weights is not None),
            view.p,
            view.q,
            layer=layer,
            silenced=off.units if off.layer == layer else (),
        ),
        "title": words.nodes_title(view, nodes),
        "summary": words.nodes_summary(view, nodes),
        "sum": sum_line(nodes.ledger, has_gates=False),
        "note": words.nodes_note(nodes),
        "legend": _legend(view),
        "doors": ["What do these nodes look for? ", *_doors(view, nodes)],
        "reason": [html.B(headline), " ", html.Span(detail)],
    }


def _legend(view: DecideView) -> list[Component]:
    """Which colour speaks for which class."""
    return [
        html.Span(
            [
                html.Span(
                    className=f"swatch {kind}",
                    style={"backgroundColor": class_colour(number)},
                    **{"aria-hidden": "true"},
                ),
                f"{arrow} for {view.class_name(number)}",
            ],
            className="legend-item",
        )
        for arrow, number, kind in (("↑", view.p, ""), ("↓", view.q, "hatched"))
    ]


def node_buttons(view: DecideView, nodes: Nodes) -> list[Component]:
    """A button for each bar of a node, which does what a click on the bar does."""
    if nodes.weights is None:
        return []
    off, layer = view.selection.off, nodes.ledger.layer
    terms = nodes.ledger.by_unit[0]
    return [
        html.Button(
            f"{unit} ({signed(float(terms[unit]))})",
            id=f"decide-node-{unit}",
            className="button small",
            **{
                "data-set-key": "off",
                "data-set-value": str(off.toggled(layer, unit)),
                "aria-pressed": str(off.layer == layer and unit in off.units).lower(),
                "aria-label": f"Silence node {unit} of {layer}, {signed(float(terms[unit]))}",
            },
        )
        for unit in nodes.ranking.order.tolist()
    ]


def _nodes_frame(explorer: Explorer) -> Component:
    return html.Div(
        [
            html.P(id=REASON, className="reason", role="status"),
            html.Div(
                [html.H2(id=TITLE), html.Div(id=LEGEND, className="legend")], className="panel-head"
            ),
            html.Div(
                graph(NODES, "Ledger over the nodes", class_name="ledger-figure"),
                className="wide-figure",
                tabIndex="0",
                role="region",
                **{"aria-label": "Running sum, can be scrolled sideways"},
            ),
            html.Div(
                [
                    html.Div(id=SUM, className="sum figures"),
                    html.P(id=NOTE, className="faint note"),
                    html.P(id=DOORS, className="note node-doors"),
                ]
            ),
        ],
        className="panel-part",
    )


def _doors(view: DecideView, nodes: Nodes) -> list[Component]:
    """Ways from each bar to its node in Patterns, in the order of the bars."""
    return [
        _door(view, nodes.ledger.layer, unit, str(unit)) for unit in nodes.ranking.order.tolist()
    ]


def _door(view: DecideView, layer: str, unit: int, text: str) -> Component:
    selection = view.selection
    href = link_to(
        view.explorer, PATTERNS, selection.model, selection.subject, layer=layer, unit=unit
    )
    told = f"What does unit {unit} of {layer} look for?"
    return html.A(text, href=href, title=told, **{"aria-label": told})


def silenced_parts(view: DecideView) -> list[Component]:
    """Which units are silenced, what that did, and the ways back."""
    if view.after is None:
        nodes = nodes_of(view)
        node, told = words.turning_node(view, nodes), words.try_text(view, nodes)
        doing = "Let the rest of the network answer without it"
        tried = (
            []
            if node is None
            else [
                _setting(f"Silence node {node}", doing, str(Silenced(nodes.ledger.layer, (node,))))
            ]
        )
        return [html.Span(told, className="faint"), *tried]
    off = view.selection.off
    return [
        html.Span(words.silenced_units(view), className="silenced-units"),
        _door(view, off.layer, off.units[-1], f"What does unit {off.units[-1]} look for?"),
        _setting("Undo", f"Let unit {off.units[-1]} speak", str(off.without_last())),
        _setting("Clear", "Let all units speak again", str(NONE_SILENCED)),
        html.B(words.silenced_text(view), className="silenced-result"),
    ]


def _setting(text: str, title: str, value: str) -> Component:
    return html.Button(
        text,
        className="button small",
        title=title,
        **{"data-set-key": "off", "data-set-value": value},
    )


def draw_effect(view: DecideView, number: int = 0) -> Part:
    """Draw what the silenced units do on average, up to a part of the set."""
    off = view.selection.off
    if not off:
        return Part({"told": ""}, None)
    layer = view.explorer.network(view.selection.model).layer(off.layer)
    part = mean_effects(view, number)
    told = results_words.effect_text(view, part, layer)
    # A screen reader is told once, when all is done.
    shown = told if part.next_part is None else html.Span(told, **{"aria-hidden": "true"})
    return Part({"told": shown}, part.next_part)


def pair_parts(view: DecideView) -> list[Component]:
    """Ways to another pair of classes."""
    parts = []
    if view.label is not None and view.label not in (view.p, view.q):
        label = view.class_name(view.label)
        parts.append(
            html.A(
                f"or {label}",
                className="button",
                title=f"Against the label, {label}",
                href=_with_pair(view, view.p, view.label),
            )
        )
    parts.append(
        html.A(
            "⇄",
            className="button",
            title="Swap target and rival",
            href=_with_pair(view, view.q, view.p),
            **{"aria-label": "Swap target and rival"},
        )
    )
    usual = view.answer.logits.argsort()[::-1][:2].tolist()
    if [view.p, view.q] != usual:
        parts.append(
            html.A(
                "reset",
                className="button",
                title="Back to prediction against runner-up",
                href=_with_pair(view, *usual),
            )
        )
    return parts


def _with_pair(view: DecideView, p: int, q: int) -> str:
    selection = replace(view.selection, p=p, q=q, donor=None)
    kept = {
        "layer": selection.layer,
        "off": str(selection.off) or None,
        "race": selection.race,
        "find": selection.find or None,
    }
    return link_to(view.explorer, DECIDE, selection.model, selection.subject, p=p, q=q, **kept)


NODES_PANEL = Panel(
    name="decide-nodes",
    depends_on=(*ONE, "p", "q", "off", "baseline"),
    layout=_nodes_frame,
    draw=_draw_nodes,
    outputs={"nodes": (NODES, "figure")},
    markup={"sum": SUM, "legend": LEGEND, "reason": REASON, "doors": DOORS},
    texts={"title": TITLE, "summary": summary_id(NODES), "note": NOTE},
)
NODE_BUTTONS_PANEL = Panel(
    name="decide-node-buttons",
    depends_on=(*ONE, "p", "q", "off"),
    layout=lambda explorer: html.Div(id=BUTTONS, className="button-row"),
    draw=lambda view: {"buttons": node_buttons(view, nodes_of(view))},
    markup={"buttons": BUTTONS},
)
SILENCED_PANEL = Panel(
    name="decide-silenced",
    depends_on=(*ONE, "p", "q", "off", "baseline"),
    layout=lambda explorer: html.Div(id=SILENCED, className="silenced"),
    draw=lambda view: {"silenced": silenced_parts(view)},
    markup={"silenced": SILENCED},
)
EFFECT_PANEL = Panel(
    name="decide-effect",
    depends_on=("model", "set", "p", "q", "off", "baseline"),
    layout=lambda explorer: html.Div(id=EFFECT, className="faint note", role="status"),
    draw=draw_effect,
    markup={"told": EFFECT},
    is_empty=lambda selection: not selection.off,
    is_slow=True,
    in_parts=True,
)
PAIR_PANEL = Panel(
    name="decide-pair",
    depends_on=("model", "set", "image", "own", "p", "q"),
    draw=lambda view: {"pair": pair_parts(view)},
    markup={"pair": PAIR},
)
