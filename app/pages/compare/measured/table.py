"""The table of the circled cells."""

from dataclasses import dataclass, replace

import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from app.frame.links import COMPARE, PATTERNS, fragment, link_to
from app.frame.subject import Subject
from app.frame.words.wording import interval, number_text, percent, signed
from app.pages.compare.groups.members import OWN
from app.pages.compare.measured.measures import Worth
from app.pages.compare.state import write
from app.pages.compare.view import CompareView
from app.pages.compare.words import pair
from cnn_core.circles.by_hand import HandCircles
from cnn_core.circles.cells.pair_facts import PairFacts
from cnn_core.circles.rule import Circles

MOST_ROWS = 60
KINDS = (
    "unique to A",
    "unique to B",
    "shared",
    "shared (of B)",
    "drawn for A, unique",
    "drawn for A, not unique",
    "drawn for B, unique",
    "drawn for B, not unique",
)
_SYMBOLS = ("○", "□", "◇", "◇", "○", "○", "□", "□")
_OF_B = (1, 3, 6, 7)
_CLASSES = ("ink-a", "ink-b", "ink-shared", "ink-shared", "ink-a", "ink-a", "ink-b", "ink-b")


@dataclass(frozen=True, eq=False)
class CircleTable:
    """The circled cells with all that is known of each; k rows.

    Attributes
    ----------
    kind : shape (k,), int
        Index into `KINDS`.
    place : shape (k, 3), int64
        Unit, row and column.
    rate, low, high : shape (2, k), float64
        Hit rates among p and among q with their intervals.
    mean : shape (2, k), float64
    term : shape (2, k), float64
        Mean contribution to the margin of p over q, nan where there is none.
    """

    kind: np.ndarray
    place: np.ndarray
    rate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    term: np.ndarray

    @classmethod
    def of(cls, worth: Worth, facts: PairFacts) -> "CircleTable":
        """Put together what was measured.

        Parameters
        ----------
        facts
            Over the images that `worth` is measured on.
        """
        circles, cells = worth.circles, worth.worth.cells
        where = np.array(np.unravel_index(cells, circles.unique_a.shape))
        if len(where) == 3:
            row, column, unit = where
        else:
            unit, row, column = where[0], np.zeros_like(where[0]), np.zeros_like(where[0])
        rates = worth.worth.hit_rates
        return cls(
            kind=_kinds(circles).reshape(-1)[cells],
            place=np.stack([unit, row, column], 1),
            rate=rates.rate,
            low=rates.low,
            high=rates.high,
            mean=np.stack([mean.reshape(-1)[cells] for mean in (facts.mean_p, facts.mean_q)]),
            term=np.stack([term.reshape(-1)[cells] for term in (facts.term_p, facts.term_q)]),
        )

    def __len__(self) -> int:
        return len(self.kind)

    def order(self, sort: str) -> NDArray[np.int64]:
        """Order of the rows for a column, undefined numbers last.

        Parameters
        ----------
        sort
            One of `state.SORTS`, with a leading "-" for the largest first.

        Returns
        -------
        ndarray of int64, shape (k,)
        """
        name = sort.lstrip("-")
        gap = np.abs(self.rate[0] - self.rate[1])
        if name == "cell":
            key = np.lexsort(self.place.T[::-1]).argsort().astype(float)
        elif name == "kind":
            key = self.kind.astype(float)
        elif name == "gap":
            key = gap
        else:
            field, of = name.rsplit("_", 1)
            key = getattr(self, field)[0 if of == "p" else 1]
        key = -key if sort.startswith("-") else key
        # Equal ones: the most telling first.
        return np.lexsort((-np.nan_to_num(gap), np.nan_to_num(key, nan=np.inf)))


def _kinds(circles: Circles) -> NDArray[np.int64]:
    """Index into `KINDS` of every circled cell of a layer."""
    if isinstance(circles, HandCircles):
        fits = circles.fits_a, circles.fits_b
        return np.select([fits[0], circles.unique_a, fits[1]], [4, 5, 6], 7)
    return np.select([circles.unique_a, circles.unique_b, circles.shared], [0, 1, 2], 3)


