"""My QA work: calls to score, free samples, quotas, what is overdue, and the draws."""

from ccfloor.ui import qa_work_page
from ccfloor.ui.shell import look

qa_work_page.show(look())
