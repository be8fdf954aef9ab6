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
from ccfloor.service.access.accounts import AccountError, Draft
from ccfloor.store.accounts import Account, all_accounts
from ccfloor.ui.texts import language, text

app = typer.Typer(
    no_args_is_help=True, help="Accounts: who may sign in, as what, and for which part of the floor."
)
Name = Annotated[str, typer.Argument(help="The account's name.")]
RoleName = Annotated[str, typer.Option("--role", help="agent, lead, qa, manager or admin.")]
Queues = Annotated[str, typer.Option("--queues", help="Queues it may see, with commas; left out: all.")]
Teams = Annotated[str, typer.Option("--teams", help="Teams it may see, with commas; left out: all.")]
Agent = Annotated[str, typer.Option("--agent", help="The agent whose results an agent's account shows.")]


@app.command()
def add(
    name: Name,
    role: RoleName,
    shown: Annotated[str, typer.Option("--shown", help="The name as it is read.")] = "",
    queues: Queues = "",
    teams: Teams = "",
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
    draft = Draft(name, shown, _role(role, lang), names_of(queues), names_of(teams), agent, subject)
    args = (found.engine, found.settings.site.id, draft, actor(who), why, time.time())
    try:
        account, first = accounts.add_account(*args)
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
    typer.echo("\n".join(table([_line(account, lang) for account in everybody])))


@app.command()
def role(
    name: Name,
    role: RoleName,
    queues: Queues = "",
    teams: Teams = "",
    agent: Agent = "",
    who: Who = "",
    why: Why = BY_HAND,
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
) -> None:
    """Another role and scope; who is signed in has to sign in again."""
    found, now = context(db, site), time.time()
    scope = {"queues": names_of(queues), "teams": names_of(teams), "agent": agent}
    try:
        kind = _role(role, lang)
        accounts.set_role(found.engine, _site(found), name, kind, actor(who), why, now, **scope)  # type: ignore[arg-type]
    except AccountError as error:
        _refuse(error, lang)


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
        accounts.set_disabled(found.engine, _site(found), name, disabled, actor(who), why, time.time())
    except AccountError as error:
        _refuse(error, lang)


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


def _line(account: Account, lang: str) -> dict[str, Any]:
    seen = time.strftime("%Y-%m-%d %H:%M", time.localtime(account.seen_at)) if account.seen_at else None
    return {
        "name": account.name,
        "shown": account.shown,
        "role": text(f"access.role.{account.role}", language(lang)),
        "queues": ",".join(sorted(account.queues)) if account.queues is not None else None,
        "teams": ",".join(sorted(account.teams)) if account.teams is not None else None,
        "agent": account.agent or None,
        "disabled": "×" if account.disabled else "",
        "seen": seen,
    }
