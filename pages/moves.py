"""Moves: seats to other queues, by drag or tick, looked at before they are confirmed, taken back in time."""

from ccfloor.ui import live
from ccfloor.ui.shell import look

seen = look()
live.board("moves", lang=seen.lang, theme=seen.theme)
