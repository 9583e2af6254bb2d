"""What a provider may answer, and from where: named hosts, over TLS, in time, and not much."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from joserfc import jwt

from domain.ids import TenantId
from infra.access.providers import Provider
from infra.openid import client as openid
from infra.openid import fetching
from infra.openid.client import OpenIdClient
from infra.openid.fetching import BYTES_MAX, Fetcher, ProviderAnswerError, ProviderUnreachableError
from tests.integration.services.issuer import Issuer, running, signed, signing_key

DESCRIPTION = "/.well-known/openid-configuration"


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with running(tmp_path) as made:
        yield made


@pytest.fixture
def client(issuer: Issuer, tmp_path: Path) -> OpenIdClient:  # noqa: ARG001 - writes the file
    return OpenIdClient(Fetcher(authorities=tmp_path / "issuer.pem"))


def provider(issuer: Issuer, **changes: Any) -> Provider:
    known = msgspec.structs.asdict(issuer.terms("city"))
    return Provider(tenant_id=TenantId(uuid4()), provider_id=uuid4(), **(known | changes))


async def test_a_description_is_asked_for_once_whoever_waits_for_it(client: OpenIdClient, issuer: Issuer) -> None:
    found = await asyncio.gather(*(client.metadata(provider(issuer)) for _ in range(10)))

    assert {one.token_endpoint for one in found} == {f"{issuer.origin}/token"}
    assert issuer.asked == [DESCRIPTION]


async def test_what_failed_is_not_asked_again_at_once(client: OpenIdClient, issuer: Issuer) -> None:
    issuer.answers[DESCRIPTION] = (503, b"", {})
    for _ in range(5):
        with pytest.raises(ProviderUnreachableError):
            await client.metadata(provider(issuer))
    assert issuer.asked == [DESCRIPTION]

    del issuer.answers[DESCRIPTION]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(openid, "_AGAIN_SECONDS", 0.0)
        assert (await client.metadata(provider(issuer))).issuer == issuer.origin


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "address",
    [
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/",  # the same machine, another port
        "http://127.0.0.1:1/",
        "file:///etc/passwd",
        "https://127.0.0.1:80@evil.example/",
        "https://evil.example/#@",
        "//evil.example",
        "https://[",
        "",
    ],
)
async def test_a_description_leads_to_no_host_that_an_operator_has_not_named(
    client: OpenIdClient, issuer: Issuer, name: str, address: str
) -> None:
    issuer.description = {name: address}

    with pytest.raises(ProviderAnswerError):
        await client.metadata(provider(issuer))


async def test_a_host_that_is_named_may_be_used(client: OpenIdClient, issuer: Issuer) -> None:
    issuer.description = {"jwks_uri": "https://keys.example/jwks"}

    found = await client.metadata(provider(issuer, hosts=(issuer.host, "keys.example")))

    assert found.jwks_uri == "https://keys.example/jwks"


@pytest.mark.parametrize("said", ["https://other.example", "", None])
async def test_a_description_is_of_the_issuer_that_was_asked(
    client: OpenIdClient, issuer: Issuer, said: str | None
) -> None:
    issuer.description = {"issuer": said}

    with pytest.raises(ProviderAnswerError):
        await client.metadata(provider(issuer))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"issuer": 1}', b"[" * 100_000])
async def test_a_description_that_is_none_is_refused(client: OpenIdClient, issuer: Issuer, content: bytes) -> None:
    issuer.answers[DESCRIPTION] = (200, content, {})

    with pytest.raises(ProviderAnswerError):
        await client.metadata(provider(issuer))


async def test_a_large_answer_is_not_read_to_its_end(client: OpenIdClient, issuer: Issuer) -> None:
    padded = json.dumps({**issuer.describe(), "padding": "x" * BYTES_MAX}).encode()
    issuer.answers[DESCRIPTION] = (200, padded, {})
    with pytest.raises(ProviderAnswerError, match="size"):
        await client.metadata(provider(issuer))

    with pytest.MonkeyPatch.context() as patched:  # the control
        patched.setattr(fetching, "BYTES_MAX", 2 * BYTES_MAX)
        patched.setattr(openid, "_AGAIN_SECONDS", 0.0)
        assert (await client.metadata(provider(issuer))).issuer == issuer.origin


async def test_a_slow_answer_is_not_waited_for(client: OpenIdClient, issuer: Issuer) -> None:
    issuer.waits = 0.5
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fetching, "SECONDS_MAX", 0.1)
        with pytest.raises(ProviderUnreachableError, match="TimeoutError"):
            await client.metadata(provider(issuer))


async def test_a_redirect_is_not_followed(client: OpenIdClient, issuer: Issuer) -> None:
    issuer.answers[DESCRIPTION] = (302, b"", {"location": f"{issuer.origin}/elsewhere"})

    with pytest.raises(ProviderUnreachableError, match="302"):
        await client.metadata(provider(issuer))

    assert issuer.asked == [DESCRIPTION]


async def test_an_authority_that_nobody_trusts_is_nobody(issuer: Issuer) -> None:
    with pytest.raises(ProviderUnreachableError, match="ConnectError"):
        await OpenIdClient(Fetcher()).metadata(provider(issuer))


def test_without_tls_this_machine_is_asked_for_a_demonstration_alone() -> None:
    local = {"127.0.0.1:1", "localhost:1"}
    Fetcher(plain_local=True).check("http://127.0.0.1:1/x", local)
    for plain_local, url in ((False, "http://127.0.0.1:1/x"), (True, "http://example.org/x")):
        with pytest.raises(ProviderAnswerError, match="scheme"):
            Fetcher(plain_local=plain_local).check(url, {*local, "example.org"})


# Keys


async def keys_after(client: OpenIdClient, issuer: Issuer, *kids: str) -> list[str | None]:
    """Which key signed what is believed, one id token after another; None: it was refused."""
    believed: list[str | None] = []
    for kid in kids:
        token = signed({"sub": kid}, signing_key(kid))
        try:
            believed.append((await client._signed(provider(issuer), token)).claims["sub"])
        except ProviderAnswerError:
            believed.append(None)
    return believed


async def test_a_new_key_is_asked_for_when_it_signs_and_unknown_ones_are_not_asked_for_again_and_again(
    client: OpenIdClient, issuer: Issuer
) -> None:
    assert await keys_after(client, issuer, "first") == ["first"]
    issuer.keys = [signing_key("another")]
    assert await keys_after(client, issuer, *["another"] * 3) == [None] * 3
    assert issuer.asked.count("/jwks") == 1

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(openid, "_AGAIN_SECONDS", 0.0)
        assert await keys_after(client, issuer, "another", "first") == ["another", None]


async def test_a_key_without_a_name_is_the_only_one_that_fits(client: OpenIdClient, issuer: Issuer) -> None:
    named = signing_key("first").as_dict(private=False)
    nameless = {name: value for name, value in named.items() if name != "kid"}
    token = jwt.encode({"alg": "RS256"}, {"sub": "x"}, signing_key("first"))
    other = signing_key("another").as_dict(private=False)

    async def believed(*keys: Any) -> bool:
        issuer.answers["/jwks"] = (200, json.dumps({"keys": keys}).encode(), {})
        asking = OpenIdClient(client._fetcher)
        try:
            await asking._signed(provider(issuer), token)
        except ProviderAnswerError:
            return False
        return True

    curve = {"kty": "EC", "crv": "P-256K1-of-tomorrow", "x": "AA", "y": "AA"}
    assert await believed(nameless)
    assert await believed(curve, {"kty": "AKP"}, {"kty": "oct", "k": "AAAA"}, nameless)
    assert not await believed(nameless, other)
    assert not await believed()
    assert not await believed({**nameless, "use": "enc"})
    assert not await believed({**nameless, "alg": "RS512"})
