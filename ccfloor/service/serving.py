"""Becoming a server: the web server's command line, and the collector as a process of its own."""

import asyncio
import gc
import logging
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.service.collecting import make_collector
from ccfloor.service.counting import counting
from ccfloor.service.moves.follow import following
from ccfloor.service.notify.notifier import telling
from ccfloor.service.privacy import keeping_numbers
from ccfloor.service.qa.drawing_job import drawing
from ccfloor.service.settings import Settings, variable
from ccfloor.service.settings_table import environment

log = logging.getLogger(__name__)
_SETTLED_S = 15.0  # by then rules, seats and their windows stand
APP = Path(__file__).resolve().parents[2] / "app.py"


def command(settings: Settings) -> list[str]:
    """``streamlit run app.py`` on the address and port of the settings."""
    web = settings.web
    options = {
        "server.address": web.host,
        "server.port": str(web.port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *flags]


def environ(settings: Settings) -> dict[str, str]:
    """The environment of that process: ours, the settings as they are, and the secret if we have one."""
    secret = settings.ami.secret.get_secret_value()
    found = dict(os.environ) | environment(settings)
    return found | ({variable("ami.secret"): secret} if secret else {})


def collect_until_stopped(settings: Settings, config: FloorConfig, engine: Engine) -> None:
    """Collect until SIGTERM or SIGINT; what was read by then is stored. Raises LeaseTaken."""
    asyncio.run(_collect(settings, config, engine))


async def _collect(settings: Settings, config: FloorConfig, engine: Engine) -> None:
    task = asyncio.create_task(make_collector(settings, config, engine).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    loop.call_later(_SETTLED_S, _spare_the_settled)
    log.info("collecting site %s into %s", config.site, settings.db_shown)
    try:
        with (
            telling(settings, config),
            counting(settings, config),
            keeping_numbers(settings),
            drawing(settings, config),
            following(settings, config),
        ):
            await task
    except asyncio.CancelledError:
        log.info("the collector stopped")


def _spare_the_settled() -> None:
    """What stands by now stays: no later collection of garbage looks at it, which would hold up events."""
    gc.collect()
    gc.freeze()
