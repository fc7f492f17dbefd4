"""A class room: students who each ask for a new picture every two seconds, over HTTP."""

import time

from bench.questions import Questions
from bench.running import started
from bench.students import Plan, in_own_process, lesson_of
from bench.summary import rounded, summary

STUDENTS = 200
MOST_MS = 250
_STEP = 1.25
_NEAR = 1.05
_MOST_STUDENTS = 4000


def measure(page, address, short=False):
    """Measure with a server of its own; the page is not used.

    Returns
    -------
    dict
    """
    del page, address
    seconds = 4 if short else 60
    with started() as server:
        server.wait_until_read()
        questions = Questions(server)
        own, lesson = questions.of_own(), questions.of_lesson()
        told = {}
        for name, wishes, is_shared in (
            ("the same 36 images for all", lesson, True),
            ("an image of their own for each", own, False),
        ):
            told |= _told(name, _lesson(server, questions, wishes, STUDENTS, seconds, is_shared))
        if not short:
            told |= _limit(server, questions, own)
    return told


def _lesson(server, questions, wishes, students, seconds, is_shared):
    plan = Plan(server.address, questions.templates, wishes, students, seconds, is_shared=is_shared)
    process = in_own_process(plan)
    # Within the measured time: the students' process needs a while to begin.
    time.sleep(plan.settle + 1)
    began, used = time.perf_counter(), server.cpu_seconds()
    time.sleep(seconds - 2)
    server_cpu = (server.cpu_seconds() - used) / (time.perf_counter() - began)
    return lesson_of(process), server_cpu


def _told(name, measured):
    lesson, server_cpu = measured
    return {
        f"{name}: answer, ms": summary(lesson.delays),
        f"{name}: errors": sum(lesson.errors.values()),
        f"{name}: errors by kind": lesson.errors or "none",
        f"{name}: answers a second": rounded(lesson.answered / lesson.seconds, 3),
        f"{name}: CPU of the server, cores": rounded(server_cpu, 2),
        f"{name}: CPU of the simulated students, cores": rounded(lesson.generator_cpu, 2),
    }


def most_borne(bears, first, step=_STEP, most=_MOST_STUDENTS):
    """Find how many are borne: up by steps, or down, and then between what was and was not.

    Parameters
    ----------
    bears : callable
        Tells for a number of students whether they are served in time.
    first : int
        Tried first.
    step : float
        Factor from one try to the next.
    most : int
        No more than that are tried.

    Returns
    -------
    int
        The largest number that was tried and borne; 0 if not even one is.
    """
    borne, refused = 0, None
    students = first
    while refused is None or not borne:
        if bears(students):
            borne = students
            students = max(round(students * step), students + 1)
            if students > most:
                return borne
        else:
            refused = students
            students = int(students / step)
            if students < 1:
                return 0
    while refused > max(borne * _NEAR, borne + 1):
        middle = (borne + refused) // 2
        if bears(middle):
            borne = middle
        else:
            refused = middle
    return borne


def _limit(server, questions, wishes, seconds=15):
    """Find how many students are served in time, each asking for images of its own."""
    tried = {}

    def bears(students):
        lesson, server_cpu = _lesson(server, questions, wishes, students, seconds, False)
        p95 = summary(lesson.delays)["p95"]
        tried[students] = {
            "students": students,
            "p95": p95,
            "answers a second": rounded(lesson.answered / lesson.seconds, 3),
            "errors": sum(lesson.errors.values()),
            "CPU of the server": rounded(server_cpu, 2),
            "CPU of the students": rounded(lesson.generator_cpu, 2),
        }
        return p95 <= MOST_MS and not lesson.errors

    students = most_borne(bears, STUDENTS)
    return {
        "limit: students served within 250 ms (95th percentile)": students,
        "limit: answers a second": tried[students]["answers a second"] if students else 0,
        "limit: most answers a second, however late": max(
            one["answers a second"] for one in tried.values()
        ),
        "limit: what was tried": [tried[number] for number in sorted(tried)],
    }
