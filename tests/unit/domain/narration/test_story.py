"""Every event of these records is told, in both languages, and nothing that it says is lost on the way."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

import domain.areas  # noqa: F401 - fills the registries
from domain.event import EVENTS, Event
from domain.narration.past import ITSELF, Past
from domain.narration.story import STORIES
from domain.narration.told import Told
from domain.values import LocalizedText, fr
from domain.verdict.words import NBSP
from tests.golden.examples import EXAMPLES
from tests.unit.domain.narration.anything import IDS, alike_but_for_one_field

GOLDEN = Path(__file__).parents[3] / "golden" / "narration"
TOLD_RECORDS = {"plan"}
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


def tell_examples(record: str) -> str:
    """The golden examples of a record one after the other, in English and in French, with plain spaces."""
    known = Past({})
    told: list[LocalizedText] = []
    for example in EXAMPLES:
        if example.payload.TYPE.partition(".")[0] == record:
            found: Told = STORIES[type(example.payload)].tell(example.payload, known)
            told.append(found.words())
    assert all(words.en and words.fr for words in told)
    return "\n".join(f"{words.en}\n{words.fr}\n" for words in told).replace(NBSP, " ")


@pytest.mark.parametrize("record", sorted(TOLD_RECORDS))
def test_a_record_is_told_from_its_first_event_to_its_last(record: str) -> None:
    assert tell_examples(record) == (GOLDEN / f"{record}.txt").read_text(encoding="utf-8")
