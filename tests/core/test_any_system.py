"""The core runs on Windows too: no module of it needs what only Unix has."""

import ast
from pathlib import Path

CORE = Path(__file__).parents[2] / "cnn_core"
UNIX_ONLY = {"fcntl", "grp", "posix", "pwd", "resource", "termios", "syslog"}


def can_do_without(node):
    """Whether it is a block that tells what to do where a module is missing."""
    handlers = node.handlers if isinstance(node, ast.Try) else ()
    return any(getattr(handler.type, "id", "") == "ImportError" for handler in handlers)


def imported(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    spared = {
        one
        for node in ast.walk(tree)
        if can_do_without(node)
        for part in node.body
        for one in ast.walk(part)
    }
    for node in ast.walk(tree):
        if node in spared:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_no_module_needs_unix():
    found = {
        path.name: {name.split(".")[0] for name in imported(path)} for path in CORE.rglob("*.py")
    }
    assert "filelock" in found["store.py"]
    assert {name: names & UNIX_ONLY for name, names in found.items() if names & UNIX_ONLY} == {}
