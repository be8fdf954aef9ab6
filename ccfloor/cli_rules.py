"""``python -m ccfloor rules …``: what the rules are, whether they are right, what they did and why."""

from pathlib import Path
from typing import Annotated

import typer

from ccfloor.cli_common import CLEAN, FAILED, Context, Db, Json, Lang, Site, context, fail, show_json
from ccfloor.rules.load import Loaded, load_files
from ccfloor.rules.model import Rule
from ccfloor.rules.places import Problem
from ccfloor.rules.testfile import Suite, Verdict, load_tests
from ccfloor.service import rule_lines, rules_now
from ccfloor.service.instants import instant
from ccfloor.service.rulebook import book
from ccfloor.service.settings import load
from ccfloor.service.site import load_site

app = typer.Typer(no_args_is_help=True, help="The floor's rules: list, check, test, explain, backtest.")


@app.command("list")
def list_(db: Db = None, site: Site = None, as_json: Json = False) -> None:
    """The rules in force now; before a collector ever ran, those of the site's files."""
    found = context(db, site)
    running = rules_now.present_rules(found.engine, found.config, found.settings.site)
    if as_json:
        show_json([{"version": version, **rule.model_dump(mode="json")} for version, rule in running])
    else:
        typer.echo("\n".join(rule_lines.rule_lines(running)))


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Rule files; without them, the site's.")] = None,
    db: Db = None,
    site: Site = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Read rule files and say what is wrong with file, line and field. Ends with 1 if anything is."""
    settings = load(db=db, site__id=site)
    config = load_site(settings.site)
    if files:
        loaded = load_files(_read(files), rules_now.known_names(config, settings.site))
    else:
        loaded = rules_now.file_rules(config, settings.site)
    if as_json:
        kinds = {"problems": loaded.problems, "warnings": loaded.warnings}
        told = {name: [problem._asdict() for problem in some] for name, some in kinds.items()}
        show_json({"rules": list(loaded.rules), **told})
    else:
        _say(loaded, lang)
    raise typer.Exit(FAILED if loaded.problems else CLEAN)


def _say(loaded: Loaded, lang: str) -> None:
    for problem in loaded.problems:
        typer.echo(problem.said(lang), err=True)
    for warning in loaded.warnings:
        typer.echo(f"{'注意' if lang == 'zh' else 'note'}: {warning.said(lang)}", err=True)
    typer.echo(rule_lines.all_good(len(loaded.rules))[lang])


def _read(files: list[Path]) -> list[tuple[str, str]]:
    found = []
    for path in files:
        try:
            found.append((str(path), path.read_text(encoding="utf-8")))
        except OSError as error:
            fail(f"{path}: cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            fail(f"{path}: cannot be read: it is no UTF-8 text")
    return found


# -- tests -------------------------------------------------------------------------------------------


@app.command()
def test(
    files: Annotated[list[Path], typer.Argument(help="Files of tests.")],
    db: Db = None,
    site: Site = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Run tests of rules written as data. Ends with 1 if one fails."""
    settings = load(db=db, site__id=site)
    ours = rules_now.file_rules(load_site(settings.site), settings.site)
    verdicts = [
        (path, verdict) for path, text in _read(files) for verdict in _run(Path(path), text, ours, lang)
    ]
    failed = sum(bool(verdict.problems) for _, verdict in verdicts)
    if as_json:
        show_json([_told(path, verdict) for path, verdict in verdicts])
    else:
        for _, verdict in verdicts:
            for problem in verdict.problems:
                typer.echo(problem.said(lang), err=True)
        typer.echo(f"{len(verdicts) - failed} passed, {failed} failed")
    raise typer.Exit(FAILED if failed or not verdicts else CLEAN)


def _run(path: Path, text: str, ours: Loaded, lang: str) -> list[Verdict]:
    """The tests of a file. One that cannot be used, or whose rules cannot, ends the command."""
    suite, problems = load_tests(str(path), text)
    if suite is None:
        fail("\n".join(problem.said(lang) for problem in problems))
    return suite.run(_rules_of(suite, path, ours, lang))


