"""Where the model is wrong: kinds of mistakes, lists of images, cards."""

from dataclasses import replace

import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from app.frame.browsing.cards import image_card, image_cards
from app.frame.links import COMPARE, EXPLORE, link
from app.frame.links import MODEL as PATH
from app.pages.model import words
from app.pages.model.images import MOST_ON_A_PAGE, search_words
from app.pages.model.state import write
from app.pages.model.view import ModelView
from cnn_core.images.disputed_labels import DisputedLabel

_MOST_CLASSES_IN_TABLE = 30
_MOST_ERROR_LINKS = 24
_MOST_TO_COMPARE = 6
_MOST_LARGE = 6


def error_links(view: ModelView) -> list[Component]:
    """List the kinds of mistakes, most frequent first, each with a link to its images."""
    links = [
        _cell_link(
            view,
            kind.label,
            kind.prediction,
            [
                f"{view.class_name(kind.label)} → {view.class_name(kind.prediction)}",
                html.Span(f" {kind.count:,}", className="error-count"),
            ],
            f"{kind.count:,} labelled {view.class_name(kind.label)}, predicted "
            f"{view.class_name(kind.prediction)}",
            "error-link",
        )
        for kind in view.errors[:_MOST_ERROR_LINKS]
    ]
    is_open = view.selection.label is None and view.selection.pred is None
    query = write(replace(view.selection, label=None, pred=None, page=1), view.explorer)
    everything = html.A(
        "all",
        href=PATH + query,
        title="All misclassified images",
        className="error-link here" if is_open else "error-link",
        **({"aria-current": "true"} if is_open else {}),
    )
    n_left = len(view.errors) - len(links)
    rest = [html.Span(f"and {n_left:,} rarer kinds", className="faint note")] if n_left else []
    return [everything, *links, *rest] if view.errors else []


def matrix_table(view: ModelView) -> Component:
    """Lay out the matrix as a table of links, for keys and screen readers."""
    n = len(view.confusion)
    if n > _MOST_CLASSES_IN_TABLE:
        return html.P(
            f"{n} classes are too many for a table; choose label and prediction beside "
            "the images, or save the numbers.",
            className="faint",
        )
    names = [view.explorer.whole_class_name(number) for number in range(n)]
    heads = [(view.class_name(number), name) for number, name in enumerate(names)]
    columns = (html.Th(short, scope="col", title=name) for short, name in heads)
    head = html.Tr([html.Th("label", scope="col"), *columns])
    rows = [
        html.Tr(
            [
                html.Th(heads[label][0], scope="row", title=names[label]),
                *(
                    html.Td(
                        _cell_link(
                            view,
                            label,
                            prediction,
                            f"{view.confusion[label, prediction]:,}",
                            f"{view.confusion[label, prediction]:,} labelled {names[label]}, "
                            f"predicted {names[prediction]}",
                            "cell-link",
                        )
                        if view.confusion[label, prediction]
                        else html.Span("0", className="faint")
                    )
                    for prediction in range(n)
                ),
            ]
        )
        for label in range(n)
    ]
    return html.Table([html.Thead(head), html.Tbody(rows)], className="table cells")


def _cell_link(
    view: ModelView,
    label: int,
    prediction: int,
    text: str | list[Component | str],
    told: str,
    class_name: str,
) -> Component:
    selection = view.selection
    is_here = (selection.label, selection.pred) == (label, prediction)
    query = write(replace(selection, label=label, pred=prediction, page=1), view.explorer)
    return html.A(
        text,
        href=PATH + query,
        title=told,
        className=f"{class_name} here" if is_here else class_name,
        **{"aria-label": told, **({"aria-current": "true"} if is_here else {})},
    )


def listed_images_part(view: ModelView) -> Component:
    """Lay out the images of the chosen cell, with ways to the other parts of the list."""
    if len(view.listed) == 0:
        return html.P(words.empty_list_text(view), className="faint")
    find = search_words(view.explorer, view.selection.label, view.selection.pred)
    return html.Div([_cards(view, view.shown, "Listed images", find=find), _pages(view)])


