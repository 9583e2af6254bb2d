"""Any event of a type, from its declared shape: few values of each kind, so that two are often alike."""

from datetime import date
from enum import EnumMeta
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import msgspec
from hypothesis import strategies as st

from domain.committee.terms import (
    Cadence,
    Majority,
    MotionRule,
    Quorum,
    SecondMeeting,
    Sector,
    SectorQuota,
    Share,
    TermOfOffice,
    Terms,
)
from domain.event import Event
from domain.values import (
    Citation,
    LocalizedText,
    PartialDate,
    Period,
    QualifiedValue,
    SealedText,
    TerritoryCode,
    fr,
)
from tests.unit.domain.narration.pairs import CITED, FIGURES, PERIODS, PLACES, TEXTS

IDS = [UUID(int=number) for number in range(1, 7)]
_HALF = Share(numerator=1, denominator=2)
TERMS = [
    Terms(),
    Terms(quorum=Quorum(share=_HALF)),
    Terms(quorum=Quorum(share=_HALF, of="all_seats")),
    Terms(quorum=Quorum(share=Share(numerator=1, denominator=2, more_than=True), count=3)),
    Terms(quorum=Quorum(count=3, second_meeting=SecondMeeting())),
    Terms(quorum=Quorum(count=3, second_meeting=SecondMeeting(present_min=2, within_days=10))),
    Terms(decides=False),
    Terms(majorities=(MotionRule(motion="ordinary", majority=Majority(threshold="simple")),)),
    Terms(majorities=(MotionRule(motion="ordinary", majority=Majority(threshold="simple", casting_vote=True)),)),
    Terms(majorities=(MotionRule(motion="ordinary", majority=Majority(threshold="consensus")),)),
    Terms(
        majorities=(
            MotionRule(motion="ordinary", majority=Majority(threshold="two_thirds", abstentions_count=True)),
            MotionRule(motion="plan_adoption", majority=Majority(threshold="four_fifths")),
        )
    ),
    Terms(cadence=Cadence(meetings_min=3, meetings_max=5)),
    Terms(cadence=Cadence(yearly_forum=True)),
    Terms(cadence=Cadence(year="calendar", meetings_min=3, yearly_forum=True)),
    Terms(term_of_office=TermOfOffice(months=24)),
    Terms(term_of_office=TermOfOffice(months=24, renewals_max=0)),
    Terms(e_vote=True),
    Terms(consent_between_meetings=True),
    Terms(voting_seats_max=12),
    Terms(quotas=(SectorQuota(sector=Sector(code="health", label=fr("Santé")), seats_min=1),)),
    Terms(quotas=(SectorQuota(sector=Sector(code="health", label=fr("Santé")), seats_min=1, seats_max=2),)),
]
_VALUES: dict[Any, st.SearchStrategy[Any]] = {
    LocalizedText: TEXTS,
    QualifiedValue: FIGURES,
    TerritoryCode: PLACES,
    Period: st.sampled_from(PERIODS),
    Citation: st.sampled_from(CITED),
    PartialDate: st.sampled_from([PartialDate(value=value) for value in ("2021", "2021-04", "2021-04-30")]),
    SealedText: st.just(SealedText.about(IDS[0], "Une note")),
    UUID: st.sampled_from(IDS),
    date: st.sampled_from([date(2021, 4, 1), date(2022, 3, 31)]),
    bool: st.booleans(),
    int: st.integers(1, 4),
    str: st.sampled_from(["1", "1.2", "abc"]),
    NoneType: st.none(),
    Terms: st.sampled_from(TERMS),
}


def anything(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a declared type."""
    hint = getattr(hint, "__supertype__", hint)
    if hint in _VALUES:
        return _VALUES[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return anything(parts[0])
    if origin is Literal:
        return st.sampled_from(parts)
    if origin in (Union, UnionType):
        return st.one_of(*map(anything, parts))
    if origin is tuple:
        return st.lists(anything(parts[0]), max_size=2).map(tuple)
    if isinstance(hint, EnumMeta):
        return st.sampled_from(list(hint))
    return events(hint)


def events(cls: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Any value of a struct that accepts whatever its fields do."""
    return st.builds(cls, **{field.name: anything(field.type) for field in msgspec.structs.fields(cls)})


@st.composite
def alike_but_for_one_field(
    draw: st.DrawFn, cls: type[Event], left_out: set[str]
) -> tuple[Event, Event, str] | None:
    """Two events of a type that differ in one field that is to be told; None where there is no such field."""
    fields = [field for field in msgspec.structs.fields(cls) if field.name not in left_out]
    one = draw(events(cls))
    if not fields:
        return None
    field = draw(st.sampled_from(fields))
    other = msgspec.structs.replace(one, **{field.name: draw(anything(field.type))})
    return one, other, field.name
