"""The core runs on Windows too: no module of it imports what only Unix has."""

import ast
from pathlib import Path

CORE = Path(__file__).parents[2] / "cnn_core"
UNIX_ONLY = {"fcntl", "grp", "posix", "pwd", "resource", "termios", "syslog"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
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
