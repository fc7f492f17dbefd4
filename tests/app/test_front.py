"""What the front keeps and shares for all readers, and under which names it may be called."""

import asyncio

import pytest

from app.serving.door import Door, LoadingState
from app.serving.gateway.front import MOST_FILES, Files, Front
from app.serving.gateway.grading import DOWNLOADS, Grading
from app.serving.gateway.whole import Answer
from app.serving.settings import Settings

_FOR_EVER = ((b"Cache-Control", b"max-age=31536000, immutable"),)


def test_files_are_kept_within_bounds_however_small_and_empty_answers_never():
    files = Files()
    small = Answer(200, _FOR_EVER, b"x")
    for number in range(MOST_FILES + 3):
        files.keep(number, small)
    assert files.get(2) is None and files.get(3) is small
    files.keep("head", Answer(200, _FOR_EVER, b""))
    files.keep("page", Answer(200, (), b"x"))
    assert files.get("head") is None and files.get("page") is None


def test_names_of_the_server_are_parted_by_commas_and_spaces():
    given = {"LOOKING_GLASS_HOSTS": "A.example, b.example  c.example,"}
    assert Settings.from_environment(given).hosts == ("a.example", "b.example", "c.example")


class _Computing:
    """Answers once it is told to; a path of files is dear, so that the same question is shared."""

    n_cheap = n_dear = 9
    grading = Grading()

    def __init__(self):
        self.n_asked, self.is_told = 0, asyncio.Event()

    async def ask(self, environ, body):
        self.n_asked += 1
        await self.is_told.wait()
        return Answer(200, (), b"x")


async def _asked(*headers):
    """How often is computed what is asked at one time with each of these headers."""
    door = Door(lambda progress: None)
    door.follow(LoadingState(True, "answering"))
    computing = _Computing()
    front = Front(door, computing)
    path = f"{DOWNLOADS}ledger.csv"
    told = {"path": path, "raw_path": path.encode(), "root_path": "", "query_string": b""}
    told |= {"type": "http", "method": "GET", "http_version": "1.1", "scheme": "http"}
    told |= {"server": ("localhost", 80), "client": ("10.0.0.1", 1)}

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        pass

    async with asyncio.TaskGroup() as readers:
        for header in headers:
            readers.create_task(front({**told, "headers": [header]}, receive, send))
        for _ in range(9):
            await asyncio.sleep(0)
        computing.is_told.set()
    return computing.n_asked


@pytest.mark.parametrize("name", [b"accept", b"accept-encoding", b"accept-language", b"range"])
def test_an_answer_is_shared_by_those_alone_who_get_the_same(name):
    assert asyncio.run(_asked((name, b"one"), (name, b"one"))) == 1
    assert asyncio.run(_asked((name, b"one"), (name, b"other"))) == 2
    assert asyncio.run(_asked((b"user-agent", b"one"), (b"user-agent", b"other"))) == 1
