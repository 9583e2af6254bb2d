"""A small issuer of OpenID Connect on this machine: real HTTP, real TLS, real signatures, and lies on demand.

It refuses what a provider has to refuse: a code that was used, another client or address, a verifier that does not
fit. Tests of what we must not believe tell it what to say instead.
"""

import base64
import hashlib
import ipaddress
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import RSAKey

from infra.access.providers import ProviderTerms

CLIENT: Final = "entente"
SECRET: Final = "a secret + of/the client%"
Forged = Callable[[dict[str, Any], RSAKey], str]


@cache
def signing_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


def signed(claims: dict[str, Any], key: RSAKey) -> str:
    """An id token as it should be."""
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


@cache
def certificate() -> tuple[bytes, bytes]:
    """Of an authority of its own, for 127.0.0.1: the certificate and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "issuer of tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(pem), private


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Both as files."""
    paths = folder / "issuer.pem", folder / "issuer-key.pem"
    for path, content in zip(paths, certificate(), strict=True):
        path.write_bytes(content)
    return paths


class Issuer:
    """What it says, and what it was asked."""

    def __init__(self, port: int) -> None:
        self.origin = f"https://127.0.0.1:{port}"
        self.keys = [signing_key("first")]
        self.asked: list[str] = []
        """Paths, in the order in which they were asked for."""
        self.description: dict[str, Any] = {}
        """Replaces what it says of itself."""
        self.says: dict[str, Any] = {}
        """Replaces claims of the id token; None leaves one out."""
        self.info: dict[str, Any] | None = None
        """What the userinfo endpoint says."""
        self.forge: Forged = signed
        self.wants_verifier = True
        self.forgets_codes = True
        self.refused: list[str] = []
        """Why it gave out no tokens."""
        self.answers: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        """By path: answered instead."""
        self.waits = 0.0
        self._codes: dict[str, dict[str, str]] = {}

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    def terms(self, name: str, **changes: Any) -> ProviderTerms:
        known: dict[str, Any] = {
            "name": name,
            "label_en": "City of Tests",
            "label_fr": "Ville d’Essai",
            "issuer": self.origin,
            "client_id": CLIENT,
            "hosts": (self.host,),
            "domains": ("example.org",),
        }
        return ProviderTerms(**(known | changes))

    def authorise(self, address: str, **says: Any) -> str:
        """What happens in the browser there: somebody signs in. Where it is sent back: path and query."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        self.says = says
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.origin})}"

    def describe(self) -> dict[str, Any]:
        return {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/auth",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/jwks",
            "userinfo_endpoint": f"{self.origin}/me",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.description,
        }

    def redeem(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        code = given.get("code", "")
        asked = self._codes.pop(code, None) if self.forgets_codes else self._codes.get(code)
        wrong = "code" if asked is None else self._wrong(asked, given)
        if asked is None or wrong is not None:
            self.refused.append(str(wrong))
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.origin,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "sub": "subject-1",
            "nonce": asked["nonce"],
            "email_verified": True,
            **self.says,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = self.forge(claims, self.keys[-1])
        return 200, {"access_token": "an access token", "token_type": "Bearer", "id_token": token}

    def _wrong(self, asked: dict[str, str], given: dict[str, str]) -> str | None:
        verifier = given.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        if given.get("redirect_uri") != asked["redirect_uri"]:
            return "redirect_uri"
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT, SECRET):
            return "client"
        return "verifier" if self.wants_verifier and challenge != asked.get("code_challenge") else None


class _Handler(BaseHTTPRequestHandler):
    issuer: Issuer

    def do_GET(self) -> None:
        issuer = self.issuer
        said: Any = {
            "/.well-known/openid-configuration": issuer.describe(),
            "/jwks": {"keys": [key.as_dict(private=False) for key in issuer.keys]},
            "/me": issuer.info,
        }.get(self.path)
        self._answer(404 if said is None else 200, said)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        given = {name: values[0] for name, values in parse_qs(body, strict_parsing=True).items()}
        self._answer(*self.issuer.redeem(given))

    def _answer(self, status: int, said: Any) -> None:
        self.issuer.asked.append(self.path)
        time.sleep(self.issuer.waits)
        status, content, headers = self.issuer.answers.get(self.path, (status, json.dumps(said).encode(), {}))
        self.send_response(status)
        for name, value in {"content-length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Nothing: tests ask what was asked."""


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asks may hang up: that is what some tests are about."""


@contextmanager
def running(folder: Path) -> Iterator[Issuer]:
    """An issuer that answers while this lasts. Its authority is `folder`/issuer.pem."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*write_certificate(folder))

    class Handler(_Handler):
        pass

    with _Quiet(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        issuer = Handler.issuer = Issuer(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="issuer")
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
