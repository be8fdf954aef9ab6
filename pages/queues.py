"""The queues: every number of each, who waits now, today's curve, and the callers who gave up."""

from ccfloor.ui import live
from ccfloor.ui.gone import gone_today
from ccfloor.ui.shell import look

seen = look()
live.board("queues", lang=seen.lang, theme=seen.theme)
if not live.asked_day():  # they are of today, a replay is of another day
    gone_today(seen.lang)
