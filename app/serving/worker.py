"""gunicorn's threaded worker, with a time limit for each request."""

import socket
import time
from types import SimpleNamespace

import gunicorn.arbiter
import gunicorn.http.wsgi
from gunicorn.workers.gthread import ThreadWorker

# What serves is nobody's business; gunicorn has no setting for the header's text.
gunicorn.http.wsgi.SERVER = "cnn-looking-glass"
# A server that ends waits for its workers by the clock on the wall. Were that put forward just
# then, they would be killed in the middle of an answer; put back, a stuck one would keep it long.
gunicorn.arbiter.time = SimpleNamespace(**{**vars(time), "time": time.monotonic})


class BoundedThreadWorker(ThreadWorker):
    """Ends connections whose request takes too long.

    A client that sends its request byte by byte, or does not take its answer, would otherwise hold
    a thread for as long as it likes; as many such clients as there are threads, and nobody else is
    served.

    Attributes
    ----------
    most_seconds : float
        From the first byte of a request to the last byte of its answer.
    """

    most_seconds = 15

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._since = {}

    def handle(self, conn):
        """Serve one request of a connection and note since when."""
        self._since[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            self._since.pop(conn, None)

    def murder_pending(self):
        """Close what waits too long; gunicorn calls this about once a second."""
        super().murder_pending()
        limit = time.monotonic() - self.most_seconds
        for conn, since in tuple(self._since.items()):
            if since < limit:
                try:
                    # Wakes the thread that reads or writes; it then closes the connection itself.
                    conn.sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    self._since.pop(conn, None)
