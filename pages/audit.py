"""Who did what, when, from where, before and after; filters in the URL, files; whether the chain holds."""

from ccfloor.ui import audit_page
from ccfloor.ui.shell import look

audit_page.show(look())
