"""The one place of a process that learns a site's past and makes of a view what staffing is told."""

import logging
import threading
from collections.abc import Callable, Sequence

from sqlalchemy import Engine

from ccfloor.acd.base import Health
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.rules.calendar import Calendar
from ccfloor.service.settings import SiteSettings
from ccfloor.service.staffing.coming import Around, around
from ccfloor.service.staffing.present_learned import Learned, Learner, habits
from ccfloor.service.staffing.present_now import Present, lost, present_now
from ccfloor.service.staffing.rates import Rates, RatesKeeper
from ccfloor.service.staffing.site_options import site_options
from ccfloor.staffing.habits import Habits

log = logging.getLogger(__name__)
_AROUND_S = 60.0
_NAME = "ccfloor-learning"


class Knowing:
    """What is known of one site. For any number of threads, one after the other."""

    def __init__(
        self,
        engine: Engine,
        config: FloorConfig,
        settings: SiteSettings,
        calendar: Callable[[], Calendar],
    ) -> None:
        self._engine, self._config, self._settings, self._calendar = engine, config, settings, calendar
        self._learner, self._around = Learner(engine, config), Around()
        self._rates = RatesKeeper(engine, config, settings)
        self._lock = threading.Lock()
        self._learning: threading.Thread | None = None

    @property
    def past(self) -> Learned | None:
        """What is learned; None before the first look."""
        return self._learner.past

    @property
    def rates(self) -> Rates | None:
        """The forecast at hand; None before the first."""
        return self._rates.rates

    def begun(self, view: FloorView) -> bool:
        """Whether the past was read. If not, it is from now on, in a thread: the first look takes a while."""
        if self.past is not None:
            return True
        self._learn_beside(view.at)
        return False

    def present(self, view: FloorView, reports: Sequence[Health] = ()) -> tuple[Present, Habits]:
        """The floor of a view of the whole site, and its habits. Raises SQLAlchemyError.

        Only the first look waits for the past; later it is learned beside, and taken when that is done.
        """
        now = view.at
        if self.past is None:
            self.learn(now)
        elif self._learner.due(now) or self._rates.due(now):
            self._learn_beside(now)
        past = self.past
        with self._lock:
            beside = self._beside(past, now)
        known = habits(past) if past is not None else Habits()
        options = lost(site_options(self._settings, self._config), reports)
        return present_now(view, self._config, past, now, self.rates, beside, options), known

    def learn(self, now: float) -> None:
        """Read what is old of the past and the forecast; whoever asks meanwhile has what was known."""
        self._learner.look(now)
        self._rates.look(now)

    def wait(self, most_s: float) -> None:
        """Until what is being learned is known."""
        learning = self._learning
        if learning is not None:
            learning.join(most_s)

    def _learn_beside(self, now: float) -> None:
        with self._lock:
            if self._learning is None or not self._learning.is_alive():
                self._learning = threading.Thread(target=self._learn, args=(now,), name=_NAME, daemon=True)
                self._learning.start()

    def _learn(self, now: float) -> None:
        try:
            self.learn(now)
        except Exception as error:  # it must not end in silence; the next look tries again
            log.warning("the past cannot be learned: %s", type(error).__name__)
            log.debug("why", exc_info=error)

    def _beside(self, past: Learned | None, now: float) -> Around:
        if past is not None and not 0 <= now - self._around.at < _AROUND_S:
            self._around = around(self._engine, self._config, self._calendar(), past, now)
        return self._around
