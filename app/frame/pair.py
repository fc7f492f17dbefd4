"""A pair of classes that a page always tells: p against q, whatever half of it an address names."""

from collections.abc import Callable

from app.explorer import Explorer
from app.frame.fields import Field, Values, last_class
from app.frame.query import Problem, Query

UsualPair = Callable[[Explorer, Values], tuple[int, int]]
"""Gives the pair that a page takes where its address names none."""


def asked_pair(
    query: Query, explorer: Explorer, values: Values, usual: tuple[int, int]
) -> tuple[tuple[int, int], list[Problem]]:
    """Complete the pair that an address asks for, and say what was wrong with it."""
    last, name = last_class(explorer, values), explorer.class_name
    asked_p, asked_q = (query.peek_number(key, 0, last) for key in "pq")
    # A link that names q alone asks for q against the other usual class.
    p = asked_p if asked_p is not None else usual[1] if asked_q == usual[0] else usual[0]
    q = asked_q if asked_q is not None else usual[1] if p != usual[1] else usual[0]
    if p != q:
        return (p, q), []
    q = next(number for number in (*reversed(usual), 0, 1) if number != p)
    told = (
        f"p and q are both {name(p)}, and no reader can tell a class from itself; the page takes "
        f"{name(q)} for q."
    )
    return (p, q), [Problem(told, "q", str(q))]


def told_pair(usual: UsualPair, drops: tuple[str, ...] = ()) -> tuple[Field, Field]:
    """Fields of p and q, both told or both left out; `drops` as in `Field`."""

    def read_class(place: int) -> Callable[[Query, Explorer, Values], int]:
        def read(query: Query, explorer: Explorer, values: Values) -> int:
            query.number("pq"[place], 0, last_class(explorer, values), None, "class")
            pair, problems = asked_pair(query, explorer, values, usual(explorer, values))
            if place == 0:
                query.problems.extend(problems)
            return pair[place]

        return read

    return (
        Field("p", "first class of the pair", read_class(0), usual_class(usual, 0), drops),
        Field("q", "second class of the pair", read_class(1), usual_class(usual, 1), drops),
    )


def usual_class(usual: UsualPair, place: int) -> Callable[[Explorer, Values], int | None]:
    """Class of the usual pair where an address may leave it out: half a pair is always named."""

    def default(explorer: Explorer, values: Values) -> int | None:
        pair = usual(explorer, values)
        return pair[place] if (values["p"], values["q"]) == pair else None

    return default
