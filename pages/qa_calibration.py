"""Calibrations: several score one call blind; who is how far from the reference; forms looked at again."""

from ccfloor.ui import qa_calibration_page
from ccfloor.ui.shell import look

qa_calibration_page.show(look())
