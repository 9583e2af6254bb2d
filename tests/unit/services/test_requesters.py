"""Where a request comes from: which page, which network address, which cookie."""

from typing import Any

import pytest

from services.api.requesters import check_own_origin, cookie
from services.api.senders import network_address
from services.identity.refusals import OriginRefusedError


def scope(client: str | None = "192.0.2.7", **headers: str) -> dict[str, Any]:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"headers": lines, "client": None if client is None else (client, 5000)}


@pytest.mark.parametrize(
    ("host", "origin", "secure", "passes"),
    [
        ("entente.example", "https://entente.example", True, True),
        ("entente.example:8443", "https://entente.example:8443", True, True),
        ("entente.example", "http://entente.example", True, False),
        ("entente.example", "http://entente.example", False, True),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", True, True),
        ("[::1]:8000", "http://[::1]:8000", True, True),
        ("127.0.0.1:8000", "http://127.0.0.1:9000", True, False),
        ("entente.example", "https://www.entente.example", True, False),
        ("entente.example", "https://entente.example.evil.example", True, False),
        ("entente.example", "null", True, False),
        ("", "https://", True, False),
    ],
)
def test_an_origin_is_ours_by_scheme_name_and_port(host: str, origin: str, secure: bool, passes: bool) -> None:  # noqa: FBT001
    given = scope(host=host, origin=origin)
    if passes:
        check_own_origin(given, secure=secure)
    else:
        with pytest.raises(OriginRefusedError):
            check_own_origin(given, secure=secure)


@pytest.mark.parametrize(
    ("client", "forwarded", "proxies", "expected"),
    [
        ("192.0.2.7", "203.0.113.9", 0, "192.0.2.7"),  # nobody of ours wrote the header
        ("192.0.2.7", "203.0.113.9", 1, "203.0.113.9"),
        ("192.0.2.7", "6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),  # what a client wrote itself stands further left
        ("192.0.2.7", "203.0.113.9, 10.0.0.1", 2, "203.0.113.9"),
        ("192.0.2.7", "203.0.113.9", 2, "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "", 0, "192.0.2.7"),
        (None, "", 0, "unknown"),
        ("192.0.2.7", "no address", 1, "no address"),
    ],
)
def test_attempts_are_counted_by_the_address_that_our_own_proxies_saw(
    client: str | None, forwarded: str, proxies: int, expected: str
) -> None:
    assert network_address(scope(client, x_forwarded_for=forwarded), proxies) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [("s=1", "1"), ("a=b; s=1", "1"), ("s=1; s=2", None), ("xs=1", None), ("s", ""), ("", None), ("s=a=b", "a=b")],
)
def test_a_cookie_is_read_by_its_whole_name(line: str, expected: str | None) -> None:
    assert cookie(scope(cookie=line), "s") == expected