def table_parts(view: CompareView, table: CircleTable) -> Component:
    """Lay the table out; its heads sort it."""
    selection = view.selection
    if len(table) == 0:
        told = (
            "You have drawn no circle yet."
            if selection.by_hand
            else "No cell is circled. Lower the threshold, or compare fewer images."
        )
        return html.P(told, className="faint")
    p, q = pair(view)
    heads = (
        ("kind", "ring", ""),
        ("cell", "unit : row : column", ""),
        (
            "rate_p",
            f"on in {p}",
            f"Share of the images of {p} in which the cell is on, with 95 % interval",
        ),
        ("rate_q", f"on in {q}", f"The same for {q}"),
        ("gap", "gap", "Difference of the two shares"),
        ("mean_p", f"mean {p}", f"Mean activation over {p}"),
        ("mean_q", f"mean {q}", ""),
        (
            "term_p",
            f"term {p}",
            f"Mean contribution to z({p}) − z({q}) over the images of "
            f"{p}: what the network makes of the cell",
        ),
        ("term_q", f"term {q}", f"The same over the images of {q}"),
    )
    rows = [_row(view, table, number) for number in table.order(selection.sort)[:MOST_ROWS]]
    return html.Table(
        [html.Thead(html.Tr([_head(view, *head) for head in heads])), html.Tbody(rows)],
        className="table circles",
    )


def _head(view: CompareView, name: str, text: str, title: str) -> Component:
    selection = view.selection
    present = selection.sort.lstrip("-") == name
    is_down = present and selection.sort.startswith("-")
    first = name if name in ("kind", "cell") else f"-{name}"
    turned = selection.sort[1:] if is_down else f"-{selection.sort}"
    target = replace(selection, sort=turned if present else first)
    arrow = (" ↓" if is_down else " ↑") if present else ""
    state = ("descending" if is_down else "ascending") if present else "none"
    return html.Th(
        html.A(
            text + arrow,
            href=COMPARE + write(target, view.explorer) + fragment(selection.own),
            title=title or None,
        ),
        scope="col",
        **{"aria-sort": state},
    )


def _door(view: CompareView, kind: int, unit: int) -> Component:
    """Way to what a circle looks at: its unit, and the first image that the circle stands in."""
    selection = view.selection
    members = selection.members["b" if kind in _OF_B else "a"]
    own = selection.own if members and members[0] == OWN else ""
    image = members[0] if members and not own else 0
    return html.A(
        "looks for",
        href=link_to(
            view.explorer,
            PATTERNS,
            selection.model,
            Subject(selection.set, image, own),
            layer=selection.layer,
            unit=unit,
        ),
        title="What is this circle looking at? Its unit in Patterns",
        **{"aria-label": f"What unit {unit} looks for"},
    )


def _row(view: CompareView, table: CircleTable, number: int) -> Component:
    selection = view.selection
    unit, row, column = (int(part) for part in table.place[number])
    kind = int(table.kind[number])
    name = f"{unit}:{row}:{column}"
    is_here = selection.cell == (unit, row, column)
    gap = table.rate[0, number] - table.rate[1, number]

    def rate(of: int) -> Component:
        return html.Td(
            [
                percent(table.rate[of, number], 1),
                " ",
                html.Span(
                    interval(table.low[of, number], table.high[of, number], 1), className="faint"
                ),
            ]
        )

    numbers = [table.mean[0, number], table.mean[1, number]]
    terms = [table.term[0, number], table.term[1, number]]
    return html.Tr(
        [
            html.Td(
                [
                    html.Span(_SYMBOLS[kind], className=_CLASSES[kind], **{"aria-hidden": "true"}),
                    f" {KINDS[kind]}",
                ]
            ),
            html.Td(
                [
                    html.Button(
                        name,
                        className="cell-button",
                        title="Show this cell in the grids",
                        **{"aria-pressed": "true" if is_here else "false"},
                    ),
                    " ",
                    _door(view, kind, unit),
                ]
            ),
            rate(0),
            rate(1),
            html.Td(signed(100 * gap, 1)),
            *(html.Td("–" if value != value else number_text(value, ".3f")) for value in numbers),
            *(html.Td(signed(value, 4)) for value in terms),
        ],
        className="here" if is_here else "",
        **{"data-set-key": "cell", "data-set-value": "" if is_here else name},
    )
