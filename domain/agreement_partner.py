"""Partners of an agreement: the organisations whose people report under it, and see no more than that."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.agreement import (
    AGREEMENT,
    OWNERS,
    Agreement,
    EndPartner,
    NamePartner,
    PartnerEnded,
    PartnerNamed,
    check_open,
)
from domain.case import Case, Need, Reads
from domain.errors import Refusal
from domain.event import Event
from domain.ids import AgreementId, OrganisationId
from domain.organisation import check_named, named
from domain.stream import Decided


@dataclass(eq=False)
class PartnerMissingError(Refusal):
    organisation_id: object
    code = "partner_missing"
    kind = "not_found"
    en = "The organisation {organisation_id} is no partner of this agreement."
    fr = "L’organisation {organisation_id} n’est pas partenaire de cette entente."


def partner_claims(organisation_id: OrganisationId) -> str:
    """What the claims of the agreements begin with that ever named an organisation. They are never given back."""
    return f"partner/{organisation_id}/"


def reports_under(agreement: Agreement, organisation_id: OrganisationId) -> bool:
    """Whether the organisation is a partner now."""
    return agreement.partners.get(organisation_id) is not None


def _organisation(_: Agreement, command: NamePartner, __: Reads) -> Iterator[Need]:
    return named(command.organisation_id)


@AGREEMENT.handles("agreement_id", owners=OWNERS, needs=_organisation)
def name_partner(agreement: Agreement, command: NamePartner, case: Case) -> list[Event] | Decided:
    """Name a partner; under the same name again records nothing.

    Raises:
        AgreementEndedError: it was terminated.
        StreamMissingError: no such organisation is registered in the commons.
    """
    check_open(agreement)
    check_named(case, command.organisation_id)
    if agreement.partners.get(command.organisation_id) == command.name:
        return []
    events: list[Event] = [PartnerNamed(organisation_id=command.organisation_id, name=command.name)]
    return Decided(events=events, claims=_claims(agreement, command.organisation_id, command.agreement_id))


@AGREEMENT.handles("agreement_id", owners=OWNERS)
def end_partner(agreement: Agreement, command: EndPartner) -> list[Event]:
    """End what a partner may, of a terminated agreement too; once is enough.

    Raises:
        PartnerMissingError: it was never named.
    """
    if command.organisation_id not in agreement.partners:
        raise PartnerMissingError(organisation_id=command.organisation_id)
    name = agreement.partners[command.organisation_id]
    return [] if name is None else [PartnerEnded(organisation_id=command.organisation_id, name=name)]


def _claims(agreement: Agreement, organisation_id: OrganisationId, agreement_id: AgreementId) -> list[str]:
    """Taken the first time: agreements are found by them, and say by themselves whether it still holds."""
    return [] if organisation_id in agreement.partners else [f"{partner_claims(organisation_id)}{agreement_id}"]
