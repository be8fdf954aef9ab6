"""Replay: any stored day again on the live pages. The day is in the URL."""

from ccfloor.ui import replay_page
from ccfloor.ui.shell import look

replay_page.show(look())
