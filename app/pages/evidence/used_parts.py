"""Readable is not used: the network run again without what each layer's linear probe reads."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.frame.components import table
from app.frame.recorded.commands import survey_command
from app.frame.words.wording import number_text, percent, signed_interval
from app.pages.evidence.titles import layer_title
from app.pages.evidence.view import MeasuredView
from app.pages.evidence.words import points, points_interval
from cnn_core.readouts.comparing.paired import false_discovery_rates
from cnn_core.readouts.comparing.pooling import Spread
from cnn_core.readouts.results import Readout, Removal

_HEAD = (
    "Layer",
    "Linear probe (readable)",
    "Random labels (control)",
    "Selectivity",
    "Network without it",
    "Change, points",
    "By random directions",
    "False discovery rate",
    "All models: mean (95 % interval), least to most",
)


def cuts_of(view: MeasuredView) -> list[tuple[Readout, Removal]]:
    """Linear probe of each layer with what the network is without its direction."""
    task = view.task.name
    return [
        (probes[0], removal)
        for layer in view.results.layers
        if (removal := view.results.removal(task, layer.name))
        and (probes := view.results.of(task, layer.name, "linear_probe"))
    ]


def used_table(view: MeasuredView) -> Component | None:
    """Lay out the layers, what can be read there, and what its loss costs."""
    cuts = cuts_of(view)
    if not cuts:
        return None
    rates = false_discovery_rates([removal.versus_network for _, removal in cuts])
    rows = [
        _row(view, probe, removal, rate) for (probe, removal), rate in zip(cuts, rates, strict=True)
    ]
    return table(rows, list(_HEAD))


def _row(view: MeasuredView, probe: Readout, removal: Removal, rate: float) -> list[Any]:
    lost = removal.versus_network
    selectivity = probe.selectivity
    return [
        layer_title(view, probe.layer),
        html.B(percent(probe.share.value), className="figures"),
        "–" if probe.control is None else percent(probe.control),
        "–" if selectivity is None else points(selectivity),
        percent(removal.share.value),
        html.Span(
            [
                html.B(points(-lost.difference)),
                " ",
                html.Span(f"({signed_interval(-100 * lost.high, -100 * lost.low)})"),
            ],
            className="figures",
        ),
        points(-removal.random_loss),
        "below 0.001" if rate < 0.001 else number_text(rate, ".2g"),
        _of_all(change_of_all(view, probe.layer)),
    ]


def change_of_all(view: Any, layer: str) -> Spread | None:
    """Change by the cut over all models that have the layer, as a share; None of one alone."""
    facts = next(one for one in view.results.layers if one.name == layer)
    found = [
        -removal.versus_network.difference
        for results in view.found.alike(view.task.name, facts)
        if (removal := results.removal(view.task.name, layer))
    ]
    return Spread.of(found) if len(found) > 1 else None


def _of_all(change: Spread | None) -> str:
    if change is None:
        return "–"
    extent = f"{points(change.least)} to {points(change.most)}"
    return f"{points(change.mean)} ({points_interval(change.low, change.high)}), {extent}"


def used_text(view: MeasuredView) -> str:
    """Say in plain words where the network needs what can be read."""
    cuts = cuts_of(view)
    if not cuts:
        command = survey_command(view.explorer, view.selection.model, "--readouts")
        return (
            "This was measured by an older version, without the direction of the probe taken out. "
            f"`{command}` measures it."
        )
    rates = false_discovery_rates([removal.versus_network for _, removal in cuts])
    sure = [
        removal
        for (_, removal), rate in zip(cuts, rates, strict=True)
        if rate < 0.05 and removal.versus_network.difference > 0
    ]
    told = [
        "That something can be read in a layer does not say that the network uses it. Here the "
        "direction that the linear probe reads is taken out of the layer, and the rest of the "
        "network is really run again."
    ]
    if sure:
        most = max(sure, key=lambda removal: removal.versus_network.difference)
        told.append(
            f"It costs most in {layer_title(view, most.layer)}: "
            f"{_unsigned(most.versus_network.difference)} points, against "
            f"{_unsigned(most.random_loss)} for a random direction."
        )
        change = change_of_all(view, most.layer)
        if change is not None:
            told.append(
                f"Over all {change.n_models} models the change there is {points(change.mean)} points "
                f"on average (95 % interval {points_interval(change.low, change.high)}), from "
                f"{points(change.least)} to {points(change.most)}."
            )
    rest = len(cuts) - len(sure)
    if rest:
        told.append(
            f"In {rest} of {len(cuts)} layers no loss shows beyond chance (false discovery rate "
            "below 5 %): what can be read there is not shown to be used."
        )
    return " ".join(told)


def _unsigned(loss: float) -> str:
    return number_text(abs(100 * loss), ".2f")


def used_note(view: MeasuredView) -> str:
    """Tell how the columns are made."""
    n_fitted = max(probe.n_fitted for probe, _ in cuts_of(view))
    return (
        f"Each probe is fitted on {n_fitted:,} training images. Control: the same probe, fitted on the same images with random labels, and how many of "
        "these it learns by heart; selectivity is the share minus the control (after Hewitt and "
        "Liang, 2019). Changes are paired, in points of a per cent, with 95 % intervals; random directions are as many as "
        "the probe's, the mean of several draws. The false discovery rate counts all rows "
        "together (Benjamini and Hochberg). The last column is over all models that were measured, "
        "each paired with itself; its interval takes the models as the sample (Student's t)."
    )
