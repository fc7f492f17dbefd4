"""The Evidence page's numbers as files."""

from flask import Flask, Response, abort, request

from app.explorer import Explorer
from app.frame.recorded.readouts import find_results
from app.pages.evidence.layout import FILES
from app.pages.evidence.missing import words as missing_words
from app.pages.evidence.state import read
from app.pages.evidence.view import EvidenceView, MeasuredView, look
from app.serving.replies.file_replies import csv_text, file_reply, refusal, refused_link
from cnn_core.readouts.comparing.answers import Paired, Share
from cnn_core.readouts.comparing.paired import false_discovery_rates
from cnn_core.readouts.results import ModelReadouts, Readout


def register_routes(server: Flask, explorer: Explorer) -> None:
    """Add `/download/evidence/<file>`, with the same query as the page."""
    # Damaged results stop the start, not a reader.
    find_results(explorer)
    by_file = {file: what for what, file in FILES.files.items()}

    @server.get(f"{FILES.folder}/<file>")
    def evidence_numbers(file: str) -> Response:
        if file not in by_file:
            abort(404)
        selection, problems = read(request.query_string.decode("utf-8", "replace"), explorer)
        if problems:
            return refused_link(problems)
        view = look(explorer, selection)
        what = by_file[file]
        if what == "nodes":
            return file_reply(_nodes(view), file)
        if not isinstance(view, MeasuredView):
            command = missing_words.command(view, selection.model)
            return refusal(f"not measured for this model and question; run {command}", 404)
        return file_reply(_WRITERS[what](view), file)


_SHARE = ("right", "images", "share", "wilson_low", "wilson_high")
_PAIRED = (
    "only_network_right",
    "only_other_right",
    "network_minus_other",
    "difference_low",
    "difference_high",
    "mcnemar_p",
)

_BESIDE = (
    "false_discovery_rate",
    "untrained_share",
    "random_labels_learned",
    "network_without_its_directions",
    "loss_by_random_directions",
)


def _share(share: Share) -> tuple[float, ...]:
    return share.n_right, share.n, share.value, share.low, share.high


def _paired(paired: Paired) -> tuple[float, ...]:
    return (
        paired.only_first,
        paired.only_second,
        paired.difference,
        paired.low,
        paired.high,
        paired.p_value,
    )


def _ladder(view: MeasuredView) -> str:
    head = (
        "model",
        "question",
        "layer",
        "cells",
        "reader",
        "k",
        "fitted",
        *_SHARE,
        *_PAIRED,
        *_BESIDE,
    )
    rows = []
    for model, (results, task) in view.peers.items():
        cells = {layer.name: layer.n_cells for layer in results.layers}
        readouts = results.of(task.name)
        rates = false_discovery_rates([one.versus_network for one in readouts])
        rows += [
            (
                model,
                task.name,
                one.layer or "pixels",
                cells[one.layer],
                one.reader,
                one.setting or "",
                one.n_fitted,
                *_share(one.share),
                *_paired(one.versus_network),
                rate,
                *_beside(results, one),
            )
            for one, rate in zip(readouts, rates, strict=True)
        ]
        rows.append(
            (
                model,
                task.name,
                "",
                "",
                "network",
                "",
                "",
                *_share(task.network),
                *("",) * len(_PAIRED + _BESIDE),
            )
        )
    return csv_text(head, rows)


def _beside(results: ModelReadouts, readout: Readout) -> tuple[float | str, ...]:
    """What stands beside a readout: untrained twin, random labels, network without its directions."""
    untrained = results.untrained(readout.task, readout.layer, readout.reader, readout.setting)
    removal = results.removal(readout.task, readout.layer)
    is_probe = readout.reader == "linear_probe"
    return (
        untrained[0].share.value if untrained else "",
        "" if readout.control is None else readout.control,
        removal.share.value if removal and is_probe else "",
        removal.random_loss if removal and is_probe else "",
    )


def _mlp(view: MeasuredView) -> str:
    head = (
        "model",
        "question",
        "network",
        "title",
        "fitted",
        *_SHARE,
        *_PAIRED,
        "disagreements",
        "how",
    )
    rows = []
    for model, (results, task) in view.peers.items():
        rows.append(
            (
                model,
                task.name,
                "network",
                "the network itself",
                "",
                *_share(task.network),
                *("",) * (len(_PAIRED) + 2),
            )
        )
        for variant in results.variants:
            score = variant.scores[task.name]
            rows.append(
                (
                    model,
                    task.name,
                    variant.name,
                    variant.title,
                    variant.n_fitted,
                    *_share(score.share),
                    *_paired(score.versus_network),
                    len(score.images),
                    variant.how,
                )
            )
    return csv_text(head, rows)


def _claims(view: MeasuredView) -> str:
    head = (
        "model",
        "claim",
        "statement",
        "verdict",
        "number",
        "value",
        "low",
        "high",
        "n",
        "unit",
        "rule",
    )
    rows: list[tuple[object, ...]] = []
    for claim in view.pooled:
        for number in claim.numbers:
            rows.append(
                (
                    " ".join(claim.models),
                    claim.name,
                    claim.statement,
                    claim.verdict,
                    number.label,
                    number.value,
                    number.low,
                    number.high,
                    number.n,
                    number.unit,
                    claim.rule,
                )
            )
        if not claim.numbers:
            rows.append(
                (
                    " ".join(claim.models),
                    claim.name,
                    claim.statement,
                    claim.verdict,
                    *("",) * 6,
                    claim.rule,
                )
            )
    return csv_text(head, rows)


def _cards(view: MeasuredView) -> str:
    listed, name = view.disagreement, view.class_name
    rows = (
        ()
        if listed is None
        else zip(
            listed.images.tolist(),
            *(
                map(name, numbers.tolist())
                for numbers in (listed.labels, listed.network_answers, listed.variant_answers)
            ),
            strict=True,
        )
    )
    return csv_text(("image", "label", "network", view.selection.variant or "changed"), rows)


def _nodes(view: EvidenceView) -> str:
    p, q = (
        view.explorer.whole_class_name(number) for number in (view.selection.p, view.selection.q)
    )
    rows = []
    for nodes in view.nodes.models:
        rank = {unit: place for place, unit in enumerate(nodes.order)}
        rows += [
            (
                nodes.model,
                view.nodes.subject.file_stem
                if view.nodes.subject.is_own
                else view.nodes.subject.image,
                nodes.layer,
                unit,
                float(value),
                float(weight),
                rank[unit],
            )
            for unit, (value, weight) in enumerate(zip(nodes.values, nodes.weights, strict=True))
        ]
    return csv_text(
        ("model", "image", "layer", "node", "activation", f"weight_{p}_minus_{q}", "place_sorted"),
        rows,
    )


_WRITERS = {"ladder": _ladder, "mlp": _mlp, "claims": _claims, "cards": _cards}
