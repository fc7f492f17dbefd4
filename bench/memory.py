"""Memory of the server: when it is ready, when it is warm, and under load for many minutes."""

import time
from pathlib import Path

import numpy as np

from bench.questions import Questions
from bench.running import started
from bench.students import Plan, in_own_process, lesson_of
from bench.summary import rounded

_STUDENTS = 50
_MINUTES, _SHORT_MINUTES = 20, 0.2
_WARM_QUESTIONS, _SHORT_WARM_QUESTIONS = 3000, 400


def measure(page, address, short=False, minutes=None):
    """Measure with a server of its own; the page is not used.

    Parameters
    ----------
    page, address : object
        Not used.
    short : bool
    minutes : float, optional
        Length of the load after warm-up.

    Returns
    -------
    dict
    """
    del page, address
    if not Path("/proc/self/smaps_rollup").exists():
        return {"not measured": "only Linux tells the memory of a process in its parts"}
    minutes = minutes or (_SHORT_MINUTES if short else _MINUTES)
    with started() as server:
        server.wait_until_read()
        at_start = server.memory()
        questions = Questions(server)
        wishes = questions.of_all_pages()
        _warm_up(server, questions, wishes, _SHORT_WARM_QUESTIONS if short else _WARM_QUESTIONS)
        warm = server.memory()
        samples, lesson = _under_load(server, questions, wishes, 60 * minutes)
    told = {
        "minutes under load": minutes,
        "students, asking on all pages every 2 s": _STUDENTS,
        "answers under load": len(lesson.delays),
        "errors under load": sum(lesson.errors.values()),
    }
    for name, what in (("rss", "RSS"), ("pss", "PSS"), ("own", "without mapped files")):
        course = np.array([getattr(sample, name) for sample in samples])
        # What is there at the end, not one lucky or unlucky moment of it.
        end = float(np.median(course[-max(len(course) // 10, 3) :]))
        told |= {
            f"{what} when ready, MiB": rounded(getattr(at_start, name)),
            f"{what} when warm, MiB": rounded(getattr(warm, name)),
            f"{what} at the end, MiB": rounded(end),
            f"{what} at most, MiB": rounded(max(course.max(), getattr(warm, name))),
            f"{what}, growth after warm-up, %": rounded(100 * (end / getattr(warm, name) - 1), 3),
        }
    told["RSS under load, MiB, in equal steps"] = [
        rounded(samples[place].rss)
        for place in np.linspace(0, len(samples) - 1, min(21, len(samples))).astype(int)
    ]
    return told


def _warm_up(server, questions, wishes, n):
    """Ask what students ask, from the far end of the wishes, until caches are full."""
    seconds = n / 60
    lesson_of(
        in_own_process(
            Plan(
                server.address,
                questions.templates,
                wishes[::-1],
                _STUDENTS,
                seconds,
                settle=0.5,
                period=_STUDENTS / 60,
                jitter=0.5 * _STUDENTS / 60,
            )
        )
    )


def _under_load(server, questions, wishes, seconds):
    students = in_own_process(
        Plan(server.address, questions.templates, wishes, _STUDENTS, seconds, settle=0.5)
    )
    samples = []
    pause = min(5, seconds / 10)
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        samples.append(server.memory())
        time.sleep(pause)
    return samples, lesson_of(students)
