"""The month's KPIs, and the way down to one call."""

from ccfloor.ui import kpi_page
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import look

seen = look()
with database_or_notice(seen.lang):
    kpi_page.show(seen)
