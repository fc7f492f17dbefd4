"""The numbers behind the Compare page, over plain HTTP."""

from typing import Any

import numpy as np
from flask import Flask, Response, abort, request
from numpy.typing import NDArray

from app.explorer import Explorer
from app.pages.compare.groups.members import GROUPS
from app.pages.compare.measured.measures import measures_of
from app.pages.compare.measured.table import KINDS, CircleTable
from app.pages.compare.state import CompareSelection, read
from app.serving.replies.file_replies import cell_rows, csv_text, file_reply, npz_bytes, precise

_NONE = np.empty(0, np.int64)


def register_routes(server: Flask, explorer: Explorer) -> None:
    """Add the page's downloads and the random threes."""
    measures = measures_of(explorer)

    @server.get("/download/circles.csv")
    def circles_csv() -> Response:
        selection = _asked(explorer)
        table = CircleTable.of(measures.worth(selection), measures.facts_of_others(selection))
        head = (
            "ring",
            "unit",
            "row",
            "column",
            "rate_p",
            "low_p",
            "high_p",
            "rate_q",
            "low_q",
            "high_q",
            "mean_p",
            "mean_q",
            "term_p",
            "term_q",
        )
        rows = (
            (
                KINDS[table.kind[number]],
                *table.place[number],
                *precise(
                    table.rate[0, number],
                    table.low[0, number],
                    table.high[0, number],
                    table.rate[1, number],
                    table.low[1, number],
                    table.high[1, number],
                    *table.mean[:, number],
                    *table.term[:, number],
                ),
            )
            for number in table.order(selection.sort)
        )
        return file_reply(csv_text(head, rows), "circles.csv")

    @server.get("/download/compare.npz")
    def compare_npz() -> Response:
        selection = _asked(explorer)
        values, worth = measures.group_values(selection), measures.worth(selection)
        circles, reader = worth.circles, worth.worth.reader
        arrays: dict[str, NDArray[Any]] = {
            f"members_{key}": np.array(selection.members[key], np.int64) for key in GROUPS
        }
        arrays |= {f"activations_{key}": values.values[key] for key in GROUPS}
        arrays |= {f"probabilities_{key}": values.probabilities[key] for key in GROUPS}
        arrays |= {
            name: getattr(circles, name) for name in ("unique_a", "unique_b", "shared", "shared_b")
        }
        arrays |= {
            "cells": worth.worth.cells,
            "hit_rates": worth.worth.hit_rates.rate,
            "chance_across": worth.chance.across.unique if worth.chance else _NONE,
            "chance_within": worth.chance.within["p"] if worth.chance else _NONE,
            "chance_within_q": worth.chance.within.get("q", _NONE) if worth.chance else _NONE,
            "reader": np.array(
                [reader.overall.value, reader.overall.low, reader.overall.high, reader.overall.n]
            ),
            "network": np.array(
                [worth.network.value, worth.network.low, worth.network.high, worth.network.n]
            ),
        }
        return file_reply(npz_bytes(**arrays), "compare.npz")

    @server.get("/download/class-statistics.csv")
    def class_statistics_csv() -> Response:
        selection = _asked(explorer)
        facts = measures.facts(selection)
        columns = [
            facts.mean_p,
            facts.mean_q,
            facts.difference,
            facts.auc,
            facts.term_p,
            facts.term_q,
        ]
        head = (
            "unit",
            "row",
            "column",
            "mean_p",
            "mean_q",
            "difference",
            "auc",
            "term_p",
            "term_q",
        )
        return file_reply(csv_text(head, cell_rows(*columns)), "class_statistics.csv")


def _asked(explorer: Explorer) -> CompareSelection:
    query = request.query_string.decode("ascii", "replace")
    selection, problems = read(query, explorer)
    if problems:
        abort(400, problems[0].text)
    return selection
