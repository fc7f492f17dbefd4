"""Keras runs on TensorFlow here, whatever it is set to elsewhere."""

import os
import subprocess
import sys

from tests.harness.served import ROOT


def said_by(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    return done.stdout


def test_a_setting_for_other_programs_does_no_harm():
    code = "from cnn_core.network.backend import keras; print(keras.backend.backend())"
    assert said_by(code, KERAS_BACKEND="jax") == "tensorflow\n"


def test_keras_that_runs_on_another_backend_is_named():
    code = """
import sys
from types import SimpleNamespace
sys.modules["keras"] = SimpleNamespace(backend=SimpleNamespace(backend=lambda: "jax"))
from cnn_core.errors import ModelError
try:
    from cnn_core import load_network
    load_network("nowhere.keras")
except ModelError as error:
    print(error)
"""
    assert said_by(code) == (
        "keras: runs on jax in this process; import cnn_core before it, "
        "or set KERAS_BACKEND=tensorflow\n"
    )
