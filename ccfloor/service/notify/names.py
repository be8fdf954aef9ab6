"""What a rule's subject is called in a message."""

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.message import Lang, word
from ccfloor.rules.model import Rule


def subject_name(subject: str, rule: Rule, config: FloorConfig, lang: Lang) -> str:
    """A queue, a group, a team, a seat by its agent, or the whole floor."""
    kind, _, name = subject.partition(":")
    if kind == "queue" and (queue := config.queues.get(name)):
        return (queue.zh if lang == "zh" else queue.en) or name
    if kind == "group" and rule.scope.name:
        return rule.scope.name.zh if lang == "zh" else rule.scope.name.en
    if kind == "team":
        return f"{name}组" if lang == "zh" else f"Team {name}"
    if kind == "seat" and (seat := config.seats.get(name)):
        agent = seat.agent if lang == "zh" else seat.agent_en or seat.agent
        return " ".join(part for part in (agent, seat.number) if part) or name
    return name or word("floor", lang)
