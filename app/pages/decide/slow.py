"""Callbacks of the slow parts: each is asked once the page has settled, and holds nothing up."""

from dash import ClientsideFunction, Input, Output, html, no_update
from dash.exceptions import PreventUpdate

from app.figures.charts.race import no_figure, race_figure
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.components import summary_id, table
from app.frame.defaults import default_layer
from app.frame.wording import probability_text, unit_word
from app.pages.decide import later_words as words
from app.pages.decide.later import Later
from app.pages.decide.layout import (
    CURVE,
    CURVE_BOX,
    CURVE_NEXT,
    CURVE_NOTE,
    EDIT,
    EFFECT,
    EFFECT_NEXT,
    LATER,
    RACE,
    RACE_NOTE,
    asked,
)
from app.pages.decide.parts import donor_button
from app.pages.decide.state import read
from app.pages.decide.view import look
from cnn_core.network.activations import softmax


def register_slow(app, explorer):
    """Connect the slow parts.

    Parameters
    ----------
    app : dash.Dash
    explorer : Explorer
    """
    later = Later(explorer)
    app.clientside_callback(ClientsideFunction("decide", "later"), Input(LATER, "data"))
    for further in (CURVE_NEXT, EFFECT_NEXT):
        app.clientside_callback(
            ClientsideFunction("decide", "next"), Input(further, "data"), prevent_initial_call=True
        )

    @app.callback(
        output={
            "figure": Output(RACE, "figure"),
            "note": Output(RACE_NOTE, "children"),
            "summary": Output(summary_id(RACE), "children"),
        },
        inputs=[Input(asked("race"), "data")],
        prevent_initial_call=True,
    )
    def run_race(wish):
        key, _ = wished(wish)
        return _race(explorer, later, read(key, explorer)[0])

    @app.callback(
        output={
            "figure": Output(CURVE, "figure"),
            "note": Output(CURVE_NOTE, "children"),
            "summary": Output(summary_id(CURVE), "children"),
            "is_hidden": Output(CURVE_BOX, "hidden"),
            "next": Output(CURVE_NEXT, "data"),
        },
        inputs=[Input(asked("curve"), "data")],
        prevent_initial_call=True,
    )
    def run_curve(wish):
        key, part = wished(wish)
        return _curve(explorer, later, key, part)

    @app.callback(Output(EDIT, "children"), Input(asked("edit"), "data"), prevent_initial_call=True)
    def run_edit(wish):
        key, _ = wished(wish)
        return _edit(explorer, later, read(key, explorer)[0])

    @app.callback(
        output={"told": Output(EFFECT, "children"), "next": Output(EFFECT_NEXT, "data")},
        inputs=[Input(asked("effect"), "data")],
        prevent_initial_call=True,
    )
    def run_effect(wish):
        key, part = wished(wish)
        return _effect(explorer, later, key, part)


def wished(wish):
    """Read what the browser asks for.

    Parameters
    ----------
    wish : dict
        {"key": query string, "part": int}.

    Returns
    -------
    key : str
    part : int

    Raises
    ------
    PreventUpdate
        For anything else.
    """
    if not isinstance(wish, dict) or not isinstance(wish.get("key"), str):
        raise PreventUpdate
    part = wish.get("part")
    return wish["key"], part if type(part) is int else 0


def _race(explorer, later, selection):
    layer = explorer.network(selection.model).layer(selection.race)
    run = later.race(selection)
    p, q = explorer.class_name(run.target), explorer.class_name(run.rival)
    note = words.race_note(explorer, run, layer)
    return {
        "figure": race_figure(
            run.removed,
            words.race_curves(run),
            words.race_hovers(run, layer),
            measure=f"Δ({p}, {q})",
            unit_word=unit_word(layer, 2),
            band=run.random_band,
            flips=words.race_flips(run),
        ),
        "note": note,
        "summary": note,
    }


def _curve(explorer, later, key, number):
    if not key:
        told = "Switch on “Over all images of the target” to run the race over every one of them."
        return _no_curve(told)
    selection = read(key, explorer)[0]
    layer = explorer.network(selection.model).layer(selection.race)
    part = later.curve(selection, number)
    if part.race is None:
        told = f"The {selection.set} set has no image of this class."
        return _no_curve(told)
    note = words.curve_note(explorer, selection, part, layer)
    is_last = part.next_part is None
    return {
        "figure": race_figure(
            part.race.removed,
            words.curve_curves(part.race),
            words.curve_hovers(part.race, layer),
            as_share=True,
            measure=f"still predicted {explorer.class_name(part.race.target)}",
            unit_word=unit_word(layer, 2),
        ),
        "note": note,
        "is_hidden": False,
        "summary": note if is_last else no_update,
        "next": _further("curve", key, part),
    }


def _no_curve(told):
    return {"figure": no_figure(), "note": told, "summary": told, "is_hidden": True, "next": None}


def _edit(explorer, later, selection):
    view = look(explorer, selection)
    button = donor_button(explorer, view)
    network = explorer.network(selection.model)
    layer = network.layer(default_layer(network))
    intro = html.P(
        f"Which {unit_word(layer, 2)} of {layer.name}, taken over from an image of the "
        f"rival {explorer.class_name(view.q)}, flip the decision? The fewest are looked "
        "for step by step, and every step runs through the rest of the real network.",
        className="statement",
    )
    if selection.donor is None:
        return [
            intro,
            button
            or html.P(
                "No image of the rival is classified right, so none is "
                "offered; give any image number.",
                className="faint",
            ),
        ]
    found = later.edit(selection, layer.name)
    donor = explorer.activations(selection.model, selection.set, selection.donor)
    told = words.edit_text(explorer, selection, found, layer, int(donor.predictions[0]))
    parts = [intro, html.P(html.B(told), role="status")]
    if found.flipped:
        share = softmax(found.logits)
        p, q = (
            f"P({explorer.class_name(number)}) {probability_text(float(share[number]))}"
            for number in (view.p, view.q)
        )
        parts += [
            html.Div(
                [
                    html.Div(
                        [
                            _pictured(explorer, selection, selection.image, "image"),
                            _pictured(explorer, selection, selection.donor, "gives its maps"),
                        ],
                        className="edit-images",
                    ),
                    html.Div(
                        [
                            table(
                                words.edit_rows(explorer, found, layer),
                                ("taken over", "Δ after it", "prediction"),
                            ),
                            html.P(f"With all of these: {p}, {q}.", className="faint figures"),
                        ]
                    ),
                ],
                className="edit-result",
            )
        ]
    clear = html.Button(
        "Clear", className="button", **{"data-set-key": "donor", "data-set-value": ""}
    )
    return [
        *parts,
        html.Div([part for part in (button, clear) if part is not None], className="button-row"),
    ]


def _pictured(explorer, selection, number, what):
    return html.Div(
        [
            html.Img(
                src=image_thumbnail(explorer.image(selection.set, number)), alt=f"Image {number}"
            ),
            f"{number}, {what}",
        ]
    )


def _effect(explorer, later, key, number):
    selection = read(key, explorer)[0]
    if not key or not selection.off:
        return {"told": "", "next": None}
    layer = explorer.network(selection.model).layer(selection.off.layer)
    part = later.mean_effects(selection, number)
    told = words.effect_text(explorer, selection, part, layer)
    # A screen reader is told once, when all is done.
    return {
        "told": told if part.next_part is None else html.Span(told, **{"aria-hidden": "true"}),
        "next": _further("effect", key, part),
    }


def _further(name, key, part):
    """What the browser is to ask for next, None when there is nothing more."""
    return None if part.next_part is None else {"of": name, "key": key, "part": part.next_part}
