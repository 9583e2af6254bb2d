"""Where pages are, in both languages: those about a partnership, and those of signing in."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from domain.values import Language
from services.web.words import Words

PARTNERSHIPS: Final[Mapping[Language, str]] = {"en": "/en/partnerships", "fr": "/fr/partenariats"}
"""Where the pages about one partnership begin."""
PLACES: Final = {
    "sign_in": Words("/en/sign-in", "/fr/connexion"),
    "code": Words("/en/sign-in/code", "/fr/connexion/code"),
    "enrol": Words("/en/sign-in/second-factor", "/fr/connexion/second-facteur"),
    "enrol_image": Words("/en/sign-in/second-factor/code.svg", "/fr/connexion/second-facteur/code.svg"),
    "invitation": Words("/en/invitation/{token:str}", "/fr/invitation/{token:str}"),
    "with": Words("/en/sign-in/with/{token:str}", "/fr/connexion/avec/{token:str}"),
    "forgotten": Words("/en/sign-in/forgotten", "/fr/connexion/oubli"),
    "password": Words("/en/password/{token:str}", "/fr/mot-de-passe/{token:str}"),
    "account": Words("/en/account", "/fr/compte"),
    "own_data": Words("/en/account/data", "/fr/compte/donnees"),
    "contact": Words("/en/account/contact", "/fr/compte/coordonnees"),
    "confirm": Words("/en/account/confirm", "/fr/compte/confirmation"),
    "sign_out": Words("/en/account/sign-out", "/fr/compte/deconnexion"),
    "end_session": Words("/en/account/sessions/end", "/fr/compte/sessions/fin"),
    "passkey": Words("/en/sign-in/passkey", "/fr/connexion/cle"),
    "passkey_options": Words("/en/sign-in/passkey/options", "/fr/connexion/cle/options"),
    "passkey_new": Words("/en/account/passkeys", "/fr/compte/cles"),
    "passkey_new_options": Words("/en/account/passkeys/options", "/fr/compte/cles/options"),
    "passkey_end": Words("/en/account/passkeys/end", "/fr/compte/cles/fin"),
    "login_new": Words("/en/account/logins", "/fr/compte/identifiants"),
    "login_end": Words("/en/account/logins/end", "/fr/compte/identifiants/fin"),
    "act_for": Words("/en/account/partnership", "/fr/compte/partenariat"),
}
_NEXT_CHARACTERS_MAX: Final = 500
_LEADS_TO: Final = ("/en", "/fr", "/graphql")


def routes(name: str) -> list[str]:
    """Both addresses of a page."""
    return list(PLACES[name])


def place(name: str, language: Language, *, next_: str | None = None, token: str | None = None) -> str:
    """The address of a page; with where to go afterwards, or with a link's secret or a provider's name."""
    path = PLACES[name].in_(language)
    if token is not None:
        path = path.replace("{token:str}", quote(token, safe=""))
    return path if next_ is None else f"{path}?next={quote(next_, safe='/')}"


def own_path(given: str | None) -> str | None:
    """Where to go on after signing in: a page of ours, or None. Nothing that leads elsewhere passes."""
    if not given or len(given) > _NEXT_CHARACTERS_MAX or not given.isascii() or not given.isprintable():
        return None
    if "\\" in given or given.startswith("//"):
        return None
    try:
        parts = urlsplit(given)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or ".." in parts.path or "//" in parts.path:
        return None
    first = "/" + parts.path.removeprefix("/").partition("/")[0]
    return given if given.startswith("/") and first in _LEADS_TO else None
