"""Who may give which order. One table; the door asks it, and nothing else decides.

Adding a command means adding its line here; a test compares the table with the registry.
"""

from collections.abc import Mapping
from typing import Final, get_args

from domain.audience import LIMITED
from domain.envelope import Role
from domain.ids import COMMONS, OrganisationId, TenantId
from readapi.viewer import OUTSIDER_ROLES
from services.identity.refusals import RoleNotInvitedError
from services.refusals.rights import (
    NotForLimitedError,
    NotForOutsidersError,
    OrganisationNeededError,
    RoleNotAllowedError,
)

ROLES: Final[tuple[Role, ...]] = get_args(Role)

_OPERATOR: Final[frozenset[Role]] = frozenset({"operator"})
_COORDINATOR: Final[frozenset[Role]] = frozenset({"coordinator"})
_REPORTING: Final[frozenset[Role]] = frozenset({"coordinator", "partner_reporter", "regional_adviser"})
_ADVISING: Final[frozenset[Role]] = frozenset({"coordinator", "regional_adviser"})
_GOVERNING: Final[frozenset[Role]] = frozenset({"coordinator", "chair", "regional_adviser"})
_DEFINING: Final[frozenset[Role]] = frozenset({"coordinator", "regional_adviser", "programme_officer", "operator"})
_REQUIRING: Final[frozenset[Role]] = frozenset({"coordinator", "regional_adviser", "programme_officer"})
_REVIEWING: Final[frozenset[Role]] = frozenset({"chair", "regional_adviser", "plan_approver", "programme_officer"})
_APPROVING: Final[frozenset[Role]] = frozenset({"coordinator", "plan_approver"})
_PUBLISHING: Final[frozenset[Role]] = frozenset({"coordinator", "regional_adviser", "programme_officer"})
_GRANTING: Final[frozenset[Role]] = frozenset({"coordinator", "chair"})
_AUDITING: Final[frozenset[Role]] = frozenset({"coordinator", "programme_officer"})
_LISTING: Final[frozenset[Role]] = frozenset({"operator", "coordinator", "programme_officer"})

