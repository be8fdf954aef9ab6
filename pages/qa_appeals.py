"""Appeals against QA scores: what waits for a decision, all of them, what became of them."""

from ccfloor.ui import qa_appeals_page
from ccfloor.ui.shell import look

qa_appeals_page.show(look())
