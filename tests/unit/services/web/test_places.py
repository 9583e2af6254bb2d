"""Where signing in may lead."""

import string
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.web.places import own_path

HERE = "https://entente.example/fr/connexion"


@pytest.mark.parametrize(
    "path", ["/fr", "/en/account", "/fr/compte", "/graphql/explorer?lang=fr", "/fr/invitation/abc", "/en?a=b#c"]
)
def test_pages_of_ours_are_gone_to(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *("", None, "fr", "https://evil.example/fr", "//evil.example/fr", "///evil.example", "/\\evil.example"),
        *("\\\\evil.example", "/fr\\..\\..\\evil", "/fr/../../evil", "/fr//evil.example", "javascript:alert(1)"),
        *(" /fr", "\t//evil.example", "/fr\n", "/\t/evil.example", "/fr\x00", "/%2f%2fevil.example", "/api/v1"),
        *("/fr@evil.example", "/frevil", "/fr/" + "a" * 500, "/fré", "http:/fr", "/health/live", "//[evil"),
    ],
)
def test_nothing_else_is(path: str | None) -> None:
    assert own_path(path) is None


@given(st.text(string.printable, max_size=40) | st.from_regex(r"[/\\:@a-z.?#%&=\t -]{1,30}", fullmatch=True))
def test_whatever_passes_stays_on_this_host_as_a_browser_reads_it(text: str) -> None:
    passed = own_path(text)
    if passed is not None:
        # Browsers take a backslash for a slash, and drop tabs, line breaks and spaces around.
        read = passed.replace("\\", "/").translate({9: None, 10: None, 13: None}).strip()
        assert urlsplit(urljoin(HERE, read)).netloc == "entente.example"
        assert read == passed