ROLES_OF_COMMAND: Final[Mapping[str, frozenset[Role]]] = {
    # commons
    "RegisterBody": _OPERATOR,
    "AddSlug": _OPERATOR,
    "RegisterOrganisation": _OPERATOR,
    "RenameOrganisation": _OPERATOR,
    "ConsentToListing": _OPERATOR,
    "WithdrawListing": _OPERATOR,
    "MergeOrganisation": _OPERATOR,
    # body
    "OpenBody": _OPERATOR,
    "OpenEpoch": _OPERATOR,
    "RenameBody": _COORDINATOR,
    "ChangeLeadOrganisation": _COORDINATOR,
    "SetCatchment": _COORDINATOR,
    "EnterPhase": _ADVISING,
    "ProposeSuccession": _COORDINATOR,
    "AcceptSuccession": _COORDINATOR,
    "WithdrawSuccession": _COORDINATOR,
    "SucceedBody": _COORDINATOR,
    # plan
    "DraftPlan": _COORDINATOR,
    "RetitlePlan": _COORDINATOR,
    "AddPlanElement": _COORDINATOR,
    "RewordPlanElement": _COORDINATOR,
    "WithdrawPlanElement": _COORDINATOR,
    "AlignPlanToParent": _ADVISING,
    "RecordConsultation": _ADVISING,
    "AdoptPlanRevision": _APPROVING,
    "PublishPlanRevision": _APPROVING,
    "RecordPlanProgress": _REPORTING,
    "ClosePlan": _COORDINATOR,
    # indicator
    "DefineIndicator": _DEFINING,
    "ReviseIndicator": _DEFINING,
    "RetireIndicator": _DEFINING,
    # alignment
    "AlignIndicator": _ADVISING,
    "RealignIndicator": _ADVISING,
    "WithdrawAlignment": _ADVISING,
    # requirement
    "RequireSubmission": _REQUIRING,
    "ExemptPeriod": _REQUIRING,
    "EndRequirement": _REQUIRING,
    # submission: here, whoever takes a step in any route; the route of the body decides
    "DraftSubmission": _REPORTING,
    "RedraftSubmission": _REPORTING,
    "SubmitSubmission": _REPORTING,
    "ResubmitSubmission": _REPORTING,
    "CorrectSubmission": _REPORTING,
    "ReturnSubmission": _REVIEWING,
    "ValidateSubmission": _REVIEWING,
    "ApproveSubmission": _REVIEWING,
    "PublishSubmission": _REVIEWING | _COORDINATOR,
    "TieTarget": _ADVISING,
    # agreement
    "SignAgreement": _COORDINATOR,
    "AmendAgreement": _COORDINATOR,
    "RenewAgreement": _COORDINATOR,
    "TerminateAgreement": _COORDINATOR,
    "AddObligation": _COORDINATOR,
    "FulfilObligation": _REPORTING,
    "RecordContribution": _REPORTING,
    "NamePartner": _COORDINATOR,
    "EndPartner": _COORDINATOR,
    # provider
    "MandateProvider": _COORDINATOR,
    "ChangeMandate": _COORDINATOR,
    "EndMandate": _COORDINATOR,
    # decision
    "MakeDecision": _GOVERNING,
    "RatifyDecision": _GOVERNING,
    "RescindDecision": _GOVERNING,
    "SupersedeDecision": _GOVERNING,
    "PublishDecision": _GOVERNING,
    # meeting
    "ConveneMeeting": _GOVERNING,
    "SetAgenda": _GOVERNING,
    "RecordAttendance": _GOVERNING,
    "MoveMotion": _GOVERNING,
    "RecordRecusal": _GOVERNING,
    "RecordVote": _GOVERNING,
    "RecordConsensus": _GOVERNING,
    "RecordDissent": _GOVERNING,
    "DecideMotion": _GOVERNING,
    "CloseMeeting": _GOVERNING,
    "DraftMinutes": _GOVERNING,
    "CorrectMinutes": _GOVERNING,
    "AdoptMinutes": _GOVERNING,
    # target
    "SetBaseline": _ADVISING,
    "SetTarget": _ADVISING,
    "ReviseTarget": _ADVISING,
    # published aggregate
    "RecordPublishedAggregate": _PUBLISHING,
    "CorrectPublishedAggregate": _PUBLISHING,
    "WithdrawPublishedAggregate": _PUBLISHING,
    # access grant
    "GrantAccess": _GRANTING,
    "RevokeAccess": _GRANTING,
    "RestoreAccess": _GRANTING,
    # audit mandate
    "OpenAuditMandate": _AUDITING,
    "ExtendAuditMandate": _AUDITING,
    "CloseAuditMandate": _AUDITING,
    # committee
    "EstablishCommittee": _GOVERNING,
    "RenameCommittee": _GOVERNING,
    "AdoptTermsOfReference": _GOVERNING,
    "DissolveCommittee": _GOVERNING,
    # seat
    "CreateSeat": _GOVERNING,
    "SeatMember": _GOVERNING,
    "EndTerm": _GOVERNING,
    "NameAlternate": _GOVERNING,
    "ExpressInterest": _GOVERNING | {"member"},
    "NominateCandidate": _GOVERNING | {"member"},
    "ApproveCandidate": _GOVERNING,
    "CloseCandidacy": _GOVERNING,
    "AbolishSeat": _GOVERNING,
    # document
    "AttachDocument": _REPORTING,
    "AddDocumentVersion": _REPORTING,
    "WithdrawDocument": _ADVISING,
    "EraseDocument": _COORDINATOR,
    # activity log
    "RecordSession": _REPORTING,
    "RecordReferral": _REPORTING,
    "RecordPresentation": _REPORTING,
    "CorrectActivity": _REPORTING,
    "WithdrawActivity": _REPORTING,
    # theme list
    "PublishThemeList": _LISTING,
    "PublishThemeListVersion": _LISTING,
    "CrosswalkThemeLists": _LISTING,
    "RetireThemeList": _LISTING,
    # endorsement
    "RecordEndorsement": _COORDINATOR,
    "WithdrawEndorsement": _COORDINATOR,
    # practice
    "DescribePractice": _ADVISING,
    "AdoptPractice": _ADVISING,
    "RevisePractice": _ADVISING,
    "RecordAdoption": _ADVISING,
    "WithdrawPractice": _COORDINATOR,
    # study
    "RecordStudy": _ADVISING,
    "IdentifyNeed": _ADVISING,
    "WithdrawNeed": _ADVISING,
    "WithdrawStudy": _COORDINATOR,
    # dataset
    "RegisterDataset": _LISTING,
    "PublishVintage": _LISTING,
    "WithdrawVintage": _LISTING,
    "NameCategories": _LISTING,
    "TieClaim": _LISTING,
    "WithdrawClaim": _LISTING,
    # report template
    "PublishReportTemplate": _REQUIRING,
    "PublishReportTemplateVersion": _REQUIRING,
    "RetireReportTemplate": _REQUIRING,
    # frozen comparison
    "FreezeComparison": _REQUIRING,
    # erasure
    "ErasePerson": _COORDINATOR,
    # addresses: outside every log
    "ListAddresses": _COORDINATOR,
    "AddAddress": _COORDINATOR,
    "RemoveAddress": _COORDINATOR,
    # readings: outside every log
    "ListReadings": _COORDINATOR,
    # people: outside every log
    "ListInvitations": _COORDINATOR | _OPERATOR,
    "InvitePerson": _COORDINATOR | _OPERATOR,
    "WithdrawInvitation": _COORDINATOR | _OPERATOR,
    "ListMembers": _COORDINATOR | _OPERATOR,
    "EndMembership": _COORDINATOR | _OPERATOR,
    "ReadPerson": _COORDINATOR,
    "CorrectPerson": _COORDINATOR,
    # tokens of machines: outside every log
    "ListServiceTokens": _COORDINATOR | _OPERATOR,
    "IssueServiceToken": _COORDINATOR | _OPERATOR,
    "RevokeServiceToken": _COORDINATOR | _OPERATOR,
}
GRAVE: Final[frozenset[str]] = frozenset(
    {
        *("GrantAccess", "RevokeAccess", "RestoreAccess"),
        *("OpenAuditMandate", "ExtendAuditMandate", "CloseAuditMandate"),
        *("EraseDocument", "ErasePerson", "EndMembership", "OpenEpoch", "SucceedBody"),
        *("TakePack", "ChangeFactor", "AddPasskey", "RemovePasskey"),
    }
)
"""What opens or closes a body to others, cannot be undone, takes a body's history away, or changes how somebody
comes in. In a session, it asks that they have lately shown who they are (`services.identity.confirming`)."""
OF_THE_READER: Final[frozenset[str]] = frozenset({"TakePack", "ChangeFactor", "AddPasskey", "RemovePasskey"})
"""Grave acts that are no line of the table: their doors say who may."""

