"""The cache that pages share: bounded, and nothing made twice at once."""

import threading

import pytest

from app.bounded_cache import BoundedCache

PATIENCE = 20


def size_of_one(_):
    return 1


def in_threads(n_threads, ask):
    """Call `ask` in as many threads at once and give their results; errors are results too."""
    results = [None] * n_threads

    def run(number):
        try:
            results[number] = ask()
        except RuntimeError as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(n_threads)]
    for thread in threads:
        thread.start()
    return threads, results


def joined(threads):
    for thread in threads:
        thread.join(PATIENCE)
    return not any(thread.is_alive() for thread in threads)


@pytest.mark.parametrize("most_bytes", [10, 0])
def test_one_thread_makes_what_many_ask_for(most_bytes):
    cache, calls = BoundedCache(most_bytes), []
    is_asked, may_end = threading.Event(), threading.Event()

    def make():
        calls.append(threading.get_ident())
        is_asked.set()
        assert may_end.wait(PATIENCE)
        return object()

    first, made_first = in_threads(1, lambda: cache.get_or_make("key", make, size_of_one))
    assert is_asked.wait(PATIENCE)
    rest, made_later = in_threads(5, lambda: cache.get_or_make("key", make, size_of_one))
    # Another key waits for nobody.
    assert cache.get_or_make("other", lambda: 3, size_of_one) == 3
    # Those that wait are seen to wait: all of them are in the cache, and none has a result.
    for thread in rest:
        thread.join(0.05)
    assert made_later == [None] * 5 and len(calls) == 1
    may_end.set()
    assert joined(first + rest)
    assert len(calls) == 1 and all(made is made_first[0] for made in made_later)
    assert (cache.get("key") is made_first[0]) == (most_bytes > 0)


def test_an_error_is_not_kept_and_those_that_wait_try_for_themselves():
    cache, calls = BoundedCache(10), []
    is_asked, may_end = threading.Event(), threading.Event()

    def make():
        calls.append(threading.get_ident())
        if len(calls) == 1:
            is_asked.set()
            assert may_end.wait(PATIENCE)
            raise RuntimeError("the first fails")
        return "made"

    first, failed = in_threads(1, lambda: cache.get_or_make("key", make, size_of_one))
    assert is_asked.wait(PATIENCE)
    rest, made = in_threads(3, lambda: cache.get_or_make("key", make, size_of_one))
    may_end.set()
    assert joined(first + rest)
    assert str(failed[0]) == "the first fails" and made == ["made"] * 3
    assert len(calls) == 2


def test_what_was_used_longest_ago_goes_first():
    cache = BoundedCache(2)
    for key in ("a", "b"):
        cache.get_or_make(key, lambda key=key: key.upper(), size_of_one)
    assert cache.get("a") == "A"
    cache.get_or_make("c", lambda: "C", size_of_one)
    assert [cache.get(key) for key in "abc"] == ["A", None, "C"]
    cache.get_or_make("whole", lambda: "W", lambda _: 3)
    assert [cache.get(key) for key in ("a", "c", "whole")] == ["A", "C", None]


def test_asking_for_what_is_there_is_a_use_of_it():
    cache = BoundedCache(2)
    for key in ("a", "b", "a", "c"):
        cache.get_or_make(key, lambda key=key: key.upper(), size_of_one)
    assert [cache.get(key) for key in "abc"] == ["A", None, "C"]


def test_a_failure_to_tell_the_size_lets_nobody_wait_for_ever():
    cache = BoundedCache(2)
    with pytest.raises(ZeroDivisionError):
        cache.get_or_make("key", lambda: 1, lambda _: 1 // 0)
    assert cache.get_or_make("key", lambda: 2, size_of_one) == 2
