"""Weeks of a run as places on a drawing: an axis with years, dates as people write them."""

from datetime import date
from typing import NamedTuple

from ecosystem.units import date_of, iso_week, week_of
from viz.svg import text


class Timeline(NamedTuple):
    """Weeks `first` to `last` of a run that begins on `start`, on pixels from `left` on."""

    start: date
    first: float
    last: float
    left: float
    width: float

    def x(self, week: float) -> float:
        """Return the pixel column of a week, held within the axis."""
        within = min(max(week, self.first), self.last)
        return self.left + self.width * (within - self.first) / max(self.last - self.first, 1e-9)

    def shows(self, week: float) -> bool:
        """Return whether a week lies on the axis."""
        return self.first <= week <= self.last

    def month(self, week: float) -> str:
        """Return a week as a month, e.g. ``2028-03``."""
        return f"{date_of(week, self.start):%Y-%m}"

    def week_name(self, week: float) -> str:
        """Return a week as planners write it, e.g. ``2028-W14``."""
        return iso_week(date_of(week, self.start))

    def years(self, room: float = 40.0) -> list[tuple[float, str]]:
        """Return turns of years as pixel columns with labels, as many as leave `room` each."""
        low, high = date_of(self.first, self.start).year, date_of(self.last, self.start).year
        per_year = self.width * 52.18 / max(self.last - self.first, 1e-9)
        every = max(1, round(room / per_year + 0.499))
        turns = [(year, week_of(date(year, 1, 1), self.start)) for year in range(low, high + 2)]
        return [(self.x(w), str(y)) for y, w in turns if self.shows(w) and (y - low) % every == 0]

    def axis(self, top: float, bottom: float) -> str:
        """Draw lines at the turns of years from `top` to `bottom`, with labels below."""
        return "".join(
            f'<path class="grid" d="M{x:.1f} {top:g}V{bottom:g}"/>'
            + text(x + 3, bottom + 12, year, "soft small")
            for x, year in self.years()
        )


def around(start: date, weeks: list[float], left: float, width: float) -> Timeline:
    """Return an axis with a little room around finite weeks."""
    known = [week for week in weeks if abs(week) < 1e9] or [0.0, 52.0]
    low, high = min(known), max(known)
    room = max(0.03 * (high - low), 2.0)
    return Timeline(start, low - room, high + room, left, width)
