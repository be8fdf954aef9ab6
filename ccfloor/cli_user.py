"""``python -m ccfloor user``: accounts, from the server's own command line."""

import time
from typing import Annotated, Any, NoReturn

import typer

from ccfloor.access.rights import Role
from ccfloor.cli_common import (
    BY_HAND,
    Context,
    Db,
    Json,
    Lang,
    Site,
    Who,
    Why,
    actor,
    context,
    fail,
    names_of,
    show_json,
    table,
)
from ccfloor.service.access import accounts
from ccfloor.service.access.account_scope import KEPT, Scoped
from ccfloor.service.access.accounts import AccountError, Draft
from ccfloor.store.accounts import Account, all_accounts
from ccfloor.ui.history_words import moment
from ccfloor.ui.scope_words import scope_of
from ccfloor.ui.texts import language, text

app = typer.Typer(
    no_args_is_help=True, help="Accounts: who may sign in, as what, and for which part of the floor."
)
Name = Annotated[str, typer.Argument(help="The account's name.")]
RoleName = Annotated[str, typer.Option("--role", help="agent, lead, qa, manager or admin.")]
_QUEUES, _TEAMS = "Queues it may see, with commas; left out: ", "Teams it may see, with commas; left out: "
Queues = Annotated[str | None, typer.Option("--queues", help=f"{_QUEUES}all.")]
Teams = Annotated[str | None, typer.Option("--teams", help=f"{_TEAMS}all.")]
OtherQueues = Annotated[str | None, typer.Option("--queues", help=f"{_QUEUES}as it is.")]
OtherTeams = Annotated[str | None, typer.Option("--teams", help=f"{_TEAMS}as it is.")]
All = Annotated[bool, typer.Option("--all", help="All queues and teams, but for what is named beside it.")]
_AGENT = "The agent whose results an agent's account shows"
Agent = Annotated[str, typer.Option("--agent", help=f"{_AGENT}.")]
OtherAgent = Annotated[str | None, typer.Option("--agent", help=f"{_AGENT}; left out: as it is.")]


@app.command()
def add(
    name: Name,
    role: RoleName,
    shown: Annotated[str, typer.Option("--shown", help="The name as it is read.")] = "",
    queues: Queues = None,
    teams: Teams = None,
    agent: Agent = "",
    subject: Annotated[
        str, typer.Option("--subject", help="Of single sign-on, as the audit log tells it: ISSUER|SUBJECT.")
    ] = "",
    who: Who = "",
    why: Why = BY_HAND,
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
) -> None:
    """A new account; its first password is printed once and must be changed at the first sign-in.

    One of single sign-on has no password here.
    """
    found = context(db, site)
    scope = (names_of(queues, lang), names_of(teams, lang), agent)
    draft = Draft(name, shown, _role(role, lang), *scope, subject)
    args = (found.engine, found.settings.site.id, draft, actor(who), why, time.time())
    try:
        account, first = accounts.add_account(*args, config=found.config)
    except AccountError as error:
        _refuse(error, lang)
    _tell_first(account, first, lang)


@app.command(name="list")
def list_(lang: Lang = "zh", db: Db = None, site: Site = None, as_json: Json = False) -> None:
    """Every account with its role and scope."""
    found = context(db, site)
    with found.engine.connect() as connection:
        everybody = all_accounts(connection, found.settings.site.id)
    if as_json:
        show_json([_told(account) for account in everybody])
        return
    typer.echo("\n".join(table([_line(account, found.config.zone, lang) for account in everybody])))


@app.command()
def role(
    name: Name,
    role: RoleName,
    queues: OtherQueues = None,
    teams: OtherTeams = None,
    all_: All = False,
    agent: OtherAgent = None,
    who: Who = "",
    why: Why = BY_HAND,
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
) -> None:
    """Another role, another scope where one is told; who is signed in has to sign in again."""
    found, now, rest = context(db, site), time.time(), None if all_ else KEPT
    try:
        after = accounts.set_role(
            *(found.engine, _site(found), name, _role(role, lang), actor(who), why, now),
            queues=rest if queues is None else names_of(queues, lang),
            teams=rest if teams is None else names_of(teams, lang),
            agent=KEPT if agent is None else agent,
            config=found.config,
        )
    except AccountError as error:
        _refuse(error, lang)
    said = {"role": text(f"access.role.{after.role}", language(lang))}
    scope = Scoped(after.role, after.queues, after.teams, after.agent)
    seen = scope_of(found.config, scope, language(lang))
    typer.echo(text("account.role.is", language(lang), name=after.name, scope=seen, **said))


@app.command()
def disable(
    name: Name, who: Who = "", why: Why = BY_HAND, lang: Lang = "zh", db: Db = None, site: Site = None
) -> None:
    """Nobody comes in with this account any more, from this moment on."""
    _disabled(name, True, who, why, lang, db, site)


@app.command()
def enable(
    name: Name, who: Who = "", why: Why = BY_HAND, lang: Lang = "zh", db: Db = None, site: Site = None
) -> None:
    """Let a disabled account in again."""
    _disabled(name, False, who, why, lang, db, site)


@app.command()
def reset(
    name: Name, who: Who = "", why: Why = BY_HAND, lang: Lang = "zh", db: Db = None, site: Site = None
) -> None:
    """A new first password, printed once."""
    found = context(db, site)
    try:
        told = accounts.reset_password(found.engine, _site(found), name, actor(who), why, time.time())
    except AccountError as error:
        _refuse(error, lang)
    _tell_first(*told, lang)


def _disabled(
    name: str, disabled: bool, who: str, why: str, lang: str, db: str | None, site: str | None
) -> None:
    found = context(db, site)
    try:
        after = accounts.set_disabled(
            found.engine, _site(found), name, disabled, actor(who), why, time.time()
        )
    except AccountError as error:
        _refuse(error, lang)
    done = text(f"account.{'disable' if disabled else 'enable'}.done", language(lang), name=after.name)
    typer.echo(done)


def _site(found: Context) -> str:
    return found.settings.site.id


def _role(told: str, lang: str) -> Role:
    if told not in accounts.ROLES:
        fail(text("account.error.bad_role", language(lang)))
    return Role(told)


def _refuse(error: AccountError, lang: str) -> NoReturn:
    fail(text(f"account.error.{error.code}", language(lang)))


def _tell_first(account: Account, first: str, lang: str) -> None:
    if not first:
        typer.echo(text("account.by_sso", language(lang), name=account.name, subject=account.subject))
        return
    typer.echo(text("account.first", language(lang), name=account.name, password=first))


def _told(account: Account) -> dict[str, Any]:
    told = account._asdict()
    return told | {
        part: sorted(told[part]) if told[part] is not None else None for part in ("queues", "teams")
    }


def _line(account: Account, zone: str, lang: str) -> dict[str, Any]:
    return {
        "name": account.name,
        "shown": account.shown,
        "role": text(f"access.role.{account.role}", language(lang)),
        "queues": ",".join(sorted(account.queues)) if account.queues is not None else None,
        "teams": ",".join(sorted(account.teams)) if account.teams is not None else None,
        "agent": account.agent or None,
        "disabled": "×" if account.disabled else "",
        "seen": moment(account.seen_at, zone),
    }
