"""Ending tasks: all of them are over, and a cancellation of the one who waits comes through as it was."""

import asyncio

import pytest

from ccfloor.service.tasks import end


async def forever() -> None:
    await asyncio.Event().wait()


async def fails() -> None:
    raise ValueError("gone")


async def slow_to_go(gone: asyncio.Event) -> None:
    try:
        await forever()
    finally:
        await gone.wait()


def test_whatever_they_end_with_all_are_over() -> None:
    async def story() -> list[bool]:
        tasks = [asyncio.create_task(forever()), asyncio.create_task(fails())]
        await asyncio.sleep(0)
        await end(*tasks)
        return [task.done() for task in tasks]

    assert asyncio.run(story()) == [True, True]


def test_a_cancellation_of_the_one_who_waits_says_by_whom() -> None:
    async def story() -> None:
        gone = asyncio.Event()
        task = asyncio.create_task(slow_to_go(gone))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(end(task))
        await asyncio.sleep(0)
        waiting.cancel("by the server")
        gone.set()
        await waiting

    with pytest.raises(asyncio.CancelledError, match="by the server"):
        asyncio.run(story())
