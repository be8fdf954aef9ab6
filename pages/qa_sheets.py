"""Monitoring sheets that were filled in elsewhere, taken in by a form's template."""

from ccfloor.ui import qa_sheets_page
from ccfloor.ui.shell import look

qa_sheets_page.show(look())