OUTSIDE_LOGS: Final[frozenset[str]] = frozenset(
    {
        *("ListAddresses", "AddAddress", "RemoveAddress", "ListReadings"),
        *("ListInvitations", "InvitePerson", "WithdrawInvitation", "ListMembers", "EndMembership"),
        *("ReadPerson", "CorrectPerson"),
        *("ListServiceTokens", "IssueServiceToken", "RevokeServiceToken"),
    }
)
"""What is allowed by the same table and is no command: nothing of it is recorded."""

ROLES_INVITED_BY: Final[Mapping[Role, frozenset[Role]]] = {
    "coordinator": frozenset({"coordinator", "chair", "member", "partner_reporter"}),
    "operator": frozenset(ROLES) - {"system"},
}
"""Who may invite whom. Those who validate, approve or return what a partnership submits are not invited by it."""
ROLES_WITH_SECOND_FACTOR: Final[frozenset[Role]] = frozenset(
    {
        *("coordinator", "chair", "regional_adviser", "plan_approver", "programme_officer"),
        *("funder_analyst", "auditor", "operator"),
    }
)
"""Who comes in by a password and something else too, never by a password alone."""


def check_may_invite(role: Role, invited: Role, tenant_id: TenantId) -> None:
    """Let an invitation pass, or refuse it: operators belong to the commons, and nobody else does.

    Raises:
        RoleNotInvitedError: the table does not let this role invite that one here.
    """
    if invited not in ROLES_INVITED_BY.get(role, frozenset()) or (invited == "operator") != (tenant_id == COMMONS):
        raise RoleNotInvitedError(role=role, invited=invited)


def check_organisation(role: Role, organisation_id: OrganisationId | None) -> None:
    """Let a role be given for an organisation, or for none, or refuse it.

    Raises:
        OrganisationNeededError: the role is there for an organisation and none is named, or the other way round.
    """
    if (role in LIMITED) != (organisation_id is not None):
        raise OrganisationNeededError(role="partner_reporter")


def check_role(role: Role, command: str) -> None:
    """Let the order pass, or refuse it.

    Raises:
        RoleNotAllowedError: the table does not give this order to this role.
    """
    if role not in ROLES_OF_COMMAND.get(command, frozenset()):
        raise RoleNotAllowedError(role=role, command=command)


def check_member(role: Role, *, limited: bool = False) -> None:
    """Let a member of the body pass; not those who read for it what others opened to it.

    Args:
        role: in which somebody acts.
        limited: whether those pass too who are there for one organisation.

    Raises:
        NotForOutsidersError: the role is no member's.
        NotForLimitedError: it is there for one organisation.
    """
    if role in OUTSIDER_ROLES:
        raise NotForOutsidersError(role=role)
    if role in LIMITED and not limited:
        raise NotForLimitedError(role=role)
