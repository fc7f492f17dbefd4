"""Cards of the images on which the network and a changed one disagree."""

from dataclasses import replace

from dash import html
from dash.development.base_component import Component

from app.frame.browsing.cards import card_actions, image_card, image_cards
from app.frame.links import EVIDENCE as PATH
from app.pages.evidence.state import write
from app.pages.evidence.view import Disagreement, MeasuredView


def disagreements(view: MeasuredView) -> Component | None:
    """Lay out the images on which the network and the changed one disagree."""
    listed = view.disagreement
    if listed is None or len(listed.images) == 0:
        return None
    selection = view.selection
    set_name = view.explorer.set_names[0]
    cards = []
    for image, network, own in zip(
        listed.images[listed.shown],
        listed.network_answers[listed.shown],
        listed.variant_answers[listed.shown],
        strict=True,
    ):
        notes = [
            f"network: {view.class_name(int(network))}",
            f"changed: {view.class_name(int(own))}",
        ]
        cards.append(
            image_card(
                view.explorer,
                selection.model,
                set_name,
                int(image),
                notes=notes,
                actions=card_actions(
                    view.explorer, selection.model, set_name, int(image), int(network), int(own)
                ),
            )
        )
    return html.Div(
        [image_cards(cards, "Images on which they disagree"), _parts_of_list(view, listed)]
    )


def _parts_of_list(view: MeasuredView, listed: Disagreement) -> Component | None:
    if listed.n_pages == 1:
        return None
    parts = []
    for text, target in (("‹ Previous", listed.page - 1), ("Next ›", listed.page + 1)):
        if 1 <= target <= listed.n_pages:
            query = write(replace(view.selection, page=target), view.explorer)
            parts.append(html.A(text, href=PATH + query, className="button small"))
    first = listed.shown.start
    last = min(listed.shown.stop, len(listed.images))
    parts.append(
        html.Span(f"{first + 1:,} to {last:,} of {len(listed.images):,}", className="faint")
    )
    return html.Nav(parts, className="button-row pages", **{"aria-label": "Parts of the list"})
