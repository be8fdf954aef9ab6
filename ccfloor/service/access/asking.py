"""The rights of who asks now, for acts that are not given a Viewer."""

from ccfloor.access.rights import Right, may
from ccfloor.service.access.identity import stated
from ccfloor.store.viewer import Forbidden


def asker_needs(*rights: Right) -> None:
    """Raises Forbidden where somebody asks who has none of the rights; the program itself has them all."""
    found = stated()
    if found is not None and not any(may(found.role, right) for right in rights):
        raise Forbidden(rights[0] if rights else None)


def asker_needs_whole() -> None:
    """Raises Forbidden where somebody asks who sees some queues or teams only: this is about every one."""
    found = stated()
    if found is not None and (found.queues, found.teams, found.agents) != (None, None, None):
        raise Forbidden
