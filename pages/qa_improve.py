"""Improvement plans with their effect, training needs, and the library of cases."""

from ccfloor.ui import qa_improve_page
from ccfloor.ui.shell import look

qa_improve_page.show(look())
