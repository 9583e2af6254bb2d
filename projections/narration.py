"""Records told event by event: a line per step with its sentences in both languages.

The words are made here and not where they are read, because a step is told by what was said before it; a rebuild
tells everything anew. What a sealed text says is never told.
"""

from collections.abc import Callable, ItemsView, Iterator, MutableMapping
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Table, Text

from domain.agreement import AgreementSigned
from domain.audience import RECORDS, Audience
from domain.committee.rules import CommitteeEstablished
from domain.envelope import Actor, Authority
from domain.event import Event
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
from projections import events
from projections.columns import authority_values, json_value
from projections.core import Plain, Work
from projections.projection import Handler, Projection
from projections.reading import Seen, reader
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


_NO_BREACHES: Final = json_value(())
_value: Final = itemgetter(_VALUE)


class _Kept(MutableMapping[tuple[UUID, str], str]):
    """The past of one record, in its rows."""

    def __init__(self, rows: Plain, stream_id: UUID) -> None:
        self._rows = rows
        self._stream_id = stream_id

    def __getitem__(self, key: tuple[UUID, str]) -> str:
        value: str = self._rows.under(self._stream_id)[key][_VALUE]
        return value

    def get(self, key: tuple[UUID, str], default: Any = None, /) -> Any:
        """Without an exception for a fact that is not stated, as many are not."""
        row = self._rows.under(self._stream_id).get(key)
        return default if row is None else row[_VALUE]

    def __setitem__(self, key: tuple[UUID, str], value: str) -> None:
        self._rows.put(self._stream_id, key, (value,))

    def __delitem__(self, key: tuple[UUID, str]) -> None:
        self._rows.remove(self._stream_id, key)

    def __contains__(self, key: object) -> bool:
        return key in self._rows.under(self._stream_id)

    def __iter__(self) -> Iterator[tuple[UUID, str]]:
        return iter(list(self._rows.under(self._stream_id)))

    def __len__(self) -> int:
        return len(self._rows.under(self._stream_id))

    def items(self) -> ItemsView[tuple[UUID, str], str]:
        """An adoption looks at every fact of its plan, so without looking each one up."""
        return _Facts(self)

    def facts(self) -> Iterator[tuple[Any, str]]:
        """Every fact with its key."""
        rows = self._rows.under(self._stream_id)
        return zip(rows, map(_value, rows.values()), strict=True)


class _Facts(ItemsView[tuple[UUID, str], str]):
    _mapping: _Kept

    def __iter__(self) -> Iterator[tuple[tuple[UUID, str], str]]:
        return self._mapping.facts()


_reader: Final = cache(reader)
_read_actor: Final = reader(Actor)
_read_authority: Final = reader(Authority)


def _fact(value: str, type_: Any) -> Any:
    """A fact of the past, which was checked when its event was recorded."""
    return _reader(type_)(value)


def _past(work: Work, stream_id: UUID) -> Past:
    """The past of a record, kept as long as the work lasts."""
    past: Past | None = work.kept.get(stream_id)
    if past is None:
        past = work.kept[stream_id] = Past(_Kept(work.plain(STEP_PAST), stream_id), _fact)
    return past


@lru_cache(maxsize=1_024)
def _who(actor_json: bytes) -> tuple[Any, ...]:
    """Kept, since the same few people write most of a log."""
    actor = _read_actor(actor_json)
    return (actor.id, actor.role)


@lru_cache(maxsize=1_024)
def _by_what_right(authority_json: bytes) -> tuple[Any, ...]:
    """Kept, since most events need none, and one decision or act allows many."""
    return authority_values(_read_authority(authority_json))