def _rules_of(suite: Suite, path: Path, ours: Loaded, lang: str) -> dict[str, Rule]:
    named = [path.parent / name for name in suite.tests.files]
    loaded = load_files(_read(named)) if named else ours
    if loaded.problems:
        fail("\n".join(problem.said(lang) for problem in loaded.problems))
    return loaded.rules


def _told(path: str, verdict: Verdict) -> dict[str, object]:
    problems: list[Problem] = verdict.problems
    told = [problem._asdict() for problem in problems]
    return {"file": path, "line": verdict.line, "name": verdict.name, "ok": not problems, "problems": told}


# -- the past ----------------------------------------------------------------------------------------


@app.command()
def explain(
    at: Annotated[str, typer.Option(help="Day, instant or epoch seconds.")],
    rule: Annotated[str, typer.Option(help="Id of a rule; without it, all that were not idle.")] = "",
    subject: Annotated[str | None, typer.Option(help="floor, queue:…, group:…, team:… or seat:…")] = None,
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Why a rule was firing at a moment, or why not: value, hold so far, what was missing, dips."""
    from ccfloor.service.explain import explain as explained
    from ccfloor.service.rule_site import site_calendar

    found = context(db, site)
    versions = book(found.engine, found.config.site)
    calendar = site_calendar(found.engine, found.config, found.settings.site)
    about = _subject(subject)
    told = explained(found.engine, found.config, versions, calendar, _instant(at, found), rule, about)
    if told is None:
        fail("nothing was journalled before that moment")
    if rule and not versions.history(rule):
        there = ", ".join(dict.fromkeys(item.id for item in versions.versions)) or "none"
        fail(f"there is no rule {rule!r}; there are {there}")
    if as_json:
        show_json(told)
        return
    rules = {(item.id, item.version): item.rule for item in versions.versions if item.rule is not None}
    typer.echo("\n".join(rule_lines.explained_lines(told, rules, found.config.zone)))


def _subject(text: str | None) -> str | None:
    """A subject as alarms name it."""
    kind, _, name = (text or "").partition(":")
    if text not in (None, "", "floor") and not (kind in ("queue", "group", "team", "seat") and name):
        fail(f"{text!r} is no subject such as floor, queue:hotline, group:RULE, team:A or seat:SIM/1001")
    return "" if text == "floor" else text


@app.command()
def backtest(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Id of a rule.")],
    start: Annotated[str, typer.Option("--from", help="First day or instant.")],
    end: Annotated[str, typer.Option("--to", help="Day or instant at which it ends (not included).")],
    file: Annotated[Path | None, typer.Option("--file", help="Take the rule from this file.")] = None,
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """What a rule would have done on stored days: how often, when, how long."""
    from ccfloor.service import backtest as tests
    from ccfloor.service.rule_site import site_calendar
    from ccfloor.store.rerun import feed_spans

    found = context(db, site)
    asked = _rule(found, rule, file)
    first, last = _instant(start, found), _instant(end, found)
    if last <= first:
        fail("--to must come after --from")
    calendar = site_calendar(found.engine, found.config, found.settings.site)
    alarms = tests.backtest(found.engine, found.config, calendar, asked, first, last)
    if as_json:
        show_json({"rule": rule, "from": first, "to": last, "count": len(alarms), "alarms": alarms})
    else:
        with found.engine.connect() as connection:
            told_to = max((span.last_at for span in feed_spans(connection, found.config.site)), default=last)
        typer.echo("\n".join(rule_lines.alarm_lines(asked, alarms, min(last, told_to), found.config.zone)))


def _rule(found: Context, name: str, file: Path | None) -> Rule:
    """The rule asked for: from a file, in force, or of the site's files."""
    if file is not None:
        loaded = load_files(_read([file]), rules_now.known_names(found.config, found.settings.site))
        if loaded.problems:
            fail("\n".join(map(str, loaded.problems)))
        rules = loaded.rules
    else:
        running = rules_now.present_rules(found.engine, found.config, found.settings.site)
        rules = {rule.id: rule for _, rule in running}
    if name not in rules:
        fail(f"there is no rule {name!r}; there are {', '.join(rules) or 'none'}")
    return rules[name]


def _instant(text: str, found: Context) -> float:
    try:
        return instant(text, found.config.zone, found.config.day_start_s)
    except ValueError as error:
        fail(str(error))
