"""Scoring a call: the form beside what is known of it; without one what was begun and handed in."""

from ccfloor.ui import qa_score_page
from ccfloor.ui.shell import look

qa_score_page.show(look())
