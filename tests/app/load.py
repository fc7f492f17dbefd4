"""Many clients at once that keep asking a server, and what became of each request."""

import http.client
import itertools
import threading
from urllib.parse import urlsplit

from tests.app.real_servers import wait_until

ANSWERED, REFUSED, LOST, TORN = "answered", "refused", "lost", "torn"


class Load:
    """Clients in threads; half of them keep their connection, half make a new one each time.

    Attributes
    ----------
    outcomes : dict of str to str
        By path, each asked once: answered whole, refused (no connection was made), lost (no byte
        of an answer came), torn (a part of one came).
    """

    def __init__(self, address, n_clients=8):
        self._server = urlsplit(address)
        self._numbers = itertools.count()
        self._ending = threading.Event()
        self._clients = [
            threading.Thread(target=self._keep_asking, args=(number % 2 == 0,))
            for number in range(n_clients)
        ]
        self.outcomes = {}

    def __enter__(self):
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        for client in self._clients:
            client.join()

    def wait_for_answers(self, more, seconds=60):
        """Wait until that many more requests were answered than now; fail when they never are."""
        wanted = self.count(ANSWERED) + more
        wait_until(lambda: self.count(ANSWERED) >= wanted, f"{more} more answers", seconds)

    def count(self, outcome):
        """How many requests ended that way."""
        return list(self.outcomes.values()).count(outcome)

    def _keep_asking(self, keeps_connection):
        connection = None
        while not self._ending.is_set():
            if connection is None:
                connection = http.client.HTTPConnection(
                    self._server.hostname, self._server.port, timeout=30
                )
            path = f"/{next(self._numbers)}"
            self.outcomes[path] = self._ask(connection, path)
            if not keeps_connection or self.outcomes[path] != ANSWERED:
                connection.close()
                connection = None
            if self.outcomes[path] != ANSWERED:
                self._ending.wait(0.05)
        if connection:
            connection.close()

    def _ask(self, connection, path):
        try:
            if connection.sock is None:
                connection.connect()
        except OSError:
            return REFUSED
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException):
            return LOST
        try:
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return TORN
        is_whole = answer.status == 200 and body.endswith(b"end of " + path.encode())
        return ANSWERED if is_whole else TORN
