"""The one module that speaks OpenID Connect (Core 1.0), by Authlib and joserfc over our own transport.

Code flow with PKCE (RFC 7636, S256). What Authlib and joserfc do not ask for is asked here: which algorithms, one
audience and no other, an age, and that a key without a name is the only one.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet, RSAKey

from domain.values import Language
from infra.access.providers import Provider
from infra.openid.fetching import Fetcher, ProviderAnswerError, ProviderUnreachableError

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""What an id token may be signed with: never nothing, and never a secret that both sides know."""
LEEWAY_SECONDS: Final = 60
"""Clocks may differ that much."""
AGE_SECONDS_MAX: Final = 600
"""An id token is made when its code is redeemed; an older one is from elsewhere."""
KEPT_SECONDS: Final = 3600.0
_AGAIN_SECONDS: Final = 30.0
"""After a failure, or for a key that is not known, a provider is not asked again sooner."""
_RSA_BITS_MIN: Final = 2048
_TOKEN_BYTES_MAX: Final = 32 * 1024
_SUBJECT_BYTES_MAX: Final = 255
_SCOPE: Final = ("openid", "email")
T = TypeVar("T")


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """As much of a provider's description (Discovery 1.0, section 3) as is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    """Of RP-Initiated Logout 1.0; None: it cannot be asked to end a sign-in, or not at a host that was named."""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    code_challenge_methods_supported: tuple[str, ...] | None = None
    claims_parameter_supported: bool = False
    authorization_response_iss_parameter_supported: bool = False


class Secrets(NamedTuple):
    """What only we and one browser's sign-in know."""

    state: str
    nonce: str
    verifier: str


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of who has signed in."""

    subject: str
    email: str | None
    """None where it does not say that the address is verified."""
    acr: str | None
    amr: frozenset[str]
    id_token: str
    """By what the provider knows this sign-in later."""


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str | None = None


class _Info(msgspec.Struct, frozen=True):
    """The answer of the userinfo endpoint, and the same of an id token. Not everybody keeps to the types."""

    sub: str
    email: Any = None
    email_verified: Any = False

    @property
    def verified(self) -> str | None:
        return self.email if self.email_verified is True and isinstance(self.email, str) else None


class _KeySet(msgspec.Struct, frozen=True):
    keys: list[dict[str, Any]]


class _Kept(NamedTuple):
    value: Any
    """What was fetched, or why nothing was."""
    since: float


class OpenIdClient:
    """Sends people to providers, and understands with what they come back. What these publish is kept an hour."""

    def __init__(self, fetcher: Fetcher, *, clock: Callable[[], float] = time.time) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def metadata(self, provider: Provider) -> Metadata:
        """A provider's description of itself.

        Raises:
            ProviderUnreachableError: it cannot be had just now.
            ProviderAnswerError: it is of another issuer, names hosts that nobody named, or knows no PKCE.
        """

        async def fetch() -> Metadata:
            url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = _decoded(await self._got(url, provider.hosts), Metadata)
            if found.issuer != provider.issuer:
                raise ProviderAnswerError("issuer")
            for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
                self._fetcher.check(address, provider.hosts)
            known = found.code_challenge_methods_supported
            if known is not None and "S256" not in known:
                raise ProviderAnswerError("pkce")
            return self._with_known_end(found, provider.hosts)

        return await self._once(f"metadata {provider.issuer} {sorted(provider.hosts)}", fetch, KEPT_SECONDS)

    def _with_known_end(self, found: Metadata, hosts: Collection[str]) -> Metadata:
        """Nobody is sent elsewhere to sign out; and what is wrong with that keeps nobody from signing in."""
        if found.end_session_endpoint is None:
            return found
        try:
            self._fetcher.check(found.end_session_endpoint, hosts)
        except ProviderAnswerError:
            return msgspec.structs.replace(found, end_session_endpoint=None)
        return found

    async def farewell(
        self, provider: Provider, id_token: str, state: str, back_uri: str, language: Language
    ) -> str | None:
        """Where to send a browser to sign out there too (RP-Initiated Logout 1.0, section 2); None: nowhere.

        Raises as `metadata`.
        """
        endpoint = (await self.metadata(provider)).end_session_endpoint
        if endpoint is None:
            return None
        url: str = add_params_to_uri(
            endpoint,
            [
                ("id_token_hint", id_token),
                ("client_id", provider.client_id),
                ("post_logout_redirect_uri", back_uri),
                ("state", state),
                ("ui_locales", f"{language}-CA {language}"),
            ],
        )
        return url

    async def address(self, provider: Provider, secrets: Secrets, redirect_uri: str, language: Language) -> str:
        """Where to send a browser whose pages are in this language. Raises as `metadata`."""
        metadata = await self.metadata(provider)
        more = {"ui_locales": f"{language}-CA {language}"}
        if provider.acr_required:
            more["acr_values"] = " ".join(provider.acr_required)
        if metadata.claims_parameter_supported:
            more["claims"] = '{"id_token":{"email":null,"email_verified":null}}'
        url: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            provider.client_id,
            "code",
            redirect_uri,
            list(_SCOPE),
            secrets.state,
            nonce=secrets.nonce,
            code_challenge=create_s256_code_challenge(secrets.verifier),
            code_challenge_method="S256",
            **more,
        )
        return url

    async def check_issuer(self, provider: Provider, given: str | None) -> None:
        """That an answer comes from the provider that was asked (RFC 9207), where it says so.

        Raises:
            ProviderAnswerError: from another, or it does not say where it says that it always does.
        """
        metadata = await self.metadata(provider)
        always = metadata.authorization_response_iss_parameter_supported
        if given != provider.issuer and (given is not None or always):
            raise ProviderAnswerError("answered_by")

    async def redeem(
        self, provider: Provider, secret: str | None, code: str, secrets: Secrets, redirect_uri: str
    ) -> Who:
        """Whom a code stands for.

        Raises:
            ProviderUnreachableError: the provider cannot be asked just now.
            ProviderAnswerError: the code is none of this sign-in, or the id token does not hold.
        """
        metadata = await self.metadata(provider)
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=secrets.verifier
        )
        auth = ClientAuth(provider.client_id, secret or "", _method_of(metadata, secret))
        headers = {"content-type": "application/x-www-form-urlencoded"}
        url, headers, body = auth.prepare("POST", metadata.token_endpoint, headers, body)
        answer = await self._fetcher.ask("POST", url, provider.hosts, headers=headers, content=body)
        if answer.status != 200:  # noqa: PLR2004
            raise ProviderAnswerError("code")
        tokens = _decoded(answer.content, _Tokens)
        claims = await self._claims(provider, tokens, secrets.nonce)
        info = _converted(claims, _Info)
        if info.email is None and metadata.userinfo_endpoint is not None and tokens.access_token is not None:
            info = await self._userinfo(provider, metadata.userinfo_endpoint, tokens.access_token, info)
        return Who(
            subject=info.sub,
            email=info.verified,
            acr=acr if isinstance(acr := claims.get("acr"), str) else None,
            amr=frozenset(one for one in claims.get("amr") or () if isinstance(one, str)),
            id_token=tokens.id_token,
        )

    async def _claims(self, provider: Provider, tokens: _Tokens, nonce: str) -> dict[str, Any]:
        token = await self._signed(provider, tokens.id_token)
        now = int(self._clock())
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "nonce": {"essential": True},
            },
            params={"nonce": nonce, "client_id": provider.client_id, "access_token": tokens.access_token},
        )
        try:
            claims.validate(now=now, leeway=LEEWAY_SECONDS)
        except (JoseError, TypeError, ValueError) as error:
            raise ProviderAnswerError(f"claim: {error}") from error
        check_narrower(claims, provider.client_id, now)
        return dict(claims)

    async def _signed(self, provider: Provider, id_token: str) -> jwt.Token:
        if len(id_token.encode()) > _TOKEN_BYTES_MAX:
            raise ProviderAnswerError("size")
        keys = await self.keys(provider)
        try:
            if not _names_one_of(id_token, keys):
                keys = await self.keys(provider, renewed=True)
            return jwt.decode(id_token, usable(id_token, keys), algorithms=ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise ProviderAnswerError("signature") from error

    async def keys(self, provider: Provider, *, renewed: bool = False) -> KeySet:
        """The provider's keys; renewed for a name that is not among them, at most every half minute.

        Raises as `metadata`.
        """
        metadata = await self.metadata(provider)
        name = f"keys {metadata.jwks_uri}"

        async def fetch() -> KeySet:
            return _key_set(await self._got(metadata.jwks_uri, provider.hosts))

        return await self._once(name, fetch, _AGAIN_SECONDS if renewed else KEPT_SECONDS)

    async def _userinfo(self, provider: Provider, url: str, access_token: str, of: _Info) -> _Info:
        """More of the same person. Where nothing is given out, what there is remains."""
        headers = {"authorization": f"Bearer {access_token}"}
        answer = await self._fetcher.ask("GET", url, provider.hosts, headers=headers)
        if answer.status != 200:  # noqa: PLR2004
            return of
        info = _decoded(answer.content, _Info)
        if info.sub != of.sub:
            raise ProviderAnswerError("userinfo_subject")
        return info

    async def _got(self, url: str, hosts: Collection[str]) -> bytes:
        answer = await self._fetcher.ask("GET", url, hosts)
        if answer.status != 200:  # noqa: PLR2004
            raise ProviderUnreachableError(f"{answer.status} at {url}")
        return answer.content

    async def _once(self, name: str, fetch: Callable[[], Awaitable[T]], seconds: float) -> T:
        """What is kept and not older than that; else fetched, by one for all who wait."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            kept = self._kept.get(name)
            if kept is not None:
                failed = isinstance(kept.value, Exception)
                if time.monotonic() - kept.since < (_AGAIN_SECONDS if failed else seconds):
                    if isinstance(kept.value, Exception):
                        raise type(kept.value)(*kept.value.args)
                    found: T = kept.value
                    return found
            try:
                value = await fetch()
            except (ProviderUnreachableError, ProviderAnswerError) as error:
                self._kept[name] = _Kept(error, time.monotonic())
                raise
            self._kept[name] = _Kept(value, time.monotonic())
            return value


