"""Readouts as a file: JSON with its provenance, written atomically and read back with care."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from cnn_core.artifacts import AnyPath, Fault, save_text
from cnn_core.errors import ArtifactError, OlderFormatError
from cnn_core.readouts.results import ModelReadouts

FORMAT: Literal[2] = 2
READOUTS = "readouts.json"


@dataclass(frozen=True)
class _Content:
    format: Literal[2]
    models: tuple[ModelReadouts, ...]


def plain(found: Any) -> Any:
    """Turn what was found into what JSON can hold, floats to seven digits."""
    if isinstance(found, float):
        return float(f"{found:.7g}")
    if isinstance(found, dict):
        return {key: plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [plain(one) for one in found]
    return found if isinstance(found, str | int | None) else plain(asdict(found))


def from_json(kind: Any, text: str | bytes) -> Any:
    """Read a dataclass, or a tuple of them, from its JSON form.

    Strictly: no number is taken from a text, nothing may be missing and nothing unknown there. The
    annotations of the dataclasses are the rule, so that pydantic reads them and no code of ours.

    Raises
    ------
    ValidationError
    """
    return _reader(kind).validate_json(text, strict=True, extra="forbid")


def as_read(kind: Any, found: Any) -> Any:
    """Give what was found as it would be read back, its floats rounded."""
    return from_json(kind, json.dumps(plain(found)))


@cache
def _reader(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def readouts_text(found: Iterable[ModelReadouts]) -> str:
    """Render what was found for one or more networks, the same way every time."""
    content = {"format": FORMAT, "models": [plain(one) for one in found]}
    # Without indentation: most of it are bits that nobody reads.
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def save_readouts(path: AnyPath, found: Iterable[ModelReadouts]) -> None:
    """Save what was found for one or more networks, atomically."""
    save_text(path, readouts_text(found))


def load_readouts(path: AnyPath) -> tuple[ModelReadouts, ...]:
    """Read what was saved; nothing if there is no such file.

    Raises
    ------
    ArtifactError
        When the file is damaged or of another format; it names the first place that is at fault.
    """
    content: _Content | None = load_content(path, _Content, FORMAT, "survey --readouts")
    return content.models if content else ()


def load_content(path: AnyPath, kind: Any, stated_format: int, computed_by: str) -> Any:
    """Read a file of results as a dataclass with a ``format``; None if there is no such file.

    Parameters
    ----------
    computed_by
        What behind ``python -m cnn_core`` writes the file anew.

    Raises
    ------
    OlderFormatError
        When an older version wrote the file.
    ArtifactError
        When the file is damaged or of another format; it names the first place that is at fault.
    """
    remedy = f"check the file out again or run `python -m cnn_core {computed_by}`"
    try:
        text = Path(path).read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        raise ArtifactError(str(Fault(str(path), "cannot be read", remedy))) from None
    try:
        return from_json(kind, text)
    except ValidationError as found:
        what = _first_fault(text, found, stated_format)
        kind_of_error = OlderFormatError if _is_older(text, stated_format) else ArtifactError
        raise kind_of_error(str(Fault(str(path), what, remedy))) from None


def _is_older(text: bytes, stated_format: int) -> bool:
    try:
        stated = json.loads(text)
    except (ValueError, RecursionError):
        return False
    found = stated.get("format") if isinstance(stated, dict) else None
    return isinstance(found, int) and 0 < found < stated_format


def _first_fault(text: bytes, found: ValidationError, stated_format: int) -> str:
    """Tell what is wrong: another format, no JSON at all, or the first field that does not fit."""
    first = found.errors(include_url=False)[0]
    if first["type"] == "json_invalid":
        return "truncated or altered"
    stated = json.loads(text)
    if isinstance(stated, dict) and stated.get("format", stated_format) != stated_format:
        return f"format {stated['format']!r} where this version reads {stated_format}"
    place = ".".join(map(str, first["loc"])) or "content"
    return f"truncated or altered, {place}: {first['msg'][:1].lower()}{first['msg'][1:]}"
