"""Tables, lists and cards of the Model page."""

from dataclasses import replace

from dash import html

from app.frame.cards import image_card, image_cards
from app.frame.components import table
from app.frame.links import COMPARE, EXPLORE, link
from app.frame.links import MODEL as PATH
from app.frame.wording import percent
from app.pages.model import words
from app.pages.model.images import MOST_ON_A_PAGE, search_words
from app.pages.model.state import write

_MOST_CLASSES_IN_TABLE = 30
_MOST_ERROR_LINKS = 24
_MOST_TO_COMPARE = 6
_MOST_LARGE = 6


def layer_table(view):
    """Lay out the architecture, each layer with a link to it in Explore."""
    model = view.selection.model
    names = [info.name for info, _ in view.layers]
    is_chain = all(
        info.inputs == (before,)
        for (info, _), before in zip(view.layers, ["", *names], strict=False)
    )
    head = ["Layer", "Kind", "Window", "Output", "Parameters", "Receptive field", "Activation"]
    most = max(info.n_parameters for info, _ in view.layers)
    rows = []
    for info, field in view.layers:
        address = link(view.explorer, EXPLORE, model=model, layer=info.name)
        row = [
            html.A(info.name, href=address, title=f"See {info.name} in Explore"),
            html.Span(info.kind.value, title=info.class_name),
            words.window_text(info),
            words.output_text(info),
            _share_bar(info.n_parameters, most),
            html.Span(words.field_text(field), title=field.text),
            "" if info.activation == "linear" else info.activation,
        ]
        rows.append(row if is_chain else [*row, ", ".join(name or "image" for name in info.inputs)])
    return table(rows, head if is_chain else [*head, "Fed by"])


def accuracy_table(view):
    """Lay out the accuracy of every model on every set, the mean below."""
    first, *others = view.explorer.set_names
    head = [
        "Model",
        "Seed",
        f"{first} images right",
        f"{first} accuracy",
        "95 % interval",
        *(f"{name} accuracy" for name in others),
        "validation",
    ]
    rows = []
    for model in view.explorer.model_names:
        query = write(replace(view.selection, model=model, page=1), view.explorer)
        record = view.records[model].record or {}
        accuracy, is_shown = view.accuracies[model, first], model == view.selection.model
        validation = record.get("accuracy", {}).get("validation")
        rows.append(
            [
                html.A(model, href=PATH + query, **({"aria-current": "true"} if is_shown else {})),
                record.get("seed", "–"),
                words.count_text(accuracy),
                html.B(percent(accuracy.value, 2)),
                words.interval_text(accuracy),
                *(percent(view.accuracies[model, name].value, 2) for name in others),
                "–" if validation is None else percent(validation, 2),
            ]
        )
    if len(rows) > 1:
        means = {
            name: percent(words.mean_accuracy(view, name), 2) for name in view.explorer.set_names
        }
        rows.append(
            [
                f"Mean of {len(rows)}",
                "",
                "",
                html.B(means[first]),
                "",
                *(means[name] for name in others),
                "",
            ]
        )
    return table(rows, head)


def record_list(view):
    """Lay out where the model comes from."""
    network = view.explorer.network(view.selection.model)
    record = view.records[view.selection.model].record or {}
    recipe = dict(record.get("recipe", {}))
    moves = recipe.pop("augmentation", {})
    facts = {
        "File": network.path.name if network.path else None,
        "SHA-256": network.digest,
        "Trained": str(record.get("trained", "")).replace("T", " ").replace("+00:00", " UTC"),
        "Command": html.Code(record["command"]) if "command" in record else None,
        "Seed": record.get("seed"),
        "Epochs": _epochs(record),
        "Images": ", ".join(
            f"{count:,} {name}" for name, count in record.get("images", {}).items()
        ),
        "Recipe": ", ".join(
            f"{_NAMES.get(name, name.replace('_', ' '))} {value:,g}"
            for name, value in recipe.items()
            if name != "epochs"
        ),
        "Moved images": ", ".join(
            f"{name} up to {value:g}{_UNITS.get(name, '')}"
            for name, value in moves.items()
            if value
        ),
        "Versions": ", ".join(
            f"{name} {version}" for name, version in record.get("versions", {}).items()
        ),
        **{
            f"{name.capitalize()} data": view.explorer.dataset(name).digest
            for name in view.explorer.set_names
        },
    }
    parts = []
    for name, value in facts.items():
        if value not in (None, ""):
            is_digest = isinstance(value, str) and len(value) == 64
            parts += [html.Dt(name), html.Dd(value, className="digest" if is_digest else None)]
    return html.Dl(parts, className="facts")


def error_links(view):
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


def matrix_table(view):
    """Lay out the matrix as a table of links, for keys and screen readers."""
    n = len(view.confusion)
    if n > _MOST_CLASSES_IN_TABLE:
        return html.P(
            f"{n} classes are too many for a table; choose label and prediction beside "
            "the images, or save the numbers.",
            className="faint",
        )
    names = [view.class_name(number) for number in range(n)]
    head = html.Tr([html.Th("label", scope="col"), *(html.Th(name, scope="col") for name in names)])
    rows = [
        html.Tr(
            [
                html.Th(names[label], scope="row"),
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


def listed_images_part(view):
    """Lay out the images of the chosen cell, with ways to the other parts of the list."""
    if len(view.listed) == 0:
        return html.P(words.empty_list_text(view), className="faint")
    find = search_words(view.explorer, view.selection.label, view.selection.pred)
    return html.Div([_cards(view, view.shown, "Listed images", find=find), _pages(view)])


def list_note(view):
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


def hardest_images(view):
    """Lay out the hardest images."""
    return _cards(view, view.hardest, "Hardest images")


def disputed_images(view):
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


def _cards(view, numbers, label, *, find=None):
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


def _wrong_note(view, number):
    n_models = len(view.records)
    if n_models == 1:
        return []
    return [f"{view.n_models_wrong[number]} of {n_models} wrong"]


def _disputed_note(view, one):
    survey = view.explorer.survey(view.selection.model, view.selection.set)
    return (
        f"suggested {view.class_name(one.suggested)}, predicted "
        f"{view.class_name(int(survey.predictions[one.image]))}"
    )


def _votes(view, one):
    told = [
        f"{one.votes_given} votes for {view.class_name(one.given)}, "
        f"{one.votes_suggested} for {view.class_name(one.suggested)}"
    ]
    return told if one.votes_neither == 0 else [*told, f"{one.votes_neither} for neither"]


def _share_bar(count, most):
    if not count:
        return ""
    return html.Span(
        f"{count:,}", className="bar figures", style={"--share": f"{count / most:.3f}"}
    )


def _pages(view):
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


def _cell_link(view, label, prediction, text, told, class_name):
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


def _epochs(record):
    if "epochs" not in record:
        return None
    told = f"{record['epochs']:,}"
    if "seconds" in record:
        told += f" in {record['seconds']:,.0f} seconds"
    if record.get("resumed_after"):
        told += ", resumed after epoch " + ", ".join(map(str, record["resumed_after"]))
    return told


_NAMES = {"l2": "L2 regulariser"}
_UNITS = {"shift": " pixels", "rotation": "°", "zoom": " of the size"}
