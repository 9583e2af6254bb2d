"""What must not be believed of a provider, nor of whoever comes back from one: each with its control."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
import pytest
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry

from infra.access import logins
from infra.access.logins import Logins, Redirect
from infra.openid import client as openid
from infra.openid.client import OpenIdClient
from services.bootstrap import WriteSide
from services.identity import providers
from services.web import visiting
from tests.integration.services.browsing import Browser
from tests.integration.services.coming import come, go, set_up
from tests.integration.services.conftest import Partnership
from tests.integration.services.issuer import CLIENT, Issuer, signed, signing_key

Patch = Callable[[pytest.MonkeyPatch], None]
STALE = "Cette connexion est déjà faite, a duré plus de dix minutes ou a commencé dans un autre navigateur."


@pytest.fixture
async def name(write: WriteSide, partnership: Partnership, issuer: Issuer) -> str:
    """Of the provider."""
    return await set_up(write, partnership.tenant_id, issuer)


# The state


async def came_back_twice(client: httpx.AsyncClient, issuer: Issuer, name: str, email: str) -> list[int]:
    browser = Browser(client)
    back = issuer.authorise(await go(browser, name), email=email)
    return [(await browser.see(back)).status_code for _ in range(2)]


async def test_a_state_brings_somebody_back_once(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    browser = Browser(client)
    back = issuer.authorise(await go(browser, name), email=email)
    assert (await browser.see(back)).status_code == 303

    again = await browser.see(back)

    assert again.status_code == 403
    assert STALE in again.text
    assert issuer.asked.count("/token") == 1  # the code did not even leave the house


async def test_the_control_of_states_one_that_is_remembered_on_is_believed_again(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    async def remembering(self: Logins, state: str, browser: str) -> Redirect | None:
        row = await self._pool.fetchrow("SELECT * FROM access.use_redirect($1)", logins._hash(state, browser))
        if row is not None:
            seen.append(Redirect(**dict(row)))
        return seen[0] if seen else None

    seen: list[Redirect] = []
    issuer.forgets_codes = False
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Logins, "back", remembering)

        assert await came_back_twice(client, issuer, name, email) == [303, 303]


async def test_a_state_is_of_one_browser_so_that_nobody_is_signed_in_as_somebody_else_by_a_link(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    attacker, victim = Browser(client), Browser(client)
    back = issuer.authorise(await go(attacker, name), email=email)
    await go(victim, name)

    answer = await victim.see(back)

    assert (answer.status_code, victim.session) == (403, None)
    assert (await attacker.see(back)).status_code == 303  # in its own browser it would do


async def test_the_control_of_browsers_unbound_a_link_signs_the_victim_in(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    real = providers._secrets
    attacker, victim = Browser(client), Browser(client)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(logins, "_hash", lambda state, _: state.encode()[:32])
        patched.setattr(providers, "_secrets", lambda identity, state, _: real(identity, state, ""))
        back = issuer.authorise(await go(attacker, name), email=email)
        await go(victim, name)

        assert (await victim.see(back)).status_code == 303


async def test_whoever_was_not_sent_does_not_come_back(
    client: httpx.AsyncClient, issuer: Issuer, name: str
) -> None:
    for state in ("", "x", "A" * 43, "é" * 43, "A" * 5000):
        given = {"state": state, "code": "c", "iss": issuer.origin}
        answer = await Browser(client).send("GET", f"/sign-in/{name}/return", params=given)
        assert answer.status_code == 403

    assert issuer.asked == []


async def test_who_takes_longer_than_ten_minutes_begins_anew(
    client: httpx.AsyncClient, write: WriteSide, issuer: Issuer, name: str, email: str
) -> None:
    assert logins.VALID.total_seconds() == 600
    browser = Browser(client)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(logins, "VALID", logins.VALID * 0)
        back = issuer.authorise(await go(browser, name), email=email)

    assert (await browser.see(back)).status_code == 403
    assert (await write.pool.fetchval("SELECT count(*) FROM access.use_redirect('\\x00')")) == 0


# The id token


def without(registry: type, name: str) -> Patch:
    """Removes a check of a library."""
    return lambda patched: patched.setattr(registry, name, lambda *_, **__: None)


def unsigned(patched: pytest.MonkeyPatch) -> None:
    """Removes the check of the signature."""

    async def believed(_: OpenIdClient, __: Any, id_token: str) -> jwt.Token:
        header, claims, _signature = id_token.split(".")
        read = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims)]
        return jwt.Token({**read[0], "alg": "RS256"}, read[1])

    patched.setattr(OpenIdClient, "_signed", believed)


def unnarrowed(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(openid, "check_narrower", lambda *_: None)


def unvalued(patched: pytest.MonkeyPatch) -> None:
    """Removes the comparison of claims with what they have to be."""
    patched.setattr(JWTClaimsRegistry, "check_value", lambda *_: None)


def none(claims: dict[str, Any], _: RSAKey) -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])


def by_our_secret(claims: dict[str, Any], _: RSAKey) -> str:
    """HS256, by what the client and the provider both know."""
    return jwt.encode({"alg": "HS256", "kid": "first"}, claims, OctKey.import_key("a secret" * 4), ["HS256"])


def by_the_public_key(claims: dict[str, Any], key: RSAKey) -> str:
    """HS256 by what everybody knows: the confusion of kinds of keys."""
    public = OctKey.import_key(base64.b64encode(key.as_pem(private=False)))
    return jwt.encode({"alg": "HS256", "kid": "first"}, claims, public, ["HS256"])


def by_another_key(claims: dict[str, Any], _: RSAKey) -> str:
    key = signing_key("another")
    return jwt.encode({"alg": "RS256", "kid": "first"}, claims, key)


def saying(**changes: Any) -> Callable[[dict[str, Any], RSAKey], str]:
    """Well signed, and wrong: a value of None leaves a claim out."""

    def forged(claims: dict[str, Any], key: RSAKey) -> str:
        said = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return signed(said, key)

    return forged


def of_any_audience(patched: pytest.MonkeyPatch) -> None:
    without(JWTClaimsRegistry, "validate_aud")(patched)
    without(CodeIDToken, "validate_azp")(patched)
    unnarrowed(patched)


NOW = int(time.time())
FORGED: dict[str, tuple[Callable[[dict[str, Any], RSAKey], str], Patch]] = {
    "signed by nobody": (none, unsigned),
    "signed by a secret of both": (by_our_secret, unsigned),
    "signed by the public key as a secret": (by_the_public_key, unsigned),
    "signed by another key of the same name": (by_another_key, unsigned),
    "for somebody else": (saying(aud="another client"), of_any_audience),
    "for us and somebody else": (saying(aud=[CLIENT, "another client"], azp=CLIENT), unnarrowed),
    "asked for by somebody else": (saying(azp="another client"), without(CodeIDToken, "validate_azp")),
    "of another issuer": (saying(iss="https://evil.example"), unvalued),
    "expired": (saying(exp=NOW - 120), without(JWTClaimsRegistry, "validate_exp")),
    "old, and valid for long": (saying(iat=NOW - 3600, exp=NOW + 3600), unnarrowed),
    "with the nonce of another sign-in": (saying(nonce="A" * 43), without(CodeIDToken, "validate_nonce")),
    "with the access token of another": (saying(at_hash="A" * 22), without(CodeIDToken, "validate_at_hash")),
}


@pytest.mark.parametrize("case", FORGED)
async def test_an_id_token_opens_nothing_that_is(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str, case: str
) -> None:
    issuer.forge = FORGED[case][0]
    browser = Browser(client)

    answer = await come(browser, issuer, name, email=email)

    assert (answer.status_code, browser.session) == (401, None)
    assert "La réponse de ce service de connexion n’est pas recevable" in answer.text


@pytest.mark.parametrize("case", FORGED)
async def test_the_control_unchecked_it_would_open_an_account_though_it_is(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str, case: str
) -> None:
    issuer.forge, patch = FORGED[case]
    with pytest.MonkeyPatch.context() as patched:
        patch(patched)

        answer = await come(Browser(client), issuer, name, email=email)

    assert answer.status_code == 303


MALFORMED: tuple[dict[str, Any], ...] = (
    *({name: None} for name in ("iss", "sub", "aud", "exp", "iat", "nonce")),
    *({"sub": ""}, {"sub": "x" * 256}, {"sub": 7}, {"sub": ["subject-1"]}),
    *({"exp": "tomorrow"}, {"exp": {}}),
    *({"iat": NOW + 3600}, {"iat": "now"}),
    {"aud": []},
    {"amr": "mfa"},
    {"nbf": NOW + 3600},
)


async def test_an_id_token_that_lacks_something_or_is_of_another_form_is_refused_and_breaks_nothing(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    answered = {}
    for changes in MALFORMED:
        issuer.forge = saying(**changes)
        answered[str(changes)] = (await come(Browser(client), issuer, name, email=email)).status_code

    assert answered == dict.fromkeys(answered, 401)
    assert len(answered) == len(MALFORMED)


async def test_what_is_no_token_is_refused_and_breaks_nothing(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    for token in ("", "x", "a.b", "a.b.c", "....", "é.é.é", "A" * 40_000):
        issuer.forge = lambda *_, said=token: said
        assert (await come(Browser(client), issuer, name, email=email)).status_code == 401


async def test_the_id_token_of_an_earlier_sign_in_opens_no_later_one(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    made: list[str] = []

    def remembering(claims: dict[str, Any], key: RSAKey) -> str:
        made.append(signed(claims, key))
        return made[0]

    issuer.forge = remembering
    assert (await come(Browser(client), issuer, name, email=email)).status_code == 303
    thief = Browser(client)

    replayed = await come(thief, issuer, name, email=email)

    assert (replayed.status_code, thief.session) == (401, None)
    with pytest.MonkeyPatch.context() as patched:  # the control
        patched.setattr(CodeIDToken, "validate_nonce", lambda _: None)
        assert (await come(thief, issuer, name, email=email)).status_code == 303


# The code


async def injected(client: httpx.AsyncClient, issuer: Issuer, name: str, email: str) -> int:
    """A code that was stolen from one browser, brought back by another that was sent as well."""
    victim, thief = Browser(client), Browser(client)
    stolen = dict(httpx.QueryParams(urlsplit(issuer.authorise(await go(victim, name), email=email)).query))
    own = dict(httpx.QueryParams(urlsplit(issuer.authorise(await go(thief, name), email=email)).query))
    answer = await thief.see(f"/sign-in/{name}/return?{urlencode({**own, 'code': stolen['code']})}")
    return answer.status_code


async def test_a_stolen_code_is_of_no_use_without_the_verifier_of_its_browser(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    assert await injected(client, issuer, name, email) == 401
    assert issuer.refused == ["verifier"]


async def test_the_control_of_pkce_unasked_for_only_the_nonce_is_left_and_without_it_nothing(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    issuer.wants_verifier = False
    assert await injected(client, issuer, name, email) == 401
    assert issuer.refused == []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(CodeIDToken, "validate_nonce", lambda _: None)

        assert await injected(client, issuer, name, email) == 303


async def replayed(client: httpx.AsyncClient, issuer: Issuer, name: str, email: str) -> int:
    """A code that opened a session, brought back with the state of another journey of the same browser."""
    browser = Browser(client)
    used = dict(httpx.QueryParams(urlsplit(issuer.authorise(await go(browser, name), email=email)).query))
    again = dict(httpx.QueryParams(urlsplit(issuer.authorise(await go(browser, name), email=email)).query))
    assert (await browser.see(f"/sign-in/{name}/return?{urlencode(used)}")).status_code == 303
    answer = await browser.see(f"/sign-in/{name}/return?{urlencode({**again, 'code': used['code']})}")
    return answer.status_code


async def test_a_code_that_was_redeemed_opens_nothing_again(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    assert await replayed(client, issuer, name, email) == 401
    assert issuer.refused == ["code"]


async def test_the_control_of_codes_a_provider_that_takes_them_again_is_stopped_by_the_verifier_and_the_nonce(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    issuer.forgets_codes = False
    assert await replayed(client, issuer, name, email) == 401
    assert issuer.refused == ["verifier"]
    issuer.wants_verifier = False
    assert await replayed(client, issuer, name, email) == 401
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(CodeIDToken, "validate_nonce", lambda _: None)

        assert await replayed(client, issuer, name, email) == 303
    assert issuer.refused == ["verifier"]


@pytest.mark.parametrize("methods", [["plain"], []])
async def test_nobody_is_sent_to_a_provider_without_pkce(
    client: httpx.AsyncClient, issuer: Issuer, name: str, methods: list[str]
) -> None:
    issuer.description = {"code_challenge_methods_supported": methods}

    answer = await Browser(client).see(f"/fr/connexion/avec/{name}")

    assert answer.status_code == 401


# Mix-up


async def mixed_up(client: httpx.AsyncClient, issuer: Issuer, names: tuple[str, str], email: str) -> int:
    """Sent to one provider, brought back by another: what the honest one gave goes to whoever mixes up."""
    browser = Browser(client)
    back = urlsplit(issuer.authorise(await go(browser, names[0]), email=email))
    return (await browser.see(urlunsplit(back._replace(path=f"/sign-in/{names[1]}/return")))).status_code


async def test_whoever_was_sent_to_one_provider_does_not_come_back_from_another(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer, email: str
) -> None:
    honest, other = [await set_up(write, partnership.tenant_id, issuer) for _ in range(2)]
    assert await mixed_up(client, issuer, (honest, other), email) == 403
    assert "/token" not in issuer.asked  # the code was not handed on

    with pytest.MonkeyPatch.context() as patched:  # the control: it is
        patched.setattr(providers, "sent_there", lambda *_: True)
        await mixed_up(client, issuer, (honest, other), email)
    assert issuer.asked.count("/token") == 1


async def answered_by(client: httpx.AsyncClient, issuer: Issuer, name: str, email: str, given: str | None) -> int:
    browser = Browser(client)
    back = urlsplit(issuer.authorise(await go(browser, name), email=email))
    query = {key: value for key, value in httpx.QueryParams(back.query).items() if key != "iss"}
    query |= {} if given is None else {"iss": given}
    return (await browser.see(f"{back.path}?{urlencode(query)}")).status_code


@pytest.mark.parametrize("case", [(True, "https://evil.example", 401), (True, None, 401), (False, None, 303)])
async def test_an_answer_names_the_provider_that_was_asked(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str, case: tuple[bool, str | None, int]
) -> None:
    always, given, status = case
    issuer.description = {"authorization_response_iss_parameter_supported": always}
    assert await answered_by(client, issuer, name, email, given) == status
    with pytest.MonkeyPatch.context() as patched:  # the control

        async def any_issuer(*_: Any) -> None:
            pass

        patched.setattr(OpenIdClient, "check_issuer", any_issuer)
        assert await answered_by(client, issuer, name, email, given) == 303


# Where it leads


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "/fr//evil.example"]
)
async def test_coming_back_leads_to_our_own_pages_alone(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str, next_: str
) -> None:
    async def led(next_: str) -> str:
        browser = Browser(client)
        answer = await browser.see(issuer.authorise(await go(browser, name, next=next_), email=email))
        return answer.headers["location"]

    assert await led("/fr/partenariats") == "/fr/partenariats"
    assert await led(next_) == "/fr/compte"
    with pytest.MonkeyPatch.context() as patched:  # the control
        patched.setattr(visiting, "own_path", lambda given: given)
        assert await led(next_) == next_


async def test_what_a_provider_says_went_wrong_is_not_repeated(
    client: httpx.AsyncClient, issuer: Issuer, name: str
) -> None:
    browser = Browser(client)
    back = urlsplit(issuer.authorise(await go(browser, name)))
    state = httpx.QueryParams(back.query)["state"]
    said = {"state": state, "iss": issuer.origin, "error": "access_denied", "error_description": "<b>evil</b>"}

    answer = await browser.see(f"{back.path}?{urlencode(said)}")

    assert answer.status_code == 401
    assert "La connexion n’a pas été menée à terme là-bas." in answer.text
    assert "evil" not in answer.text
    assert 'aria-invalid="true"' not in answer.text  # nothing that was typed is wrong


async def test_whoever_is_sent_again_and_again_in_vain_waits(
    client: httpx.AsyncClient, issuer: Issuer, name: str, email: str
) -> None:
    browser = Browser(client)
    for _ in range(20):
        await go(browser, name)
    assert issuer.asked.count("/.well-known/openid-configuration") == 1

    answer = await browser.see(f"/fr/connexion/avec/{name}")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    other = Browser(client)
    assert all([(await come(other, issuer, name, email=email)).status_code == 303 for _ in range(21)])
