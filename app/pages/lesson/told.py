"""What a step of the lesson says, whatever the model: the first three steps of six."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.frame.words.language import _, count_text, decimal_text, ngettext, percent_text
from app.pages.lesson import facts
from app.pages.lesson.circles import circle_facts
from app.pages.lesson.facts import Case

N_CLASSES_OFFERED = 4


@dataclass(frozen=True)
class Told:
    """One step in sentences.

    Attributes
    ----------
    lead
        What is seen and asked.
    options, right
        Guesses to choose from, and the place of the right one.
    finding
        What the model's numbers say.
    why
        In two or three sentences.
    belief, reply
        What people often think, and what is to be said of it.
    to_do
        What to try in the live picture.
    quick
        For the teacher of a quick class.
    fault
        Why the step does not apply to the model; all else is empty then.
    """

    lead: str = ""
    options: tuple[str, ...] = ()
    right: int = 0
    finding: str = ""
    why: str = ""
    belief: str = ""
    reply: str = ""
    to_do: str = ""
    quick: str = ""
    fault: str = ""


def nearest(values: Sequence[float], truth: float) -> int:
    """Place of the value that a number is nearest to."""
    return min(range(len(values)), key=lambda place: abs(values[place] - truth))


def tell_first_maps(case: Case) -> Told:
    """Step 1: a clear image, seen through the first layer alone."""
    layers = facts.convolutions(case.network)
    if not layers:
        return Told(fault=_no_maps())
    layer = layers[0]
    found = facts.first_maps(case, layer)
    label = int(case.survey.labels[found.image])
    classes = _offered(case, found.image)
    seen = case.explorer.sight(case.model, layer.name).summary
    rows, columns = layer.grid
    height, width, _channels = case.explorer.input_shape
    texts = {
        "n": count_text(layer.n_units),
        "alike": count_text(found.n_alike),
        "layer": layer.name,
        "name": case.explorer.class_name(label),
        "grid": f"{rows} × {columns}",
        "pixels": f"{height} × {width}",
        "seen": f"{seen.size[0]} × {seen.size[1]}",
    }
    told = (
        _(
            "It is {name}, and you can still read it: {alike} of the {n} maps of {layer} look like "
            "the image, bright for bright or the other way round."
        )
        if found.n_alike
        else _("It is {name}. None of the {n} maps of {layer} looks like the image any more.")
    )
    return Told(
        lead=_(
            "The image is hidden. You see the {n} maps of {layer}: each shows where one filter found "
            "its pattern."
        ).format(**texts),
        options=tuple(map(case.explorer.class_name, classes)),
        right=classes.index(label),
        finding=told.format(**texts),
        why=_(
            "A filter of this layer sees only {seen} pixels at a time and slides over the whole image. "
            "So what it finds stays in its place: {grid} cells for {pixels} pixels. No filter here "
            "knows a digit or a thing; it knows a tiny pattern."
        ).format(**texts),
        belief=_("“The first layer already recognises the image.”"),
        reply=_(
            "It only marks where tiny patterns are. It was you who recognised the image, with your eye."
        ),
        to_do=_("Point at a cell: the frame on the image shows the pixels that it sees."),
        quick=_(
            "Find a map that shows only one side of the strokes. What does its filter look for?"
        ),
    )


def _no_maps() -> str:
    return _(
        "This step does not apply: the model has no convolutional layer, so there are no maps to look at."
    )


def _offered(case: Case, image: int) -> list[int]:
    """The label of an image and its strongest rivals, in the order of the classes."""
    label = int(case.survey.labels[image])
    ranked = (-case.survey.logits[image]).argsort(kind="stable").tolist()
    others = [one for one in ranked if one != label]
    return sorted([label, *others[: N_CLASSES_OFFERED - 1]])


def tell_fields(case: Case) -> Told:
    """Step 2: the same image in the last convolution."""
    layers = facts.convolutions(case.network)
    if not layers:
        return Told(fault=_no_maps())
    layer, image = layers[-1], facts.first_image(case)
    seen = case.explorer.sight(case.model, layer.name).summary
    height, width, _channels = case.explorer.input_shape
    rows, columns = layer.grid
    total, cells = height * width, rows * columns
    kernel = layer.window.kernel if layer.window else (1, 1)
    counts = sorted({kernel[0] * kernel[1], max(total // cells, 1), seen.n_pixels, total})
    if len(counts) < 2 or not seen.is_known or seen.stride is None:
        return Told(
            fault=_("This step does not apply: in this model every cell sees the same pixels.")
        )
    silent = facts.silent_units(case, layer, image)
    first = case.explorer.sight(case.model, layers[0].name).summary
    texts = {
        "layer": layer.name,
        "first": layers[0].name,
        "n": count_text(layer.n_units),
        "silent": count_text(silent),
        "grid": f"{rows} × {columns}",
        "cells": count_text(cells),
        "total": count_text(total),
        "seen": count_text(seen.n_pixels),
        "share": percent_text(seen.n_pixels / total),
        "field": f"{seen.size[0]} × {seen.size[1]}",
        "first_field": f"{first.size[0]} × {first.size[1]}",
        "stride": count_text(seen.stride[1]),
        "times": decimal_text(seen.n_pixels * cells / total, 1),
    }
    return Told(
        lead=_(
            "The same image in {layer}: {n} maps of only {grid} cells. Before you see them: how many "
            "of the {total} pixels can change one of these cells?"
        ).format(**texts),
        options=tuple(map(count_text, counts)),
        right=counts.index(seen.n_pixels),
        finding=" ".join((_field_text(seen), _silent_text(silent))).format(**texts),
        why=_(
            "Each layer looks at the layer before it, and that one at the one before: so the field "
            "grows, from {first_field} in {first} to {field} here. In return, places get lost: {cells} "
            "cells are left in a map for {total} pixels. You see which patterns are there, hardly where."
        ).format(**texts),
        belief=_("“One cell of a {grid} map sees one part of {cells}.”").format(**texts),
        reply=_(
            "The fields of neighbours overlap: one cell sees {times} times as much as such a part."
        ).format(**texts)
        if seen.n_pixels * cells > total
        else _("Here it is so: the fields of neighbours do not overlap."),
        to_do=_("Point at cells beside each other: how far does the frame on the image move?"),
        quick=_("Which pixels does no cell see? If there are any, they are shaded on the image."),
    )


def _field_text(seen: object) -> str:
    size, stride = getattr(seen, "size", (1, 1)), getattr(seen, "stride", (1, 1))
    if stride[1] < size[1]:
        return _(
            "{seen} of {total} pixels ({share}): a field of {field} that moves on by only {stride} from "
            "cell to cell, so neighbours see nearly the same."
        )
    return _("{seen} of {total} pixels ({share}): a field of {field}.")


def _silent_text(silent: int) -> str:
    return ngettext(
        "{silent} of the {n} maps is silent.", "{silent} of the {n} maps are silent.", silent
    )


def tell_circles(case: Case) -> Told:
    """Step 3: what three and three images have in common, and chance."""
    found = circle_facts(case)
    p, q = case.names
    if found is None or not found.n_draws:
        return Told(fault=_too_few(case))
    layer = facts.last_maps(case.network)
    counts = sorted({0, round(found.chance), found.n, 2 * max(found.n, round(found.chance), 1)})
    texts = {
        "p": p,
        "q": q,
        "n": count_text(found.n),
        "layer": layer.name,
        "cells": count_text(layer.n_cells),
        "chance": decimal_text(found.chance, 0),
        "at_least": count_text(found.n_at_least),
        "draws": count_text(found.n_draws),
        "within": decimal_text(found.within, 0) if found.within == found.within else "–",
        "share": percent_text(found.circles.value, 1),
        "images": count_text(found.circles.n),
    }
    told = [
        _(
            "About {chance}; the six clear images have {n}. Of {draws} random draws, {at_least} reach that. "
            "Even three of {p} against three other {p}, where there is nothing to find, have {within}."
        )
    ]
    if found.n and found.circles.n:
        told.append(
            _("Who sees nothing but the {n} circles gets {share} of {images} other images right.")
        )
    return Told(
        lead=_(
            "Circle cells of {layer} that are on in all three images of {p} and in none of {q}, and the "
            "other way round. A rule finds {n}. How many does it find for three random images each?"
        ).format(**texts),
        options=tuple(_("none") if not one else count_text(one) for one in counts),
        right=counts.index(round(found.chance)),
        finding=" ".join(told).format(**texts),
        why=_(
            "Few images and many cells: of {cells} cells some are on in three images and off in three "
            "others by luck alone. What goes beyond luck counts, and what it is worth only new images "
            "can tell."
        ).format(**texts),
        belief=_("“What I see in three examples is a rule.”"),
        reply=_(
            "Three examples always have something in common. Ask what luck gives, then test on images "
            "that you have not looked at."
        ),
        to_do=_("Show the rule's circles, then draw your own: how many of yours are luck?"),
        quick=_("Why do three images against three others of the same class give fewer circles?"),
    )


def _too_few(case: Case) -> str:
    return _(
        "This step does not apply: it takes three clear images of {p} and three of {q}, and some more to "
        "test on."
    ).format(p=case.names[0], q=case.names[1])
