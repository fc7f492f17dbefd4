"""The process that computes: forked from the one that serves before anything is loaded.

What computes holds Python's interpreter lock for long; were it in the process that serves, nobody
would be listened to meanwhile. It ends when the other does; where it is lost, another one takes its place.
"""

import asyncio
import contextlib
import gc
import os
import pickle
import signal
import socket
import struct
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.serving.door import Door, LoadingState
from app.serving.faults import one_line
from app.serving.gateway.grading import Grading
from app.serving.gateway.whole import Answer, answer_of
from cnn_core.terminal import complain

N_DEAR = 1
_LENGTH = struct.Struct(">I")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1)
_SECONDS_TO_END = 2
_SWITCH_SECONDS = 0.001
"""A click's thread waits no longer for the interpreter than that while others compute."""
_ENDED = LoadingState(False, "starting anew")
_FIRST_FREE, _MOST_DESCRIPTORS = 3, 2**16
"""Numbers of open files: those below are the terminal's."""


class ComputeEndedError(Exception):
    """The process that computes is no more.

    Attributes
    ----------
    was_asked
        Whether it had been given the question.
    """

    def __init__(self, was_asked: bool) -> None:
        super().__init__("the process that computes ended meanwhile")
        self.was_asked = was_asked


class Compute:
    """The process that computes, as the one that serves sees it.

    Attributes
    ----------
    n_cheap, n_dear
        How many cheap and dear questions it may be asked at a time.
    grading
        What is known of the requests that it takes.
    """

    def __init__(self, process_id: int, wire: socket.socket, n_cheap: int) -> None:
        self.n_cheap, self.n_dear = n_cheap, N_DEAR
        self.grading = Grading()
        self.process_id = process_id
        self._socket = wire
        self._writer: asyncio.StreamWriter | None = None
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self._count = 0

    async def follow(self, door: Door) -> bool:
        """Take what it tells until it ends: how far it is, and answers.

        Returns
        -------
        bool
            Whether it had come as far as to answer.
        """
        reader, self._writer = await asyncio.open_connection(sock=self._socket)
        try:
            while True:
                (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
                told = pickle.loads(await reader.readexactly(length))
                if isinstance(told[0], LoadingState):
                    state, self.grading = told
                    door.follow(state)
                else:
                    self._take(*told)
        except (asyncio.IncompleteReadError, OSError):
            was_ready = door.state.ready
            if was_ready:
                door.follow(_ENDED)
            self._give_up()
            return was_ready

    def _give_up(self) -> None:
        assert self._writer is not None
        self._writer.close()
        self._writer = None
        for future in self._asked.values():
            if not future.done():
                future.set_exception(ComputeEndedError(was_asked=True))
        self._asked.clear()

    def _take(self, number: int, answer: Answer | None, fault: str) -> None:
        future = self._asked.pop(number)
        if future.done():
            return
        if answer is None:
            future.set_exception(RuntimeError(fault))
        else:
            future.set_result(answer)

    async def ask(self, environ: dict[str, Any], body: bytes) -> Answer:
        """Have one request answered.

        Raises
        ------
        RuntimeError
            When the application does not answer.
        ComputeEndedError
        """
        if self._writer is None:
            raise ComputeEndedError(was_asked=False)
        self._count += 1
        number = self._count
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        self._writer.write(_packed((number, environ, body)))
        return await future

    def end(self) -> int:
        """Let it end, and tell its exit code."""
        if self._writer is not None:
            self._writer.close()
        self._socket.close()
        for _ in range(20 * _SECONDS_TO_END):
            found, status = os.waitpid(self.process_id, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            threading.Event().wait(0.05)
        os.kill(self.process_id, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(self.process_id, 0)[1])


def fork_compute(door: Door, n_cheap: int) -> Compute:
    """Begin to load and to compute in a process of its own.

    Parameters
    ----------
    door
        Opened there.
    n_cheap
        Threads for cheap questions.
    """
    here, there = socket.socketpair()
    process_id = os.fork()
    if process_id:
        there.close()
        return Compute(process_id, here, n_cheap)
    try:
        # Sockets of this process are none of the other's business, nor is what becomes of them.
        gc.freeze()
        os.closerange(_FIRST_FREE, there.fileno())
        os.closerange(there.fileno() + 1, _MOST_DESCRIPTORS)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _compute(door, there, n_cheap + N_DEAR)
    except BaseException as error:
        complain(one_line(error))
    finally:
        os._exit(1)


def _compute(door: Door, wire: socket.socket, n_threads: int) -> None:
    sys.setswitchinterval(_SWITCH_SECONDS)
    writing = threading.Lock()

    def send(packed: bytes) -> None:
        with writing, contextlib.suppress(OSError):
            wire.sendall(packed)

    def answer(number: int, environ: dict[str, Any], body: bytes) -> None:
        # Whoever asked waits until something is told, whatever happens here.
        try:
            send(_packed((number, answer_of(door, environ, body), "")))
        except BaseException as error:
            send(_packed((number, None, one_line(error))))

    door.tell(lambda state: send(_packed((state, door.grading))))
    door.open()
    threads = ThreadPoolExecutor(n_threads, "computing")
    with contextlib.suppress(OSError), wire.makefile("rb") as requests:
        while head := requests.read(_LENGTH.size):
            (length,) = _LENGTH.unpack(head)
            threads.submit(answer, *pickle.loads(requests.read(length)))
    # Nobody serves any more.
    os._exit(0)


def _packed(what: Any) -> bytes:
    content = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(content)) + content
