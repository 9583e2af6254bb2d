"""Whether a committee keeps the cadence that its terms of reference ask for."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

import msgspec

from domain.committee.terms import Cadence
from domain.values import LocalizedText, Period

APRIL: Final = 4


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting that took place; a forum is the yearly one and counts apart."""

    on: date
    forum: bool = False


class CadenceKept(msgspec.Struct, frozen=True, kw_only=True):
    """A year of a committee up to a day, held against its cadence."""

    year: Period
    cadence: Cadence
    meetings: int
    forums: int
    over: bool
    """Whether the year is over on that day, so that what is lacking is late and not just to come."""

    @property
    def state(self) -> Literal["below", "within", "above"]:
        """How the number of meetings stands to what the terms of reference say."""
        if self.cadence.meetings_min is not None and self.meetings < self.cadence.meetings_min:
            return "below"
        if self.cadence.meetings_max is not None and self.meetings > self.cadence.meetings_max:
            return "above"
        return "within"

    @property
    def forum_missing(self) -> bool:
        return self.cadence.yearly_forum and not self.forums

    @property
    def kept(self) -> bool:
        """Whether nothing is lacking and nothing is too much."""
        return self.state == "within" and not self.forum_missing

    def words(self) -> LocalizedText:
        """The same in words: "2 of 3–5 held, no forum yet"."""
        return LocalizedText.of(en=_english(self), fr=_french(self), source="en")


def cadence_kept(cadence: Cadence, held: Iterable[Held], day: date) -> CadenceKept:
    """What was held up to a day, in the year of the cadence that the day belongs to."""
    year = year_of(cadence, day)
    counted = [one for one in held if year.start <= one.on <= day]
    return CadenceKept(
        year=year,
        cadence=cadence,
        meetings=sum(not one.forum for one in counted),
        forums=sum(one.forum for one in counted),
        over=day == year.end,
    )


def year_of(cadence: Cadence, day: date) -> Period:
    """The fiscal or calendar year, as the cadence says, that a day belongs to."""
    if cadence.year == "calendar":
        return Period.calendar_year(day.year)
    return Period.fiscal_year(day.year if day.month >= APRIL else day.year - 1)


def _range(cadence: Cadence, least: str, most: str) -> str | None:
    low, high = cadence.meetings_min, cadence.meetings_max
    if low is None:
        return None if high is None else f"{most} {high}"
    if high is None:
        return f"{least} {low}"
    return str(low) if low == high else f"{low}–{high}"


def _english(kept: CadenceKept) -> str:
    asked = _range(kept.cadence, "at least", "at most")
    parts = [f"{kept.meetings} held" if asked is None else f"{kept.meetings} of {asked} held"]
    if kept.forum_missing:
        parts.append("no forum" if kept.over else "no forum yet")
    elif kept.cadence.yearly_forum:
        parts.append("forum held")
    return ", ".join(parts)


def _french(kept: CadenceKept) -> str:
    asked = _range(kept.cadence, "au moins", "au plus")
    meetings = f"{kept.meetings} réunion" if kept.meetings < 2 else f"{kept.meetings} réunions"  # noqa: PLR2004 - the plural
    held = "tenue" if kept.meetings < 2 else "tenues"  # noqa: PLR2004 - the plural
    parts = [f"{meetings} {held}" if asked is None else f"{meetings} {held} sur {asked.replace('–', ' à ')}"]
    if kept.forum_missing:
        parts.append("aucun forum" if kept.over else "aucun forum pour l’instant")
    elif kept.cadence.yearly_forum:
        parts.append("forum tenu")
    return ", ".join(parts)
