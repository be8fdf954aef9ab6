"""The own QA results: scores, feedback, appeals, trend."""

from ccfloor.ui import qa_mine_page
from ccfloor.ui.shell import look

qa_mine_page.show(look())
