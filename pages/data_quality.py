"""How far the numbers can be trusted: links, streams, every check with its rows. Days are in the URL."""

from ccfloor.ui import quality_page
from ccfloor.ui.shell import look

quality_page.show(look())
