"""Names and contacts of people in a body: seen and corrected by themselves, and by the body's coordinators."""

from typing import Annotated

import msgspec

from domain.ids import PersonId, TenantId
from domain.mail import is_address
from infra.pii.persons import Person
from services.bootstrap import WriteSide
from services.identity.refusals import PersonUnknownError
from services.refusals import FieldsInvalidError
from services.wordings import located

Line = Annotated[str, msgspec.Meta(max_length=200)]


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of somebody in one body, all of it anew: what is left out is not known any more."""

    name: Line | None = None
    email: Line | None = None
    phone: Line | None = None


async def contact_of(write: WriteSide, tenant_id: TenantId, person_id: PersonId) -> Contact:
    """What a body knows of a person.

    Raises:
        PersonUnknownError: nobody goes by this pseudonym there, or nobody any more.
    """
    found = (await write.vault.people(tenant_id, [person_id])).get(person_id)
    if found is None:
        raise PersonUnknownError
    return Contact(name=found.name, email=found.email, phone=found.phone)


async def correct(write: WriteSide, tenant_id: TenantId, person_id: PersonId, contact: Contact) -> None:
    """Replace what a body knows of a person.

    Raises:
        FieldsInvalidError: the address is none.
        PersonUnknownError: nobody goes by this pseudonym there, or nobody any more.
    """
    name, email, phone = (_line(one) for one in (contact.name, contact.email, contact.phone))
    if email is not None and not is_address(email):
        raise FieldsInvalidError((located("no mail address", "$.email"),))
    if not await write.vault.rectify(tenant_id, person_id, Person(name, email, phone)):
        raise PersonUnknownError


def _line(given: str | None) -> str | None:
    """Without what stands around it; nothing is as good as absent."""
    line = " ".join((given or "").replace("\0", " ").split())
    return line or None
