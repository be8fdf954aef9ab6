"""What people paste reaches the database whole, but for the zero character that PostgreSQL cannot hold."""

from sqlalchemy import Engine, insert, select

from ccfloor.store.engine import writing
from ccfloor.store.tables import plan_notes


def test_a_zero_character_in_a_note_is_no_error(engine: Engine) -> None:
    note = {"site": "main", "about": "floor", "at": 1.0, "who": "甲", "kind": "note", "item": ""}
    with writing(engine) as connection:
        connection.execute(insert(plan_notes).values(note | {"text": "a\0b"}))
    with engine.connect() as connection:
        stored = connection.scalar(select(plan_notes.c.text).where(plan_notes.c.text != "\0"))
    assert stored in ("a\0b", "a\ufffdb")
