"""Of which acts one expects an authority, and what an order says of it that says nothing."""

from typing import Final

from domain.agreement import AgreementAmended, AgreementRenewed, AgreementSigned, AgreementTerminated
from domain.committee.rules import CommitteeDissolved, CommitteeEstablished, TermsAdopted
from domain.envelope import Authority, WithoutAuthority
from domain.event import Event
from domain.plan.events import RevisionAdopted
from domain.seat.events import MemberSeated
from domain.target import TargetRevised

EXPECTED: Final[frozenset[type[Event]]] = frozenset(
    {
        *(RevisionAdopted, TargetRevised),
        *(AgreementSigned, AgreementAmended, AgreementRenewed, AgreementTerminated),
        *(CommitteeEstablished, TermsAdopted, CommitteeDissolved, MemberSeated),
    }
)
"""Acts that somebody with the right to has decided."""

NOT_REQUIRED: Final = WithoutAuthority(reason="not_required")
NOT_GIVEN: Final = WithoutAuthority(reason="not_given")
"""Of an order that says nothing of its authority."""


def recorded(authority: Authority, event: type[Event]) -> Authority:
    """The authority as an event keeps it: silence means that none was given, where one is expected, and that none
    is required everywhere else.
    """
    return NOT_REQUIRED if authority == NOT_GIVEN and event not in EXPECTED else authority
