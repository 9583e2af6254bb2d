"""Studies: what a partnership found out about its community, and the needs that it identified there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import msgspec

from domain.audience import Audience
from domain.body import PARTNERSHIPS
from domain.case import Case, Need, Reads
from domain.document import DOCUMENT
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import DocumentId, NeedId, StreamId, StudyId
from domain.published_aggregate import Publication
from domain.sorting import Sorted, check_sorted, lists_of
from domain.stream import Command, State, Stream
from domain.values import LocalizedText, Period, SealedText, TerritoryCode

OWNERS = PARTNERSHIPS

Findings = Annotated[tuple[LocalizedText, ...], msgspec.Meta(max_length=50)]


@event("study.Recorded", lifecycle=True)
class StudyRecorded(Event, frozen=True, kw_only=True):
    title: LocalizedText
    period: Period | None
    """The period that it is about."""
    territory: TerritoryCode | None
    method: LocalizedText | None
    findings: tuple[LocalizedText, ...]
    """What it states for all to read; what is free text is a note."""
    note: SealedText | None
    document_id: DocumentId | None
    publication: Publication | None
    audience: Audience


@event("study.NeedIdentified", lifecycle=True)
class NeedIdentified(Event, frozen=True, kw_only=True):
    need_id: NeedId
    statement: LocalizedText
    sorted_by: Sorted | None
    audience: Audience
    """That of the study."""


@event("study.NeedWithdrawn", lifecycle=True)
class NeedWithdrawn(Event, frozen=True, kw_only=True):
    """The study does not show this need, or it was recorded twice."""

    need_id: NeedId
    note: SealedText | None


@event("study.Withdrawn", lifecycle=True)
class StudyWithdrawn(Event, frozen=True, kw_only=True):
    note: SealedText | None


class RecordStudy(Command, frozen=True, kw_only=True):
    """Record a study of the community."""

    study_id: StudyId
    title: LocalizedText
    period: Period | None = None
    territory: TerritoryCode | None = None
    method: LocalizedText | None = None
    findings: Findings = ()
    note: SealedText | None = None
    document_id: DocumentId | None = None
    publication: Publication | None = None
    audience: Audience = Audience.PUBLIC


class IdentifyNeed(Command, frozen=True, kw_only=True):
    """Record a need that a study identified."""

    study_id: StudyId
    need_id: NeedId
    statement: LocalizedText
    sorted_by: Sorted | None = None


class WithdrawNeed(Command, frozen=True, kw_only=True):
    study_id: StudyId
    need_id: NeedId
    note: SealedText | None = None


class WithdrawStudy(Command, frozen=True, kw_only=True):
    study_id: StudyId
    note: SealedText | None = None


@dataclass(eq=False)
class StudyWithdrawnError(Refusal):
    study_id: object
    code = "study_withdrawn"
    en = "The study {study_id} was withdrawn."
    fr = "L’étude {study_id} a été retirée."


@dataclass(eq=False)
class NeedExistsError(Refusal):
    need_id: object
    code = "need_exists"
    en = "The study already has a need {need_id}."
    fr = "L’étude a déjà un besoin {need_id}."


@dataclass(eq=False)
class NeedMissingError(Refusal):
    need_id: object
    code = "need_missing"
    en = "The study has no need {need_id} that stands."
    fr = "L’étude n’a aucun besoin {need_id} qui tienne."


class Study(State, frozen=True, kw_only=True):
    title: LocalizedText | None = None
    findings: tuple[LocalizedText, ...] = ()
    audience: Audience = Audience.DRAFT
    needs: tuple[NeedId, ...] = ()
    """Withdrawn ones too."""
    withdrawn_needs: frozenset[NeedId] = frozenset()
    withdrawn: bool = False


def evolve(study: Study, recorded: Recorded) -> Study:
    replace = msgspec.structs.replace
    match recorded.payload:
        case StudyRecorded(title=title, findings=findings, audience=audience):
            return replace(study, title=title, findings=findings, audience=audience)
        case NeedIdentified(need_id=need_id):
            return replace(study, needs=(*study.needs, need_id))
        case NeedWithdrawn(need_id=need_id):
            return replace(study, withdrawn_needs=study.withdrawn_needs | {need_id})
        case StudyWithdrawn():
            return replace(study, withdrawn=True)
    return study


STUDY = Stream("study", Study(), evolve)


def _document(study: Study, command: RecordStudy, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    if command.document_id is not None:
        yield Need(DOCUMENT, StreamId(command.document_id))


def _themes(study: Study, command: IdentifyNeed, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    yield from lists_of(command.sorted_by, reads)


@STUDY.handles("study_id", creates=True, owners=OWNERS, needs=_document)
def record(study: Study, command: RecordStudy, case: Case) -> list[Event]:  # noqa: ARG001 - no past
    """Record a study.

    Raises:
        StreamMissingError: its document is not among those of this body.
    """
    if command.document_id is not None:
        case.state(DOCUMENT, StreamId(command.document_id))
    return [
        StudyRecorded(
            title=command.title,
            period=command.period,
            territory=command.territory,
            method=command.method,
            findings=command.findings,
            note=command.note,
            document_id=command.document_id,
            publication=command.publication,
            audience=command.audience,
        )
    ]


@STUDY.handles("study_id", owners=OWNERS, needs=_themes, elsewhere=True)
def identify_need(study: Study, command: IdentifyNeed, case: Case) -> list[Event]:
    """Record a need, sorted by themes that are in the list it names."""
    _check_stands(study, command.study_id)
    if command.need_id in study.needs:
        raise NeedExistsError(need_id=command.need_id)
    check_sorted(command.sorted_by, case)
    return [
        NeedIdentified(
            need_id=command.need_id,
            statement=command.statement,
            sorted_by=command.sorted_by,
            audience=study.audience,
        )
    ]


@STUDY.handles("study_id", owners=OWNERS)
def withdraw_need(study: Study, command: WithdrawNeed) -> list[Event]:
    _check_stands(study, command.study_id)
    if command.need_id not in study.needs or command.need_id in study.withdrawn_needs:
        raise NeedMissingError(need_id=command.need_id)
    return [NeedWithdrawn(need_id=command.need_id, note=command.note)]


@STUDY.handles("study_id", owners=OWNERS)
def withdraw(study: Study, command: WithdrawStudy) -> list[Event]:
    _check_stands(study, command.study_id)
    return [StudyWithdrawn(note=command.note)]


def _check_stands(study: Study, study_id: StudyId) -> None:
    if study.withdrawn:
        raise StudyWithdrawnError(study_id=study_id)
