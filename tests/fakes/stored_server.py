"""The product itself over a database that nothing is collected into, as a process of its own."""

import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.fakes.fake_server import ROOT, FakeServer


class StoredServer(FakeServer):
    """``streamlit run app.py`` on a free port; further settings by the names of their variables."""

    def __init__(self, db: Path, **settings: str) -> None:
        super().__init__("")
        self.settings = {"DB": f"sqlite:///{db}", "SOURCE": "none", **settings}

    def command(self) -> list[str]:
        given = [f"CCFLOOR_{name}={value}" for name, value in self.settings.items()]
        app = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        return ["env", *given, *app, f"--server.port={self.port}", "--server.address=127.0.0.1"]

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(self.url("_stcore/health"), timeout=5).close()
        except OSError:
            return False
        return True


def command(db: Path, *words: str) -> str:
    """What a command says that is given on the server's machine."""
    asked = [sys.executable, "-m", "ccfloor", *words, "--db", f"sqlite:///{db}"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
