"""The wall: the floor at a glance for everyone in the room. ``?kiosk=1`` covers the whole screen."""

from ccfloor.ui import live
from ccfloor.ui.shell import look

seen = look()
live.board("wall", lang=seen.lang, theme=seen.theme, kiosk=seen.kiosk)
