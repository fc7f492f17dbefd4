"""What stands above each grid: the digit, what the network makes of it, and how to move it."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.links import COMPARE, EXPLORE, fragment, link_to
from app.frame.recorded.doubt import doubt_text
from app.frame.subject import Subject
from app.frame.words.wording import exact_probability, number_text
from app.pages.compare.groups.members import OWN_WORD
from app.pages.compare.opinions import both_say
from app.pages.compare.state import with_members, write
from app.pages.compare.view import CompareView, ImageTile, Tile


def captions(view: CompareView, key: str, tiles: Sequence[Tile]) -> list[Component]:
    """Make the captions of some grids of a group."""
    return [
        _member(view, key, tile) if isinstance(tile, ImageTile) else _summary(view, key, tile)
        for tile in tiles
    ]


def _member(view: CompareView, key: str, tile: ImageTile) -> Component:
    selection = view.selection
    subject = Subject(selection.set, max(tile.image, 0), selection.own if tile.is_own else "")
    label = "unknown" if tile.label is None else view.class_name(tile.label)
    prediction = view.class_name(tile.prediction)
    is_right = tile.label is None or tile.label == tile.prediction
    explore = link_to(view.explorer, EXPLORE, selection.model, subject, layer=selection.layer)
    name = "yours" if tile.is_own else str(tile.image)
    return html.Div(
        [
            html.Span(
                html.Img(
                    src=image_thumbnail(view.explorer.shown(view.explorer.image(subject))),
                    alt="Your own image" if tile.is_own else f"Image {tile.image}, a {label}",
                    className="digit",
                ),
                className="digit-box",
                **{"data-group-name": key.upper()},
            ),
            html.Div(
                [
                    html.Div(
                        [
                            html.A(name, href=explore, title="Open it in Explore"),
                            html.Span([html.Span("label ", className="faint"), label]),
                            *_doubt(view, tile),
                            html.Span(
                                [html.Span("pred. ", className="faint"), prediction],
                                title=f"prediction {prediction}",
                                className="" if is_right else "is-wrong",
                            ),
                        ],
                        className="member-line",
                    ),
                    html.Div(
                        _both_answers(view, tile),
                        className="member-line both",
                        title=_probabilities(view, tile),
                    ),
                    html.Div(
                        [
                            html.Span(
                                f"○ {tile.on_a}/{view.circles.n_unique_a}",
                                className="ink-a",
                                title="A's unique cells that are on in this image",
                            ),
                            html.Span(
                                f"□ {tile.on_b}/{view.circles.n_unique_b}",
                                className="ink-b",
                                title="B's unique cells that are on in this image",
                            ),
                            _cell_value(view, tile),
                        ],
                        className="member-line figures",
                    ),
                ],
                className="member-text",
            ),
            html.Span(_moves(view, key, tile), className="moves"),
        ],
        className="member",
        draggable="true",
        **{
            "data-member": OWN_WORD if tile.is_own else str(tile.image),
            "data-group": key,
            "data-place": str(tile.position),
            "data-told": f"{name}, label {label}: {_both_answers(view, tile)}",
        },
    )


def _cell_value(view: CompareView, tile: Tile) -> Component:
    """Value of the cell pointed out; the script shows that of the cell under the pointer."""
    cell = view.selection.cell
    if cell is None or cell[0] not in view.units:
        return html.Span(className="cell-value")
    unit, row, column = cell
    place = view.units.tolist().index(unit)
    value = tile.values[row, column, place] if view.layer.is_spatial else tile.values[place]
    told = f"= {number_text(float(value), '.4g')}"
    return html.Span(told, className="cell-value", **{"data-value": told})


def _both_answers(view: CompareView, tile: ImageTile) -> str:
    """What the circles and the network say of one image, asked the same: p or q."""
    by_circles, by_network = both_say(view, tile)
    pair = view.selection.p, view.selection.q
    share = _in_three_digits(float(max(tile.probabilities[number] for number in pair)))
    return f"circles say {by_circles}, network says {by_network} ({share})"


def _in_three_digits(probability: float) -> str:
    if 0 < probability < 0.0005:
        return "<0.001"
    return ">0.999" if probability >= 0.9995 else f"{probability:.3f}"


def _probabilities(view: CompareView, tile: ImageTile) -> str:
    """What the network makes of both classes, all others open too."""
    told = (
        f"P({view.class_name(number)}) {exact_probability(float(tile.probabilities[number]))}"
        for number in dict.fromkeys((view.selection.p, view.selection.q))
    )
    return ", ".join(told)


def _doubt(view: CompareView, tile: ImageTile) -> list[Component]:
    """What raters say of a label that is disputed."""
    told = "" if tile.is_own else doubt_text(view.explorer, Subject(view.selection.set, tile.image))
    return [html.Span("disputed", className="is-wrong", title=told)] if told else []


def _moves(view: CompareView, key: str, tile: ImageTile) -> list[Component]:
    selection, place = view.selection, tile.position
    members = selection.members[key]

    def move(text: str, title: str, changed: Sequence[int]) -> Component:
        return html.A(
            text,
            href=COMPARE
            + write(with_members(selection, key, changed), view.explorer)
            + fragment(selection.own),
            title=title,
            className="move",
            **{"aria-label": f"{title}: {OWN_WORD if tile.is_own else tile.image}"},
        )

    rest = (*members[:place], *members[place + 1 :])
    links = []
    if place > 0:
        links.append(move("‹", "Move left", (*rest[: place - 1], tile.image, *rest[place - 1 :])))
    if place < len(members) - 1:
        links.append(move("›", "Move right", (*rest[: place + 1], tile.image, *rest[place + 1 :])))
    links.append(move("×", f"Remove from {key.upper()}", rest))
    return links


def _summary(view: CompareView, key: str, tile: Tile) -> Component:
    name = key.upper()
    title = {"mean": f"mean of {name}", "minimum": f"minimum of {name}"}[tile.kind]
    note = {"mean": "average of each cell", "minimum": "what every image of the group reaches"}[
        tile.kind
    ]
    return html.Div(
        html.Div(
            [
                html.Div(html.B(title), className="member-line"),
                html.Div(html.Span(note, className="faint"), className="member-line"),
                html.Div(_cell_value(view, tile), className="member-line figures"),
            ],
            className="member-text",
        ),
        className="member summary",
    )
