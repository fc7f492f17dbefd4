"""Look inside a small convolutional network: activations, circles, ledgers, readouts.

Everything here works from a notebook, without the dashboard. Importing the package is cheap: the
parts that need TensorFlow load it when they are first used.
"""

from importlib import import_module

_HOME_OF = {
    "Activations": "network.activations",
    "Dataset": "images.dataset",
    "load_dataset": "images.dataset",
    "available_splits": "images.dataset",
    "LayerInfo": "network.layers",
    "LayerKind": "network.layers",
    "Mosaic": "space.mosaic",
    "Network": "network.classifier",
    "load_network": "network.opening",
    "Survey": "survey.whole_set",
    "survey_of": "survey.whole_set",
    "LookingGlassError": "errors",
    "DataError": "errors",
    "ModelError": "errors",
    "ArtifactError": "errors",
    "SelectionError": "errors",
}

__all__ = sorted(_HOME_OF)


def __getattr__(name):
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__():
    return __all__