def check_narrower(claims: dict[str, Any], client_id: str, now: int) -> None:
    """What Core 1.0, section 3.1.3.7 leaves to us: no other audience, an age, a subject of the form that it has.

    Raises:
        ProviderAnswerError: the id token is for somebody else too, from another time, or of nobody.
    """
    audience = claims["aud"]
    if audience not in (client_id, [client_id]):
        raise ProviderAnswerError("audience")
    if not now - AGE_SECONDS_MAX <= claims["iat"] <= now + LEEWAY_SECONDS:
        raise ProviderAnswerError("age")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject.encode()) <= _SUBJECT_BYTES_MAX:
        raise ProviderAnswerError("subject")


def usable(id_token: str, keys: KeySet) -> Key:
    """The key that the token's header names; without a name, the only one there is.

    Raises:
        ProviderAnswerError: there is none, or it cannot be told which.
    """
    header = _header(id_token)
    name, algorithm = header.get("kid"), header.get("alg")
    kind = "EC" if str(algorithm).startswith("ES") else "RSA"
    fitting = [key for key in keys if key.key_type == kind and key.alg in (None, algorithm)]
    named = [key for key in fitting if name is None or key.kid == name]
    if len(named) != 1:
        raise ProviderAnswerError("key")
    return named[0]


