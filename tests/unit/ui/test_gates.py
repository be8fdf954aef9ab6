"""Every button in the sources: it stands as ``access_kit.gate`` says, or it is named here and only shows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccfloor.access.rights import RIGHTS, Right, Role
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from ccfloor.ui.access_kit import gate
from ccfloor.ui.texts import Lang
from tests.fakes.app_page import quiet_service

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [*(ROOT / "ccfloor" / "ui").glob("*.py"), *(ROOT / "pages").glob("*.py")]
WIDGETS = {"button", "form_submit_button", "download_button", "file_uploader", "data_editor", "chat_input"}

# What changes nothing: (file, text of the button).
SHOWS = {
    ("accounts_page", "account.first.noted"),
    ("audit_page", "audit.chain.go_on"),
    ("audit_page", "audit.older"),
    ("audit_page", "audit.newest"),
    ("displays_section", "display.done"),
    ("displays_section", "people.back"),
    ("imports_history", "imports.history.more"),
    ("people_kit", "people.back"),
    ("plan_campaigns", "people.back"),
    ("plan_incidents", "people.back"),
    ("plan_leave", "people.back"),
    ("qa_by_hand", "people.back"),
    ("qa_calibration_one", "people.back"),
    ("qa_cases_section", "people.back"),
    ("qa_forms_edit", ":"),
    ("qa_forms_edit", "qa_forms.edit."),
    ("qa_forms_write", "people.back"),
    ("qa_forms_write", "qa_forms.edit.back"),
    ("qa_needs_section", "people.back"),
    ("qa_plan_one", "people.back"),
    ("qa_plans_edit", ":"),
    ("qa_score_acts", "people.back"),
    ("qa_work_acts", "people.back"),
    ("report_runs", "report.runs.check"),
    ("reveal_kit", "people.back"),
    ("reveal_kit", "reveal.hide"),
    ("rules_form", "rules.todo.add"),
    ("rules_preview", "rules.preview.go"),
    ("today_page", "today.if.back"),
}


def _widgets(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WIDGETS:
            yield node


def _gated(call: ast.Call, tree: ast.Module) -> bool:
    """Whether the call hands on what a gate gave: made on the spot, under a name, or by who calls."""
    handed = [keyword.value for keyword in call.keywords if keyword.arg is None]
    around = next(one for one in _functions(tree) if call in ast.walk(one))
    return any(_is_gate(value, around, tree) for value in handed)


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Inner ones first."""
    return [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)][::-1]


def _is_gate(value: ast.expr, around: ast.FunctionDef, tree: ast.Module) -> bool:
    if isinstance(value, ast.IfExp):
        return any(_is_gate(one, around, tree) for one in (value.body, value.orelse))
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id == "gate" or _gives_gate(value.func.id, tree)
    if isinstance(value, ast.Name):
        given = [
            one.arg for one in around.args.args if one.annotation and ast.unparse(one.annotation) == "Gate"
        ]
        return value.id in given or any(_is_gate(one, around, tree) for one in _named(value.id, around))
    return False


def _gives_gate(name: str, tree: ast.Module) -> bool:
    found = [one for one in _functions(tree) if one.name == name]
    returned = [node.value for one in found for node in ast.walk(one) if isinstance(node, ast.Return)]
    return bool(returned) and all(value is not None and _is_gate(value, found[0], tree) for value in returned)


def _named(name: str, around: ast.FunctionDef) -> Iterator[ast.expr]:
    """What a name stands for in a function, also where it is one of several."""
    for node in ast.walk(around):
        if not isinstance(node, ast.Assign):
            continue
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id == name:
            yield node.value
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = zip(target.elts, node.value.elts, strict=True)
            yield from (value for one, value in pairs if isinstance(one, ast.Name) and one.id == name)


def _words(call: ast.Call) -> str:
    """The texts' key of a button's label."""
    return next((str(node.value) for node in ast.walk(call) if isinstance(node, ast.Constant)), "")


def _free(path: Path) -> set[tuple[str, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {(path.stem, _words(call)) for call in _widgets(tree) if not _gated(call, tree)}


def test_a_button_has_a_gate_or_only_shows() -> None:
    assert {one for path in SOURCES for one in _free(path)} == SHOWS


@pytest.mark.parametrize(
    ("source", "free"),
    [
        ("def f(lang):\n st.button('a', **gate(Right.DESK, lang))", False),
        ("def f(lang):\n stands = gate(Right.DESK, lang)\n st.button('a', **stands)", False),
        ("def f(lang):\n label, stands = 'a', gate(Right.DESK, lang)\n st.button(label, **stands)", False),
        ("def f(stands: Gate):\n st.form_submit_button('a', **stands)", False),
        ("def g(lang):\n return gate(Right.DESK, lang)\ndef f(lang):\n st.button('a', **g(lang))", False),
        ("def g(lang):\n return {}\ndef f(lang):\n st.button('a', **g(lang))", True),
        ("def f(lang):\n st.button('a')", True),
        ("def f(lang):\n st.button('a', disabled=True)", True),
        ("def f(lang):\n stands = {}\n st.button('a', **stands)", True),
    ],
)
def test_a_button_without_a_gate_is_found(source: str, free: bool, tmp_path: Path) -> None:
    path = tmp_path / "page.py"
    path.write_text(source)
    assert bool(_free(path)) is free


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path_factory.mktemp("gates")) as found:
        yield found


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_a_gate_is_open_to_whom_the_table_names(
    service: runtime.Service, role: Role, lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_asks", [lambda: Identity(3, "li", role=role)])
    found = {right: gate(right, lang) for right in Right}
    lacking = {right for right, holders in RIGHTS.items() if role not in holders}
    assert {right for right, one in found.items() if one["disabled"]} == lacking
    assert {right for right, one in found.items() if one["help"]} == lacking


def test_what_reaches_beyond_the_account_is_grey_and_says_so(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_asks", [lambda: Identity(3, "li", role=Role.MANAGER)])
    beyond = gate(Right.RULES, "zh", beyond=True)
    assert beyond == {"disabled": True, "help": "这超出了您账号可见的范围。"}
    assert gate(Right.RULES, "en", off=True) == {"disabled": True, "help": None}
