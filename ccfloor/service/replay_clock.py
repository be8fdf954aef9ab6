"""The clock of a replay: it runs at a speed, stands, and is set; instants are UTC epoch seconds. Pure."""

SPEEDS = (1, 2, 5, 10, 20, 30, 60)
_MOST_S = 1.0  # our time that one step may take: a machine that cannot keep up replays slower


class ReplayClock:
    """Counts from ``start`` to ``end``, beginning at ``at``. ``real`` is always our own clock."""

    def __init__(self, start: float, end: float, at: float, real: float) -> None:
        self.start, self.end = start, end
        self.speed, self.paused = 1, False
        self._at, self._real = self._within(at), real

    def now(self, real: float) -> float:
        """The replay's instant."""
        if self.paused:
            return self._at
        gone = min(max(0.0, real - self._real), _MOST_S)
        return min(self.end, self._at + gone * self.speed)

    def step(self, real: float) -> float:
        """Come to the present and count from there."""
        self._at, self._real = self.now(real), real
        if self._at >= self.end:
            self.paused = True
        return self._at

    def set(self, at: float, real: float) -> None:
        """Be at an instant of the day."""
        self._at, self._real = self._within(at), real

    def pace(self, speed: int, real: float) -> None:
        """Run so many times as fast. Raises ValueError on a speed that is not offered."""
        if speed not in SPEEDS:
            raise ValueError(f"speed {speed}")
        self.step(real)
        self.speed = speed

    def pause(self, paused: bool, real: float) -> None:
        """Stand, or go on; at the end of the day going on begins it anew."""
        self.step(real)
        if not paused and self._at >= self.end:
            self._at = self.start
        self.paused = paused

    def _within(self, at: float) -> float:
        return min(max(at, self.start), self.end)
