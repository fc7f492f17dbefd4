"""The public names of a room, loaded when they are first asked for.

A room's ``__init__`` lists them once, as imports that only a type checker follows::

    if TYPE_CHECKING:
        from cnn_core.space.mosaic import Mosaic as Mosaic
    else:
        __getattr__, __dir__, __all__ = lazy_names(__name__)

`lazy_names` reads that list from the text of the room, so that nothing is listed twice, and
importing the room stays cheap. A name that is also a module's (``decision.ledger``) cannot be among
them: an attribute of a package is its module as soon as somebody imports that.
"""

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from inspect import getsource
from typing import Any

_GUARD = "TYPE_CHECKING"


def lazy_names(room: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Give a package its ``__getattr__``, ``__dir__`` and ``__all__``."""
    module_of = public_names(getsource(sys.modules[room]))
    names = sorted(module_of)

    def get(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(import_module(module_of[name]), name)

    return get, lambda: names, names


def public_names(text: str) -> dict[str, str]:
    """Public names, each with its module, as the imports behind ``if TYPE_CHECKING`` tell."""
    return {
        alias.asname: str(statement.module)
        for guard in ast.parse(text).body
        if isinstance(guard, ast.If) and ast.unparse(guard.test) == _GUARD
        for statement in guard.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
        if alias.asname
    }
