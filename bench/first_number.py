"""From the start of the server to the first live number on the wall, in a real browser.

Each run starts `python -m ccfloor run` on an empty database and a free port, history being filled beside it
as at any first start, and a browser that knows nothing yet; the clock stops when the headline "waiting" is a
digit. Baseline from the same run: the same browser opening the wall of the server that is already up.

Run: python bench/first_number.py [--runs 3]   (needs playwright and a Chromium)
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
GOAL_S, DEADLINE_S = 8.0, 60.0
_CHROMIUM = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_SHOWN = """() => [...document.querySelectorAll("*")].some((node) =>
  /[0-9]/.test(node.shadowRoot?.querySelector('[data-tip="waiting"] .num')?.textContent ?? ""))"""


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(port: int, folder: str) -> Iterator[None]:
    """`run` on an empty database; gone afterwards."""
    environment = os.environ | {"CCFLOOR_DB": f"sqlite:///{folder}/floor.db", "CCFLOOR_WEB_PORT": str(port)}
    with open(f"{folder}/log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ccfloor", "run"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def answered(port: int, deadline: float) -> None:
    """Return as soon as somebody listens; a browser that tried and tried would itself slow the start."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def first_number(browser: Browser, port: int, start: float) -> float:
    """Seconds from `start` until a fresh browser shows the number."""
    answered(port, start + DEADLINE_S)
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    try:
        page.goto(f"http://127.0.0.1:{port}/wall?kiosk=1")
        page.wait_for_function(_SHOWN, polling=20, timeout=DEADLINE_S * 1000)
        return time.monotonic() - start
    finally:
        context.close()


def one_run(browser: Browser) -> tuple[float, float]:
    """Seconds after a cold start, and seconds on the server that is up by then."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        with server(port, folder):
            cold = first_number(browser, port, start)
            return cold, first_number(browser, port, time.monotonic())


def main() -> None:
    """Print one line a run, and the worst against the goal."""
    asked = argparse.ArgumentParser(description="from the start to the first live number")
    asked.add_argument("--runs", type=int, default=3)
    runs = asked.parse_args().runs
    with sync_playwright() as play:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = play.chromium.launch(executable_path=found, args=_CHROMIUM)
        taken = [one_run(browser) for _ in range(runs)]
        browser.close()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")
    for number, (cold, warm) in enumerate(taken, 1):
        print(f"run {number}: first number {cold:.2f} s after the start; server already up {warm:.2f} s")
    worst = max(cold for cold, _ in taken)
    print(f"worst {worst:.2f} s, goal {GOAL_S:.0f} s: {'met' if worst <= GOAL_S else 'MISSED'}")


if __name__ == "__main__":
    main()
