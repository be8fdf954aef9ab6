"""Whether any installed package has a known vulnerability, asked of the public index by pip-audit.

Ends with 1 where one has. Where the index does not answer, or does not know a package, that is said and is
no failure: a machine without the network can still run the tests.
"""

import json
import subprocess
import sys
from typing import Any

_LONGEST_S = 180


def told() -> list[dict[str, Any]] | None:
    """What the index says of each installed package; None where it did not answer."""
    command = [sys.executable, "-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S)
        return list(json.loads(ended.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError):
        return None


def lines(packages: list[dict[str, Any]] | None) -> tuple[list[str], bool]:
    """What to print, and whether a vulnerability is known."""
    if packages is None:
        return ["vulnerabilities: the index did not answer, nothing was checked"], False
    known = [one for one in packages if "vulns" in one]
    bad = [
        f"{one['name']} {one['version']}: {vuln['id']}, mended in {_mended(vuln)}"
        for one in known
        for vuln in one["vulns"]
    ]
    unknown = len(packages) - len(known)
    total = (
        f"vulnerabilities: {len(known)} packages asked, {len(bad)} found, {unknown} not known to the index"
    )
    return [*bad, total], bool(bad)


def _mended(vuln: dict[str, Any]) -> str:
    return ", ".join(vuln["fix_versions"]) or "none yet"


if __name__ == "__main__":
    said, found = lines(told())
    print("\n".join(said))
    sys.exit(int(found))
