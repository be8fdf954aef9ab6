"""Who scores: accounts of quality assurance everybody's calls in their scope, leads those of their teams."""

from sqlalchemy import Connection

from ccfloor.access.rights import Role
from ccfloor.qa.assign import Reviewer
from ccfloor.qa.plan import By
from ccfloor.store.accounts import all_accounts
from ccfloor.store.qa_samples import loads
from ccfloor.store.viewer import Viewer

_BY: dict[str, By] = {Role.QA: "qa", Role.LEAD: "lead"}


def reviewers(connection: Connection, site: str) -> list[Reviewer]:
    """Those who may be given calls, with what they have to do already. On an open floor there is nobody:
    samples are free until somebody takes them.
    """
    load = loads(connection, site)
    return [
        Reviewer(one.name, _BY[one.role], one.teams, one.agent, load.get(one.name, 0), one.queues)
        for one in all_accounts(connection, site)
        if one.role in _BY and not one.disabled
    ]


def scores_as(viewer: Viewer) -> tuple[By, ...]:
    """Whose samples a viewer may take: quality assurance its own, leads theirs, who runs the floor both."""
    by = _BY.get(viewer.role)
    return ("qa", "lead") if by is None else (by,)
