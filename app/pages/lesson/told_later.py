"""What a step of the lesson says, whatever the model: the last three steps of six."""

from math import log

from app.frame.recorded.commands import survey_command
from app.frame.words.language import _, count_text, decimal_text, ngettext, percent_text
from app.pages.lesson import facts
from app.pages.lesson.circles import CircleFacts, HardImage, circle_facts, hard_image
from app.pages.lesson.facts import Case, LadderFacts, SumFacts
from app.pages.lesson.told import Told, _too_few, nearest
from cnn_core.statistics import Verdict

_SHARES = (0.95, 0.75, 0.5, 0.25, 0.05)
_NODES = (1, 3, 10, 30)
_MISTAKES = (3, 15, 60, 250)
_MOSTLY = 2.0


def tell_unclear(case: Case) -> Told:
    """Step 4: what is left of the circles in unclear images."""
    found = circle_facts(case)
    if found is None or found.hard is None or found.fades is None:
        return Told(fault=_too_few(case))
    texts = _unclear_texts(case, found, found.hard)
    return Told(
        lead=_(
            "Unclear images: the {n} of {p} that the network gets right with the smallest margin over "
            "{q}. In how many of them is at least half of the circles of {p} still on?"
        ).format(**texts),
        options=(
            _("in nearly all"),
            _("in about three quarters"),
            _("in about half"),
            _("in about a quarter"),
            _("in hardly any"),
        ),
        right=nearest(_SHARES, found.shares_with_half[0]),
        finding=_(
            "In {half} of {n} ({share}); of the other images of {p} in {share_others}. In the image below, "
            "{on_p} of {n_p} circles of {p} are on and {on_q} of {n_q} of {q}: the circles say {circles}, "
            "the network says {p} (probability {probability})."
        ).format(**texts),
        why=_why_unclear(found).format(**texts),
        belief=_("“The network looks for the same marks as I do.”"),
        reply=_("That circles often agree with the network is no proof that it uses them."),
        to_do=_("Compare the last board with the first: which circles are lit, which are empty?"),
        quick=_(
            "Find an image on which circles and network agree, and one on which neither is right."
        ),
    )


def _why_unclear(found: CircleFacts) -> str:
    if found.fades:
        return _(
            "Circles are what three very clear images share, and an unclear one shares less. The network "
            "does not need them: it weighs all {cells} cells of {layer}. Many weak hints can be clear "
            "together."
        )
    return _(
        "In this model the circles do not fade in unclear images. The network still weighs all {cells} "
        "cells of {layer}, and not the circles alone."
    )


def _unclear_texts(case: Case, found: CircleFacts, hard: HardImage) -> dict[str, str]:
    fading, layer = found.fading, facts.last_maps(case.network)
    unclear, others = found.shares_with_half
    says = case.explorer.class_name(hard.by_circles) if hard.by_circles >= 0 else _("nothing")
    return {
        "p": case.names[0],
        "q": case.names[1],
        "n": count_text(fading.n_unclear),
        "half": count_text(fading.n_half_unclear),
        "share": percent_text(unclear),
        "share_others": percent_text(others),
        "on_p": count_text(hard.n_p),
        "n_p": count_text(found.n_p),
        "on_q": count_text(hard.n_q),
        "n_q": count_text(found.n_q),
        "circles": says,
        "probability": decimal_text(hard.probability, 2),
        "cells": count_text(layer.n_cells),
        "layer": layer.name,
    }