def _names_one_of(id_token: str, keys: KeySet) -> bool:
    name = _header(id_token).get("kid")
    return name is None or any(key.kid == name for key in keys)


def _header(id_token: str) -> dict[str, Any]:
    return jws.extract_compact(id_token.encode()).headers()


def _key_set(content: bytes) -> KeySet:
    """The public keys of a set that may sign; those of other kinds, uses and strengths are left out."""
    keys: list[Key] = []
    for one in _decoded(content, _KeySet).keys:
        if one.get("kty") not in ("RSA", "EC") or one.get("use", "sig") != "sig":
            continue
        try:
            key = JWKRegistry.import_key(one)
        except (JoseError, ValueError, TypeError, KeyError):
            continue  # a curve of tomorrow beside the keys of today (RFC 7517, section 5)
        if not (isinstance(key, RSAKey) and key.raw_value.key_size < _RSA_BITS_MIN):
            keys.append(key)
    return KeySet(keys)


def _method_of(metadata: Metadata, secret: str | None) -> str:
    if secret is None:
        return "none"
    # In the body there is one way to write a secret; in the header, servers disagree about how it is encoded.
    known = metadata.token_endpoint_auth_methods_supported
    return "client_secret_post" if "client_secret_post" in known else "client_secret_basic"


def _decoded(content: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ProviderAnswerError("form") from error


def _converted(claims: dict[str, Any], type_: type[T]) -> T:
    try:
        return msgspec.convert(claims, type_)
    except msgspec.ValidationError as error:
        raise ProviderAnswerError("form") from error
