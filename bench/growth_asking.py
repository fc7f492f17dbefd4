"""A page's answers over HTTP without a network: time on the server and bytes on the wire."""

import time
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

from bench.bodies import filled, page_template, unpacked


@dataclass(frozen=True)
class Cost:
    """What one kind of question costs.

    Attributes
    ----------
    median_ms, best_ms : float
        Time of the whole answer on the server, compression included. The best is what noise of
        other processes spares.
    wire_bytes, raw_bytes : int
        Median size of the answer's body, compressed and unpacked.
    """

    median_ms: float
    best_ms: float
    wire_bytes: float
    raw_bytes: float


class Asking:
    """Asks an app's pages."""

    def __init__(self, app):
        self._client = app.server.test_client()
        assert self._client.get("/").status_code == 200
        self._dependencies = self._client.get("/_dash-dependencies").get_json()
        self._templates = {}

    def answer(self, path, **query):
        """Ask once.

        Parameters
        ----------
        path : str
            Of a page.
        **query : object
            Of the address; lists are joined by commas.

        Returns
        -------
        milliseconds : float
        wire_bytes, raw_bytes : int
        """
        if path not in self._templates:
            self._templates[path] = page_template(self._dependencies, path)
        body = filled(
            self._templates[path],
            "?"
            + urlencode(
                {
                    key: ",".join(map(str, value)) if isinstance(value, list | tuple) else value
                    for key, value in query.items()
                },
                safe=",",
            ),
        )
        began = time.perf_counter()
        response = self._client.post(
            "/_dash-update-component",
            data=body,
            headers={"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate, br"},
        )
        content = response.get_data()
        milliseconds = 1000 * (time.perf_counter() - began)
        if response.status_code != 200:
            raise RuntimeError(f"{path} {query}: status {response.status_code}")
        coding = response.headers.get("Content-Encoding", "")
        return milliseconds, len(content), len(unpacked(content, coding))

    def cost(self, path, queries, warm_up=2):
        """Ask for one address after another.

        Parameters
        ----------
        path : str
        queries : sequence of dict
            Addresses of one kind, each different, so that no cache answers.
        warm_up : int
            So many of the first are asked and not counted.

        Returns
        -------
        Cost
        """
        asked = [self.answer(path, **query) for query in queries][warm_up:]
        times, wire, raw = zip(*asked, strict=True)
        return Cost(median(times), min(times), median(wire), median(raw))


def lines_of(costs):
    """Lines of a table from the costs at each size."""
    return {
        "server, ms": [round(cost.median_ms, 3) for cost in costs],
        "server at best, ms": [round(cost.best_ms, 3) for cost in costs],
        "bytes on the wire": [round(cost.wire_bytes) for cost in costs],
        "bytes unpacked": [round(cost.raw_bytes) for cost in costs],
    }
