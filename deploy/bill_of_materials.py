"""Write down what an image is made of, as CycloneDX: Python packages and Debian packages.

python deploy/bill_of_materials.py > bill-of-materials.cdx.json
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from typing import Any

FORMAT = "1.5"
Component = dict[str, Any]


def python_packages() -> Iterator[Component]:
    """Describe every installed Python package."""
    for package in distributions():
        name, version = package.metadata["Name"], package.version
        metadata = package.metadata.json
        licence = metadata.get("license_expression") or metadata.get("license")
        component: Component = {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name.lower().replace('_', '-')}@{version}",
        }
        if licence and len(licence) < 100:
            component["licenses"] = [{"license": {"name": licence}}]
        yield component


def debian_packages() -> Iterator[Component]:
    """Describe every installed Debian package, where there are such."""
    if shutil.which("dpkg-query") is None:
        return
    listing = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Package} ${Version} ${Architecture}\n"],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in listing.stdout.splitlines():
        name, version, architecture = line.split()
        yield {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:deb/debian/{name}@{version}?arch={architecture}",
        }


def bill() -> dict[str, Any]:
    """Put the bill together."""
    components = sorted((*python_packages(), *debian_packages()), key=lambda part: part["purl"])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": FORMAT,
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "cnn-looking-glass"}},
        "components": components,
    }


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=1)
    print()
