"""The check of the installed packages says what it found, and above all when it checked nothing."""

import sys

import pytest

from tests.tools.audit import Told, lines, told

_BAD = {"name": "old", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
_GOOD = {"name": "good", "version": "1", "vulns": []}
_UNKNOWN = {"name": "own", "version": "1", "skip_reason": "not there"}


def _program(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def test_a_known_vulnerability_is_named_and_fails() -> None:
    said, code = lines(Told([_BAD, _GOOD, _UNKNOWN]))
    assert code == 1
    assert said[0] == "old 1: CVE-1, mended in 2"
    assert said[1].endswith("2 packages checked, 1 found; NOT CHECKED: 1 that the index does not know")


def test_a_clean_answer_passes() -> None:
    assert lines(Told([_GOOD])) == (["vulnerabilities: 1 packages checked, 0 found"], 0)


@pytest.mark.parametrize("found", [Told(), Told([_UNKNOWN]), Told([])])
def test_an_index_that_tells_nothing_is_said_and_fails_where_the_check_is_asked_for(found: Told) -> None:
    said, code = lines(found)
    assert said[-1].startswith("vulnerabilities: NOT CHECKED: ")
    assert code == 0
    assert lines(found, strict=True)[1] == 1


def test_a_program_that_does_not_run_fails() -> None:
    assert lines(told(("/nonexistent/pip-audit",)))[1] == 1
    found = told(_program("import sys; sys.exit('No module named pip_audit')"))
    assert found.broken == "No module named pip_audit"
    assert lines(found)[1] == 1


def test_an_index_out_of_reach_is_no_crash() -> None:
    found = told(_program("import sys; sys.exit('ConnectionError: Max retries exceeded')"))
    assert found == Told()


def test_an_answer_is_read() -> None:
    assert told(_program("""print('{"dependencies": [{"name": "a", "version": "1"}]}')""")).packages == [
        {"name": "a", "version": "1"}
    ]
