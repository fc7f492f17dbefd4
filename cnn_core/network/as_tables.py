"""Networks and activations as a notebook shows them: a line, and a table of their layers."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.network.layers import LayerInfo


def size_text(shape: Iterable[int]) -> str:
    """Give a shape in words, as "26 × 26 × 32"."""
    return " × ".join(f"{size:,}" for size in shape)


def layers_table(layers: Sequence[LayerInfo], told: str) -> str:
    """Put the layers of a network in an HTML table."""
    rows = [
        (
            info.name,
            info.class_name,
            info.activation,
            size_text(info.shape),
            f"{info.n_parameters:,}",
        )
        for info in layers
    ]
    return _table(told, ("layer", "class", "activation", "values", "parameters"), rows)


def values_table(outputs: Mapping[str, NDArray[Any]], told: str) -> str:
    """Put what the layers put out in an HTML table, with their range and the share of zeros."""
    rows = [
        (
            name, size_text(values.shape), f"{values.min():.4g}", f"{values.max():.4g}",
            f"{np.mean(values == 0):.0%}",
        )
        for name, values in outputs.items()
    ]  # fmt: skip
    return _table(told, ("layer", "shape", "smallest", "largest", "zeros"), rows)


def _table(told: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_line("th", head), *(_line("td", row) for row in rows)]
    return f"<p>{escape(told)}</p><table>{''.join(lines)}</table>"


def _line(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
