"""Evidence: is looking enough? What each layer alone can tell, and what the MLP adds."""

from typing import Any

from app.figures.charts.ladder import figure_height, share_figure
from app.frame.browsing.search import MOST_NEIGHBOURS
from app.frame.components import summary_id
from app.frame.links import EVIDENCE
from app.frame.page import Page, Panel, Reply, Steps
from app.frame.recorded.readouts import fitted_elsewhere
from app.pages.evidence import card_parts, claim_parts, parts, twins, used_parts, words
from app.pages.evidence import layout as place
from app.pages.evidence.downloads import register_routes
from app.pages.evidence.missing import parts as missing_parts
from app.pages.evidence.node_order import parts as node_parts
from app.pages.evidence.node_order import words as node_words
from app.pages.evidence.purpose import purpose, sentence
from app.pages.evidence.state import FIELDS, EvidenceSelection, write
from app.pages.evidence.titles import variant_title
from app.pages.evidence.view import EvidenceView, MeasuredView, look

_EMPTY_FIGURE = {"data": [], "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}}}
_QUESTION = ("model", "p", "q", "task")


def _draw_purpose(view: EvidenceView) -> dict[str, Any]:
    headline, rest = purpose(view)
    pairs = view.found.pairs(view.selection.model)
    return {
        "purpose": headline,
        "rest": " ".join(filter(None, (rest, twins.gains_text(view)))),
        "training": twins.what_training_adds(view),
        "steps": parts.steps(view),
        "missing": missing_parts.missing(view),
        "is_unmeasured": not isinstance(view, MeasuredView),
        "has_one_pair": pairs == ((view.selection.p, view.selection.q),),
    }


def _guide(view: MeasuredView) -> tuple[float, float, float]:
    network = view.task.network
    return network.value, network.low, network.high


def _draw_ladder(view: EvidenceView) -> dict[str, Any]:
    if not isinstance(view, MeasuredView):
        return {
            "ladder": _EMPTY_FIGURE,
            "style": None,
            "legend": None,
            "place": 0,
            "last": 0,
            "cells": "",
            "summary": "",
            "note": "",
        }
    return {
        "ladder": share_figure(
            parts.ladder_rows(view),
            parts.ladder_marks(view),
            details=parts.ladder_details(view),
            guide=_guide(view),
            chance=1 / len(view.task.classes),
        ),
        "style": {"height": f"{figure_height(len(view.results.layers) + 1)}px"},
        "legend": parts.legend(view),
        "place": view.counts.index(view.k) if view.k else 0,
        "last": max(len(view.counts) - 1, 0),
        "cells": f"{view.k}" if view.k else "–",
        "summary": words.ladder_summary(view),
        "note": words.ladder_note(view, fitted_elsewhere(view.results, view.explorer)),
    }


def _draw_mlp(view: EvidenceView) -> dict[str, Any]:
    if not isinstance(view, MeasuredView):
        return {"mlp": _EMPTY_FIGURE, "style": None, "list": None, "summary": "", "note": ""}
    titles = ["the network", *(variant_title(view, variant) for variant, _ in view.variants)]
    notes = (words.two_probes_note(view), words.paired_note(view))
    return {
        "mlp": share_figure(words.wrapped(titles), parts.variant_marks(view), guide=_guide(view)),
        "style": {"height": f"{figure_height(1 + len(view.variants), has_long_names=True)}px"},
        "list": parts.variant_list(view),
        "summary": words.variants_summary(view),
        "note": " ".join(filter(None, notes)),
    }


def _draw_used(view: EvidenceView) -> dict[str, Any]:
    if not isinstance(view, MeasuredView):
        return {"table": None, "text": "", "note": ""}
    table = used_parts.used_table(view)
    return {
        "table": table,
        "text": used_parts.used_text(view),
        "note": "" if table is None else used_parts.used_note(view),
    }


def _draw_claims(view: EvidenceView) -> dict[str, Any]:
    if not isinstance(view, MeasuredView):
        return {"claims": None, "note": ""}
    return {"claims": claim_parts.claim_list(view), "note": words.claims_note(view)}


def _draw_cards(view: EvidenceView) -> dict[str, Any]:
    if not isinstance(view, MeasuredView):
        return {"cards": None, "note": ""}
    note = words.disagreement_text(view, view.disagreement) if view.disagreement else ""
    return {"cards": card_parts.disagreements(view), "note": note}


def _draw_choices(view: EvidenceView) -> dict[str, Any]:
    """Choices of controls that depend on what was measured."""
    p, q = (view.class_name(number) for number in (view.selection.p, view.selection.q))
    n_classes = len(view.explorer.class_names)
    variants = view.results.variants if view.results else ()
    return {
        "task": [
            {"value": "pair", "label": f"{p} or {q}?"},
            {"value": "all", "label": f"which of the {n_classes} classes?"},
        ],
        "variant": [
            {"value": variant.name, "label": variant_title(view, variant)} for variant in variants
        ],
    }


_PANELS = (
    Panel(
        name="evidence-purpose",
        depends_on=_QUESTION,
        layout=place.purpose_frame,
        draw=_draw_purpose,
        outputs={
            "steps": (place.STEPS, "children"),
            "missing": (place.MISSING, "children"),
            "is_unmeasured": (place.MEASURED, "hidden"),
            "has_one_pair": (place.PAIR_BOX, "hidden"),
        },
        texts={"purpose": place.PURPOSE, "rest": place.REST, "training": place.TRAINING},
    ),
    Panel(
        name="evidence-ladder",
        depends_on=(*_QUESTION, "k"),
        layout=place.ladder_frame,
        draw=_draw_ladder,
        outputs={
            "ladder": (place.LADDER, "figure"),
            "style": (place.LADDER_BOX, "style"),
            "legend": (place.LEGEND, "children"),
            "place": (place.CELLS, "value"),
            "last": (place.CELLS, "max"),
        },
        texts={
            "cells": place.CELLS_NOTE,
            "summary": summary_id(place.LADDER),
            "note": place.LADDER_NOTE,
        },
    ),
    Panel(
        name="evidence-mlp",
        depends_on=_QUESTION,
        layout=place.mlp_frame,
        draw=_draw_mlp,
        outputs={
            "mlp": (place.MLP, "figure"),
            "style": (place.MLP_BOX, "style"),
            "list": (place.MLP_LIST, "children"),
        },
        texts={"summary": summary_id(place.MLP), "note": place.MLP_NOTE},
    ),
    Panel(
        name="evidence-table",
        depends_on=(*_QUESTION, "k"),
        layout=place.table_frame,
        draw=lambda view: {
            "table": parts.ladder_table(view) if isinstance(view, MeasuredView) else None
        },
        outputs={"table": (place.LADDER_TABLE, "children")},
    ),
    Panel(
        name="evidence-used",
        depends_on=_QUESTION,
        layout=place.used_frame,
        draw=_draw_used,
        outputs={"table": (place.USED, "children")},
        texts={"text": place.USED_TEXT, "note": place.USED_NOTE},
    ),
    Panel(
        name="evidence-claims",
        depends_on=_QUESTION,
        layout=place.claims_frame,
        draw=_draw_claims,
        outputs={"claims": (place.CLAIMS, "children")},
        texts={"note": place.CLAIMS_NOTE},
    ),
    Panel(
        name="evidence-cards",
        depends_on=(*_QUESTION, "variant", "page"),
        layout=place.cards_frame,
        draw=_draw_cards,
        outputs={"cards": (place.CARDS, "children")},
        texts={"note": place.CARDS_NOTE},
    ),
    Panel(
        name="evidence-nodes",
        depends_on=("p", "q", "set", "image", "own"),
        layout=place.nodes_frame,
        draw=lambda view: {
            "image": node_parts.nodes_image(view),
            "nodes": node_parts.node_grids(view),
            "note": node_words.nodes_text(view),
            "likeness": node_words.likeness_text(view),
        },
        outputs={"image": (place.NODES_IMAGE, "children"), "nodes": (place.NODES, "children")},
        texts={"note": place.NODES_NOTE, "likeness": place.LIKENESS},
    ),
    Panel(
        name="evidence-choices",
        depends_on=("model", "p", "q"),
        draw=_draw_choices,
        options=("task", "variant"),
    ),
    place.FILES.links((*_QUESTION, "set", "image", "k", "variant", "page"), write),
)


def _reply(view: EvidenceView) -> Reply:
    selection = view.selection
    count = len(view.explorer.dataset(selection.set))
    reach = range(1, min(MOST_NEIGHBOURS, count) + 1)
    steps = Steps(
        next=[(selection.image + step) % count for step in reach],
        previous=[(selection.image - step) % count for step in reach],
        count=count,
        more={"cells": view.counts if isinstance(view, MeasuredView) else ()},
    )
    return Reply(
        sentence=sentence(view), steps=steps, values={"p": str(selection.p), "q": str(selection.q)}
    )


PAGE = Page(
    path=EVIDENCE,
    title="Evidence",
    question="Is looking enough, and what does the MLP add?",
    words=(
        "readout",
        "probe",
        "linear probe",
        "untrained twin",
        "selectivity",
        "false discovery rate",
        "best cell",
        "nearest class mean",
        "95 % interval",
        "Wilson interval",
        "MLP",
        "hidden layer",
        "node",
        "layer",
        "equivalent",
    ),
    keys=(("← →", "previous, next image of the order of nodes"), ("r", "random image there")),
    help="Point at a mark to read its numbers, counts and interval.",
    fields=FIELDS,
    selection=EvidenceSelection,
    look=look,
    panels=_PANELS,
    arrange=place.arrange,
    reply=_reply,
    register_downloads=register_routes,
)
