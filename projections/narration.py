"""Records told event by event: a line per step with its sentences in both languages.

The words are made here and not where they are read, because a step is told by what was said before it; a rebuild
tells everything anew. What a sealed text says is never told.
"""

from collections.abc import Callable, ItemsView, Iterator, MutableMapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Table, Text

from domain.agreement import AgreementSigned
from domain.audience import RECORDS, Audience
from domain.committee.rules import CommitteeEstablished
from domain.envelope import Envelope
from domain.event import Event, decode
from domain.indicator import IndicatorDefined
from domain.narration.past import Past
from domain.narration.story import STORIES
from domain.plan.events import (
    ConsultationRecorded,
    ElementAdded,
    ElementReworded,
    ElementWithdrawn,
    PlanAlignedToParent,
    PlanClosed,
    PlanDrafted,
    PlanRetitled,
    ProgressRecorded,
    RevisionAdopted,
    RevisionPublished,
)
from domain.ports import Row
from projections import events
from projections.columns import authority_values, json_value
from projections.core import Plain, Work
from projections.projection import Projection
from projections.tables import (
    audience,
    authority,
    code,
    day,
    flag,
    instant,
    json_text,
    key_number,
    key_text,
    key_uuid,
    number,
    plain,
    uuid,
)

STEP: Final[Table] = plain(
    "rm",
    "step",
    [
        number("version"),
        code("type"),
        day("effective_on", nullable=False),
        instant("recorded_at", nullable=False),
        uuid("actor_id", nullable=False),
        code("actor_role"),
        *authority(),
        json_text("breaches"),
        json_text("source", nullable=True),
        Column("words_en", Text, nullable=False),
        Column("words_fr", Text, nullable=False),
        number("revision", nullable=True),
        flag("sample"),
        audience(),
    ],
    sub=[key_number("position")],
)
"""A row per event of the records that are told. `revision` is the one of a plan that is adopted or published;
`source` where the fact was read, as the envelope has it."""

STEP_PAST: Final[Table] = plain("rm", "step_past", [json_text("value")], sub=[key_uuid("part"), key_text("fact")])
"""What the events of a record said last, as far as the next step is told by it."""

TABLES: Final = (STEP, STEP_PAST)

_NAMES: Final = [column.name for column in STEP.columns]
_AUDIENCE: Final = _NAMES.index("audience")
_TYPE: Final = _NAMES.index("type")
_REVISION: Final = _NAMES.index("revision")
_VALUE: Final = [column.name for column in STEP_PAST.columns].index("value")


class _Step(NamedTuple):
    """An event in full: its words want the value types themselves, equality and all."""

    row: Row
    envelope: Envelope
    payload: Event


def _read(row: Row) -> _Step:
    return _Step(row, *decode(row.state))


class _Kept(MutableMapping[tuple[UUID, str], str]):
    """The past of one record, in its rows."""

    def __init__(self, rows: Plain, stream_id: UUID) -> None:
        self._rows = rows
        self._stream_id = stream_id

    def __getitem__(self, key: tuple[UUID, str]) -> str:
        value: str = self._rows.under(self._stream_id)[key][_VALUE]
        return value

    def __setitem__(self, key: tuple[UUID, str], value: str) -> None:
        self._rows.put(self._stream_id, key, (value,))

    def __delitem__(self, key: tuple[UUID, str]) -> None:
        self._rows.remove(self._stream_id, key)

    def __iter__(self) -> Iterator[tuple[UUID, str]]:
        return iter(list(self._rows.under(self._stream_id)))

    def __len__(self) -> int:
        return len(self._rows.under(self._stream_id))

    def items(self) -> ItemsView[tuple[UUID, str], str]:
        """An adoption looks at every fact of its plan, so without looking each one up."""
        return _Facts(self)

    def facts(self) -> Iterator[tuple[Any, str]]:
        """Every fact with its key."""
        return ((key, row[_VALUE]) for key, row in self._rows.under(self._stream_id).items())


class _Facts(ItemsView[tuple[UUID, str], str]):
    _mapping: _Kept

    def __iter__(self) -> Iterator[tuple[tuple[UUID, str], str]]:
        return self._mapping.facts()


