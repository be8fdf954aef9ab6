"""Trends of agents and teams: control charts, comparison, a day's line, handle times."""

from ccfloor.ui import trend_page
from ccfloor.ui.shell import look

trend_page.show(look())
