"""Every failure as application/problem+json (RFC 9457), in both languages and with a code that stays."""

from typing import Any, Final

import msgspec
from litestar import Response

from domain.errors import Refusal
from services.refusals import Located, status_of

MEDIA_TYPE: Final = "application/problem+json"

TITLES: Final[dict[int, tuple[str, str]]] = {
    400: ("The request is malformed", "La requête est mal formée"),
    401: ("Authentication is needed", "Une authentification est requise"),
    403: ("This is not allowed", "Ce n’est pas permis"),
    404: ("Not found", "Introuvable"),
    405: ("Method not allowed", "Méthode non permise"),
    409: ("It conflicts with what is recorded", "Conflit avec ce qui est inscrit"),
    410: ("Gone", "Effacé"),
    413: ("The request is too large", "La requête est trop volumineuse"),
    415: ("Unsupported media type", "Type de contenu non pris en charge"),
    422: ("The order is refused", "L’ordre est refusé"),
    429: ("Too many requests", "Trop de requêtes"),
    500: ("An error on our side", "Une erreur de notre côté"),
    503: ("Not available just now", "Momentanément indisponible"),
}


class Bilingual(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence in both official languages."""

    en: str
    fr: str


class ProblemError(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong at one place of the request."""

    path: str
    """JSON path, such as `$.data.wording.fr`."""
    code: str
    detail: Bilingual


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was not fulfilled."""

    type: str
    status: int
    code: str
    title: Bilingual
    detail: Bilingual
    errors: list[ProblemError]
    facts: dict[str, Any]
    correlation_id: str


def problem(refusal: Refusal, correlation_id: str) -> Problem:
    """A refusal as it is answered."""
    status = status_of(refusal)
    english, french = TITLES[status]
    errors: tuple[Located, ...] = getattr(refusal, "errors", ())
    return Problem(
        type=f"urn:entente:problem:{refusal.code}",
        status=status,
        code=refusal.code,
        title=Bilingual(en=english, fr=french),
        detail=Bilingual(en=refusal.message("en"), fr=refusal.message("fr")),
        errors=[ProblemError(path=e.path, code=e.code, detail=Bilingual(en=e.en, fr=e.fr)) for e in errors],
        facts=refusal.facts,
        correlation_id=correlation_id,
    )


def problem_response(refusal: Refusal, correlation_id: str) -> Response[bytes]:
    """The whole answer."""
    body = problem(refusal, correlation_id)
    headers = {"WWW-Authenticate": 'Bearer realm="entente"'} if body.status == 401 else {}  # noqa: PLR2004
    if body.status == 503:  # noqa: PLR2004
        headers["Retry-After"] = "1"
    if body.status == 429:  # noqa: PLR2004
        headers["Retry-After"] = str(body.facts["seconds"])
    return Response(msgspec.json.encode(body), status_code=body.status, media_type=MEDIA_TYPE, headers=headers)
