"""Ninety days of forms of every kind about three agents, as reviewers hand them in; some were taken back."""

import random

from sqlalchemy import Engine, select, update

from ccfloor.service.qa import scoring
from ccfloor.service.qa.facts import settle
from ccfloor.service.qa.scoring import Filled
from ccfloor.store.engine import writing
from ccfloor.store.qa_tables import qa_scores
from tests.fakes.stored_qa import CONFIG, FORM, GOOD, LI, POOR, TEAMS, ZHOU, at, put_sample

FORMS = {("small", 1): FORM, ("other", 1): FORM.model_copy(update={"id": "other"})}
KILLED = GOOD | {"insult": "yes"}


def fill(engine: Engine) -> None:
    luck = random.Random(7)
    filled = []
    for number in range(260):
        day = luck.randrange(-83, 7)
        agent = luck.choice(["陈思远", "王丽娜"] if day > -20 else list(TEAMS))  # 孙浩 has no late ones
        sample = None
        if luck.random() < 0.8:
            reason = luck.choice(["random", "random", "complaint"])
            sample = put_sample(engine, (1, number), agent, at(day), reason=reason, state="done")
        answers = luck.choices([GOOD, POOR, KILLED], [6, 3, 1])[0] | {"answer": luck.choice("12345") + "0"}
        kind = "sample" if sample else luck.choice(["own", "import", "recheck"])
        filled.append(
            Filled(
                kind, luck.choice(["small", "small", "other"]), 1, agent, TEAMS[agent],
                luck.choice(["sales", "support"]), at(day), luck.choice([LI, ZHOU]), answers, at(day, 20),
                sample=sample, call=(1, number), original=1 if kind == "recheck" else None,
            )
        )  # fmt: skip
    with writing(engine) as connection:
        made = scoring.keep_filled(connection, CONFIG, filled, FORMS)
        gone = update(qa_scores).where(qa_scores.c.id.in_(made[::20])).values(state="void")
        connection.execute(gone)
        settle(connection, CONFIG, set(connection.scalars(select(qa_scores.c.day))))
