"""Simulated students against a tiny server of their own, and bodies that the real app takes."""

import asyncio
import gzip
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from bench.bodies import filled, page_template
from bench.classroom import most_borne
from bench.students import Plan, answers, attend, in_own_process, lesson_of
from tests.app.asking import small_app

TEMPLATE = '{"value": "@SEARCH@"}'


class _Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


class Answering:
    """Answers as a page does; every seventh question fails, where that is wanted."""

    def __init__(self, fails=False, lies=False):
        self.asked = Counter()
        self._lock = threading.Lock()
        self._fails, self._lies = fails, lies

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        search = json.loads(body)["value"]
        with self._lock:
            self.asked[search] += 1
            number = self.asked.total()
        if self._fails and number % 7 == 0:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        image = search.partition("=")[2]
        values = {"image": -1 if self._lies else int(image)}
        content = gzip.compress(
            json.dumps({"response": {"answer": {"data": {"values": values}}}}).encode()
        )
        start_response(
            "200 OK", [("Content-Encoding", "gzip"), ("Content-Length", str(len(content)))]
        )
        return [content]


def met(plan):
    """What the students met; in a thread, since a browser's loop may run in this one."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(lambda: asyncio.run(attend(plan))).result()


@contextmanager
def serving(application):
    with make_server("127.0.0.1", 0, application, _Threaded, _Silent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def plan(address, **changes):
    wishes = [(0, f"?image={number}") for number in range(400)]
    return Plan(
        **{
            "address": address,
            "templates": [TEMPLATE],
            "wishes": wishes,
            "students": 4,
            "seconds": 1.0,
            "settle": 0.2,
            "period": 0.1,
            "jitter": 0.05,
            **changes,
        }
    )


def test_every_student_asks_and_every_answer_is_counted():
    application = Answering()
    with serving(application) as address:
        lesson = lesson_of(in_own_process(plan(address)))
    assert lesson.errors == {}
    assert 0 < len(lesson.delays) <= application.asked.total()
    assert 0 < lesson.answered <= application.asked.total()
    assert min(lesson.delays) > 0 and lesson.seconds >= 1 and lesson.generator_cpu > 0
    # Four students walk on from four places: no picture is asked for twice.
    assert set(application.asked) <= {f"?image={number}" for number in range(400)}
    assert max(application.asked.values()) == 1


def test_answers_that_are_no_200_are_errors():
    with serving(Answering(fails=True)) as address:
        lesson = met(plan(address))
    assert set(lesson.errors) == {"status 503"} and lesson.errors["status 503"] > 0
    assert len(lesson.delays) >= lesson.errors["status 503"] - 4


def test_another_picture_than_the_one_asked_for_is_an_error():
    with serving(Answering(lies=True)) as address:
        lesson = met(plan(address))
    assert lesson.errors == {"another answer": 4}


def test_a_server_that_is_not_there_is_an_error_and_no_silence():
    lesson = met(plan("http://127.0.0.1:9", students=2))
    assert sum(lesson.errors.values()) >= len(lesson.delays) > 0


def test_a_shared_lesson_draws_from_the_same_few_wishes():
    application = Answering()
    wishes = [(0, "?image=3"), (0, "?image=4")]
    with serving(application) as address:
        met(plan(address, wishes=wishes, is_shared=True))
    assert set(application.asked) == {"?image=3", "?image=4"}


@pytest.mark.parametrize(
    ("path", "search"),
    [
        ("/", "?image=7&layer=first_maps"),
        ("/", "?image=3&layer=hidden"),
        ("/compare", "?a=1,5,9&b=3,7,11&layer=last_maps"),
        ("/decide", "?image=5&layer=pooled"),
    ],
)
def test_bodies_are_those_that_the_app_takes(path, search):
    client = small_app().server.test_client()
    template = page_template(client.get("/_dash-dependencies").get_json(), path)
    response = client.post(
        "/_dash-update-component",
        data=filled(template, search),
        content_type="application/json",
        headers={"Accept-Encoding": "gzip"},
    )
    assert response.status_code == 200
    coding = response.headers.get("Content-Encoding", "")
    assert answers(response.data, coding, search)
    assert not answers(response.data, coding, "?layer=classes")


def test_a_page_that_is_not_there_has_no_body():
    dependencies = small_app().server.test_client().get("/_dash-dependencies").get_json()
    with pytest.raises(LookupError, match="/nowhere: 0 callbacks"):
        page_template(dependencies, "/nowhere")


@pytest.mark.parametrize(
    ("capacity", "found"),
    [
        (1000, (955, 1000)),
        (230, (220, 230)),
        (200, (191, 200)),
        (37, (36, 37)),
        (1, (1, 1)),
        (0, (0, 0)),
        (9999, (3500, 4000)),
    ],
)
def test_the_limit_of_students_is_found_from_above_and_below(capacity, found):
    tried = []

    def bears(students):
        tried.append(students)
        return students <= capacity

    low, high = found
    assert low <= most_borne(bears, 200) <= high
    assert len(tried) == len(set(tried)) <= 30
