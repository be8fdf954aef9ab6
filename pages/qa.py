"""The QA overview: coverage, scores, lost points, reviewers, and the way down to each form."""

from ccfloor.ui import qa_page
from ccfloor.ui.shell import look

qa_page.show(look())
