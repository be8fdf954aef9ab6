"""Reports: of any day, week or month to read and to take away; plans by the calendar, and what they made."""

from ccfloor.ui import report_page
from ccfloor.ui.shell import look

report_page.show(look())
