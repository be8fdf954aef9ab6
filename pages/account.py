"""The own account: who is signed in, what may be done, and in which browsers."""

from ccfloor.ui import account_page
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import look

seen = look()
with database_or_notice(seen.lang):
    account_page.show(seen)
