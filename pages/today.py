"""Today: calls forecast and come, seats needed, there and planned, by queue and half hour."""

from ccfloor.ui import today_page
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import look

seen = look()
with database_or_notice(seen.lang):
    today_page.show(seen)
