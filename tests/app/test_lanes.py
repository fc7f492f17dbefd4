"""Lanes: whose turn it is, what is made once, what is given up, and who is sent away."""

import asyncio

import pytest

from app.serving.gateway.lanes import FairQueue, Lane, LaneFullError, Reader


class Desk:
    """Makes things one at a time, each when the test lets it, and notes the order."""

    def __init__(self):
        self.begun = []
        self._gates = {}

    def make(self, name):
        async def made():
            self.begun.append(name)
            await self._gates.setdefault(name, asyncio.Event()).wait()
            return f"answer to {name}"

        return made

    def finish(self, name):
        self._gates.setdefault(name, asyncio.Event()).set()

    def finish_all(self, names):
        for name in names:
            self.finish(name)


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


def ask(lane, desk, reader, name, question=None):
    return asyncio.ensure_future(lane.run(reader, desk.make(name), question))


def test_turns_go_address_by_address_and_page_by_page():
    queue = FairQueue()
    for number in range(3):
        queue.put(Reader("greedy", "one"), f"greedy one {number}")
    queue.put(Reader("greedy", "two"), "greedy two")
    queue.put(Reader("modest"), "modest")
    taken = [queue.take() for _ in range(len(queue))]
    assert taken == ["greedy one 0", "modest", "greedy two", "greedy one 1", "greedy one 2"]
    assert len(queue) == 0


def test_the_heaviest_is_the_fullest_page_at_the_address_with_the_most():
    queue = FairQueue()
    waiting = {("one", "long"): 3, ("two", "short"): 2, ("two", "longer"): 4, ("three", ""): 1}
    for reader, count in waiting.items():
        for number in range(count):
            queue.put(Reader(*reader), number)
    assert queue.heaviest() == Reader("two", "longer")
    assert queue.take_last(queue.heaviest()) == 3


def test_a_reader_with_one_question_does_not_wait_for_all_of_another():
    async def story():
        lane, desk = Lane(1, 100), Desk()
        names = [f"flood {number}" for number in range(30)]
        flood = [ask(lane, desk, Reader("a"), name) for name in names]
        await settle()
        late = ask(lane, desk, Reader("b"), "one")
        desk.finish_all([*names, "one"])
        assert await late == "answer to one"
        await asyncio.gather(*flood)
        assert desk.begun.index("one") <= 2

    asyncio.run(story())


def test_no_more_is_begun_at_a_time_than_the_lane_is_wide():
    async def story():
        lane, desk = Lane(2, 100), Desk()
        asked = [ask(lane, desk, Reader(str(number)), number) for number in range(5)]
        await settle()
        assert desk.begun == [0, 1]
        desk.finish(1)
        await settle()
        assert desk.begun == [0, 1, 2]
        desk.finish_all(range(5))
        assert await asyncio.gather(*asked) == [f"answer to {number}" for number in range(5)]

    asyncio.run(story())


def test_the_same_question_is_made_once_for_all_who_ask():
    async def story():
        lane, desk = Lane(1, 100), Desk()
        first = ask(lane, desk, Reader("a"), "busy")
        same = [ask(lane, desk, Reader(name), "made", question="same") for name in "bcd"]
        await settle()
        desk.finish("busy")
        await settle()
        same.append(ask(lane, desk, Reader("e"), "made", question="same"))
        desk.finish("made")
        assert set(await asyncio.gather(*same)) == {"answer to made"}
        assert desk.begun == ["busy", "made"]
        await first
        # It is over: asked again, it is made again.
        assert await ask(lane, desk, Reader("a"), "made", question="same") == "answer to made"
        assert desk.begun == ["busy", "made", "made"]

    asyncio.run(story())


def test_what_nobody_waits_for_any_more_is_not_begun():
    async def story():
        lane, desk = Lane(1, 100), Desk()
        first = ask(lane, desk, Reader("a"), "busy")
        gone = [ask(lane, desk, Reader("b"), f"gone {number}") for number in range(10)]
        shared = [ask(lane, desk, Reader(name), "shared", question=1) for name in "cd"]
        await settle()
        for one in (*gone, shared[0]):
            one.cancel()
        desk.finish_all(["busy", "shared"])
        await first
        assert await shared[1] == "answer to shared"
        assert desk.begun == ["busy", "shared"]

    asyncio.run(story())


def test_a_question_asked_anew_after_all_had_left_is_answered():
    async def story():
        lane, desk = Lane(1, 100), Desk()
        first = ask(lane, desk, Reader("a"), "busy")
        left = ask(lane, desk, Reader("b"), "asked", question=1)
        await settle()
        left.cancel()
        await settle()
        again = ask(lane, desk, Reader("b"), "asked", question=1)
        desk.finish_all(["busy", "asked"])
        await first
        assert await again == "answer to asked"

    asyncio.run(story())


def test_where_it_is_full_those_with_most_waiting_are_sent_away():
    async def story():
        lane, desk = Lane(1, 4), Desk()
        busy = ask(lane, desk, Reader("a"), "busy")
        flood = [ask(lane, desk, Reader("a"), number) for number in range(4)]
        await settle()
        with pytest.raises(LaneFullError):
            await ask(lane, desk, Reader("a"), "one more")
        other = ask(lane, desk, Reader("b"), "other")
        await settle()
        with pytest.raises(LaneFullError):
            await flood[3]
        desk.finish_all(["busy", 0, 1, 2, "other"])
        assert await other == "answer to other"
        assert await asyncio.gather(*flood[:3]) == [f"answer to {number}" for number in range(3)]
        await busy

    asyncio.run(story())


def test_those_who_left_make_room():
    async def story():
        lane, desk = Lane(1, 4), Desk()
        busy = ask(lane, desk, Reader("a"), "busy")
        gone = [ask(lane, desk, Reader("a"), number) for number in range(4)]
        await settle()
        for one in gone:
            one.cancel()
        await settle()
        stays = ask(lane, desk, Reader("a"), "stays")
        desk.finish_all(["busy", "stays"])
        assert await stays == "answer to stays"
        await busy
        assert desk.begun == ["busy", "stays"]

    asyncio.run(story())


def test_a_fault_is_told_to_all_who_asked_and_the_lane_goes_on():
    async def faulty():
        raise ValueError("no")

    async def story():
        lane, desk = Lane(1, 100), Desk()
        faults = [asyncio.ensure_future(lane.run(Reader(name), faulty, 1)) for name in "ab"]
        told = await asyncio.gather(*faults, return_exceptions=True)
        assert [type(one) for one in told] == [ValueError, ValueError]
        desk.finish("next")
        assert await ask(lane, desk, Reader("a"), "next") == "answer to next"

    asyncio.run(story())
