"""A class of simulated students, in a process of its own: python -m bench.students < plan.json.

Each student keeps one connection open and asks for a new picture at times that are set before: a
late answer does not put the next question off, and a question that had to wait counts from when it
was due. So a server that cannot keep up shows it. The result is one line of JSON.
"""

import asyncio
import json
import random
import resource
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from urllib.parse import parse_qsl

import aiohttp

from bench.beside import begun, told_by
from bench.bodies import filled, unpacked

_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate, br",
}
_MOST_SECONDS = 20


@dataclass(frozen=True)
class Plan:
    """What the students do.

    Attributes
    ----------
    address : str
        Of the server, without a slash at its end.
    templates : list of str
        Bodies as from `bench.bodies.page_template`.
    wishes : list of (int, str)
        What may be asked: place of the template, and query string.
    students : int
    seconds : float
        How long is measured.
    settle : float
        Seconds before that, in which students connect and nothing is measured.
    period, jitter : float
        A student asks every `period` seconds, give or take up to `jitter`.
    is_shared : bool
        Students pick among all wishes, so that they meet; else each goes through the wishes from a
        place of its own.
    seed : int
    """

    address: str
    templates: list
    wishes: list
    students: int
    seconds: float
    settle: float = 2.0
    period: float = 2.0
    jitter: float = 1.0
    is_shared: bool = False
    seed: int = 1


@dataclass(frozen=True)
class Lesson:
    """What the students met.

    Attributes
    ----------
    delays : list of float
        Milliseconds from when each question was due until its answer was there, errors included.
    errors : dict of str to int
        Number of questions without a right answer, by kind.
    seconds : float
    answered : int
        Answers that came within these seconds.
    generator_cpu : float
        CPU time of the students' process for each second.
    """

    delays: list
    errors: dict
    seconds: float
    answered: int
    generator_cpu: float


async def attend(plan):
    """Let the students ask, and note how long each waits.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    Lesson
    """
    begins = time.perf_counter() + plan.settle
    delays, errors = [], Counter()
    ended = []
    tasks = [
        asyncio.create_task(_student(number, plan, begins, delays, ended, errors))
        for number in range(plan.students)
    ]
    await asyncio.sleep(plan.settle)
    cpu = _cpu_seconds()
    await asyncio.sleep(plan.seconds)
    ends = time.perf_counter()
    seconds, cpu = ends - begins, _cpu_seconds() - cpu
    await asyncio.gather(*tasks)
    answered = sum(begins <= moment < ends for moment in ended)
    return Lesson(delays, dict(errors), seconds, answered, cpu / seconds)


async def _student(number, plan, begins, delays, ended, errors):
    generator = random.Random(f"{plan.seed} {number}")
    place = number * len(plan.wishes) // plan.students
    due = begins - plan.settle + generator.uniform(0, plan.period)
    has_looked = False
    connector = aiohttp.TCPConnector(limit=1, keepalive_timeout=60)
    async with aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(_MOST_SECONDS),
    ) as session:
        while due < begins + plan.seconds:
            await asyncio.sleep(max(0, due - time.perf_counter()))
            place = generator.randrange(len(plan.wishes)) if plan.is_shared else place + 1
            template, search = plan.wishes[place % len(plan.wishes)]
            fault = await _ask(session, plan, template, search, is_read=not has_looked)
            has_looked = True
            now = time.perf_counter()
            if due >= begins:
                delays.append(1000 * (now - due))
            if fault:
                errors[fault] += 1
            else:
                ended.append(now)
            due += generator.uniform(plan.period - plan.jitter, plan.period + plan.jitter)


async def _ask(session, plan, template, search, is_read):
    try:
        async with session.post(
            f"{plan.address}/_dash-update-component",
            headers=_HEADERS,
            data=filled(plan.templates[template], search),
        ) as response:
            content = await response.read()
            if response.status != 200:
                return f"status {response.status}"
            coding = response.headers.get("Content-Encoding", "")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return type(error).__name__
    # To read every answer would take the CPU time that the server needs; each student's first one
    # shows that what is measured is the picture that was asked for.
    return None if not is_read or answers(content, coding, search) else "another answer"


def answers(content, coding, search):
    """Tell whether an answer shows what was asked for.

    Parameters
    ----------
    content : bytes
        As it came.
    coding : str
        Content-Encoding.
    search : str
        Query string that was asked for.

    Returns
    -------
    bool
    """
    values = json.loads(unpacked(content, coding))["response"]["answer"]["data"]["values"]
    return all(_text(values[key]) == wanted for key, wanted in parse_qsl(search.lstrip("?")))


def _text(value):
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def in_own_process(plan):
    """Let the students of a `Plan` begin; to be given to `lesson_of`."""
    return begun("bench.students", plan)


def lesson_of(process):
    """Wait for the students to end; give their `Lesson`."""
    return Lesson(**told_by(process))


def main():
    """Read a plan from stdin, write the lesson to stdout."""
    lesson = asyncio.run(attend(Plan(**json.load(sys.stdin))))
    delays = [round(delay, 2) for delay in lesson.delays]
    json.dump({**asdict(lesson), "delays": delays}, sys.stdout)


if __name__ == "__main__":
    main()
