"""The house: who may import whom, and that importing anything starts nothing."""

import ast
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import pytest

from cnn_core.lazy_names import public_names
from tests.harness.imports import imported_names, imports, modules
from tests.harness.served import ROOT

WEB = {"dash", "dash_bootstrap_components", "flask", "plotly", "werkzeug", "gunicorn"}
HEAVY = {"tensorflow", "keras"}
LONGEST_FILE = 340
MOST_IN_A_ROOM = 13
# Where a module stands: it may import what stands on a lower step, or on its own.
# Words for numbers are needed in figures too, and need nothing themselves.
STEPS = {
    "cnn_core": 0,
    "app.frame.words.wording": 0,
    "app.figures": 1,
    "app.frame": 2,
    "app.pages": 3,
}
ALL = "app.pages"  # the one module that knows every page


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
        assert not upwards


def circles(graph):
    """Circles of a graph of imports: each a list of modules, the first one twice."""
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        return [error.args[1]]
    return []


def test_no_import_goes_in_a_circle():
    # A room's front hands out names of its modules; nobody inside the house asks it for them.
    graph = {
        module: {name for name in names if not is_front(name)}
        for module, names in imports().items()
        if not is_front(module)
    }
    assert circles(graph) == []


def room_of(module):
    return ".".join(module.split(".")[:2])


def test_no_two_rooms_of_the_core_import_each_other():
    rooms = {
        (room_of(module), room_of(name))
        for module, names in imports().items()
        for name in names
        if module in CORE and name in CORE and not is_front(module)
    }
    assert not {(one, other) for one, other in rooms if one < other and (other, one) in rooms}


def is_front(module):
    return {**CORE, **APP}[module].name == "__init__.py" and not module.startswith("app.pages")


def test_a_circle_would_be_seen():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}})


def page_of(module):
    parts = module.split(".")
    return parts[2] if parts[:2] == ["app", "pages"] and len(parts) > 2 else None


def test_no_page_imports_another():
    strangers = {
        (module, name)
        for module, names in imports().items()
        for name in names
        if page_of(module) and page_of(name) and page_of(module) != page_of(name)
    }
    assert strangers == set()


def test_only_the_list_of_pages_and_who_serves_them_know_pages():
    knowing = {
        module
        for module, names in imports().items()
        if any(page_of(name) for name in names) and not page_of(module)
    }
    assert knowing == {ALL}


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


@pytest.mark.parametrize(
    "path",
    [
        *CORE.values(),
        *APP.values(),
        *(ROOT / "assets").glob("*.css"),
        *(ROOT / "assets").glob("*.js"),
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_file_holds_two_ideas_by_its_length(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_no_room_is_a_long_flat_list():
    kept = {path.parent for path in [*CORE.values(), *APP.values()]}
    rooms = {room: [path for path in room.glob("*.py") if path.stem != "__init__"] for room in kept}
    assert {room: len(paths) for room, paths in rooms.items() if len(paths) > MOST_IN_A_ROOM} == {}


def test_no_module_says_the_name_of_its_room_again():
    parts = {module: module.split(".") for module in [*CORE, *APP]}
    assert [module for module, names in parts.items() if names[-1:] == names[-2:-1]] == []


def test_the_style_sheets_know_seven_sizes_of_type():
    sizes = {
        size
        for path in (ROOT / "assets").glob("*.css")
        for size in re.findall(r"font-size: ([\d.]+rem|var.*?\))", path.read_text(encoding="utf-8"))
    }
    # The small ones are variables, so that a projector shows all of them large.
    small = {"var(--fine)", "var(--small)", "var(--text)"}
    assert sizes <= small | {"1rem", "1.12rem", "1.3rem", "1.6rem"}
