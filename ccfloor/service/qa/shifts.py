"""The shift that ran when a call was answered: by the site's shifts as they stand when it is drawn.

A draw keeps the shifts it went by, so that it can be made again after the file was changed.
"""

from typing import NamedTuple

import msgspec

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.calendar import Calendar, Shift
from ccfloor.rules.shifts import duty_at, shift_of
from ccfloor.service.places import SettingsError
from ccfloor.service.rule_site import load_hours
from ccfloor.service.settings import SiteSettings


class Shifts(NamedTuple):
    """The site's shifts, and who works which: seat → its name."""

    zone: str = "UTC"
    shifts: tuple[Shift, ...] = ()
    seats: dict[str, str] = {}

    def at(self, seat: str, instant: float) -> str:
        """The shift of a seat that runs at an instant, its breaks included; "" where none does."""
        shift = shift_of(Calendar(zone=self.zone, shifts=self.shifts, seat_shift=self.seats), seat)
        return shift.name if shift is not None and duty_at(shift, self.zone, instant) else ""

    def kept(self) -> str:
        """As it is kept with a draw."""
        return msgspec.json.encode(self).decode() if self.shifts else ""


NONE = Shifts()


def read(text: str) -> Shifts:
    """The shifts that were kept with a draw."""
    return msgspec.json.decode(text, type=Shifts) if text else NONE


def site_shifts(settings: SiteSettings, config: FloorConfig) -> Shifts:
    """The shifts of a site; none where its file cannot be used, of which the doctor tells."""
    try:
        found = load_hours(settings, config)
    except SettingsError:
        return NONE
    return Shifts(found.zone, found.shifts, found.seat_shift)
