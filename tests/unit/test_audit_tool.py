"""The check for known vulnerabilities says what it found, and what it could not ask."""

from tests.tools.audit import lines

CLEAN = {"name": "alembic", "version": "1.20.1", "vulns": []}
BAD = {
    "name": "oldlib",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}, {"id": "PYSEC-2026-2", "fix_versions": []}],
}
UNKNOWN = {"name": "ours", "skip_reason": "not on the index"}


def test_nothing_known_is_no_failure() -> None:
    said, found = lines([CLEAN, UNKNOWN])
    assert said == ["vulnerabilities: 1 packages asked, 0 found, 1 not known to the index"]
    assert not found


def test_every_vulnerability_is_named_with_what_mends_it() -> None:
    said, found = lines([CLEAN, BAD])
    assert said[:2] == [
        "oldlib 1.0: PYSEC-2026-1, mended in 1.1",
        "oldlib 1.0: PYSEC-2026-2, mended in none yet",
    ]
    assert found


def test_an_index_that_does_not_answer_is_told_and_no_failure() -> None:
    said, found = lines(None)
    assert "nothing was checked" in said[0] and not found
