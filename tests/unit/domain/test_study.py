"""What studies refuse and record."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.audience import Audience
from domain.body import PARTNERSHIPS, SlugAdded
from domain.document import DOCUMENT, Content, DocumentAttached
from domain.errors import StreamMissingError
from domain.ids import DocumentId, NeedId, StreamId, StudyId
from domain.stream import COMMANDS, Loaded
from domain.study import (
    STUDY,
    IdentifyNeed,
    NeedExistsError,
    NeedIdentified,
    NeedMissingError,
    NeedWithdrawn,
    RecordStudy,
    StudyRecorded,
    StudyWithdrawn,
    StudyWithdrawnError,
    WithdrawNeed,
    WithdrawStudy,
)
from domain.values import Period, SealedText, TerritoryCode, fr
from tests.unit.domain.given import given, loaded, ordered
from tests.unit.domain.sequences import sequences, tell

ID, DOCUMENT_ID = StudyId(UUID(int=84)), DocumentId(UUID(int=85))
FIRST, SECOND = NeedId(UUID(int=86)), NeedId(UUID(int=87))
RECORD = RecordStudy(
    study_id=ID,
    title=fr("Étude des besoins"),
    period=Period.fiscal_year(2021),
    territory=TerritoryCode(scheme="qc-region", code="05"),
    method=fr("Groupes de discussion"),
    findings=(fr("Le logement manque."),),
    audience=Audience.TENANT,
)
RECORDED = StudyRecorded(
    title=fr("Étude des besoins"),
    period=Period.fiscal_year(2021),
    territory=TerritoryCode(scheme="qc-region", code="05"),
    method=fr("Groupes de discussion"),
    findings=(fr("Le logement manque."),),
    note=None,
    document_id=None,
    publication=None,
    audience=Audience.TENANT,
)
IDENTIFIED = NeedIdentified(need_id=FIRST, statement=fr("Des logements"), sorted_by=None, audience=Audience.TENANT)
EMPTY: Loaded[Any] = Loaded(state=STUDY.initial)


def identify(need_id: NeedId) -> IdentifyNeed:
    return IdentifyNeed(study_id=ID, need_id=need_id, statement=fr("Des logements"))


def test_a_study_says_when_where_and_how_and_what_it_found() -> None:
    assert list(ordered(EMPTY, RECORD).events) == [RECORDED]


def test_its_document_is_one_of_the_body() -> None:
    command = RecordStudy(study_id=ID, title=fr("Étude"), document_id=DOCUMENT_ID)
    with pytest.raises(StreamMissingError):
        ordered(EMPTY, command)

    content = Content(sha256="ab" * 32, size_bytes=9, media_type="application/pdf")
    attached = DocumentAttached(
        title=fr("Étude"), content=content, language="fr", audience=Audience.TENANT, subject=None
    )
    there = {StreamId(DOCUMENT_ID): loaded(DOCUMENT, attached)}
    (event,) = ordered(EMPTY, command, others=there).events
    assert isinstance(event, StudyRecorded)
    assert event.document_id == DOCUMENT_ID


def test_a_need_is_identified_once_for_those_who_may_see_the_study() -> None:
    past = loaded(STUDY, RECORDED)
    assert list(ordered(past, identify(FIRST)).events) == [IDENTIFIED]

    with pytest.raises(NeedExistsError):
        ordered(loaded(STUDY, RECORDED, IDENTIFIED), identify(FIRST))


def test_a_need_is_withdrawn_once_and_its_id_is_not_used_again() -> None:
    command = WithdrawNeed(study_id=ID, need_id=FIRST, note=SealedText.about(ID, "Noté deux fois."))
    withdrawn = NeedWithdrawn(need_id=FIRST, note=command.note)
    assert list(ordered(loaded(STUDY, RECORDED, IDENTIFIED), command).events) == [withdrawn]

    past = loaded(STUDY, RECORDED, IDENTIFIED, withdrawn)
    with pytest.raises(NeedMissingError):
        ordered(past, command)
    with pytest.raises(NeedExistsError):
        ordered(past, identify(FIRST))
    with pytest.raises(NeedMissingError):
        ordered(loaded(STUDY, RECORDED), command)


def test_a_withdrawn_study_takes_nothing_more() -> None:
    assert list(ordered(loaded(STUDY, RECORDED), WithdrawStudy(study_id=ID)).events) == [StudyWithdrawn(note=None)]

    past = loaded(STUDY, RECORDED, IDENTIFIED, StudyWithdrawn(note=None))
    for command in (WithdrawStudy(study_id=ID), identify(SECOND), WithdrawNeed(study_id=ID, need_id=FIRST)):
        with pytest.raises(StudyWithdrawnError):
            ordered(past, command)


def test_events_of_others_change_nothing() -> None:
    assert given(STUDY, SlugAdded(slug="erables")) == STUDY.initial


def test_partnerships_alone_record_studies() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is STUDY} == {PARTNERSHIPS}


@given_any(
    sequences(
        RECORD,
        st.sampled_from([identify(FIRST), identify(SECOND)]),
        st.builds(WithdrawNeed, study_id=st.just(ID), need_id=st.sampled_from([FIRST, SECOND])),
        st.just(WithdrawStudy(study_id=ID)),
    )
)
def test_whatever_is_sent_needs_are_identified_once_and_withdrawn_after(commands: list[tuple[Any, date]]) -> None:
    told = tell(STUDY, commands)
    end = told.end.state

    assert [one.need_id for one in told.of(NeedIdentified)] == list(dict.fromkeys(end.needs))
    assert {one.need_id for one in told.of(NeedWithdrawn)} == end.withdrawn_needs <= set(end.needs)
    assert len(told.of(NeedWithdrawn)) == len(end.withdrawn_needs)
    assert len(told.of(StudyWithdrawn)) == end.withdrawn <= 1
