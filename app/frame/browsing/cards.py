"""An image of a set as a small card: thumbnail, number, label, prediction, ways to other pages."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.links import COMPARE, DECIDE, EXPLORE, link
from app.frame.subject import Subject
from app.frame.words.wording import probability_text, short_probability

_LARGEST_THUMBNAIL = 64


def image_card(
    explorer: Explorer,
    model: str,
    set_name: str,
    number: int,
    *,
    notes: Sequence[str | Component] = (),
    find: str | None = None,
    actions: Sequence[Component] | None = None,
) -> Component:
    """Lay out one image as a card.

    Parameters
    ----------
    model
        Whose prediction is told.
    notes
        Further lines of the card.
    find
        Search that the arrow keys follow once the image is open in Explore.
    actions
        Buttons of the card; those of `card_actions` by default.

    Returns
    -------
    Component
        An item for `image_cards`.
    """
    survey = explorer.survey(model, set_name)
    number = int(number)
    label, prediction = (
        explorer.class_name(int(classes[number])) for classes in (survey.labels, survey.predictions)
    )
    is_right = bool(survey.is_right[number])
    kind = ("right" if is_right else "wrong") + (" long" if len(label + prediction) > 8 else "")
    probability = float(survey.probabilities[number, survey.labels[number]])
    if actions is None:
        actions = card_actions(explorer, model, set_name, number)
    picture = image_thumbnail(
        explorer.shown(explorer.image(Subject(set_name, number))),
        most=(_LARGEST_THUMBNAIL, _LARGEST_THUMBNAIL),
    )
    return html.Li(
        [
            html.A(
                [
                    html.Img(src=picture, alt="", className="card-picture"),
                    html.Span(
                        [
                            html.Span(str(number), className="card-number faint"),
                            html.Span(
                                [
                                    html.Span(label, title="label"),
                                    html.Span([" → ", prediction], title="prediction")
                                    if not is_right
                                    else None,
                                ],
                                className=f"card-classes {kind}",
                            ),
                            html.Span(
                                f"P({label}) {short_probability(probability)}",
                                className="card-line",
                            ),
                            *(html.Span(note, className="card-line faint") for note in notes),
                        ],
                        className="card-text",
                    ),
                ],
                href=link(explorer, EXPLORE, model=model, set=set_name, image=number, find=find),
                className="card-link",
                title=f"Open image {number} in Explore",
                **{
                    "aria-label": f"Image {number}, labelled {label}, predicted {prediction}, "
                    f"probability of its label {probability_text(probability)}: "
                    "open in Explore"
                },
            ),
            html.Span(list(actions), className="card-actions") if actions else None,
        ],
        className="image-card",
    )


def image_cards(cards: Sequence[Component], label: str, *, large: bool = False) -> Component:
    """Lay out cards beside and below each other, with larger pictures for few images.

    `label` says to screen readers what the images are.
    """
    return html.Ul(
        list(cards),
        className="image-cards large" if large else "image-cards",
        **{"aria-label": label},
    )


def card_actions(
    explorer: Explorer,
    model: str,
    set_name: str,
    number: int,
    p: int | None = None,
    q: int | None = None,
) -> list[Component]:
    """Ways from a card to the pages that Explore is not.

    To Decide, with a question where p and q are given, and to each group of Compare, where the
    image joins what was compared last.
    """
    number = int(number)
    where = {"model": model, "set": set_name}
    question = (
        ""
        if p is None or q is None
        else f", {explorer.class_name(p)} and not {explorer.class_name(q)}"
    )
    decide = html.A(
        "Decide",
        href=link(explorer, DECIDE, **where, image=number, p=p, q=q),
        className="button tiny",
        **_told(f"Why{question}: image {number} in Decide"),
    )
    sends = [
        html.A(
            f"+{key.upper()}",
            href=link(explorer, COMPARE, **where, **{f"add_{key}": number}),
            className="button tiny",
            **{"data-send": key},
            **_told(f"Add image {number} to group {key.upper()} of Compare"),
        )
        for key in "abc"
    ]
    return [decide, *sends]


def _told(text: str) -> dict[str, str]:
    return {"title": text, "aria-label": text}
