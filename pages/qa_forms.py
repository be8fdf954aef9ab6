"""QA forms and sampling plans: their versions, written, published, compared and taken away."""

from ccfloor.ui import qa_forms_page
from ccfloor.ui.shell import look

qa_forms_page.show(look())
