"""Tasks that end with whoever began them."""

import asyncio
from typing import Any


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until they are over, whatever they end with.

    Unlike ``asyncio.gather`` it hands a cancellation of its own caller on as it came: gather would raise the
    one of a task in its place, which no longer says by whom.
    """
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()
