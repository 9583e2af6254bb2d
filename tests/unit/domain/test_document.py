"""What documents refuse and record, and what an erasure leaves behind."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.agreement import OWNERS
from domain.audience import Audience
from domain.body import SlugAdded
from domain.document import (
    DOCUMENT,
    AddDocumentVersion,
    AttachDocument,
    Content,
    ContentRepeatsError,
    DocumentAttached,
    DocumentErased,
    DocumentSubjectError,
    DocumentVersionAdded,
    DocumentVersionMissingError,
    DocumentWithdrawn,
    DocumentWithdrawnError,
    EraseDocument,
    Subject,
    WithdrawDocument,
    withdraw,
)
from domain.errors import StreamMissingError
from domain.ids import DocumentId, PlanId, StreamId
from domain.jobs import JobRow
from domain.plan.events import PlanDrafted
from domain.plan.rules import PLAN
from domain.stream import COMMANDS, Loaded
from domain.values import Period, SealedText, fr
from tests.unit.domain.given import TENANT, given, loaded, ordered
from tests.unit.domain.sequences import sequences, tell

ID, PLAN_ID = DocumentId(UUID(int=22)), PlanId(UUID(int=23))
A, B, C = (Content(sha256=letter * 64, size_bytes=9, media_type="application/pdf") for letter in "abc")
ATTACH = AttachDocument(document_id=ID, title=fr("Rapport"), content=A, language="fr")
ATTACHED = DocumentAttached(title=fr("Rapport"), language="fr", content=A, subject=None, audience=Audience.TENANT)
SECOND = DocumentVersionAdded(number=2, language=None, content=B)
NOTHING: Loaded[Any] = Loaded(state=DOCUMENT.initial)


def job(content: Content) -> JobRow:
    return JobRow(actor="erase_content", queue="documents", args=(str(TENANT), content.sha256))


def test_a_document_is_its_content_s_hash_which_belongs_to_it_alone() -> None:
    decided = ordered(NOTHING, ATTACH)

    assert list(decided.events) == [ATTACHED]
    assert list(decided.claims) == [f"content/{'a' * 64}"]
    document = given(DOCUMENT, ATTACHED)
    assert ([version.content for version in document.versions], document.audience) == ([A], Audience.TENANT)


def test_it_may_belong_to_a_record_of_the_same_log_that_exists() -> None:
    drafted = PlanDrafted(kind="action_plan", title=fr("P"), period=Period.fiscal_year(2024), agreement_id=None)
    subject = Subject(stream="plan", id=PLAN_ID)
    command = AttachDocument(document_id=ID, title=fr("Rapport"), content=A, subject=subject)

    (event,) = ordered(NOTHING, command, others={StreamId(PLAN_ID): loaded(PLAN, drafted)}).events
    assert isinstance(event, DocumentAttached)
    assert event.subject == subject
    with pytest.raises(StreamMissingError):
        ordered(NOTHING, command)
    unheard = Subject(stream="pony", id=PLAN_ID)
    with pytest.raises(DocumentSubjectError):
        ordered(NOTHING, AttachDocument(document_id=ID, title=fr("R"), content=A, subject=unheard))


def test_versions_are_numbered_and_a_content_comes_once() -> None:
    decided = ordered(loaded(DOCUMENT, ATTACHED), AddDocumentVersion(document_id=ID, content=B))

    assert list(decided.events) == [SECOND]
    assert list(decided.claims) == [f"content/{'b' * 64}"]
    two = loaded(DOCUMENT, ATTACHED, SECOND)
    assert list(ordered(two, AddDocumentVersion(document_id=ID, content=B)).events) == []
    with pytest.raises(ContentRepeatsError) as refusal:
        ordered(two, AddDocumentVersion(document_id=ID, content=A))
    assert refusal.value.number == 1


def test_an_erased_content_does_not_come_back() -> None:
    erased = loaded(DOCUMENT, ATTACHED, DocumentErased(numbers=(1,), ground="rights"))

    with pytest.raises(ContentRepeatsError):
        ordered(erased, AddDocumentVersion(document_id=ID, content=A))


def test_an_erasure_keeps_the_hash_and_takes_the_bytes_with_its_very_event() -> None:
    two = loaded(DOCUMENT, ATTACHED, SECOND)

    one = ordered(two, EraseDocument(document_id=ID, ground="personal_data", number=1))
    assert list(one.events) == [DocumentErased(numbers=(1,), ground="personal_data")]
    assert list(one.jobs) == [job(A)]
    rest = ordered(
        loaded(DOCUMENT, ATTACHED, SECOND, *one.events), EraseDocument(document_id=ID, ground="retention")
    )
    assert list(rest.events) == [DocumentErased(numbers=(2,), ground="retention")]
    assert list(rest.jobs) == [job(B)]
    both = given(DOCUMENT, ATTACHED, SECOND, *one.events, *rest.events)
    assert [(version.content.sha256[0], version.erased) for version in both.versions] == [("a", True), ("b", True)]
    again = ordered(loaded(DOCUMENT, ATTACHED, *one.events), EraseDocument(document_id=ID, ground="rights"))
    assert (list(again.events), list(again.jobs)) == ([], [])


def test_only_a_version_that_exists_is_erased() -> None:
    with pytest.raises(DocumentVersionMissingError):
        ordered(loaded(DOCUMENT, ATTACHED), EraseDocument(document_id=ID, ground="rights", number=2))


def test_a_withdrawn_document_gets_no_version_but_can_still_be_erased() -> None:
    reason = SealedText.about(ID, "Remplacé.")
    document = given(DOCUMENT, ATTACHED)
    assert withdraw(document, WithdrawDocument(document_id=ID, reason=reason)) == [
        DocumentWithdrawn(reason=reason)
    ]

    gone = loaded(DOCUMENT, ATTACHED, DocumentWithdrawn(reason=None))
    with pytest.raises(DocumentWithdrawnError):
        ordered(gone, WithdrawDocument(document_id=ID))
    with pytest.raises(DocumentWithdrawnError):
        ordered(gone, AddDocumentVersion(document_id=ID, content=B))
    assert list(ordered(gone, EraseDocument(document_id=ID, ground="rights")).jobs) == [job(A)]


def test_events_of_others_change_nothing() -> None:
    assert given(DOCUMENT, SlugAdded(slug="erables")) == DOCUMENT.initial


def test_all_but_the_commons_may_hold_documents() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is DOCUMENT} == {OWNERS}


@given_any(
    sequences(
        ATTACH,
        st.builds(AddDocumentVersion, document_id=st.just(ID), content=st.sampled_from([A, B, C])),
        st.builds(
            EraseDocument,
            document_id=st.just(ID),
            ground=st.just("personal_data"),
            number=st.sampled_from([None, 1, 2, 3]),
        ),
        st.builds(WithdrawDocument, document_id=st.just(ID)),
    )
)
def test_whatever_is_sent_each_content_comes_once_and_is_erased_once(commands: list[tuple[Any, date]]) -> None:
    told = tell(DOCUMENT, commands)

    hashes = [version.content.sha256 for version in told.end.state.versions]
    assert len(set(hashes)) == len(hashes)
    assert [event.number for event in told.of(DocumentVersionAdded)] == list(range(2, len(hashes) + 1))
    erased = [number for event in told.of(DocumentErased) for number in event.numbers]
    assert len(set(erased)) == len(erased)
    assert {n for n, version in enumerate(told.end.state.versions, 1) if version.erased} == set(erased)
