"""Readouts as a file: JSON with its provenance, written atomically and read back with care."""

import json
from dataclasses import asdict
from pathlib import Path

from cnn_core.artifacts import Fault, json_text, save_text
from cnn_core.errors import ArtifactError
from cnn_core.readouts.results import (
    Claim,
    LayerFacts,
    ModelReadouts,
    Number,
    Paired,
    Readout,
    Share,
    Task,
    Variant,
    VariantScore,
)

FORMAT = 1
READOUTS = "readouts.json"


def readouts_text(found):
    """Render what was found for one or more networks, the same way every time.

    Parameters
    ----------
    found : iterable of ModelReadouts

    Returns
    -------
    str
    """
    return json_text({"format": FORMAT, "models": [asdict(one) for one in found]})


def save_readouts(path, found):
    """Save what was found for one or more networks, atomically.

    Parameters
    ----------
    path : path
    found : iterable of ModelReadouts
    """
    save_text(path, readouts_text(found))


def load_readouts(path):
    """Read what was saved.

    Parameters
    ----------
    path : path

    Returns
    -------
    tuple of ModelReadouts
        Empty if there is no such file.

    Raises
    ------
    ArtifactError
        When the file is damaged or of another format.
    """
    path = Path(path)
    remedy = "check the file out again or run `python -m cnn_core survey --readouts`"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ArtifactError(
                str(
                    Fault(
                        str(path),
                        f"format {content['format']} where this version reads {FORMAT}",
                        remedy,
                    )
                )
            )
        return tuple(_model_readouts(one) for one in content["models"])
    except FileNotFoundError:
        return ()
    except ArtifactError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ArtifactError(str(Fault(str(path), "truncated or altered", remedy))) from None


def readout_from(stored):
    """Readout from its JSON form."""
    return Readout(
        **{
            **stored,
            "share": Share(**stored["share"]),
            "versus_network": Paired(**stored["versus_network"]),
        }
    )


def variant_from(stored):
    """Variant from its JSON form."""
    return Variant(
        **{
            **stored,
            "scores": {
                task: VariantScore(
                    Share(**score["share"]),
                    Paired(**score["versus_network"]),
                    *(tuple(score[key]) for key in ("images", "answers", "network_answers")),
                )
                for task, score in stored["scores"].items()
            },
        }
    )


def _claim(stored):
    return Claim(**{**stored, "numbers": tuple(Number(**one) for one in stored["numbers"])})


def _model_readouts(stored):
    return ModelReadouts(
        **{
            **stored,
            "class_names": tuple(stored["class_names"]),
            "layers": tuple(
                LayerFacts(**{**one, "shape": tuple(one["shape"])}) for one in stored["layers"]
            ),
            "tasks": tuple(
                Task(one["name"], tuple(one["classes"]), Share(**one["network"]))
                for one in stored["tasks"]
            ),
            "readouts": tuple(map(readout_from, stored["readouts"])),
            "variants": tuple(map(variant_from, stored["variants"])),
            "claims": tuple(map(_claim, stored["claims"])),
        }
    )
