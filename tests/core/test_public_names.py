"""What the core and its rooms hand out by name: all of it there, none of it loaded before."""

import pkgutil
import subprocess
import sys
from importlib import import_module
from inspect import getdoc, getmodule

import pytest

import cnn_core
from cnn_core.lazy_names import lazy_names

ROOMS = ["cnn_core", *(f"cnn_core.{room.name}" for room in pkgutil.iter_modules(cnn_core.__path__)
                       if room.ispkg)]  # fmt: skip


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_is_there_and_explained(room):
    package = import_module(room)
    assert package.__doc__
    assert package.__all__ == dir(package)
    for name in package.__all__:
        assert getmodule(getattr(package, name)).__name__.startswith("cnn_core.")
        assert getdoc(getattr(package, name)), name


@pytest.mark.parametrize("room", ROOMS)
def test_no_name_is_that_of_a_module_too(room):
    package = import_module(room)
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    assert not modules & set(package.__all__)


def test_every_error_is_handed_out():
    from cnn_core import errors

    assert {name for name in vars(errors) if name.endswith("Error")} <= set(cnn_core.__all__)


def test_unknown_name_is_refused():
    with pytest.raises(AttributeError, match=r"'cnn_core' has no attribute 'Mirror'"):
        cnn_core.Mirror  # noqa: B018


def test_a_star_brings_the_names():
    names = {}
    exec("from cnn_core.circles import *", names)
    assert set(names) - {"__builtins__"} == set(import_module("cnn_core.circles").__all__)


def test_importing_all_rooms_loads_nothing():
    statement = f"import sys, {', '.join(ROOMS)}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", statement], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "scipy", "sklearn", "tensorflow", "keras"}
    assert {name for name in loaded if name.startswith("cnn_core.")} == {
        *ROOMS[1:], lazy_names.__module__,
    }  # fmt: skip
