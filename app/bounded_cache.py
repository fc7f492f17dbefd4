"""Results that are kept up to a number of bytes, shared between threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class BoundedCache:
    """The results used last, up to a number of bytes; safe to share between threads."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._held: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._n_bytes = 0
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, _Making] = {}

    def get(self, key: Hashable) -> Any:
        """Return what is held under `key`, None where nothing is."""
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def get_or_make(self, key: Hashable, make: Callable[[], T], size_of: Callable[[T], int]) -> T:
        """Return what is held under `key`, made and kept if it is not there.

        One thread makes it; others that ask meanwhile wait for its result. Where it fails, the
        error is its own: nothing is kept, and the next of those that wait tries for itself.

        Parameters
        ----------
        make
            Called without arguments; may ask for other keys.
        size_of
            Gives the size of the result in bytes.
        """
        while True:
            with self._lock:
                if key in self._held:
                    self._held.move_to_end(key)
                    return self._held[key][0]
                others = self._under_way.get(key)
                if others is None:
                    own = self._under_way[key] = _Making()
                    break
            others.is_over.wait()
            # What is too large to be kept is handed on all the same.
            if others.has_made:
                return others.made
        try:
            own.made = make()
            self._hold(key, own.made, size_of(own.made))
            own.has_made = True
        finally:
            with self._lock:
                del self._under_way[key]
            own.is_over.set()
        return own.made

    def _hold(self, key: Hashable, made: Any, size: int) -> None:
        with self._lock:
            if size > self._most_bytes:
                return
            self._held[key] = (made, size)
            self._n_bytes += size
            while self._n_bytes > self._most_bytes:
                _, (_, dropped) = self._held.popitem(last=False)
                self._n_bytes -= dropped


class _Making:
    """Something that one thread makes and others may wait for."""

    def __init__(self) -> None:
        self.is_over = threading.Event()
        self.has_made = False
        self.made: Any = None
