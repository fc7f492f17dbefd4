"""The house: who may import whom, and that importing anything starts nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from cnn_core.lazy_names import public_names

ROOT = Path(__file__).resolve().parent.parent.parent
WEB = {"dash", "dash_bootstrap_components", "flask", "plotly", "werkzeug", "gunicorn"}
HEAVY = {"tensorflow", "keras"}
LONGEST_FILE = 430
# Where a module stands: it may import what stands on a lower step, or on its own.
# Words for numbers are needed in figures too, and need nothing themselves.
STEPS = {"cnn_core": 0, "app.frame.wording": 0, "app.figures": 1, "app.frame": 2, "app.pages": 3}
# The frame asks the pages for their names: gone once a page declares them.
STILL_UPWARDS = {"app.frame.cards", "app.frame.help", "app.frame.shell"}


def modules(package):
    """Every module of a package: name to file."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def imported_names(module, path):
    """Full names of all that a module's text imports anywhere."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                start = ".".join((*above, *filter(None, [node.module])))
            yield start
            yield from (f"{start}.{alias.name}" for alias in node.names)


def step_of(name):
    """Step of a module, by its longest known beginning; None when it stands on none."""
    found = [start for start in STEPS if name == start or name.startswith(start + ".")]
    return STEPS[max(found, key=len)] if found else None


def loaded_after(statement):
    """Names of the modules that a fresh Python holds after a statement."""
    code = f"import sys; {statement}; print(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


def defined_names(path):
    """Names that a module's text defines."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            if isinstance(target, ast.Name):
                yield target.id


CORE, APP = modules("cnn_core"), modules("app")
FIGURES = [name for name in APP if name.startswith("app.figures")]


@pytest.mark.parametrize("module", CORE)
def test_core_names_no_web_package_and_no_app(module):
    tops = {name.partition(".")[0] for name in imported_names(module, CORE[module])}
    assert not tops & (WEB | {"app"})


@pytest.mark.parametrize("module", [*CORE, *APP])
def test_imports_run_down_the_steps(module):
    own = step_of(module)
    path = {**CORE, **APP}[module]
    if own is not None:
        upwards = {name for name in imported_names(module, path) if (step_of(name) or 0) > own}
        assert bool(upwards) == (module in STILL_UPWARDS), upwards


@pytest.mark.parametrize("room", [name for name, path in CORE.items() if path.stem == "__init__"])
def test_public_names_are_defined_where_their_room_says(room):
    listed = public_names(CORE[room].read_text(encoding="utf-8"))
    lost = [name for name, module in listed.items() if name not in defined_names(CORE[module])]
    assert not lost


def test_figures_load_no_tensorflow():
    assert FIGURES
    loaded = loaded_after("; ".join(f"import {module}" for module in FIGURES))
    assert not loaded & (HEAVY | {"flask"})


def test_core_loads_no_web_package():
    names = [name for name in CORE if not name.endswith("__main__")]
    assert not loaded_after("; ".join(f"import {name}" for name in names)) & WEB


def test_importing_the_server_loads_neither_dash_nor_tensorflow():
    loaded = loaded_after("import app.wsgi, app.gunicorn_conf, app.serving.settings")
    assert not loaded & (HEAVY | {"dash", "plotly", "flask", "numpy"})


def test_importing_the_app_starts_nothing():
    """No thread, no process, no open socket, no TensorFlow: only definitions."""
    names = [name for name in APP if not name.endswith("__main__")]
    statement = "; ".join(f"import {name}" for name in names)
    check = (
        "import os, threading; "
        "assert threading.active_count() == 1, threading.enumerate(); "
        "kinds = [os.readlink(f'/proc/self/fd/{fd}') if os.path.exists(f'/proc/self/fd/{fd}') "
        "else '' for fd in os.listdir('/proc/self/fd')] if os.path.isdir('/proc') else []; "
        "assert not [kind for kind in kinds if kind.startswith('socket')], kinds"
    )
    assert not loaded_after(f"{statement}; {check}") & HEAVY


@pytest.mark.parametrize("module", [*CORE, *APP])
def test_no_file_holds_two_ideas_by_its_length(module):
    path = {**CORE, **APP}[module]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
