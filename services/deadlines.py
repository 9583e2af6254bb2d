"""What a body has to do by when, worded in one language: for its calendar and for its reminders."""

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal
from uuid import UUID, uuid5

import msgspec

from domain.ids import TenantId
from domain.values import Language
from domain.values import Period as PeriodValue
from readapi.committee import COMMITTEE_BY_ID
from readapi.due import due_list
from readapi.due_item import ITEMS_MAX, DueItem
from readapi.governance_codes import DueKind
from readapi.indicator import cited
from readapi.reading import Reading
from readapi.relations import one
from readapi.text import LocalizedText

Kind = Literal["obligation", "term_of_office", "report", "cadence"]
NBSP: Final = "\N{NO-BREAK SPACE}"
COLON: Final[Mapping[Language, str]] = {"en": ": ", "fr": f"{NBSP}: "}
_WHAT: Final[Mapping[Kind, Mapping[Language, str]]] = {
    "obligation": {"en": "Obligation due", "fr": "Obligation à remplir"},
    "term_of_office": {"en": "Term of office ends", "fr": "Fin de mandat"},
    "report": {"en": "Figure due", "fr": "Donnée à soumettre"},
    "cadence": {"en": "Meetings this year", "fr": "Réunions de l’année"},
}
_SAMPLE: Final[Mapping[Language, str]] = {"en": "sample", "fr": "exemple"}


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a due list, worded in one language."""

    kind: Kind
    record_id: UUID
    due_on: date
    parts: tuple[str, ...]
    """What it is about, the weightiest first; empty where nothing may be said."""
    sample: bool

    @property
    def id(self) -> UUID:
        """The same in every language and at every reading, and of no other item."""
        return uuid5(self.record_id, f"{self.kind}/{self.due_on}")

    def words(self, lang: Language) -> str:
        """What is due, on one line, in the language that its parts are worded in."""
        about = ", ".join(self.parts)
        said = _WHAT[self.kind][lang]
        whole = f"{said}{COLON[lang]}{about}" if about else said
        return f"{whole} ({_SAMPLE[lang]})" if self.sample else whole


async def deadlines_of(
    reading: Reading, tenant_id: TenantId, lang: Language, *, within_days: int, items_max: int = ITEMS_MAX
) -> list[Deadline]:
    """What is overdue or due within so many days of the reading's day, the earliest first."""
    place = reading.place(tenant_id, reading.now)
    found = await due_list(reading, place, within_days, items_max=items_max)
    return [await _worded(reading, item, lang) for item in found]


async def _worded(reading: Reading, item: DueItem, lang: Language) -> Deadline:
    texts = [item.wording]
    if item.indicator_id is not None:
        indicator = await cited(reading, item.place, *item.indicator_id)
        texts.append(None if indicator is None else indicator.wording)
    if item.committee_id is not None:
        committee = await one(reading, COMMITTEE_BY_ID, item.place, item.committee_id)
        texts.append(None if committee is None else committee.name)
    parts = [said for text in texts if (said := _in(text, lang)) is not None]
    if item.kind is DueKind.REPORT and item.period is not None:
        label = PeriodValue(kind=item.period.kind.value, start=item.period.start, end=item.period.end).label()
        parts.append((label.fr if lang == "fr" else label.en) or "")
    return Deadline(
        kind=item.kind.value,
        record_id=item.record_id,
        due_on=item.due_on,
        parts=tuple(parts),
        sample=item.sample,
    )


def _in(text: LocalizedText | None, lang: Language) -> str | None:
    """The text in a language; where there is none, in the other, for nothing is ever translated here."""
    if text is None:
        return None
    return (text.fr or text.en) if lang == "fr" else (text.en or text.fr)
