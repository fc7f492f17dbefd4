"""Put the pinned packages into the image's labels: python deploy/label_packages.py.

A label cannot take what a step of the build finds out, but the pins are known before. So they
stand in the Dockerfile, and this writes them there; a test holds both together.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = ROOT / "Dockerfile"
LABEL = "io.cyclonedx.bill-of-materials.packages"
_PIN = re.compile(r"^([A-Za-z0-9._-]+==[^\s;\\]+)(?: ; ([^\\]+?))? \\$", re.MULTILINE)
_IN_DOCKERFILE = re.compile(rf'{re.escape(LABEL)}="[^"]*"')
_WIDTH = 100


def pins(requirements):
    """List what the image may hold.

    Parameters
    ----------
    requirements : str
        Text of requirements.txt.

    Returns
    -------
    list of str
        ``name==version``, with the condition behind it where there is one, as in the file; those
        for Windows alone are left out.
    """
    found = _PIN.findall(requirements)
    return [f"{pin} ; {condition}".replace('"', "'") if condition else pin
            for pin, condition in found if "== 'win32'" not in condition]  # fmt: skip


def with_label(dockerfile, requirements):
    """Write the label into a Dockerfile that has it already.

    Parameters
    ----------
    dockerfile, requirements : str
        Texts of the files.

    Returns
    -------
    str
    """
    lines = [""]
    for word in ", ".join(pins(requirements)).split(" "):
        if lines[-1] and len(lines[-1]) + len(word) > _WIDTH - 3:
            lines[-1] += " \\"
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    text = "\\\n" + "\n".join(lines)
    label = f'{LABEL}="{text}"'
    written, n_places = _IN_DOCKERFILE.subn(lambda _: label, dockerfile)
    if n_places != 1:
        raise ValueError(f"{DOCKERFILE.name}: the label {LABEL} has to stand there once")
    return written


if __name__ == "__main__":
    pinned = (ROOT / "requirements.txt").read_text()
    DOCKERFILE.write_text(with_label(DOCKERFILE.read_text(), pinned))
