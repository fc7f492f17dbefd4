"""The file of results: each part with when, where and how it was measured."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results.json"


def surroundings(short, load_before):
    """Tell when, where and how a part was measured.

    Parameters
    ----------
    short : bool
    load_before : float
        Load average of the last minute when it began.

    Returns
    -------
    dict
    """
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "short": short,
        "machine": machine(),
        "load before": round(load_before, 2),
        "load after": round(os.getloadavg()[0], 2),
    }


def machine():
    """Tell what the machine is, as far as it says so.

    Returns
    -------
    dict
    """
    told = {
        "system": platform.system(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        models = [
            line.partition(":")[2].strip()
            for line in facts.read_text().splitlines()
            if line.startswith("model name")
        ]
        told |= {"processor": models[0]} if models else {}
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        n_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        told["memory, GiB"] = round(n_bytes / 2**30, 1)
    return told


# What the benchmark itself writes, part by part, does not change what is measured.
_WRITTEN = ("bench/results.json", "bench/plots", "deploy/NUMBERS.md")


def commit(root=ROOT):
    """Commit that is measured, with "-dirty" where files are changed that are not its results.

    Returns
    -------
    str
        "unknown" outside a checkout.
    """
    try:
        name = _told(root, "describe", "--always")
        changed = _told(
            root, "diff", "--name-only", "HEAD", "--", ".", *(f":!{path}" for path in _WRITTEN)
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{name}-dirty" if changed else name


def _told(root, *command):
    asked = subprocess.run(["git", *command], cwd=root, capture_output=True, text=True, check=True)
    return asked.stdout.strip()


def merge(part, section, path):
    """Put the section of one part into the file; the other parts stay as they are.

    Parameters
    ----------
    part : str
    section : dict
    path : pathlib.Path
    """
    told = json.loads(path.read_text()) if path.exists() else {}
    told[part] = section
    new = path.with_suffix(".new")
    new.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    new.replace(path)