def _pages(view: ModelView) -> Component | None:
    if view.n_pages == 1:
        return None
    page, n = view.selection.page, len(view.listed)
    first = (page - 1) * MOST_ON_A_PAGE
    parts = []
    for text, target in (("‹ Previous", page - 1), ("Next ›", page + 1)):
        if 1 <= target <= view.n_pages:
            query = write(replace(view.selection, page=target), view.explorer)
            parts.append(html.A(text, href=PATH + query, className="button small"))
    parts.append(
        html.Span(f"{first + 1:,} to {first + len(view.shown):,} of {n:,}", className="faint")
    )
    return html.Nav(parts, className="button-row pages", **{"aria-label": "Parts of the list"})


def list_note(view: ModelView) -> list[Component]:
    """Tell which images are listed, with ways to all of them on other pages."""
    parts = [html.Span(words.list_text(view))]
    selection = view.selection
    if len(view.listed):
        find = search_words(view.explorer, selection.label, selection.pred)
        # Without a search that Explore understands, its arrow keys would leave the list.
        text, told = (
            ("Explore the first", None)
            if find is None
            else ("Explore one by one", "← and → then walk through all of them")
        )
        parts.append(
            html.A(
                text,
                className="button small",
                title=told,
                href=link(
                    view.explorer,
                    EXPLORE,
                    model=selection.model,
                    set=selection.set,
                    image=int(view.listed[0]),
                    find=find,
                ),
            )
        )
        compared = [int(image) for image in view.shown[:_MOST_TO_COMPARE]]
        address = link(view.explorer, COMPARE, model=selection.model, set=selection.set, a=compared)
        n = len(compared)
        parts.append(
            html.A(
                "Compare" if n == len(view.listed) else f"Compare the first {n}",
                href=address,
                className="button small",
            )
        )
    return parts


def hardest_images(view: ModelView) -> Component:
    """Lay out the hardest images."""
    return _cards(view, view.hardest, "Hardest images")


def disputed_images(view: ModelView) -> Component | None:
    """Lay out the images with disputed labels, and where that is known from."""
    if view.disputed is None:
        return None
    selection, disputed = view.selection, view.disputed
    cards = [
        image_card(
            view.explorer,
            selection.model,
            selection.set,
            one.image,
            notes=[_disputed_note(view, one), *_votes(view, one), *_wrong_note(view, one.image)],
        )
        for one in disputed.labels
    ]
    return html.Div(
        [
            image_cards(cards, "Images with disputed labels"),
            html.P(
                ["Source: ", disputed.source, " (", disputed.address, ")."], className="faint note"
            ),
        ]
    )


def _cards(
    view: ModelView, numbers: NDArray[np.int64], label: str, *, find: str | None = None
) -> Component:
    selection = view.selection
    return image_cards(
        [
            image_card(
                view.explorer,
                selection.model,
                selection.set,
                number,
                find=find,
                notes=_wrong_note(view, number),
            )
            for number in numbers
        ],
        label,
        large=len(numbers) <= _MOST_LARGE,
    )


def _wrong_note(view: ModelView, number: int) -> list[str]:
    n_models = len(view.records)
    if n_models == 1:
        return []
    return [f"{view.n_models_wrong[number]} of {n_models} wrong"]


def _disputed_note(view: ModelView, one: DisputedLabel) -> str:
    survey = view.explorer.survey(view.selection.model, view.selection.set)
    return (
        f"suggested {view.class_name(one.suggested)}, predicted "
        f"{view.class_name(int(survey.predictions[one.image]))}"
    )


def _votes(view: ModelView, one: DisputedLabel) -> list[str]:
    told = [
        f"{one.votes_given} votes for {view.class_name(one.given)}, "
        f"{one.votes_suggested} for {view.class_name(one.suggested)}"
    ]
    return told if one.votes_neither == 0 else [*told, f"{one.votes_neither} for neither"]
