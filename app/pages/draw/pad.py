"""The pad with what belongs to it: tools, uploads, the three pictures and the steps between them."""

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.page import Panel
from app.pages.draw.cleaning import ADDRESS, NAMES
from cnn_core.drawing.from_paper.cleaning import usual_steps

_TOOLS = (
    ("undo", "Undo", "Take back the last stroke"),
    ("redo", "Redo", "Draw it again"),
    ("erase", "Eraser", "Rub out instead of drawing"),
    ("clear", "Clear", "Empty the pad"),
    ("image", "Start from the test image", "The image of the number above"),
)
_FILL = ("fill", "Fill", "The whole pad in this colour")
_HEAD = ("Step", "What it did", "Answer the other way")


def _frame(explorer: Explorer) -> Component:
    """The pad; what stands on it never leaves the browser but to be cleaned."""
    has_colours = explorer.input_shape[2] == 3
    return html.Section(
        [
            html.Div(
                id="draw-pad",
                className="pad",
                **{
                    "data-address": ADDRESS,
                    "data-steps": ",".join(usual_steps(explorer.input_shape).names()),
                },
            ),
            html.Div(
                [*map(_tool, _TOOLS), *(_colours() if has_colours else ())], className="button-row"
            ),
            html.P(
                "Draw with a finger, a pen or the mouse, or with the keys: arrows move, space draws "
                "a dot, Shift and arrows a line. Or paste, drop or choose a picture.",
                className="faint note",
            ),
            html.Div(id="draw-upload", className="note"),
            html.P(id="draw-fault", className="notice", role="alert", hidden=True),
            _pictures(),
            html.Div([_file("png", "PNG"), _file("npy", ".npy")], className="button-row"),
            _steps(explorer),
        ],
        className="panel",
        **{"aria-label": "Pad"},
    )


def _tool(told: tuple[str, str, str]) -> Component:
    act, text, title = told
    return html.Button(text, className="button", title=title, **{"data-pad": act})


def _colours() -> tuple[Component, ...]:
    """Choice of the ink; a field for colours is the browser's own."""
    colour = html.Span(id="draw-colour-place", className="field")
    return colour, _tool(_FILL)


def _pictures() -> Component:
    captions = {
        "yours": ["yours"],
        "cleaned": ["cleaned"],
        "seen": ["what the network sees ", html.B(className="figures", **{"data-live": ""})],
    }
    return html.Div(
        [
            html.Figure(
                [
                    html.Div(className="draw-picture", **{"data-picture": key}),
                    html.Figcaption(caption, className="faint"),
                ]
            )
            for key, caption in captions.items()
        ],
        className="draw-pictures",
    )


def _file(ending: str, text: str) -> Component:
    return html.Button(
        f"Save as {text}",
        className="button",
        title="What the network sees, as a file",
        **{"data-own-file": ending},
    )


def _steps(explorer: Explorer) -> Component:
    """Lay out the steps, each with a switch that the browser builds."""
    rows = [
        html.Tr(
            [
                html.Td(
                    html.Label([html.Span(className="step-box", **{"data-step-name": name}), title])
                ),
                html.Td(className="faint", **{"data-step-told": name}),
                html.Td(className="figures", **{"data-step-other": name}),
            ]
        )
        for name, title in NAMES.items()
    ]
    head = html.Thead(html.Tr([html.Th(cell, scope="col") for cell in _HEAD]))
    usual = usual_steps(explorer.input_shape).names()
    why = (
        "These steps are how MNIST's images were made. None of them turns a drawing upright: what "
        "stands askew stays so."
        if usual
        else "These are the steps by which MNIST's images were made; for images like those of this "
        "network they are off, and your drawing is only fitted in."
    )
    return html.Div(
        [
            html.P(why, className="faint note"),
            html.Table([head, html.Tbody(rows)], className="table"),
        ]
    )


PAD = Panel(
    name="draw-pad-panel",
    depends_on=("model",),
    layout=_frame,
    draw=lambda view: {},
    # The browser fills the pad.
    is_empty=lambda selection: True,
)
