"""Terms of reference: every version of the rules that a committee gave itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import strawberry

from domain.committee import terms as domain
from projections.committee import TERMS
from readapi.asof import Clock
from readapi.authority import Authority, authority
from readapi.columns import Group, backed, column, reads
from readapi.governance_codes import MotionKind, QuorumBase, Threshold, YearKind
from readapi.reading import Place, Reading, in_any
from readapi.scalars import BigInt
from readapi.text import LocalizedText
from readapi.text import of as text_of


@strawberry.type(description="An exact share of the voting seats.")
class QuorumShare:
    numerator: int = strawberry.field(description="Its parts.")
    denominator: int = strawberry.field(description="The parts of the whole.")
    more_than: bool = strawberry.field(description="Whether it must be passed rather than reached.")


@strawberry.type(
    description="What is enough at a second meeting called for the same agenda, the first without quorum."
)
class SecondMeeting:
    present_min: int = strawberry.field(description="Voting members who must be present; 1: those present.")
    within_days: int | None = strawberry.field(description="Days within which it must be held; null: not stated.")


@strawberry.type(description="How many voting members must be present: a share, a count, or both at once.")
class Quorum:
    share: QuorumShare | None = strawberry.field(description="The share of the voting seats.")
    count: int | None = strawberry.field(description="The number of members.")
    of: QuorumBase = strawberry.field(description="Which voting seats the share is taken of.")
    second_meeting: SecondMeeting | None = strawberry.field(description="What then; null: nothing is foreseen.")


@strawberry.type(description="What carries a motion of one kind.")
class MotionRule:
    motion: MotionKind = strawberry.field(description="The kind of motion.")
    threshold: Threshold = strawberry.field(description="What carries it.")
    abstentions_count: bool = strawberry.field(
        description="Whether abstentions are among the votes that the share is taken of."
    )
    casting_vote: bool = strawberry.field(description="Whether the chair decides a tie.")


@strawberry.type(description="How often a committee meets in a year, the yearly forum aside.")
class Cadence:
    year: YearKind = strawberry.field(description="Which year.")
    meetings_min: int | None = strawberry.field(description="Meetings, at least; null: not stated.")
    meetings_max: int | None = strawberry.field(description="Meetings, at most; null: not stated.")
    yearly_forum: bool = strawberry.field(description="Whether a forum is held every year.")


@strawberry.type(description="How long members sit (mandat).")
class TermOfOffice:
    months: int = strawberry.field(description="Its length in months.")
    renewals_max: int | None = strawberry.field(description="Renewals without a break; null: not stated.")


@strawberry.type(description="A part of the community that seats speak for.")
class Sector:
    code: str = strawberry.field(description="Groups the labels that mean the same sector.")
    label: LocalizedText = strawberry.field(description="Its name.")


@strawberry.type(description="How many seats a sector has.")
class SectorQuota:
    sector: Sector = strawberry.field(description="The sector.")
    seats_min: int = strawberry.field(description="At least.")
    seats_max: int | None = strawberry.field(description="At most; null: not stated.")


@strawberry.type(description="The rules of a version; what the document does not state is null or empty.")
class Rules:
    quorum: Quorum | None = strawberry.field(description="What makes a quorum.")
    decides: bool = strawberry.field(description="False: it deliberates, and decisions are made elsewhere.")
    majorities: list[MotionRule] = strawberry.field(description="What carries motions, by kind.")
    cadence: Cadence | None = strawberry.field(description="How often it meets.")
    term_of_office: TermOfOffice | None = strawberry.field(description="How long its members sit.")
    e_vote: bool = strawberry.field(description="Whether votes by electronic means between meetings are allowed.")
    consent_between_meetings: bool = strawberry.field(
        description="Whether decisions may be taken between meetings where nobody objects."
    )
    voting_seats_max: int | None = strawberry.field(description="Voting seats, at most; null: not stated.")
    quotas: list[SectorQuota] = strawberry.field(description="Seats by sector.")


def sector(value: domain.Sector) -> Sector:
    return Sector(code=value.code, label=text_of(value.label))


_decode = msgspec.json.Decoder(domain.Terms).decode


def rules(cells: Sequence[Any]) -> Rules:
    """From the JSON of a version."""
    terms = _decode(cells[0])
    return Rules(
        quorum=None if terms.quorum is None else _quorum(terms.quorum),
        decides=terms.decides,
        majorities=[
            MotionRule(
                motion=MotionKind(rule.motion),
                threshold=Threshold(rule.majority.threshold),
                abstentions_count=rule.majority.abstentions_count,
                casting_vote=rule.majority.casting_vote,
            )
            for rule in terms.majorities
        ],
        cadence=None if terms.cadence is None else _cadence(terms.cadence),
        term_of_office=_term_of_office(terms.term_of_office),
        e_vote=terms.e_vote,
        consent_between_meetings=terms.consent_between_meetings,
        voting_seats_max=terms.voting_seats_max,
        quotas=[
            SectorQuota(sector=sector(quota.sector), seats_min=quota.seats_min, seats_max=quota.seats_max)
            for quota in terms.quotas
        ],
    )


def _quorum(quorum: domain.Quorum) -> Quorum:
    share, second = quorum.share, quorum.second_meeting
    return Quorum(
        share=None
        if share is None
        else QuorumShare(numerator=share.numerator, denominator=share.denominator, more_than=share.more_than),
        count=quorum.count,
        of=QuorumBase(quorum.of),
        second_meeting=None
        if second is None
        else SecondMeeting(present_min=second.present_min, within_days=second.within_days),
    )


def _cadence(cadence: domain.Cadence) -> Cadence:
    return Cadence(
        year=YearKind(cadence.year),
        meetings_min=cadence.meetings_min,
        meetings_max=cadence.meetings_max,
        yearly_forum=cadence.yearly_forum,
    )


def _term_of_office(term: domain.TermOfOffice | None) -> TermOfOffice | None:
    return None if term is None else TermOfOffice(months=term.months, renewals_max=term.renewals_max)


_T: Final = TERMS.c


@backed(TERMS)
@strawberry.type(
    description="A version of a committee's terms of reference (cadre de référence), for ever as adopted."
)
class TermsOfReference:
    number: int = column(_T.number, "Its number.")
    adopted_on: date = column(_T.adopted_on, "The day from which it holds.")
    recorded_at: datetime = column(_T.recorded_at, "When its adoption was recorded.")
    position: BigInt = column(_T.position, "The position of the adoption in the body's log.")
    version: BigInt = column(_T.version, "The committee's version that adopted it, for citations.")
    authority: Authority = column(authority(TERMS), "By what right it was adopted.")
    rules: Rules = column(Group((_T.terms,), rules), "What it says.")
    sample: bool = column(_T.sample, "Whether it is sample data.")

    def known(self, clock: Clock) -> bool:
        """Whether the adoption is in the past of both clocks."""
        if self.adopted_on > clock.effective:
            return False
        if clock.position is not None:
            return self.position <= clock.position
        return clock.recorded is None or self.recorded_at <= clock.recorded

    def at(self, place: Place) -> "TermsOfReference":
        """The same, whose authority is read as of a place's clocks."""
        return replace(self, authority=self.authority.at(place))


@dataclass(frozen=True, slots=True)
class TermsKey:
    """The versions of one committee, whatever the clock, seen from one scope."""

    place: Place
    committee_id: UUID


async def load_terms(reading: Reading, keys: list[TermsKey]) -> Sequence[list[TermsOfReference]]:
    """Every version that the viewer may see, in the order in which they come into force."""
    reader = reads(TermsOfReference)
    found: dict[tuple[Any, ...], list[TermsOfReference]] = {}
    for scope in dict.fromkeys(key.place.scope for key in keys):
        chosen = [key for key in keys if key.place.scope == scope]
        statement = (
            reader.select(_T.tenant_id, _T.entity_id)
            .where(
                in_any(_T.tenant_id, list({key.place.body for key in chosen})),
                in_any(_T.entity_id, list({key.committee_id for key in chosen})),
                reading.visible(TERMS, scope),
            )
            .order_by(_T.tenant_id, _T.entity_id, _T.adopted_on, _T.position)
        )
        for row in await reading.rows(scope, statement):
            found.setdefault((scope, row[-2], row[-1]), []).append(reader.make(row))
    return [found.get((key.place.scope, key.place.body, key.committee_id), []) for key in keys]
