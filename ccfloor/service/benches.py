"""The benchmarks of bench/, by name."""

import ast
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "bench"


def known() -> list[tuple[str, str]]:
    """Name and first line of every benchmark."""
    found = []
    for path in sorted(FOLDER.glob("[!_]*.py")):
        words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found.append((path.stem, words.partition("\n")[0]))
    return found


def run(name: str, arguments: list[str]) -> int:
    """Run one in a process of its own; returns its exit code. Raises KeyError on an unknown name."""
    if name not in dict(known()):
        raise KeyError(name)
    root = str(FOLDER.parent)
    path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    command = [sys.executable, str(FOLDER / f"{name}.py"), *arguments]
    return subprocess.call(command, cwd=root, env=os.environ | {"PYTHONPATH": path})
