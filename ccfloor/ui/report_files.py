"""A report as files and as a mail, in a language: what the service hands its reports to."""

from typing import cast

from ccfloor.service.reports.data import ReportData
from ccfloor.service.reports.plans import Format
from ccfloor.ui.report_excel import report_excel
from ccfloor.ui.report_html import report_html
from ccfloor.ui.report_pdf import report_pdf
from ccfloor.ui.report_tables import headline, sentences
from ccfloor.ui.report_words import Words
from ccfloor.ui.texts import Lang

MIME: dict[Format, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
}
_WRITE = {"pdf": report_pdf, "xlsx": report_excel, "html": report_html}


class ReportWriter:
    """Renders reports."""

    def file(self, data: ReportData, lang: str, form: Format) -> bytes:
        """The file in a form."""
        return _WRITE[form](Words(data, cast(Lang, lang)))

    def mime(self, form: Format) -> str:
        """Its kind."""
        return MIME[form]

    def letter(self, data: ReportData, lang: str, link: str) -> tuple[str, str]:
        """Subject and text of the mail it goes with: the great numbers and what they come to."""
        words = Words(data, cast(Lang, lang))
        subject = f"{words.two(data.site)} {words.title} · {words.period} · {words.about}"
        lines = [words.state, ""]
        for line, value, aim, _ in headline(words):
            shown = f" ({aim})" if aim else ""
            lines.append(f"{words.two(line.of.name)}: {value}{shown} {_verdict(words, line.light)}".rstrip())
        lines += ["", *sentences(words)]
        if link:
            lines += ["", link]
        return subject, "\n".join(lines)


def _verdict(words: Words, light: str) -> str:
    return words.light(light) if light in ("near", "missed") else ""  # type: ignore[arg-type]
