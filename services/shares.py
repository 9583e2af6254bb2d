"""What of a body a partner's reporter works on: the agreements that name the own organisation, and what is theirs.

Read anew with each request, from the log: a partner that is ended has nothing more to see with the next one.
"""

from uuid import UUID

from domain import activity, document
from domain.agreement import AGREEMENT, FulfilObligation, RecordContribution
from domain.agreement_partner import partner_claims, reports_under
from domain.audience import LIMITED
from domain.ids import StreamId, TenantId
from domain.plan.commands import RecordPlanProgress
from domain.requirement import REQUIREMENT
from domain.stream import Command
from domain.submission import commands as figures
from domain.submission.state import SUBMISSION
from infra.access.tokens import Bearer
from readapi.viewer import NOTHING, Share
from services.bootstrap import WriteSide
from services.refusals.rights import OutsideShareError


async def share_of(write: WriteSide, bearer: Bearer) -> Share | None:
    """What the bearer is limited to in the own body; None: it is not limited."""
    if bearer.role not in LIMITED:
        return None
    organisation_id = await write.represented.organisation_of(bearer.tenant_id, bearer.person_id)
    if organisation_id is None:
        return NOTHING
    named = await write.store.claimed_under(bearer.tenant_id, partner_claims(organisation_id))
    loaded = {
        stream_id: (await write.store.load(bearer.tenant_id, AGREEMENT, stream_id)).state for stream_id in named
    }
    agreements = {stream_id: state for stream_id, state in loaded.items() if reports_under(state, organisation_id)}
    return Share(
        agreements=frozenset(agreements),
        plans=frozenset(state.plan_id for state in agreements.values() if state.plan_id is not None),
        people=frozenset(await write.represented.people(bearer.tenant_id, organisation_id)),
    )


async def check_share(write: WriteSide, bearer: Bearer, command: Command) -> None:
    """Let an order pass, or refuse it: somebody who is limited works on what is the own organisation's alone.

    Raises:
        OutsideShareError: it is about something else, or about nothing that there is.
    """
    share = await share_of(write, bearer)
    if share is not None and not await _Within(write, bearer.tenant_id, share).holds(command):
        raise OutsideShareError


class _Within:
    """Tells what of a body's log is within a share."""

    def __init__(self, write: WriteSide, tenant_id: TenantId, share: Share) -> None:
        self._write = write
        self._tenant_id = tenant_id
        self._share = share

    async def holds(self, command: Command) -> bool:
        """Whether an order is about what is within; one that is not named here never is."""
        match command:
            case FulfilObligation() | RecordContribution():
                return command.agreement_id in self._share.agreements
            case RecordPlanProgress():
                return command.plan_id in self._share.plans
            case figures.DraftSubmission():
                return await self._requirement(command.requirement_id)
            case (
                figures.RedraftSubmission()
                | figures.SubmitSubmission()
                | figures.ResubmitSubmission()
                | figures.CorrectSubmission()
            ):
                return await self._submission(command.submission_id)
            case document.AttachDocument():
                return await self.subject(command.subject)
            case document.AddDocumentVersion():
                loaded = await self._write.store.load(
                    self._tenant_id, document.DOCUMENT, StreamId(command.document_id)
                )
                return await self.subject(loaded.state.subject)
            case activity.RecordSession() | activity.RecordReferral() | activity.RecordPresentation():
                return bool(self._share.people)  # what the own people record is the organisation's
            case activity.CorrectActivity() | activity.WithdrawActivity():
                return await self._activity(command.activity_id)
        return False

    async def subject(self, subject: document.Subject | None) -> bool:
        """Whether a document that belongs to a record, or to none, is within."""
        match subject:
            case document.Subject(stream="agreement"):
                return subject.id in self._share.agreements
            case document.Subject(stream="requirement"):
                return await self._requirement(subject.id)
            case document.Subject(stream="submission"):
                return await self._submission(subject.id)
            case document.Subject(stream="activity"):
                return await self._activity(subject.id)
        return False

    async def _requirement(self, requirement_id: UUID | None) -> bool:
        if requirement_id is None:
            return False
        loaded = await self._write.store.load(self._tenant_id, REQUIREMENT, StreamId(requirement_id))
        return loaded.state.agreement_id in self._share.agreements

    async def _submission(self, submission_id: UUID) -> bool:
        loaded = await self._write.store.load(self._tenant_id, SUBMISSION, StreamId(submission_id))
        return await self._requirement(loaded.state.requirement_id)

    async def _activity(self, activity_id: UUID) -> bool:
        loaded = await self._write.store.load(self._tenant_id, activity.ACTIVITY, StreamId(activity_id))
        return loaded.state.recorded_by in self._share.people


async def within(write: WriteSide, tenant_id: TenantId, share: Share, subject: document.Subject | None) -> bool:
    """Whether a document that belongs to a record is within a share."""
    return await _Within(write, tenant_id, share).subject(subject)