def tell_sum(case: Case) -> Told:
    """Step 5: the decision as a sum over the nodes."""
    hard = facts.sum_facts(case, hard_image(case))
    clear = facts.sum_facts(case, facts.first_image(case))
    if hard is None or clear is None:
        return Told(
            fault=_(
                "This step does not apply: the model's output layer weighs no hidden nodes that could be "
                "silenced one by one."
            )
        )
    if not hard.n_to_turn:
        return Told(fault=_("This step does not apply: no image of {p} is unclear enough, or none is "
                            "classified right.").format(p=case.names[0]))  # fmt: skip
    counts = _with_truth([one for one in _NODES if one < hard.n_nodes], hard.n_to_turn)
    texts = {"p": case.names[0], "q": case.names[1], **_sum_texts(hard, clear)}
    told = ngettext(
        "One node of {nodes} is enough. In the clear image it takes {clear}.",
        "{turn} of {nodes}. In the clear image it takes {clear}.",
        hard.n_to_turn,
    )
    return Told(
        lead=_(
            "The same unclear image: the network prefers {p} to {q} by {margin} points, a sum with one "
            "entry for each of the {nodes} nodes of {layer}. Silence the largest entries: how many must "
            "fall until it prefers {q}?"
        ).format(**texts),
        options=tuple(map(count_text, counts)),
        right=counts.index(hard.n_to_turn),
        finding=told.format(**texts),
        why=_(
            "The margin is what two sums leave: {plus} for {p} and {minus} against. Where they nearly "
            "cancel, few nodes decide. In the clear image {clear_plus} stand against {clear_minus}."
        ).format(**texts),
        belief=_("“Somewhere there is a neuron for {p}.”").format(**texts),
        reply=_reply_sum(hard, clear).format(**texts),
        to_do=_(
            "Click the largest bar for {p}: its node falls silent, and the rest answers again."
        ).format(**texts),
        quick=_("Silence nodes that speak for {q}. How far up does the margin go?").format(**texts),
    )


def _reply_sum(hard: SumFacts, clear: SumFacts) -> str:
    if clear.n_to_turn is None or clear.n_to_turn > (hard.n_to_turn or 0):
        return _(
            "A single node can tip an image that stands on the edge. In a clear image the work is shared: "
            "it takes {clear}."
        )
    return _("In this model even a clear image hangs on few nodes: it takes {clear} of {nodes}.")


def _with_truth(usual: list[int], truth: int) -> list[int]:
    """Numbers to choose from, the nearest of the usual ones replaced by the right one."""
    near = min(usual, key=lambda one: abs(log(one) - log(truth)), default=None)
    return sorted({*(one for one in usual if one != near), truth})


def _sum_texts(hard: SumFacts, clear: SumFacts) -> dict[str, str]:
    return {
        "layer": hard.layer,
        "nodes": count_text(hard.n_nodes),
        "margin": decimal_text(hard.margin, 1),
        "turn": count_text(hard.n_to_turn or 0),
        "clear": _("more than all") if clear.n_to_turn is None else count_text(clear.n_to_turn),
        "plus": decimal_text(hard.plus, 1),
        "minus": decimal_text(abs(hard.minus), 1),
        "clear_plus": decimal_text(clear.plus, 1),
        "clear_minus": decimal_text(abs(clear.minus), 1),
    }


def tell_ladder(case: Case) -> Told:
    """Step 6: one weighted sum in place of the MLP, and what training changed."""
    found = facts.ladder_facts(case)
    if found is None:
        return Told(
            fault=_(
                "This step does not apply yet: nothing was measured of this model on {p} and {q}. "
                "{command} measures it."
            ).format(
                p=case.names[0],
                q=case.names[1],
                command=survey_command(case.explorer, case.model, "--readouts"),
            )
        )
    truth = _per_thousand(found.probe)
    counts = _MISTAKES
    place = nearest([log(one) for one in counts], log(max(truth, 1)))
    options = [count_text(one) for one in counts]
    # With a decimal among whole numbers the right one would give itself away.
    options[place] = count_text(max(round(truth), 1))
    texts = {"p": case.names[0], "q": case.names[1], **_ladder_texts(found)}
    return Told(
        lead=_(
            "A reader adds up all cells of {layer} with one weight each: no hidden layer, no MLP. Asked "
            "{p} or {q}, the network makes {network} mistakes in 1,000 images. And this reader?"
        ).format(**texts),
        options=tuple(_("about {n}").format(n=one) for one in options),
        right=place,
        finding=" ".join(
            (
                _("{probe} in 1,000, against {network} of the network:").format(**texts),
                _verdict(found),
                _before(found).format(**texts),
            )
        ).strip(),
        why=_why_ladder(found).format(**texts),
        belief=_("“Training puts the knowledge in, and before it there is nothing.”"),
        reply=_reply_ladder(found).format(**texts),
        to_do=_(
            "Find the row of {layer}. Hollow marks are the network before its training."
        ).format(**texts),
        quick=_("On which layer does one single cell first come close to the network?"),
    )


