"""A real browser on the queues page: when does a number on the screen change?

The stream adds one caller a second to a queue of its own, so that every count names the instant it was
made. The page's own clock, which is this machine's, says when the count was in the picture: in the first
animation frame after the change of the document.
"""

import shutil
import threading
from collections.abc import Mapping

PROBE = "probe"
_CELL = f'.queues > .scroll tr[data-queue="{PROBE}"] td[data-tip="offered"]'
_WATCH = """cell => {
  window.seen = [];
  const note = () => {
    const count = Number(cell.textContent);
    requestAnimationFrame(() => window.seen.push([count, performance.timeOrigin + performance.now()]));
  };
  new MutationObserver(note).observe(cell, { characterData: true, childList: true, subtree: true });
}"""


class Screen:
    """A page watched in a thread until ``stop``. ``seen``: count → epoch seconds when it was drawn."""

    def __init__(self, url: str) -> None:
        self.seen: dict[int, float] = {}
        self.failed = ""
        self.ready = threading.Event()
        self._url = url
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the browser."""
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        try:
            self._watch()
        except Exception as error:  # without a browser every other figure still counts
            self.failed = str(error).partition("\n")[0] or type(error).__name__
        finally:
            self.ready.set()

    def _watch(self) -> None:
        from playwright.sync_api import sync_playwright

        found = shutil.which("chromium") or shutil.which("chromium-browser")
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(self._url)
            cell = page.locator(_CELL)
            cell.wait_for(timeout=60_000)
            handle = cell.element_handle()
            assert handle is not None
            handle.evaluate(_WATCH)
            self.ready.set()
            while not self._stop.is_set():
                page.wait_for_timeout(200)  # lets the browser's own messages through
            rows: list[list[float]] = page.evaluate("window.seen")
            for count, at in rows:
                self.seen.setdefault(int(count), at / 1000)
            browser.close()


def delays(told: Mapping[int, float], seen: Mapping[int, float], start: float, end: float) -> list[float]:
    """Seconds from event to picture of what was told in [start, end); what never came waits until the end."""
    first = min(seen, default=0)
    asked = [(count, at) for count, at in told.items() if start <= at < end and count >= first]
    return [
        min((when for have, when in seen.items() if have >= count), default=end) - at for count, at in asked
    ]
