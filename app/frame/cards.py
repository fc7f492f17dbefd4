"""An image of a set as a small card: thumbnail, number, label, prediction, ways to other pages."""

from dash import html

from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.query import write_query
from app.frame.wording import probability_text

EXPLORE, COMPARE, DECIDE = "/", "/compare", "/decide"

_LARGEST_THUMBNAIL = 64


def explore_address(explorer, model, set_name, number, *, layer=None, find=None):
    """Address of an image on the Explore page.

    Parameters
    ----------
    explorer : Explorer
    model, set_name : str
    number : int
    layer : str, optional
    find : str, optional
        Search that the arrow keys follow there.

    Returns
    -------
    str
    """
    return EXPLORE + write_query(
        {"model": model, "set": set_name, "image": number, "layer": layer, "find": find},
        {"model": explorer.model_names[0], "set": explorer.set_names[0]},
    )


def compare_address(explorer, model, set_name, numbers):
    """Address of images as group A of the Compare page.

    Parameters
    ----------
    explorer : Explorer
    model, set_name : str
    numbers : sequence of int

    Returns
    -------
    str or None
        None without that page.
    """
    return _address(explorer, COMPARE, model, set_name, a=[int(number) for number in numbers])


def decide_address(explorer, model, set_name, number, p=None, q=None):
    """Address of an image on the Decide page.

    Parameters
    ----------
    explorer : Explorer
    model, set_name : str
    number : int
    p, q : int, optional
        Target and rival; prediction and runner-up by default.

    Returns
    -------
    str or None
        None without that page.
    """
    return _address(explorer, DECIDE, model, set_name, image=int(number), p=p, q=q)


def _address(explorer, path, model, set_name, **more):
    # Pages are made of this module's cards, so it can only ask for them when all are there.
    from app.pages import PAGES

    if all(path != page.PATH for page in PAGES):
        return None
    return path + write_query(
        {"model": model, "set": set_name, **more},
        {"model": explorer.model_names[0], "set": explorer.set_names[0]},
    )


def image_card(explorer, model, set_name, number, *, notes=(), find=None, actions=None):
    """Lay out one image as a card.

    Parameters
    ----------
    explorer : Explorer
    model : str
        Whose prediction is told.
    set_name : str
    number : int
    notes : sequence of str or dash component
        Further lines of the card.
    find : str, optional
        Search that the arrow keys follow once the image is open in Explore.
    actions : sequence of dash component, optional
        Buttons of the card; those of `card_actions` by default.

    Returns
    -------
    dash component
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
        explorer.image(set_name, number), most=(_LARGEST_THUMBNAIL, _LARGEST_THUMBNAIL)
    )
    return html.Li(
        [
            html.A(
                [
                    html.Img(src=picture, alt="", className="card-picture"),
                    html.Span(
                        [
                            html.Span(f"{number:,}", className="card-number faint"),
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
                                f"P({label}) {probability_text(probability)}", className="card-line"
                            ),
                            *(html.Span(note, className="card-line faint") for note in notes),
                        ],
                        className="card-text",
                    ),
                ],
                href=explore_address(explorer, model, set_name, number, find=find),
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


def image_cards(cards, label, *, large=False):
    """Lay out cards beside and below each other.

    Parameters
    ----------
    cards : sequence of dash component
        As `image_card` gives them.
    label : str
        What the images are, for screen readers.
    large : bool
        For few images: larger pictures.

    Returns
    -------
    dash component
    """
    return html.Ul(
        list(cards),
        className="image-cards large" if large else "image-cards",
        **{"aria-label": label},
    )


def card_actions(explorer, model, set_name, number, p=None, q=None):
    """Ways from a card to the pages that Explore is not.

    Parameters
    ----------
    explorer : Explorer
    model, set_name : str
    number : int
    p, q : int, optional
        Question of the Decide page.

    Returns
    -------
    list of dash component
        To Decide, and to each group of Compare, where the image joins what was compared last.
    """
    number, actions = int(number), []
    decide = decide_address(explorer, model, set_name, number, p, q)
    if decide is not None:
        question = (
            ""
            if p is None or q is None
            else (f", {explorer.class_name(p)} and not {explorer.class_name(q)}")
        )
        actions.append(
            html.A(
                "Decide",
                href=decide,
                className="button tiny",
                **_told(f"Why{question}: image {number} in Decide"),
            )
        )
    for key in "abc":
        address = _address(explorer, COMPARE, model, set_name, **{f"add_{key}": number})
        if address is not None:
            actions.append(
                html.A(
                    f"+{key.upper()}",
                    href=address,
                    className="button tiny",
                    **{"data-send": key},
                    **_told(f"Add image {number} to group {key.upper()} of Compare"),
                )
            )
    return actions


def _told(text):
    return {"title": text, "aria-label": text}
