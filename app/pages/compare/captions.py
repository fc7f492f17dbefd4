"""What stands above each grid: the digit, what the network makes of it, and how to move it."""

from dash import html

from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.query import write_query
from app.frame.wording import probability_text
from app.pages.compare.state import with_members, write


def captions(explorer, view, path, key, tiles):
    """Make the captions of some grids of a group.

    Parameters
    ----------
    explorer : Explorer
    view : CompareView
    path : str
        Of the page.
    key : {"a", "b", "c"}
    tiles : sequence of Tile

    Returns
    -------
    list of dash component
    """
    return [
        _member(explorer, view, path, key, tile) if tile.kind == "image" else _summary(key, tile)
        for tile in tiles
    ]


def _member(explorer, view, path, key, tile):
    selection = view.selection
    label, prediction = (explorer.class_name(number) for number in (tile.label, tile.prediction))
    is_right = tile.label == tile.prediction
    explore = write_query(
        {
            "model": selection.model,
            "set": selection.set,
            "image": tile.image,
            "layer": selection.layer,
        }
    )
    return html.Div(
        [
            html.Span(
                html.Img(
                    src=image_thumbnail(explorer.image(selection.set, tile.image)),
                    alt=f"Image {tile.image}, a {label}",
                    className="digit",
                ),
                className="digit-box",
            ),
            html.Div(
                [
                    html.Div(
                        [
                            html.A(str(tile.image), href=f"/{explore}", title="Open it in Explore"),
                            html.Span([html.Span("label ", className="faint"), label]),
                            html.Span(
                                [html.Span("pred. ", className="faint"), prediction],
                                title=f"prediction {prediction}",
                                className="" if is_right else "is-wrong",
                            ),
                        ],
                        className="member-line",
                    ),
                    html.Div(
                        [
                            _probability(explorer, tile, number)
                            for number in dict.fromkeys((selection.p, selection.q))
                        ],
                        className="member-line figures",
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
                            html.Span(className="cell-value"),
                        ],
                        className="member-line figures",
                    ),
                ],
                className="member-text",
            ),
            html.Span(_moves(explorer, view, path, key, tile), className="moves"),
        ],
        className="member",
        draggable="true",
        **{"data-member": str(tile.image), "data-group": key, "data-place": str(tile.position)},
    )


def _probability(explorer, tile, number):
    return html.Span(
        [
            html.Span(f"P({explorer.class_name(number)}) ", className="faint"),
            _short_probability(float(tile.probabilities[number])),
        ],
        title=probability_text(float(tile.probabilities[number])),
    )


def _short_probability(probability):
    if 0.0005 <= probability < 0.9995:
        return f"{probability:.3f}"
    text = probability_text(probability)
    if "e" in text or len(text) <= 5:
        return text.replace(" ", "")
    if text.startswith(">"):
        return ">1−1e−7"
    return f"1−{1 - probability:.0e}".replace("e-0", "e−")


def _moves(explorer, view, path, key, tile):
    selection, place = view.selection, tile.position
    members = selection.members[key]

    def link(text, title, changed):
        return html.A(
            text,
            href=path + write(with_members(selection, key, changed), explorer),
            title=title,
            className="move",
            **{"aria-label": f"{title}: {tile.image}"},
        )

    rest = (*members[:place], *members[place + 1 :])
    links = []
    if place > 0:
        links.append(link("‹", "Move left", (*rest[: place - 1], tile.image, *rest[place - 1 :])))
    if place < len(members) - 1:
        links.append(link("›", "Move right", (*rest[: place + 1], tile.image, *rest[place + 1 :])))
    links.append(link("×", f"Remove from {key.upper()}", rest))
    return links


def _summary(key, tile):
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
                html.Div(html.Span(className="cell-value"), className="member-line figures"),
            ],
            className="member-text",
        ),
        className="member summary",
    )
