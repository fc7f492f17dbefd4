"""Lanes: so much of one kind of work at a time, and a queue for it that is fair between readers.

Everything here runs in one event loop; so nothing is locked.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any


class LaneFullError(Exception):
    """More is waiting already than the lane takes."""


@dataclass(frozen=True)
class Reader:
    """Whose turn it is: an address, and one of the pages that are open there."""

    address: str
    page: str = ""


class FairQueue:
    """What waits, taken in turns: address by address, and within an address page by page."""

    def __init__(self) -> None:
        self._addresses: OrderedDict[str, OrderedDict[str, deque[Any]]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, reader: Reader, item: Any) -> None:
        """Add at the end of what a reader has waiting."""
        pages = self._addresses.setdefault(reader.address, OrderedDict())
        pages.setdefault(reader.page, deque()).append(item)
        self._count += 1

    def take(self) -> Any:
        """Take out what comes next; the queue must not be empty."""
        address, pages = self._addresses.popitem(last=False)
        page, items = pages.popitem(last=False)
        item = items.popleft()
        if items:
            pages[page] = items
        if pages:
            self._addresses[address] = pages
        self._count -= 1
        return item

    def waiting_of(self, reader: Reader) -> tuple[int, int]:
        """How much waits at the reader's address, and on the reader's page."""
        pages = self._addresses.get(reader.address, OrderedDict())
        return sum(map(len, pages.values())), len(pages.get(reader.page, ()))

    def heaviest(self) -> Reader:
        """The page with the most waiting, at the address with the most."""
        address = max(self._addresses, key=lambda one: sum(map(len, self._addresses[one].values())))
        pages = self._addresses[address]
        return Reader(address, max(pages, key=lambda one: len(pages[one])))

    def take_last(self, reader: Reader) -> Any:
        """Take out what a reader asked for last."""
        pages = self._addresses[reader.address]
        item = pages[reader.page].pop()
        if not pages[reader.page]:
            del pages[reader.page]
        if not pages:
            del self._addresses[reader.address]
        self._count -= 1
        return item

    def drop(self, is_over: Callable[[Any], bool]) -> None:
        """Take out all for which `is_over` holds."""
        kept = [(reader, item) for reader, item in self if not is_over(item)]
        self.__init__()  # type: ignore[misc]
        for reader, item in kept:
            self.put(reader, item)

    def __iter__(self) -> Iterator[tuple[Reader, Any]]:
        for address, pages in self._addresses.items():
            for page, items in pages.items():
                for item in items:
                    yield Reader(address, page), item


@dataclass(eq=False)
class _Work:
    """One question, which several readers may wait for."""

    key: Hashable
    make: Callable[[], Awaitable[Any]]
    answer: asyncio.Future[Any]
    n_readers: int = 0
    is_begun: bool = False


@dataclass(eq=False)
class _Turn:
    """One reader's place in the queue. It is over when the reader has left."""

    work: _Work
    has_left: bool = False

    @property
    def is_over(self) -> bool:
        return self.has_left or self.work.is_begun or self.work.answer.done()


class Lane:
    """So much at a time, and so much that waits.

    Parameters
    ----------
    width
        How many questions are worked on at a time.
    most_waiting
        How many readers may wait. Beyond, who has most waiting loses what was asked for last.
    """

    def __init__(self, width: int, most_waiting: int) -> None:
        self._n_free = width
        self._most_waiting = most_waiting
        self._queue = FairQueue()
        self._under_way: dict[Hashable, _Work] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(
        self, reader: Reader, make: Callable[[], Awaitable[Any]], question: Hashable = None
    ) -> Any:
        """Have something made when the reader's turn comes.

        Whoever leaves is cancelled; what nobody waits for any more is not begun.

        Parameters
        ----------
        question
            What is asked the same while it is under way is made once, in the first turn of all who
            ask for it. None: nothing else is the same.

        Raises
        ------
        LaneFullError
        """
        key = object() if question is None else question
        work = self._under_way.get(key)
        if work is None:
            work = _Work(key, make, asyncio.get_running_loop().create_future())
        turn = _Turn(work)
        if not work.is_begun:
            self._make_room(reader)
            self._queue.put(reader, turn)
            self._under_way[key] = work
        work.n_readers += 1
        self._begin()
        try:
            return await asyncio.shield(work.answer)
        finally:
            self._leave(turn)

    def _leave(self, turn: _Turn) -> None:
        work = turn.work
        turn.has_left = True
        work.n_readers -= 1
        if not work.n_readers and not work.is_begun:
            self._forget(work)

    def _forget(self, work: _Work) -> None:
        if self._under_way.get(work.key) is work:
            del self._under_way[work.key]

    def _make_room(self, reader: Reader) -> None:
        if len(self._queue) >= self._most_waiting:
            self._queue.drop(lambda turn: turn.is_over)
        if len(self._queue) < self._most_waiting:
            return
        heaviest = self._queue.heaviest()
        if self._queue.waiting_of(reader) >= self._queue.waiting_of(heaviest):
            raise LaneFullError
        lost = self._queue.take_last(heaviest).work
        # Others may wait for the same in turns of their own.
        if not any(turn.work is lost for _, turn in self._queue):
            self._forget(lost)
            _fail(lost.answer, LaneFullError())

    def _begin(self) -> None:
        while self._n_free and len(self._queue):
            turn = self._queue.take()
            if not turn.is_over:
                turn.work.is_begun = True
                self._n_free -= 1
                task = asyncio.get_running_loop().create_task(self._make(turn.work))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _make(self, work: _Work) -> None:
        try:
            made = await work.make()
        except Exception as error:
            _fail(work.answer, error)
        else:
            if not work.answer.done():
                work.answer.set_result(made)
        finally:
            self._n_free += 1
            self._forget(work)
            self._begin()


def _fail(answer: asyncio.Future[Any], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
        answer.exception()  # looked at, should nobody wait any more
