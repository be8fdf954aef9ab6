"""Who may come in, and as what."""

from ccfloor.ui import accounts_page
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import look

seen = look()
with database_or_notice(seen.lang):
    accounts_page.show(seen)