def _told(audience_of: Callable[[Plain, _Step], str]) -> Callable[[Work, _Step], None]:
    """The handler of events whose step is for those whom `audience_of` says; it may open earlier ones."""

    def tell(work: Work, step: _Step) -> None:
        row, envelope, payload = step
        past = Past(_Kept(work.plain(STEP_PAST), row.stream_id))
        words = STORIES[type(payload)].tell(payload, past).words()
        steps = work.plain(STEP)
        values = (
            row.version,
            row.type,
            envelope.effective_on,
            row.recorded_at,
            envelope.actor.id,
            envelope.actor.role,
            *authority_values(envelope.authority),
            json_value(envelope.breaches),
            None if envelope.source is None else json_value(envelope.source),
            words.en,
            words.fr,
            payload.number if isinstance(payload, RevisionAdopted | RevisionPublished) else None,
            envelope.sample,
            audience_of(steps, step),
        )
        steps.put(row.stream_id, (row.position,), values)

    return tell


# --- plans: who sees a revision sees that it was adopted; how it was drafted is for the body ------------

_DRAFT: Final = (RECORDS["plan.draft"] or Audience.DRAFT).value
_ADOPTED: Final = (RECORDS["plan.adopted"] or Audience.TENANT).value
_PUBLISHED: Final = (RECORDS["plan.published"] or Audience.PUBLIC).value
_PROGRESS: Final = (RECORDS["plan.progress"] or Audience.TENANT).value
_HEADER: Final = frozenset({PlanDrafted.TYPE, PlanRetitled.TYPE, PlanClosed.TYPE})


def _draft(_: Plain, __: _Step) -> str:
    return _DRAFT


def _progress(_: Plain, __: _Step) -> str:
    return _PROGRESS


def _as_first(steps: Plain, step: _Step) -> str:
    """As the record's first step: what belongs to a record is for those who see it."""
    known = steps.under(step.row.stream_id)
    return str(known[min(known)][_AUDIENCE])


def _adopted(steps: Plain, step: _Step) -> str:
    for row in steps.under(step.row.stream_id).values():
        if row[_AUDIENCE] == _DRAFT:
            steps.amend(row, {_AUDIENCE: _ADOPTED})
    return _ADOPTED


def _published(steps: Plain, step: _Step) -> str:
    assert isinstance(step.payload, RevisionPublished)
    for row in steps.under(step.row.stream_id).values():
        is_adoption = row[_TYPE] == RevisionAdopted.TYPE and row[_REVISION] == step.payload.number
        if is_adoption or row[_TYPE] in _HEADER:
            steps.amend(row, {_AUDIENCE: _PUBLISHED})
    return _PUBLISHED


# --- records that name their own audience -------------------------------------------------------------------


def _own(_: Plain, step: _Step) -> str:
    assert isinstance(step.payload, AgreementSigned | IndicatorDefined | CommitteeEstablished)
    return step.payload.audience.value


NARRATION: Final = Projection(
    "narration",
    TABLES,
    {
        PlanDrafted: _told(_draft),
        PlanRetitled: _told(_as_first),
        PlanClosed: _told(_as_first),
        ElementAdded: _told(_draft),
        ElementReworded: _told(_draft),
        ElementWithdrawn: _told(_draft),
        PlanAlignedToParent: _told(_draft),
        ConsultationRecorded: _told(_draft),
        ProgressRecorded: _told(_progress),
        RevisionAdopted: _told(_adopted),
        RevisionPublished: _told(_published),
        **dict.fromkeys((AgreementSigned, IndicatorDefined, CommitteeEstablished), _told(_own)),
        **dict.fromkeys(events.AGREEMENT - {AgreementSigned}, _told(_as_first)),
        **dict.fromkeys(events.INDICATOR - {IndicatorDefined}, _told(_as_first)),
        **dict.fromkeys(events.COMMITTEE - {CommitteeEstablished}, _told(_as_first)),
    },
    events.ALL - events.PLAN - events.AGREEMENT - events.INDICATOR - events.COMMITTEE,
    version=2,
    read=_read,
)
