"""The history of the queues: the week by half hours, waits, callers who gave up, transfers, variants."""

from ccfloor.ui import history_page
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import look

seen = look()
with database_or_notice(seen.lang):
    history_page.show(seen)
