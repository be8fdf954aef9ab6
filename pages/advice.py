"""How advice went: a month's errors by queue, and the moves behind them."""

from ccfloor.ui import advice_page
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import look

seen = look()
with database_or_notice(seen.lang):
    advice_page.show(seen)
