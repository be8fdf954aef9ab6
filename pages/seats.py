"""The seats: who does what, since when, and who needs a hand. Filters and the chosen seat are in the URL."""

from ccfloor.ui import live
from ccfloor.ui.shell import look

seen = look()
live.board("seats", lang=seen.lang, theme=seen.theme)
