"""The panel of one enlarged unit: its map, what it has learned, what it does over the test set."""

import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from app.figures.pictures.thumbnail import thumbnail
from app.frame.components import still_reading, table
from app.frame.links import PATTERNS, link_to
from app.frame.words.wording import number_text, signed, unit_word
from app.pages.explore.view import ExploreView
from app.reading import StillReading
from cnn_core.network.layers import LayerKind

UNIT = "explore-unit"
_MOST_FILTER_PICTURES = 128


def unit_panel(view: ExploreView) -> list[Component]:
    """Lay out the panel of the selected unit, empty if none is selected."""
    unit, layer = view.selection.unit, view.layer
    if unit is None:
        return []
    values = view.values[..., unit]
    parts = [
        html.Div(
            [
                html.H2(f"{unit_word(layer).capitalize()} {unit}"),
                html.Button(
                    "Close",
                    className="button small",
                    **{"data-set-key": "unit", "data-set-value": ""},
                ),
            ],
            className="panel-head",
        ),
        html.Div(
            [
                html.Button(
                    "‹ Previous",
                    className="button small",
                    **{"data-set-key": "unit", "data-set-value": str((unit - 1) % layer.n_units)},
                ),
                html.Button(
                    "Next ›",
                    className="button small",
                    **{"data-set-key": "unit", "data-set-value": str((unit + 1) % layer.n_units)},
                ),
            ],
            className="button-row",
        ),
    ]
    if layer.is_spatial:
        parts.append(
            html.Img(
                src=thumbnail(
                    values,
                    view.range
                    if view.selection.range == "layer"
                    else (min(0.0, float(values.min())), float(values.max()) or 1.0),
                    colour_map=view.selection.colours,
                ),
                alt=f"Map {unit}, {values.shape[0]} by {values.shape[1]} cells",
                className="big-map",
            )
        )
        parts.append(_map_table(values))
    else:
        parts.append(
            html.P(
                [
                    html.Span("activation ", className="faint"),
                    html.B(number_text(float(values), ".5g"), className="figures"),
                ]
            )
        )
    parts.append(_door(view))
    parts.append(_learned(view))
    parts.append(_over_the_set(view))
    return parts


def _door(view: ExploreView) -> Component:
    selection, layer = view.selection, view.layer
    address = link_to(
        view.explorer,
        PATTERNS,
        selection.model,
        selection.subject,
        layer=layer.name,
        unit=selection.unit,
    )
    return html.P(html.A("What does this unit look for?", href=address))


def _map_table(values: NDArray[np.float32]) -> Component:
    low, high, mean = (
        number_text(one, ".4g") for one in (values.min(), values.max(), values.mean())
    )
    summary = (
        f"Activation {low} to {high}, mean {mean}, "
        f"{np.count_nonzero(values > 0)} of {values.size} cells above 0."
    )
    if values.size > 36:
        return html.P(summary, className="faint figures")
    cells = [html.Tr([html.Td(number_text(value, ".3f")) for value in row]) for row in values]
    return html.Div(
        [
            html.Table(html.Tbody(cells), className="table cells"),
            html.P(summary, className="faint figures"),
        ]
    )


def _learned(view: ExploreView) -> Component:
    layer, unit = view.layer, view.selection.unit
    weights = view.explorer.network(view.selection.model).weights(layer.name)
    if not weights:
        return html.P(f"A {layer.kind.value} layer learns no weights.", className="faint")
    parts = []
    if "bias" in weights:
        parts.append(
            html.P(
                [
                    html.Span("bias ", className="faint"),
                    html.B(signed(float(weights["bias"][unit]), 4), className="figures"),
                ]
            )
        )
    if layer.kind is LayerKind.CONV and "kernel" in weights:
        parts += _filter_pictures(weights["kernel"][..., unit])
    elif layer.kind is LayerKind.DENSE:
        parts.append(_node_weights(weights["kernel"][:, unit]))
    elif layer.kind is LayerKind.BATCH_NORM:
        parts.append(
            html.P(
                ", ".join(f"{name} {array[unit]:.4g}" for name, array in weights.items()),
                className="figures",
            )
        )
    return html.Div([html.H3("Learned"), *parts])


def _filter_pictures(kernel: NDArray[np.float32]) -> list[Component]:
    """Pictures of a filter, shape (rows, columns, input maps), one an input map."""
    reach = float(np.abs(kernel).max()) or 1.0
    n_inputs = kernel.shape[2]
    strongest = np.argsort(-np.abs(kernel).sum(axis=(0, 1)), kind="stable")
    shown = strongest[:_MOST_FILTER_PICTURES] if n_inputs > 1 else strongest
    pictures = [
        html.Img(
            src=thumbnail(kernel[..., source], (-reach, reach), colour_map="diverging"),
            alt=f"Weights from input map {source}",
            className="filter",
            title=f"from input map {source}, sum of weights {signed(kernel[..., source].sum(), 3)}",
        )
        for source in shown
    ]
    size = f"{kernel.shape[0]} × {kernel.shape[1]}"
    caption = (
        f"Filter, {size}, weights from {number_text(-reach)} (blue) to {reach:.3g} (red)"
        if n_inputs == 1
        else f"Filter, {size} × {n_inputs} input maps, the heaviest first; weights from "
        f"{number_text(-reach)} (blue) to {reach:.3g} (red)"
    )
    return [html.P(caption, className="faint"), html.Div(pictures, className="filters")]


def _node_weights(column: NDArray[np.float32]) -> Component:
    strongest = np.argsort(-np.abs(column), kind="stable")[:5]
    rows = [(str(source), signed(column[source], 4)) for source in strongest]
    return html.Div(
        [
            html.P(f"{len(column):,} weights in; the heaviest:", className="faint"),
            table(rows, ("from", "weight")),
        ]
    )


def _over_the_set(view: ExploreView) -> Component:
    selection, layer, unit = view.selection, view.layer, view.selection.unit
    set_name = view.explorer.set_names[0]
    try:
        survey = view.explorer.survey(selection.model, set_name)
    except StillReading:
        return html.Div([html.H3(f"Over the {set_name} images"), html.P(still_reading(""))])
    statistics = survey.units[layer.name]
    means = statistics.class_means[:, unit]
    top = np.nanmax(np.abs(means)) or 1.0
    rows = [
        (
            view.class_name(number),
            html.Span(
                number_text(mean),
                className="bar figures",
                style={"--share": f"{abs(mean) / top:.3f}"},
            ),
        )
        for number, mean in enumerate(means)
        if np.isfinite(mean)
    ]
    share = float(statistics.share_positive[unit])
    return html.Div(
        [
            html.H3(f"Over {len(survey):,} {set_name} images"),
            html.P(
                "It is zero in every cell of every image: a dead unit."
                if statistics.dead[unit]
                else f"Above 0 somewhere in {100 * share:.1f} % of them.",
                className="faint",
            ),
            table(
                [
                    (name, number_text(float(numbers[unit]), ".4g"))
                    for name, numbers in (
                        ("mean", statistics.mean),
                        ("std", statistics.std),
                        ("min", statistics.minimum),
                        ("max", statistics.maximum),
                    )
                ],
                ("activation", "value"),
            ),
            table(rows, ("class", "mean activation")),
        ]
    )