def _told(cls: type[Event], audience_of: Callable[[Plain, Seen], str]) -> Handler:
    """The handler of events whose step is for those whom `audience_of` says; it may open earlier ones."""
    tell, is_of_revision = STORIES[cls].tellers[cls], cls in (RevisionAdopted, RevisionPublished)

    def told(work: Work, seen: Seen) -> None:
        payload, steps, source = seen.payload, work.plain(STEP), seen.source
        words = tell(payload, _past(work, seen.stream_id)).words()
        values = (
            seen.version,
            payload.TYPE,
            seen.on,
            seen.at,
            *_who(bytes(seen.actor_json)),
            *_by_what_right(bytes(seen.authority_json)),
            json_value(seen.breaches) if seen.breaches else _NO_BREACHES,
            None if source is None else json_value(source),
            *words,
            payload.number if is_of_revision else None,
            seen.sample,
            audience_of(steps, seen),
        )
        steps.put(seen.stream_id, (seen.position,), values)

    return told


def _handlers(audience_of: Callable[[Plain, Seen], str], *types: type[Event]) -> dict[type[Event], Handler]:
    return {cls: _told(cls, audience_of) for cls in types}


# --- plans: who sees a revision sees that it was adopted; how it was drafted is for the body ------------

_DRAFT: Final = (RECORDS["plan.draft"] or Audience.DRAFT).value
_ADOPTED: Final = (RECORDS["plan.adopted"] or Audience.TENANT).value
_PUBLISHED: Final = (RECORDS["plan.published"] or Audience.PUBLIC).value
_PROGRESS: Final = (RECORDS["plan.progress"] or Audience.TENANT).value
_WITH_REVISION: Final = frozenset(cls.TYPE for cls in (PlanDrafted, PlanRetitled, PlanClosed, RevisionAdopted))


def _draft(_: Plain, __: Seen) -> str:
    return _DRAFT


def _progress(_: Plain, __: Seen) -> str:
    return _PROGRESS


def _as_first(steps: Plain, seen: Seen) -> str:
    """As the plan's first step: what belongs to a plan as a whole is for those who see it."""
    known = steps.under(seen.stream_id)
    return str(known[min(known)][_AUDIENCE])


def _adopted(steps: Plain, seen: Seen) -> str:
    """After an adoption no step is a draft's, so at the next only those that came since are looked at."""
    touched, known = steps.touched(seen.stream_id), steps.under(seen.stream_id)
    for row in known.values() if touched is None else map(known.__getitem__, touched):
        if row[_AUDIENCE] == _DRAFT:
            steps.amend(row, {_AUDIENCE: _ADOPTED})
    return _ADOPTED


def _published(steps: Plain, seen: Seen) -> str:
    shown = (None, seen.payload.number)
    for row in steps.under(seen.stream_id).values():
        if row[_TYPE] in _WITH_REVISION and row[_REVISION] in shown:
            steps.amend(row, {_AUDIENCE: _PUBLISHED})
    return _PUBLISHED


# --- records that name their own audience -------------------------------------------------------------------


_FIRST: Final[frozenset[type[Event]]] = frozenset({AgreementSigned, IndicatorDefined, CommitteeEstablished})


def _as_others(steps: Plain, seen: Seen) -> str:
    """As any other step of the record, which are all for the same readers."""
    known = steps.under(seen.stream_id)
    return str(next(iter(known.values()))[_AUDIENCE])


def _own(_: Plain, seen: Seen) -> str:
    own: Audience = seen.payload.audience
    return own.value


NARRATION: Final = Projection(
    "narration",
    TABLES,
    {
        **_handlers(_draft, PlanDrafted, ElementAdded, ElementReworded, ElementWithdrawn),
        **_handlers(_draft, PlanAlignedToParent, ConsultationRecorded),
        **_handlers(_as_first, PlanRetitled, PlanClosed),
        **_handlers(_progress, ProgressRecorded),
        **_handlers(_adopted, RevisionAdopted),
        **_handlers(_published, RevisionPublished),
        **_handlers(_own, *_FIRST),
        **_handlers(_as_others, *(events.AGREEMENT | events.INDICATOR | events.COMMITTEE) - _FIRST),
    },
    events.ALL - events.PLAN - events.AGREEMENT - events.INDICATOR - events.COMMITTEE,
    version=2,
)
