"""A class room: students who each ask for a new picture every two seconds, over HTTP."""

from bench.questions import Questions
from bench.running import started
from bench.students import Plan, in_own_process, lesson_of
from bench.summary import rounded, summary

STUDENTS = 200
MOST_MS = 250
_STEP = 1.25
_MOST_STUDENTS = 4000


def measure(page, address, short=False):
    """Measure with a server of its own; the page is not used.

    Returns
    -------
    dict
    """
    del page, address
    seconds = 5 if short else 60
    with started() as server:
        server.wait_for("/readyz")
        questions = Questions(server)
        own, lesson = questions.of_own(), questions.of_lesson()
        told = {}
        for name, wishes, is_shared in (("the same 36 images for all", lesson, True),
                                        ("an image of their own for each", own, False)):
            told |= _told(name, _lesson(server, questions, wishes, STUDENTS, seconds, is_shared))
        if not short:
            told |= _limit(server, questions, own)
    return told


def _lesson(server, questions, wishes, students, seconds, is_shared):
    # Begin and end of the students' process count for the server's share, not its settling.
    plan = Plan(server.address, questions.templates, wishes, students, seconds,
                is_shared=is_shared)
    before = server.cpu_seconds()
    lesson = lesson_of(in_own_process(plan))
    server_cpu = (server.cpu_seconds() - before) / (plan.settle + lesson.seconds)
    return lesson, server_cpu


def _told(name, measured):
    lesson, server_cpu = measured
    return {
        f"{name}: answer, ms": summary(lesson.delays),
        f"{name}: errors": sum(lesson.errors.values()),
        f"{name}: errors by kind": lesson.errors or "none",
        f"{name}: answers a second": rounded(len(lesson.delays) / lesson.seconds, 3),
        f"{name}: CPU of the server, cores": rounded(server_cpu, 2),
        f"{name}: CPU of the simulated students, cores": rounded(lesson.generator_cpu, 2),
    }


def _limit(server, questions, wishes, seconds=15):
    """Raise the number of students until answers come too late, or lower it until they do not."""
    tried = {}

    def bears(students):
        lesson, server_cpu = _lesson(server, questions, wishes, students, seconds, False)
        p95 = summary(lesson.delays)["p95"]
        tried[students] = {"students": students, "p95": p95,
                           "answers a second": rounded(len(lesson.delays) / lesson.seconds, 3),
                           "errors": sum(lesson.errors.values()),
                           "CPU of the server": rounded(server_cpu, 2),
                           "CPU of the students": rounded(lesson.generator_cpu, 2)}
        return p95 <= MOST_MS and not lesson.errors

    students = STUDENTS
    if bears(students):
        while students < _MOST_STUDENTS and bears(round(students * _STEP)):
            students = round(students * _STEP)
    else:
        while students > 1 and not bears(students := int(students / _STEP)):
            pass
    best = tried[students]
    return {
        "limit: students served within 250 ms (95th percentile)": students,
        "limit: answers a second": best["answers a second"],
        "limit: what was tried": [tried[number] for number in sorted(tried)],
    }
