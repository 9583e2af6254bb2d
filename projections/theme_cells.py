"""By which themes needs and practices are sorted, for the whole country."""

from typing import Any, Final

from sqlalchemy import Table

from domain.event import Event
from domain.practice import PracticeAdopted, PracticeDescribed, PracticeRevised, PracticeWithdrawn
from domain.sorting import Sorted
from domain.study import NeedIdentified, NeedWithdrawn, StudyRecorded, StudyWithdrawn
from projections import events
from projections.bitemporal import Form
from projections.columns import json_value
from projections.core import Work, note
from projections.projection import Handler, Projection
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, flag, json_text, key_text, uuid

THEME_USE: Final[Table] = bitemporal(
    "national",
    "theme_use",
    [
        code("record"),
        uuid("list_log"),
        uuid("list_id"),
        json_text("codes"),
        code("status"),
        flag("sample"),
    ],
    sub=[key_text("part")],
    extra=[audience()],
)
"""`record` is need, practice or study. `part` is a need's id, and empty for a practice or a study, which is here
so that its needs go with it. `list_*` is the list of themes, null where it is sorted by none; `codes` is a JSON
list. `status` is recorded or withdrawn."""

TABLES: Final = (THEME_USE,)
WHOLE: Final = ("",)

_FORM: Final = Form(THEME_USE)
_AUDIENCE: Final = _FORM.column("audience")
_ALL: Final = _FORM.group("record", "list_log", "list_id", "codes", "status")
_SORTED: Final = _FORM.group("list_log", "list_id", "codes")
_STATUS: Final = _FORM.group("status")


def _sorting(by: Sorted | None) -> tuple[Any, ...]:
    if by is None:
        return (None, None, "[]")
    return (by.theme_list.log, by.theme_list.theme_list_id, json_value(by.codes))


def _begun(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PracticeDescribed | PracticeAdopted)
    values = ("practice", *_sorting(payload.sorted_by), "recorded")
    segments = work.timelines(THEME_USE).of(seen.stream_id, WHOLE)
    note(segments, seen, _ALL, values, [(_AUDIENCE, payload.audience.value)])


def _revised(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PracticeRevised)
    note(work.timelines(THEME_USE).of(seen.stream_id, WHOLE), seen, _SORTED, _sorting(payload.sorted_by))


def _studied(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, StudyRecorded)
    values = ("study", *_sorting(None), "recorded")
    segments = work.timelines(THEME_USE).of(seen.stream_id, WHOLE)
    note(segments, seen, _ALL, values, [(_AUDIENCE, payload.audience.value)])


def _identified(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, NeedIdentified)
    values = ("need", *_sorting(payload.sorted_by), "recorded")
    segments = work.timelines(THEME_USE).of(seen.stream_id, (str(payload.need_id),))
    note(segments, seen, _ALL, values, [(_AUDIENCE, payload.audience.value)])


def _need_withdrawn(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, NeedWithdrawn)
    segments = work.timelines(THEME_USE).of(seen.stream_id, (str(payload.need_id),))
    note(segments, seen, _STATUS, ("withdrawn",))


def _withdrawn(work: Work, seen: Seen) -> None:
    note(work.timelines(THEME_USE).of(seen.stream_id, WHOLE), seen, _STATUS, ("withdrawn",))


_HANDLED: Final[dict[type[Event], Handler]] = {
    PracticeDescribed: _begun,
    PracticeAdopted: _begun,
    PracticeRevised: _revised,
    PracticeWithdrawn: _withdrawn,
    StudyRecorded: _studied,
    StudyWithdrawn: _withdrawn,
    NeedIdentified: _identified,
    NeedWithdrawn: _need_withdrawn,
}
THEME_CELLS: Final = Projection("theme_cells", TABLES, _HANDLED, events.ALL - set(_HANDLED))
