"""Organisations of the commons, where something outside a log names one."""

from uuid import UUID

from domain.errors import StreamMissingError
from domain.ids import COMMONS, OrganisationId, PersonId, StreamId, TenantId
from domain.organisation import ORGANISATION
from infra.access.represented import AnotherOrganisationError
from services.bootstrap import WriteSide
from services.refusals import FieldsInvalidError
from services.refusals.rights import OtherOrganisationError
from services.wordings import located


async def check_registered(write: WriteSide, organisation_id: OrganisationId | None) -> None:
    """Refuse an organisation that is not registered; None passes.

    Raises:
        StreamMissingError: there is none with this id in the commons.
    """
    if organisation_id is None:
        return
    loaded = await write.store.load(COMMONS, ORGANISATION, StreamId(organisation_id))
    if loaded.version == 0:
        raise StreamMissingError(stream=ORGANISATION.name, stream_id=organisation_id)


async def organisation_of(write: WriteSide, given: str | None) -> OrganisationId | None:
    """The organisation that somebody wrote the id of at the console; None where nothing is written.

    Raises:
        FieldsInvalidError: it is no id.
        StreamMissingError: there is none with this id in the commons.
    """
    if given is None:
        return None
    try:
        organisation_id = OrganisationId(UUID(given))
    except ValueError as error:
        raise FieldsInvalidError((located("Expected UUID", "$.organisation_id"),)) from error
    await check_registered(write, organisation_id)
    return organisation_id


async def keep_for(
    write: WriteSide, tenant_id: TenantId, person_id: PersonId, organisation_id: OrganisationId
) -> None:
    """Let a person act for an organisation.

    Raises:
        OtherOrganisationError: they act for another one.
    """
    try:
        await write.represented.keep(tenant_id, person_id, organisation_id)
    except AnotherOrganisationError as error:
        raise OtherOrganisationError from error
