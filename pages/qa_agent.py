"""An agent's quality over time: scores beside handle time and satisfaction, items month by month, forms."""

from ccfloor.ui import qa_agent_page
from ccfloor.ui.shell import look

qa_agent_page.show(look())
