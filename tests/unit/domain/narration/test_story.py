"""Every event of these records is told, in both languages, and nothing that it says is lost on the way."""

from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

import domain.areas  # noqa: F401 - fills the registries
from domain import agreement, envelope, values
from domain.audience import Audience
from domain.committee import rules as committee
from domain.committee import terms
from domain.event import EVENTS, Event
from domain.ids import ElementId
from domain.narration import codes
from domain.narration.past import ITSELF, Past
from domain.narration.story import STORIES
from domain.narration.told import Told
from domain.narration.words import Words
from domain.plan import events as plan
from domain.values import fr
from domain.values.text import WORDING_CHARACTERS_MAX
from domain.verdict.words import NBSP
from tests.golden.examples import EXAMPLES
from tests.unit.domain.narration.anything import IDS, TERMS, alike_but_for_one_field

GOLDEN = Path(__file__).parents[3] / "golden" / "narration"
TOLD_RECORDS = {"plan", "agreement", "indicator", "committee"}
TYPES = [released.cls for name, released in EVENTS.items() if name.partition(".")[0] in TOLD_RECORDS]


def past() -> Past:
    """What was said of parts with the ids of these tests: each otherwise than the others."""
    made = Past({})
    for number, part in enumerate(IDS, 1):
        made.state(part, level="objective", number=f"0.{number}", wording=fr(f"Partie {number}"))
        made.state(part, adopted=fr("Autrement") if number % 2 else None)
    made.state(ITSELF, title=fr("Titre"))
    return made


def test_every_event_of_these_records_has_somebody_to_tell_it() -> None:
    assert {*STORIES} == {*TYPES}


@pytest.mark.parametrize("cls", TYPES, ids=lambda cls: cls.TYPE)
def test_what_is_left_out_is_a_field_and_has_a_reason(cls: type[Event]) -> None:
    left_out = STORIES[cls].left_out.get(cls, {})

    assert left_out.keys() <= {field.name for field in msgspec.structs.fields(cls)}
    assert all(reason for reason in left_out.values())


@pytest.mark.parametrize("cls", TYPES, ids=lambda cls: cls.TYPE)
@settings(deadline=None)
@given_any(data=st.data())
def test_two_events_that_differ_in_a_told_field_are_told_otherwise(cls: type[Event], data: st.DataObject) -> None:
    story = STORIES[cls]
    drawn = data.draw(alike_but_for_one_field(cls, {*story.left_out.get(cls, {})}))
    if drawn is None:
        return
    one, other, field = drawn

    said, otherwise = story.tell(one, past()).words(), story.tell(other, past()).words()

    if getattr(one, field) == getattr(other, field):
        assert said == otherwise
    else:
        assert said.en != otherwise.en, field
        assert said.fr != otherwise.fr, field


def test_every_code_that_these_records_hold_has_words_of_its_own() -> None:
    for words, literal in (
        (codes.PLAN_KINDS, plan.PlanKind),
        (codes.PROGRESS, plan.Progress),
        (codes.ROLES, envelope.Role),
        (codes.REASONS, envelope.WithoutAuthority.__annotations__["reason"]),
        (codes.AGREEMENT_TYPES, agreement.AgreementType),
        (codes.MEASURES, values.Measure),
        (codes.OVER_PERIODS, values.OverPeriods),
        (codes.ACROSS_BODIES, values.AcrossBodies),
        (codes.COMMITTEE_KINDS, committee.CommitteeKind),
        (codes.MOTIONS, terms.MotionKind),
        (codes.THRESHOLDS, terms.Threshold),
        (codes.SCHEMES, values.TerritoryScheme),
        (codes.PERIOD_KINDS, values.PeriodKind),
        (codes.STATUSES, values.QuantityStatus),
    ):
        assert {*words} == {*get_args(literal)}
        for language in values.LANGUAGES:
            assert len({said.in_(language) for said in words.values()}) == len(words)
    assert {*codes.AUDIENCES} == {*Audience}


def test_a_later_version_of_the_terms_is_told_by_the_parts_that_differ() -> None:
    known = Past({})
    first = committee.TermsAdopted(number=1, terms=TERMS[1])
    second = committee.TermsAdopted(number=2, terms=TERMS[4])

    STORIES[type(first)].tell(first, known)
    said = STORIES[type(second)].tell(second, known)

    (quorum,) = said.facts
    assert quorum.en == (
        "quorum: half of the filled voting seats becomes at least 3 members, counted of the filled voting seats, "
        "at a second meeting those present, at least 1"
    )
    again = committee.TermsAdopted(number=3, terms=TERMS[4])
    assert STORIES[type(again)].tell(again, known).facts == ()


def test_a_wording_as_long_as_it_may_be_is_told_whole() -> None:
    long, longer = fr("a" * WORDING_CHARACTERS_MAX), fr("b" * WORDING_CHARACTERS_MAX)
    known = past()
    known.state(IDS[0], wording=long)

    event = plan.ElementReworded(element_id=ElementId(IDS[0]), wording=longer)
    words = STORIES[type(event)].tell(event, known).words()

    for said in words:
        assert "a" * WORDING_CHARACTERS_MAX in said
        assert "b" * WORDING_CHARACTERS_MAX in said


def tell_examples(record: str) -> str:
    """The golden examples of a record one after the other, in English and in French, with plain spaces."""
    known = Past({})
    told: list[Words] = []
    for example in EXAMPLES:
        if example.payload.TYPE.partition(".")[0] == record:
            found: Told = STORIES[type(example.payload)].tell(example.payload, known)
            told.append(found.words())
    assert all(words.en and words.fr for words in told)
    return "\n".join(f"{words.en}\n{words.fr}\n" for words in told).replace(NBSP, " ")


@pytest.mark.parametrize("record", sorted(TOLD_RECORDS))
def test_a_record_is_told_from_its_first_event_to_its_last(record: str) -> None:
    assert tell_examples(record) == (GOLDEN / f"{record}.txt").read_text(encoding="utf-8")
