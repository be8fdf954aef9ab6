"""Data that no switch tells, from files: templates, checking, taking in, taking out again."""

from ccfloor.ui import imports_page
from ccfloor.ui.shell import look

imports_page.show(look())
