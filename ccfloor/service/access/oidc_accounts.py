"""Which account a person of the provider has here: by issuer and subject, never by a name or an address."""

import logging
import re
from typing import NamedTuple

from sqlalchemy import Engine

from ccfloor.access.acts import Act
from ccfloor.access.claims import Grant, granted, values_of
from ccfloor.access.rights import Role
from ccfloor.service.access.accounts import AccountError, Actor, Draft, add_account, login_name, set_role
from ccfloor.service.access.oidc_words import OidcError, Person
from ccfloor.service.audit import record
from ccfloor.service.settings import OidcSettings
from ccfloor.store import accounts as rows
from ccfloor.store import audit
from ccfloor.store.accounts import Account
from ccfloor.store.engine import lock_site, writing

log = logging.getLogger(__name__)
PROVIDER = "single sign-on"
_WHY = "as the provider says"
_LOG_S = 60.0
_NAMES = 50  # how many alike names are tried
_STRANGE = re.compile(r"[^\w.@+-]+")


class Desk(NamedTuple):
    """Where people are admitted: the site's accounts, and the settings of single sign-on."""

    engine: Engine
    site: str
    settings: OidcSettings
    source: str  # the address they come from
    now: float

    @property
    def by(self) -> Actor:
        """Who makes and changes accounts here."""
        return Actor(PROVIDER, source=self.source)


class _Wanted(NamedTuple):
    grant: Grant
    agent: str


def admit(desk: Desk, person: Person) -> Account:
    """The account of a person who signed in at the provider, with the role that the provider's word gives.

    Where there are rules, they alone say who is what, anew at each sign-in. Raises OidcError: ``unknown``,
    ``disabled``, ``no_agent``, ``last_admin``. That is on the log with the subject, from which an account
    can be made.
    """
    try:
        return _admitted(desk, person)
    except OidcError as error:
        _log_refused(desk, person, error.code)
        raise


def _log_refused(desk: Desk, person: Person, code: str) -> None:
    """At most one entry a minute for a person and an address."""
    about = f"sso/{person.subject}"
    by, after = Actor("", "", desk.source), {"refused": code}
    with writing(desk.engine) as connection:
        lately = audit.lately(connection, desk.site, (Act.SESSION_REFUSED,), desk.now - _LOG_S)
        if (about, desk.source) not in lately:
            told = (Act.SESSION_REFUSED, about, None, after, "", desk.now)
            record(connection, by, *told, site=desk.site)


def _admitted(desk: Desk, person: Person) -> Account:
    with desk.engine.connect() as connection:
        account = rows.account_of_subject(connection, desk.site, person.subject)
    if account and account.disabled:
        raise OidcError("disabled")
    wanted = _wanted(desk.settings, person, account)
    try:
        account = _brought(desk, person, account, wanted)
    except AccountError as error:
        log.warning("single sign-on: %s: %s", person.subject, error.code)
        raise OidcError(error.code if error.code in ("no_agent", "last_admin") else "unknown") from None
    with writing(desk.engine) as connection:
        lock_site(connection, desk.site)
        rows.set_account(connection, account, {"seen_at": desk.now}, ends=False)
        return rows.account_of(connection, account.id) or account


def _wanted(settings: OidcSettings, person: Person, account: Account | None) -> _Wanted | None:
    """The role to have; None: the account's own. Raises OidcError where there is neither.

    Whoever takes calls is named by the provider whatever his role; where it says nothing of it, what was
    entered here stays, but for the role that is nothing without it.
    """
    if account and not settings.rules:
        return None
    grant = granted(settings.rules, person.claims)
    if grant is None and settings.unknown == "refuse":
        raise OidcError("unknown")
    grant = grant or Grant(Role(settings.unknown))
    agent = next(iter(values_of(person.claims, settings.agent_claim)), "")
    kept = account.agent if account and grant.role != Role.AGENT else ""
    return _Wanted(grant, agent or kept)


def _brought(desk: Desk, person: Person, account: Account | None, wanted: _Wanted | None) -> Account:
    """The account, made or changed so that it is as wanted."""
    if wanted is None or (account and _as_is(account) == wanted):
        return account or _lost()
    if account is None:
        return _made(desk, person, wanted)
    role, queues, teams = wanted.grant
    return set_role(
        *(desk.engine, desk.site, account.name, role, desk.by, _WHY, desk.now),
        queues=queues,
        teams=teams,
        agent=wanted.agent,
    )


def _lost() -> Account:
    raise OidcError("unknown")


def _as_is(account: Account) -> _Wanted:
    return _Wanted(Grant(account.role, account.queues, account.teams), account.agent)


def _made(desk: Desk, person: Person, wanted: _Wanted) -> Account:
    """A new account, under the name that the provider tells, or one like it where that is taken."""
    wished = _wished(desk.settings, person)
    shown = next(iter(values_of(person.claims, "name")), "") or wished
    role, queues, teams = wanted.grant
    for number in range(1, _NAMES):
        name = wished if number == 1 else f"{wished[:50]}-{number}"
        draft = Draft(name, shown, role, queues, teams, wanted.agent, person.subject)
        try:
            return add_account(desk.engine, desk.site, draft, desk.by, _WHY, desk.now)[0]
        except AccountError as error:
            if error.code != "taken":
                raise
        with desk.engine.connect() as connection:  # the same person a moment ago, from another window?
            if found := rows.account_of_subject(connection, desk.site, person.subject):
                return found
    raise AccountError("taken")


def _wished(settings: OidcSettings, person: Person) -> str:
    """A name that can be one: the provider's, else the subject's own."""
    told = [*values_of(person.claims, settings.name_claim), person.subject.rpartition("|")[2]]
    for text in told:
        try:
            return login_name(_STRANGE.sub("-", text.strip())[:60])
        except AccountError:
            continue
    return "sso-account"
