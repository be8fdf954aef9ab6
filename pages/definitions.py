"""What every number means: the catalogue of KPIs with its targets, and the metrics of the live pages."""

from ccfloor.ui import definitions_page
from ccfloor.ui.shell import look

definitions_page.show(look())
