"""The one settings table: as rows, as text for ``doctor --settings``, as Markdown for the README."""

from typing import Any, NamedTuple

from pydantic import SecretStr

from ccfloor.service.settings import Settings, fields, variable


class Row(NamedTuple):
    """One setting: dotted name, environment variable, default as text, help in both languages."""

    name: str
    variable: str
    default: str
    zh: str
    en: str


def settings_table() -> list[Row]:
    """Every setting in the order of the file."""
    return [
        Row(name, variable(name), _shown(field.default), field.json_schema_extra["zh"], field.description)
        for name, field in fields().items()
    ]


def current(settings: Settings) -> dict[str, str]:
    """Dotted name → value in use, secrets and passwords left out."""
    return {name: _shown(_value(settings, name)) for name in fields()} | {"db": settings.db_shown}


def environment(settings: Settings) -> dict[str, str]:
    """The settings as variables for a process of our own; secrets are not among them."""
    found = {}
    for name in fields():
        value = _value(settings, name)
        if isinstance(value, tuple):
            found[variable(name)] = ",".join(map(str, value))
        elif not isinstance(value, SecretStr):
            found[variable(name)] = str(value)
    return found


def _value(settings: Settings, name: str) -> Any:
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, "break_" if part == "break" else part)
    return value


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "***" if value.get_secret_value() else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(f"{part:g}" if isinstance(part, float) else str(part) for part in value) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def settings_markdown() -> str:
    """The table as the README carries it."""
    lines = ["| setting | environment | default | what it is | 说明 |", "|---|---|---|---|---|"]
    for row in settings_table():
        default = f"`{row.default}`" if row.default else ""
        lines.append(f"| `{row.name}` | `{row.variable}` | {default} | {row.en} | {row.zh} |")
    return "\n".join(lines) + "\n"


def settings_text(settings: Settings, lang: str) -> str:
    """The table for a terminal, with the value in use where it is not the default."""
    used = current(settings)
    lines = []
    for row in settings_table():
        value = used[row.name]
        changed = "" if value == row.default else f"  ({'现为' if lang == 'zh' else 'now'} {value})"
        lines.append(f"{row.name} = {row.default or '-'}{changed}")
        lines.append(f"    {row.variable}  {row.zh if lang == 'zh' else row.en}")
    return "\n".join(lines)
