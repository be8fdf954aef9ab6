"""The seats: who does what, since when, and who needs a hand. Filters and the chosen seat are in the URL."""

from ccfloor.ui import access_kit, live
from ccfloor.ui.shell import look

seen = look()
live.board("seats", lang=seen.lang, theme=seen.theme, data={"glance": access_kit.on_board()})
