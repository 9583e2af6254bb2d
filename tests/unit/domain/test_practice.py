"""What practices refuse and record, and how an adoption is walked from either log."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.audience import Audience
from domain.body import PARTNERSHIPS, SlugAdded
from domain.envelope import Source
from domain.errors import Refusal, StreamMissingError
from domain.event import Event
from domain.ids import PracticeId, StreamId, TenantId, ThemeListId
from domain.practice import (
    PRACTICE,
    AdoptionRecorded,
    AdoptPractice,
    DescribePractice,
    PracticeAdopted,
    PracticeDescribed,
    PracticeNotAdoptedError,
    PracticeOfOwnError,
    PracticeRevised,
    PracticeWithdrawn,
    PracticeWithdrawnError,
    RecordAdoption,
    RevisePractice,
    WithdrawPractice,
)
from domain.sorting import Sorted
from domain.stream import COMMANDS, Decided, Loaded
from domain.theme_list import (
    THEME_LIST,
    OtherList,
    Theme,
    ThemeListNumberError,
    ThemeListPublished,
    ThemeUnknownError,
)
from domain.values import Citation, SealedText, en, fr
from tests.unit.domain.given import TENANT, given, loaded, ordered
from tests.unit.domain.sequences import sequences, tell

ID, THERE, ELSEWHERE = PracticeId(UUID(int=81)), UUID(int=82), TenantId(UUID(int=9))
LIST = ThemeListId(UUID(int=83))
TITLE, SUMMARY = fr("Amener une personne de plus"), fr("Chaque membre en invite une autre.")
SORTED = Sorted(theme_list=OtherList(log=ELSEWHERE, theme_list_id=LIST, number=1), codes=("work",))
DESCRIBE = DescribePractice(practice_id=ID, title=TITLE, summary=SUMMARY, sorted_by=SORTED)
DESCRIBED = PracticeDescribed(
    title=TITLE, summary=SUMMARY, sorted_by=SORTED, publication=None, audience=Audience.PUBLIC
)
ORIGIN = Citation(log=ELSEWHERE, stream=THERE, version=1)
ADOPT = AdoptPractice(practice_id=ID, adopted_from=ORIGIN, title=TITLE, summary=SUMMARY)
ADOPTED = PracticeAdopted(
    adopted_from=ORIGIN, title=TITLE, summary=SUMMARY, sorted_by=None, audience=Audience.PUBLIC
)
THEMES = loaded(
    THEME_LIST,
    ThemeListPublished(code="o", title=en("O"), themes=(Theme(code="work", label=en("Work")),), publication=None),
)
PAST = loaded(PRACTICE, DESCRIBED)
BY = Citation(log=ELSEWHERE, stream=THERE, version=2)
EMPTY: Loaded[Any] = Loaded(state=PRACTICE.initial)


def taken_from(log: TenantId, practice_id: UUID) -> PracticeAdopted:
    cited = Citation(log=log, stream=practice_id, version=1)
    return PracticeAdopted(
        adopted_from=cited, title=TITLE, summary=SUMMARY, sorted_by=None, audience=Audience.PUBLIC
    )


def told(past: Loaded[Any], command: Any, *there: Event, **around: Any) -> Decided:
    """What is answered, where `there` is what the other body's practice has been through."""
    others: Any = {(ELSEWHERE, StreamId(LIST)): THEMES}
    if there:
        others[ELSEWHERE, StreamId(THERE)] = loaded(PRACTICE, *there)
    return ordered(past, command, others=others, **around)


def test_a_practice_is_described_under_themes_of_a_list_wherever_it_is_kept() -> None:
    assert list(told(EMPTY, DESCRIBE).events) == [DESCRIBED]


def test_themes_must_be_in_the_version_that_is_named() -> None:
    for codes, number, refusal in ((("homes",), 1, ThemeUnknownError), (("work",), 2, ThemeListNumberError)):
        sorted_by = Sorted(theme_list=OtherList(log=ELSEWHERE, theme_list_id=LIST, number=number), codes=codes)
        command = DescribePractice(practice_id=ID, title=TITLE, summary=SUMMARY, sorted_by=sorted_by)
        with pytest.raises(refusal):
            told(EMPTY, command)
    own = Sorted(theme_list=OtherList(log=TENANT, theme_list_id=LIST, number=1), codes=("work",))
    with pytest.raises(StreamMissingError):
        told(EMPTY, DescribePractice(practice_id=ID, title=TITLE, summary=SUMMARY, sorted_by=own))


def test_an_adoption_cites_the_practice_at_its_version_in_the_log_of_its_origin() -> None:
    assert list(told(EMPTY, ADOPT, DESCRIBED).events) == [ADOPTED]
    assert given(PRACTICE, ADOPTED).adopted_from == ORIGIN


