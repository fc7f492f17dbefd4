"""Connections: who is waited for too long, and who has to go where there are too many."""

from app.serving.gateway.connections import Connections


class Connection:
    def __init__(self, unfinished=0, is_owed=False):
        self.unfinished = unfinished
        self.is_owed = is_owed
        self.is_ended = False

    def end(self):
        self.is_ended = True


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def of(most=100, most_bytes=1000, seconds=15):
    clock = Clock()
    return Connections(most, most_bytes, seconds, clock), clock


def test_only_those_are_ended_whose_client_is_waited_for_too_long():
    connections, clock = of()
    silent, served, fresh = Connection(), Connection(), Connection()
    connections.admit(silent)
    connections.admit(served)
    connections.serve(served)
    clock.now = 14
    connections.admit(fresh)
    connections.end_late()
    assert not silent.is_ended
    clock.now = 15
    connections.end_late()
    assert (silent.is_ended, served.is_ended, fresh.is_ended) == (True, False, False)
    assert len(connections) == 2


def test_whoever_is_waited_for_longest_makes_room_for_a_new_one():
    connections, clock = of(most=3)
    old = [Connection() for _ in range(3)]
    for clock.now, one in enumerate(old):
        connections.admit(one)
    connections.wait_for(old[0])  # it has just been answered
    connections.admit(Connection())
    assert [one.is_ended for one in old] == [False, True, False]
    assert len(connections) == 3


def test_nobody_who_is_served_makes_room():
    connections, _ = of(most=2)
    served = [Connection(), Connection()]
    for one in served:
        connections.admit(one)
        connections.serve(one)
    late = Connection()
    connections.admit(late)
    assert late.is_ended and not any(one.is_ended for one in served)


def test_unfinished_requests_are_bounded_together():
    connections, _ = of(most_bytes=1000)
    idle, done, slow, quick = (Connection() for _ in range(4))
    for one in (idle, done, slow, quick):
        connections.admit(one)
    connections.add(done, 900)
    connections.complete(done)
    connections.add(slow, 600)
    assert not slow.is_ended
    connections.add(quick, 500)
    assert [one.is_ended for one in (idle, done, slow, quick)] == [False, False, True, False]
    connections.add(quick, 500)
    assert not quick.is_ended


def test_one_that_closes_is_forgotten():
    connections, clock = of()
    gone = Connection()
    connections.admit(gone)
    connections.forget(gone)
    connections.wait_for(gone)
    clock.now = 100
    connections.end_late()
    assert len(connections) == 0 and not gone.is_ended


def test_those_that_ask_nothing_end_with_the_server():
    connections, _ = of()
    idle, asking, served = Connection(), Connection(10), Connection()
    reading = Connection(is_owed=True)
    for one in (idle, asking, served, reading):
        connections.admit(one)
    connections.serve(served)
    connections.end_idle()
    ended = [one.is_ended for one in (idle, asking, served, reading)]
    assert ended == [True, False, False, False]
