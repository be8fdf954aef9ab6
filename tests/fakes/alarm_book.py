"""Alarms, rules and what people did, written into a database as the collector and the pages write them."""

from sqlalchemy import Engine, insert, select, update

from ccfloor.rules.alarms import Alarm
from ccfloor.rules.model import Rule
from ccfloor.rules.telling import Told
from ccfloor.store.engine import writing
from ccfloor.store.tables import alarms, incidents, notices, plan_notes, rule_versions
from tests.fakes.tell_stage import alarm

SITE = "main"


class AlarmBook:
    """The rows of one site."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._rules: set[str] = set()

    def _add(self, rule: Rule) -> None:
        if rule.id in self._rules:
            return
        self._rules.add(rule.id)
        row = {"site": SITE, "rule": rule.id, "version": 1, "valid_from": 0.0, "at": 0.0}
        texts = {"source": "file", "who": "", "why": "", "body": rule.model_dump_json()}
        with writing(self.engine) as connection:
            connection.execute(insert(rule_versions).values(**row, **texts))

    def fire(self, rule: Rule, at: float, subject: str = "") -> Alarm:
        """A rule fires."""
        self._add(rule)
        made = alarm(rule, at, subject)
        fields = {name: getattr(made, name) for name in Alarm.__struct_fields__}
        with writing(self.engine) as connection:
            connection.execute(insert(alarms).values(site=SITE, **fields))
        return made

    def clear(self, made: Alarm, at: float) -> None:
        """It is over."""
        mine = (alarms.c.rule == made.rule, alarms.c.fired_at == made.fired_at)
        with writing(self.engine) as connection:
            connection.execute(update(alarms).where(*mine).values(cleared_at=at))

    def forget(self, made: Alarm) -> None:
        """A rebuild finds that it never fired."""
        with writing(self.engine) as connection:
            connection.execute(alarms.delete().where(alarms.c.rule == made.rule))

    def ack(self, made: Alarm, at: float, who: str = "王芳") -> None:
        """Somebody takes it on."""
        row = {"site": SITE, "about": made.key, "at": at, "who": who, "kind": "ack", "item": "", "text": ""}
        with writing(self.engine) as connection:
            connection.execute(insert(plan_notes).values(row))

    def incident(self, cause: str, at: float) -> None:
        """An incident is declared."""
        row = {"site": SITE, "cause": cause, "text": "x", "started_at": at, "declared_at": at, "who": "a"}
        with writing(self.engine) as connection:
            connection.execute(insert(incidents).values(**row, closed_by="", outcome=""))

    def told(self) -> list[Told]:
        """The notices, in order."""
        names = [notices.c[name] for name in Told._fields]
        with self.engine.connect() as connection:
            return [Told(*row) for row in connection.execute(select(*names).order_by(notices.c.id))]

    def column(self, name: str) -> list[object]:
        """One column of the notices, in order."""
        with self.engine.connect() as connection:
            return list(connection.scalars(select(notices.c[name]).order_by(notices.c.id)))
