"""What is kept of somebody, on their account's page: seen, corrected and taken away."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from domain.ids import PersonId, TenantId
from infra.access.sessions import Session
from services.contacts import Contact, contact_of, correct
from services.decoding import convert
from services.erasing import own_data
from services.identity.acting import missing
from services.identity.confirming import is_confirmed
from services.identity.noting import note
from services.identity.provider_refusals import OwnSignInNeededError
from services.web.places import place, routes
from services.web.signing_in import onwards
from services.web.visiting import Visit, led_to, submission_of, visit_of

AnyRequest = Request[Any, Any, Any]


def own_data_routes() -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""
    return [take_own_data, correct_contact]


@get(routes("own_data"))
async def take_own_data(request: AnyRequest) -> Response[Any]:
    """All that is kept of whoever is signed in, as a file. It asks that they have lately shown who they are.

    Raises:
        OwnSignInNeededError: a provider opened the session, and vouches for its own body alone.
    """
    visit = await visit_of(request)
    session = visit.session
    if session is None or missing(session) is not None:
        return _led_to_sign_in(visit, session)
    if session.via is not None:
        raise OwnSignInNeededError
    if not await is_confirmed(visit.identity, session.account_id, session.session_id):
        return led_to(visit, place("confirm", visit.language, next_=place("account", visit.language)))
    account = await visit.identity.accounts.find(session.email)
    if account is None:
        return _led_to_sign_in(visit, None)
    await note(visit.identity, "data_taken", account_id=session.account_id)
    content = msgspec.json.format(msgspec.json.encode(await own_data(visit.write, account)), indent=2)
    headers = {"Content-Disposition": 'attachment; filename="entente.json"', "Cache-Control": "no-store"}
    return Response(content, media_type=MediaType.JSON, headers=headers)


@post(routes("contact"), status_code=200)
async def correct_contact(request: AnyRequest) -> Response[Any]:
    """Correct one's own name and contact in one of one's bodies.

    Raises:
        FieldsInvalidError: the address is none, or a line is too long.
    """
    visit = await submission_of(request)
    session = visit.session
    if session is None or missing(session) is not None:
        return _led_to_sign_in(visit, session)
    wanted = visit.fields.get("body", "")
    for tenant_id, person_id in await own_people(visit, session):
        if str(tenant_id) == wanted:
            given = {name: visit.fields.get(name, "") for name in ("name", "email", "phone")}
            await correct(visit.write, tenant_id, person_id, convert(given, Contact, "$"))
            await note(visit.identity, "contact_corrected", account_id=session.account_id, tenant_id=tenant_id)
    return led_to(visit, place("account", visit.language))


async def own_people(visit: Visit, session: Session) -> list[tuple[TenantId, PersonId]]:
    """Under which pseudonyms somebody acts or acted; in a provider's session, in its body alone."""
    known = await visit.write.vault.pseudonyms(session.account_id)
    return [pair for pair in known if session.via is None or session.via.body_id == pair[0]]


async def contacts(visit: Visit, session: Session) -> list[tuple[UUID, str, Contact]]:
    """What bodies know of somebody: the body, its name, and the contact."""
    return [
        (
            tenant_id,
            await visit.write.bodies.name(tenant_id, visit.language),
            await contact_of(visit.write, tenant_id, person_id),
        )
        for tenant_id, person_id in await own_people(visit, session)
    ]


def _led_to_sign_in(visit: Visit, session: Session | None) -> Response[Any]:
    if session is None:
        return led_to(visit, place("sign_in", visit.language), signed_out=visit.secret is not None)
    return led_to(visit, onwards(visit, session))
