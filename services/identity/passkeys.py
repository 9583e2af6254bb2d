"""Signing in with a passkey, and adding one: what is asked of the browser, and whether its answer holds."""

from typing import Final, NamedTuple

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from infra.access.attempts import PER_ADDRESS, BlockedError
from infra.access.passkeys import PasskeyKnownError, PasskeysFullError
from infra.access.sessions import Session
from services.identity.noting import note, warn
from services.identity.parts import Identity
from services.identity.refusals import PasskeyRefusedError, TooManyAttemptsError

_NAME: Final = "Entente"
_SIGN_IN: Final = "sign in"


class Site(NamedTuple):
    """Where the browser is, as it names it."""

    host: str
    """The name that passkeys are bound to, without a port."""
    origins: list[str]
    browser: str
    """Binds a challenge to the browser that it was asked of."""


class _ClientData(msgspec.Struct, frozen=True):
    challenge: str


class _Response(msgspec.Struct, frozen=True):
    clientDataJSON: str  # noqa: N815 - the browser's own name


class _Credential(msgspec.Struct, frozen=True):
    """As much of a browser's answer as has to be known before it is verified."""

    id: str
    response: _Response


async def asked_to_sign_in(identity: Identity, site: Site, *, address: str) -> str:
    """What a browser needs to sign in with whichever passkey it has for this site, as JSON.

    Raises:
        TooManyAttemptsError: too many in vain from this network address.
    """
    try:
        await identity.attempts.begin("address", address, PER_ADDRESS)
    except BlockedError as error:
        raise TooManyAttemptsError(seconds=error.seconds) from error
    options = generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    await identity.passkeys.ask(options.challenge, f"{_SIGN_IN}|{site.browser}")
    return options_to_json(options)


async def signed_in(
    identity: Identity, site: Site, answer: str, *, address: str, agent: str, instead_of: str | None
) -> str:
    """A new session by a passkey whose holder was verified: two factors in one. Its secret.

    Raises:
        PasskeyRefusedError: the answer does not hold, or to nothing that was asked.
    """
    credential, challenge = _taken_apart(answer)
    if not await identity.passkeys.was_asked(challenge, f"{_SIGN_IN}|{site.browser}"):
        raise PasskeyRefusedError
    credential_id = base64url_to_bytes(credential.id)
    passkey = await identity.passkeys.find(credential_id)
    if passkey is None:
        await warn(identity, "passkey_refused")
        raise PasskeyRefusedError
    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origins,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        await warn(identity, "passkey_refused", account_id=passkey.account_id)
        raise PasskeyRefusedError from error
    if not await identity.passkeys.signed(passkey.account_id, credential_id, verified.new_sign_count):
        await warn(identity, "passkey_copied", account_id=passkey.account_id)
        raise PasskeyRefusedError
    await identity.attempts.succeeded("address", address, all_=False)
    memberships = await identity.accounts.memberships(passkey.account_id)
    token = await identity.sessions.begin(
        passkey.account_id,
        "second",
        memberships[0] if memberships else None,
        agent=agent,
        instead_of=instead_of,
    )
    await note(identity, "signed_in", account_id=passkey.account_id, factor="passkey")
    return token


async def asked_to_add(identity: Identity, session: Session, site: Site) -> str:
    """What a browser needs to make a passkey for the account that is signed in, as JSON."""
    known = await identity.passkeys.list(session.account_id)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=_NAME,
        user_id=session.account_id.bytes,
        user_name=session.email,
        user_display_name=session.email,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
    )
    await identity.passkeys.ask(options.challenge, _adding(session, site))
    return options_to_json(options)


async def added(identity: Identity, session: Session, site: Site, answer: str, *, agent: str) -> None:
    """Keep the passkey that a browser has made.

    Raises:
        PasskeyRefusedError: the answer does not hold, the key is known, or there are too many.
    """
    _, challenge = _taken_apart(answer)
    if not await identity.passkeys.was_asked(challenge, _adding(session, site)):
        raise PasskeyRefusedError
    try:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origins,
            require_user_verification=True,
        )
        await identity.passkeys.add(
            session.account_id,
            verified.credential_id,
            verified.credential_public_key,
            verified.sign_count,
            agent=agent,
        )
    except (WebAuthnException, ValueError, PasskeyKnownError, PasskeysFullError) as error:
        raise PasskeyRefusedError from error
    await note(identity, "passkey_added", account_id=session.account_id)


def _adding(session: Session, site: Site) -> str:
    return f"add|{session.session_id}|{site.browser}"


def _taken_apart(answer: str) -> tuple[_Credential, bytes]:
    """The credential of an answer, and the challenge that it says it answers."""
    try:
        credential = msgspec.json.decode(answer, type=_Credential)
        said = msgspec.json.decode(base64url_to_bytes(credential.response.clientDataJSON), type=_ClientData)
        return credential, base64url_to_bytes(said.challenge)
    except (msgspec.MsgspecError, ValueError) as error:
        raise PasskeyRefusedError from error