def test_what_is_no_practice_is_not_adopted() -> None:
    with pytest.raises(StreamMissingError) as refusal:
        told(EMPTY, ADOPT)

    assert (refusal.value.stream, refusal.value.stream_id) == ("practice", THERE)


def test_no_body_adopts_from_itself() -> None:
    own = Citation(log=TENANT, stream=THERE, version=1)
    with pytest.raises(PracticeOfOwnError):
        told(EMPTY, AdoptPractice(practice_id=ID, adopted_from=own, title=TITLE, summary=SUMMARY))
    with pytest.raises(PracticeOfOwnError):
        told(PAST, RecordAdoption(practice_id=ID, by=own))


def test_a_withdrawn_practice_is_adopted_only_by_history_which_keeps_the_breach() -> None:
    withdrawn = (DESCRIBED, PracticeWithdrawn(note=None))
    with pytest.raises(PracticeWithdrawnError):
        told(EMPTY, ADOPT, *withdrawn)

    history = told(EMPTY, ADOPT, *withdrawn, source=Source(title=fr("Bilan")))
    assert (list(history.events), list(history.breaches)) == ([ADOPTED], ["practice_withdrawn"])


def test_the_origin_records_an_adoption_that_the_adopter_s_own_record_states() -> None:
    command = RecordAdoption(practice_id=ID, by=BY)
    recorded = AdoptionRecorded(by=BY, audience=Audience.PUBLIC)

    assert list(told(PAST, command, taken_from(TENANT, ID)).events) == [recorded]
    again = loaded(PRACTICE, DESCRIBED, recorded)
    assert list(told(again, command, taken_from(TENANT, ID)).events) == []


@pytest.mark.parametrize("said", [DESCRIBED, taken_from(TENANT, THERE), taken_from(ELSEWHERE, ID)])
def test_a_record_that_states_something_else_is_no_adoption(said: Event) -> None:
    with pytest.raises(PracticeNotAdoptedError):
        told(PAST, RecordAdoption(practice_id=ID, by=BY), said)


def test_what_is_revised_is_whole_and_the_same_again_records_nothing() -> None:
    revised = RevisePractice(practice_id=ID, title=TITLE, summary=fr("Deux chacun."))

    assert list(told(PAST, revised).events) == [
        PracticeRevised(title=TITLE, summary=fr("Deux chacun."), sorted_by=None)
    ]
    same = RevisePractice(practice_id=ID, title=TITLE, summary=SUMMARY, sorted_by=SORTED)
    assert list(told(PAST, same).events) == []


def test_a_practice_is_withdrawn_once_and_then_neither_revised() -> None:
    note = SealedText.about(ID, "Le projet est terminé.")
    command = WithdrawPractice(practice_id=ID, note=note)
    assert list(told(PAST, command).events) == [PracticeWithdrawn(note=note)]

    withdrawn = loaded(PRACTICE, DESCRIBED, PracticeWithdrawn(note=note))
    for later in (command, RevisePractice(practice_id=ID, title=TITLE, summary=TITLE)):
        with pytest.raises(PracticeWithdrawnError):
            told(withdrawn, later)


def test_events_of_others_change_nothing() -> None:
    assert given(PRACTICE, SlugAdded(slug="erables")) == PRACTICE.initial


def test_partnerships_alone_describe_practices() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is PRACTICE} == {PARTNERSHIPS}


def test_refusals_speak_both_languages() -> None:
    refusals: list[Refusal] = [
        PracticeWithdrawnError(practice_id=ID),
        PracticeOfOwnError(practice_id=ID),
        PracticeNotAdoptedError(practice_id=ID),
    ]
    assert all(str(ID) in refusal.message("en") and str(ID) in refusal.message("fr") for refusal in refusals)


@given_any(
    sequences(
        DESCRIBE,
        st.just(ADOPT),
        st.builds(
            RevisePractice,
            practice_id=st.just(ID),
            title=st.sampled_from([TITLE, en("T")]),
            summary=st.just(SUMMARY),
        ),
        st.just(RecordAdoption(practice_id=ID, by=BY)),
        st.just(WithdrawPractice(practice_id=ID)),
    )
)
def test_whatever_is_sent_it_begins_once_and_is_adopted_once_by_each(commands: list[tuple[Any, date]]) -> None:
    others: Any = {
        (ELSEWHERE, StreamId(LIST)): THEMES,
        (ELSEWHERE, StreamId(THERE)): loaded(PRACTICE, taken_from(TENANT, ID)),
    }
    history = tell(PRACTICE, commands, others=others)

    assert len(history.of(PracticeDescribed, PracticeAdopted)) == bool(history.events)
    assert len(history.of(AdoptionRecorded)) == len(history.end.state.adoptions) <= 1
    assert len(history.of(PracticeWithdrawn)) == history.end.state.withdrawn <= 1
