"""The channels as the file says now: read again when it changes; a bad file leaves them as they were."""

import logging
from pathlib import Path

from ccfloor.service.notify.file import NotifyFile, load_notify
from ccfloor.service.places import SettingsError

log = logging.getLogger(__name__)
Stamp = tuple[int, int] | None


class Lineup:
    """The channels of one site. Used by one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: Stamp | str = "unread"
        self._file: NotifyFile | None = None

    def now(self) -> NotifyFile | None:
        """The file as last read without fault; None while there has been none."""
        stamp = self._stat()
        if stamp != self._stamp:
            self._stamp = stamp
            self._read()
        return self._file

    def _stat(self) -> Stamp:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _read(self) -> None:
        try:
            self._file = load_notify(self._path)
        except SettingsError as error:
            kept = "the channels stay as they were" if self._file else "nobody is told until it is mended"
            log.error("%s; %s", error, kept)
