"""A server under strain: how long a click and /healthz take while others are slow, silent, dear or gone."""

import http.client
import re
import threading
import time

from bench.beside import begun, told_by
from bench.bodies import filled
from bench.questions import Questions
from bench.running import started
from bench.strain_clients import Company
from bench.summary import rounded, summary

MOST_MS, MOST_HEALTH_MS = 250, 100
MOST_OWN_MIB = 1000
_PAUSE = 0.1
_MIXED = {"slow": 15, "greedy": 15, "silent": 30, "dear": 20, "hanging_up": 20}
_COMPANIES = {
    "nobody else": {},
    "30 silent": {"silent": 30},
    "30 slow senders and readers": {"slow": 15, "greedy": 15},
    "20 dear": {"dear": 20},
    "20 hanging up": {"hanging_up": 20},
    "all of these": _MIXED,
    "2,000 silent": {"silent": 2000},
}
_SHORT = ("nobody else", "all of these", "2,000 silent")


def measure(page, address, short=False):
    """Measure with a server of its own; the page is not used.

    Returns
    -------
    dict
    """
    del page, address
    with started() as server:
        server.wait_for("/readyz")
        return strained(server, seconds=6 if short else 20, names=_SHORT if short else _COMPANIES)


def strained(server, seconds, names=tuple(_COMPANIES)):
    """Measure a server that runs already."""
    questions = Questions(server)
    wishes = iter(questions.of_own())
    files, paths = large_files(server), dear_paths(questions)
    most = []
    told = {}
    for name in names:
        company = Company(
            server.host, server.port, seconds + 2, **_COMPANIES[name], files=files, paths=paths
        )
        process = begun("bench.strain_clients", company) if _COMPANIES[name] else None
        time.sleep(1.5)
        clicks, health = _probed(server, questions, wishes, seconds, most)
        told |= {
            f"{name}: a click, ms": summary(clicks),
            f"{name}: /healthz, ms": summary(health),
            f"{name}: what came of them": told_by(process) if process else "nobody",
        }
    quiet, mixed = (told[f"{name}: a click, ms"]["p95"] for name in ("nobody else", "all of these"))
    silent = told["2,000 silent: a click, ms"]["p95"] if "2,000 silent" in names else 0
    return told | {
        "a click among all of these, over one alone": rounded(mixed / quiet, 3),
        "a click among 2,000 silent, over one alone": rounded(silent / quiet, 3),
        "own memory at most, MiB": rounded(max(most)),
    }


def large_files(server):
    """Paths of the page's largest files."""
    _, content = server.get("/")
    paths = set(re.findall(r'src="(/_dash-component-suites/[^"]*)"', content.decode()))
    return sorted(paths, key=lambda path: len(server.get(path)[1]))[-2:]


def dear_paths(questions, count=60):
    """Paths of files that take long, each another question."""
    layers = questions.compare_layers
    pairs = [(p, q) for p in range(10) for q in range(10) if p != q]
    names = ("class-statistics.csv", "circles.csv", "compare.npz")
    return [
        f"/download/{names[number % 3]}?layer={layers[number % len(layers)]}&p={p}&q={q}"
        for number, (p, q) in enumerate(pairs[:count])
    ]


def _probed(server, questions, wishes, seconds, most):
    """Click and ask for /healthz in turns; milliseconds of each."""
    ends = time.perf_counter() + seconds
    clicks, health = [], []

    def ask_health():
        while time.perf_counter() < ends:
            health.append(_timed(server, "GET", "/healthz", None))
            time.sleep(_PAUSE)

    def look_at_memory():
        while time.perf_counter() < ends:
            most.append(server.memory().own)
            time.sleep(1)

    beside = [threading.Thread(target=act) for act in (ask_health, look_at_memory)]
    for one in beside:
        one.start()
    while time.perf_counter() < ends:
        template, search = next(wishes)
        body = filled(questions.templates[template], search)
        clicks.append(_timed(server, "POST", "/_dash-update-component", body))
        time.sleep(_PAUSE)
    for one in beside:
        one.join()
    return clicks, health


def _timed(server, method, path, body, most_seconds=30):
    """Milliseconds until the whole answer is there, on a new connection; the longest where none came."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection(server.host, server.port, timeout=most_seconds)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            return 1000.0 * most_seconds
    except (OSError, http.client.HTTPException):
        return 1000.0 * most_seconds
    finally:
        connection.close()
    return 1000 * (time.perf_counter() - began)
