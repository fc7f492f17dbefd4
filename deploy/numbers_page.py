"""Render deploy/NUMBERS.md from bench/results.json: python deploy/numbers_page.py.

No figure of that page is typed in: what is not measured yet is not told.
"""

import json
from math import ceil, floor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "deploy" / "NUMBERS.md"
CROWD = 10_000
Content = dict[str, Any]

_LIMIT = "limit: students served within 250 ms (95th percentile)"
_TRIED = "limit: what was tried"
_MEMORY_READY, _MEMORY_MOST = "RSS when ready, MiB", "RSS at most, MiB"
_HEAD = """# How many servers a class takes

Written by `python deploy/numbers_page.py` from `bench/results.json`, which `make bench` measures.
"""
_NOTHING = """
Not measured yet: `make bench` measures a class room and the memory under load, and writes this
page.
"""


def sized(results: Content) -> Content | None:
    """Work out from the content of bench/results.json what a crowd takes.

    Returns
    -------
        students, answers_a_second, cores (that the server used at that limit), students_a_core,
        ready_mib and most_mib (of one replica), replicas, crowd_cores, crowd_gib; None while the
        class room's limit or the memory is not measured, or was measured in short only.
    """
    parts = [results.get(name, {}) for name in ("classroom", "memory")]
    if any(not part or part.get("measured", {}).get("short", True) for part in parts):
        return None
    classroom, memory = (part["figures"] for part in parts)
    if not {_LIMIT, _TRIED} <= set(classroom) or not {_MEMORY_READY, _MEMORY_MOST} <= set(memory):
        return None
    students = classroom[_LIMIT]
    at_limit = [tried for tried in classroom[_TRIED] if tried["students"] == students]
    if not at_limit:
        return None
    cores = at_limit[0]["CPU of the server"]
    replicas = ceil(CROWD / students)
    return {
        "students": students,
        "answers_a_second": at_limit[0]["answers a second"],
        "cores": cores,
        "students_a_core": floor(students / cores),
        "ready_mib": memory[_MEMORY_READY],
        "most_mib": memory[_MEMORY_MOST],
        "replicas": replicas,
        "crowd_cores": ceil(replicas * cores),
        "crowd_gib": ceil(replicas * memory[_MEMORY_MOST] / 1024),
    }


def rendered(results: Content) -> str:
    """Write the page from the content of bench/results.json; empty where there is none."""
    told = sized(results)
    if told is None:
        return _HEAD + _NOTHING
    facts = [results[part]["measured"] for part in ("classroom", "memory")]
    places = dict.fromkeys(_place(fact) for fact in facts)
    return f"""{_HEAD}
A student is a client that asks for another picture every two seconds, each for images of their own,
all at once and without pause. A replica is one process with four threads, as the image starts it.

| | |
|---|---|
| students that one replica serves, 95 % of the answers within 250 ms | {told["students"]:,} |
| answers a second then | {told["answers_a_second"]:,g} |
| processor cores that the replica uses then | {told["cores"]:g} |
| **students per core** | **{told["students_a_core"]:,}** |
| memory of a replica when ready | {told["ready_mib"]:,.0f} MiB |
| **memory of a replica at most, under load** | **{told["most_mib"]:,.0f} MiB** |

## {CROWD:,} students at once

| | |
|---|---|
| **replicas** | **{told["replicas"]:,}** |
| processor cores | {told["crowd_cores"]:,} |
| memory | {told["crowd_gib"]:,} GiB |

Replicas share nothing, so that the numbers of one are multiplied; the proxy's own need is not in
them. {" ".join(places)} The simulated students ran on the same machine and took their share of it.
"""


def _place(fact: Content) -> str:
    machine = fact["machine"]
    processor = f" ({machine['processor']})" if machine.get("processor") else ""
    return (f"Measured {fact['date'][:10]} at {fact['commit']} on {machine['cores']} "
            f"cores{processor}, load average {fact['load before']:g} before it began.")  # fmt: skip


def main() -> None:
    """Write the page from what is measured."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    PAGE.write_text(rendered(results))


if __name__ == "__main__":
    main()
