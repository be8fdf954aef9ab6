"""Whether any installed package has a known vulnerability, asked of the public index by pip-audit.

Ends with 1 where one has, and where pip-audit itself cannot run. Where the index does not answer, or knows
none of the packages, NOT CHECKED is said: a machine without the network can still run the tests, unless
``CCFLOOR_AUDIT=strict`` asks for the check.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

_LONGEST_S = 180
_COMMAND = (sys.executable, "-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off")
_ASKING = ("ConnectionError", "ServiceError", "Max retries", "Connection", "timed out", "HTTPError")


class Told(NamedTuple):
    """What came of asking. ``packages`` None: nobody was asked; ``broken``: pip-audit itself did not run."""

    packages: list[dict[str, Any]] | None = None
    broken: str = ""


def told(command: Sequence[str] = _COMMAND) -> Told:
    """What the index says of each installed package."""
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S)
    except subprocess.TimeoutExpired:
        return Told()
    except OSError as error:
        return Told(broken=type(error).__name__)
    try:
        return Told(list(json.loads(ended.stdout)["dependencies"]))
    except (json.JSONDecodeError, KeyError):
        said = ended.stderr.strip().splitlines()[-1:] or ["no output"]
        return Told() if any(word in ended.stderr for word in _ASKING) else Told(broken=said[0])


def lines(found: Told, strict: bool = False) -> tuple[list[str], int]:
    """What to print, and the code to end with."""
    if found.broken:
        return [f"vulnerabilities: NOT CHECKED: pip-audit does not run: {found.broken}"], 1
    known = [one for one in found.packages or () if "vulns" in one]
    if not known:
        why = (
            "the index does not answer" if found.packages is None else "the index knows none of the packages"
        )
        return [f"vulnerabilities: NOT CHECKED: {why}"], int(strict)
    bad = [
        f"{one['name']} {one['version']}: {vuln['id']}, mended in {_mended(vuln)}"
        for one in known
        for vuln in one["vulns"]
    ]
    unknown = len(found.packages or ()) - len(known)
    total = f"vulnerabilities: {len(known)} packages checked, {len(bad)} found"
    left = f"; NOT CHECKED: {unknown} that the index does not know" if unknown else ""
    return [*bad, total + left], int(bool(bad))


def _mended(vuln: dict[str, Any]) -> str:
    return ", ".join(vuln["fix_versions"]) or "none yet"


if __name__ == "__main__":
    said, code = lines(told(), os.environ.get("CCFLOOR_AUDIT") == "strict")
    print("\n".join(said))
    sys.exit(code)