def _per_thousand(share: float) -> float:
    return round(1000 * (1 - share), 1)


def _ladder_texts(found: LadderFacts) -> dict[str, str]:
    texts = {
        "layer": found.layer,
        "network": decimal_text(_per_thousand(found.network), 1),
        "probe": decimal_text(_per_thousand(found.probe), 1),
    }
    for name, gain in (("probe", found.probe_gain), ("cell", found.cell_gain)):
        if gain is not None:
            texts[f"{name}_before"] = decimal_text(_per_thousand(gain.untrained.mean), 1)
            texts[f"{name}_after"] = decimal_text(_per_thousand(gain.trained.mean), 1)
            texts[f"{name}_share_before"] = percent_text(gain.untrained.mean, 1)
    return texts


def _verdict(found: LadderFacts) -> str:
    """What all models that were measured say together about the difference."""
    if found.compared is None or found.compared.verdict is None:
        return ""
    n = found.compared.difference.n_models
    told = {
        Verdict.NEEDED: ngettext(
            "a real difference, says this model.", "a real difference, say {n} models together.", n
        ),
        Verdict.EQUIVALENT: ngettext(
            "no difference that matters, says this model.",
            "no difference that matters, say {n} models together.",
            n,
        ),
        Verdict.NOT_SETTLED: ngettext(
            "too close to call, says this model.",
            "too close to call, even for {n} models together.",
            n,
        ),
        Verdict.BETTER_WITHOUT: ngettext(
            "the sum is even better, says this model.",
            "the sum is even better, say {n} models together.",
            n,
        ),
    }
    return told[found.compared.verdict].format(n=count_text(n))


def _before(found: LadderFacts) -> str:
    if found.probe_gain is None or found.cell_gain is None:
        return ""
    return _(
        "Before training such a sum makes {probe_before} and the best single cell {cell_before}; "
        "afterwards the cell makes {cell_after}."
    )


def _is_there_before(found: LadderFacts) -> bool:
    return found.probe_gain is not None and found.probe_gain.untrained.least > 0.75


def _moves_to_cells(found: LadderFacts) -> bool:
    """Whether training adds much more to the best single cell than to the weighted sum."""
    if found.probe_gain is None or found.cell_gain is None:
        return False
    gains = [
        gain.trained.mean - gain.untrained.mean for gain in (found.cell_gain, found.probe_gain)
    ]
    return gains[0] > 0 and gains[0] >= _MOSTLY * max(gains[1], 0)


def _why_ladder(found: LadderFacts) -> str:
    if _moves_to_cells(found):
        return _(
            "The answer is spread over many cells of {layer}; a weighted sum collects it, and so does the "
            "MLP. Training did not have to create it: it moved it to where a single cell, and your eye, "
            "can see it."
        )
    return _(
        "The answer is spread over many cells of {layer}; a weighted sum collects it, and so does the MLP. "
        "What training added to sum and single cell the marks show side by side."
    )


def _reply_ladder(found: LadderFacts) -> str:
    if _is_there_before(found):
        return _(
            "Even filters made of dice keep what tells the classes apart: a weighted sum of their cells "
            "gets {probe_share_before} right."
        )
    if found.probe_gain is None:
        return _("What was there before training is not known of this model.")
    return _(
        "Here it is nearly so: before training a weighted sum gets only {probe_share_before} right."
    )
