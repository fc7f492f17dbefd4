"""Tables of the Model page: its layers, how often each model is right, where it comes from."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.frame.components import table
from app.frame.links import EXPLORE, link
from app.frame.links import MODEL as PATH
from app.frame.words.wording import percent
from app.pages.model import words
from app.pages.model.state import write
from app.pages.model.view import ModelView, mean_accuracy
from cnn_core.errors import printable

_NAMES = {"l2": "L2 regulariser"}
_UNITS = {"shift": " pixels", "rotation": "°", "zoom": " of the size"}


def layer_table(view: ModelView) -> Component:
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


def _share_bar(count: int, most: int) -> Component | str:
    if not count:
        return ""
    return html.Span(
        f"{count:,}", className="bar figures", style={"--share": f"{count / most:.3f}"}
    )


def accuracy_table(view: ModelView) -> Component:
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
                *(_percent_right(view, model, name) for name in others),
                "–" if validation is None else percent(validation, 2),
            ]
        )
    if len(rows) > 1:
        means = dict.fromkeys(view.explorer.set_names, "…")
        means |= {name: percent(mean_accuracy(view, name), 2) for _, name in view.accuracies}
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


def _percent_right(view: ModelView, model: str, set_name: str) -> str:
    """Share of right answers; dots as long as a network still reads the set."""
    found = view.accuracies.get((model, set_name))
    return "…" if found is None else percent(found.value, 2)


def record_list(view: ModelView) -> Component:
    """Lay out where the model comes from."""
    network = view.explorer.network(view.selection.model)
    record = view.records[view.selection.model].record or {}
    recipe = dict(record.get("recipe", {}))
    moves = recipe.pop("augmentation", {})
    facts = {
        "File": printable(network.path.name) if network.path else None,
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


def _epochs(record: Mapping[str, Any]) -> str | None:
    if "epochs" not in record:
        return None
    told = f"{record['epochs']:,}"
    if "seconds" in record:
        told += f" in {record['seconds']:,.0f} seconds"
    if record.get("resumed_after"):
        told += ", resumed after epoch " + ", ".join(map(str, record["resumed_after"]))
    return told
