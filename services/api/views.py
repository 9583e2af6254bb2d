"""National views as files: the same stored documents as everybody asks, read with the requester's own rights."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, get_args
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from domain.clocks import YEAR_MAX, YEAR_MIN, parse_recorded_as_of
from domain.values import Language
from readapi.codes import BodyKind, PeriodKind, Province, SubmissionStage, TerritoryScheme
from readapi.persisted import PREFIX, hashes
from readapi.viewer import ANONYMOUS, Viewer
from services.api.languages import preferred
from services.api.requesters import requester
from services.bootstrap import WriteSide
from services.refusals import EffectiveUnreadableError, QueryInvalidError, RouteUnknownError
from services.views.exports import comparison_book, matrix_book
from services.views.files import MEDIA_TYPES, Kind, csv_file, xlsx_file
from services.views.sheets import Book, Reading
from services.web.reading import read_stored

VIEWS_PATH: Final = "/api/v1/views"
_COMMON: Final = ("lang", "effective", "recorded", "kind", "province", "partnership")
_LIST_MAX: Final = 200
_NAME_CHARACTERS_MAX: Final = 60
_FILES: Final[Mapping[Kind, Callable[[Book], bytes]]] = {"csv": csv_file, "xlsx": xlsx_file}
_NAMES: Final[Mapping[str, Mapping[Language, str]]] = {
    "comparison": {"en": "entente-comparison-en", "fr": "entente-comparaison-fr"},
    "agreements": {"en": "entente-agreements-en", "fr": "entente-ententes-fr"},
}

AnyRequest = Request[Any, Any, Any]


def view_routes() -> list[HTTPRouteHandler]:
    """The handlers of the views as files."""

    @get([f"{VIEWS_PATH}/comparison.{kind}" for kind in get_args(Kind)])
    async def give_comparison(request: AnyRequest) -> Response[bytes]:
        given = _Given(request, "owner", "indicator", "period", "start", "end", "stage")
        variables = given.common() | {
            "indicator": {"owner": given.one("owner") or "commons", "id": given.uuid("indicator")},
            "period": {
                "kind": given.code("period", PeriodKind) or _missing("period", PeriodKind),
                "start": given.day("start"),
                "end": given.day("end"),
            },
        }
        given.refuse_position()
        stage = given.code("stage", SubmissionStage)
        if stage is not None:
            variables["stage"] = stage
        return await _answer(request, "comparison", "comparison", variables, comparison_book)

    @get([f"{VIEWS_PATH}/agreements.{kind}" for kind in get_args(Kind)])
    async def give_agreements(request: AnyRequest) -> Response[bytes]:
        given = _Given(request, "programme", "scheme")
        variables = given.common()
        if len(variables.get("partnerships", ())) != 1:
            given.refuse_position()
        programmes = given.many("programme")
        if programmes:
            variables["programmes"] = programmes
        scheme = given.code("scheme", TerritoryScheme)
        if scheme is not None:
            variables["territoryScheme"] = scheme
        return await _answer(request, "agreements", "matrix", variables, matrix_book)

    return [give_comparison, give_agreements]


async def _answer(
    request: AnyRequest,
    view: str,
    document: str,
    variables: dict[str, Any],
    book: Callable[[Mapping[str, Any], Reading, Language], Book],
) -> Response[bytes]:
    write: WriteSide = request.app.state.write
    kind: Kind = "csv" if request.url.path.endswith(".csv") else "xlsx"
    language = _language(request)
    bearer = await requester(request.scope, write)
    viewer, reader = ANONYMOUS, None
    if bearer is not None:
        viewer = Viewer(tenant_id=bearer.tenant_id, role=bearer.role, person_id=bearer.person_id)
        reader = f"{bearer.tenant_id} ({bearer.role})"
    read_at = datetime.now(UTC).replace(microsecond=0).isoformat()
    (answer,) = (await read_stored(request, document, variables, viewer)).values()
    if answer is None:
        raise RouteUnknownError
    digest = PREFIX + hashes()[document]
    asked = msgspec.json.encode(variables).decode()
    address = "/graphql?" + urlencode({"documentId": digest, "variables": asked})
    reading = Reading(document, digest, asked, address, read_at, reader)
    content = await asyncio.to_thread(lambda: _FILES[kind](book(answer, reading, language)))
    return Response(
        content,
        media_type=MEDIA_TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{_NAMES[view][language]}.{kind}"',
            "Content-Language": f"{language}-CA",
            "Cache-Control": "private, no-store",
            "Vary": "Accept-Language, Authorization, Cookie",
        },
    )


def _language(request: AnyRequest) -> Language:
    match request.query_params.get("lang"):
        case None:
            return preferred(request.headers.get("accept-language", "")) or "en"
        case "fr":
            return "fr"
        case "en":
            return "en"
        case _:
            raise QueryInvalidError(name="lang", expected="en, fr")


def _missing(name: str, codes: type[StrEnum]) -> str:
    raise QueryInvalidError(name=name, expected=", ".join(code.name for code in codes))


class _Given:
    """The parameters of an address, as the stored documents take them.

    Raises:
        QueryInvalidError: a parameter that is none of the view's, or one that is not understood. A misspelt
            filter that is ignored would make a file say more than was asked for.
    """

    def __init__(self, request: AnyRequest, *names: str) -> None:
        self._given = request.query_params
        known = (*_COMMON, *names)
        for name in self._given:
            if name not in known:
                raise QueryInvalidError(name=name[:_NAME_CHARACTERS_MAX], expected=", ".join(known))

    def one(self, name: str) -> str | None:
        return self._given.get(name) or None

    def many(self, name: str) -> list[str]:
        given = self._given.getall(name, [])
        if len(given) > _LIST_MAX:
            raise QueryInvalidError(name=name, expected=f"1–{_LIST_MAX}")
        return given

    def uuid(self, name: str) -> str:
        try:
            return str(UUID(self.one(name) or ""))
        except ValueError as error:
            raise QueryInvalidError(name=name, expected="UUID") from error

    def day(self, name: str) -> str:
        try:
            return date.fromisoformat(self.one(name) or "").isoformat()
        except ValueError as error:
            raise QueryInvalidError(name=name, expected="2026-03-31") from error

    def code(self, name: str, codes: type[StrEnum]) -> str | None:
        given = self.one(name)
        return None if given is None else _code(name, given, codes)

    def common(self) -> dict[str, Any]:
        """Both clocks, and which bodies the question is about."""
        found: dict[str, Any] = {}
        clocks = self._clocks()
        if clocks:
            found["asOf"] = clocks
        kinds = [_code("kind", given, BodyKind) for given in self.many("kind")]
        provinces = [_code("province", given, Province) for given in self.many("province")]
        filters = {"kinds": kinds, "provinces": provinces, "partnerships": self.many("partnership")}
        return found | {name: values for name, values in filters.items() if values}

    def _clocks(self) -> dict[str, str]:
        clocks = {}
        effective, recorded = self.one("effective"), self.one("recorded")
        if effective is not None:
            try:
                day = date.fromisoformat(effective)
            except ValueError as error:
                raise EffectiveUnreadableError(given=effective[:60]) from error
            if not YEAR_MIN <= day.year <= YEAR_MAX:
                raise EffectiveUnreadableError(given=effective[:60])
            clocks["effective"] = day.isoformat()
        if recorded is not None:
            parse_recorded_as_of(recorded)
            clocks["recorded"] = recorded.strip()
        return clocks

    def refuse_position(self) -> None:
        """A position counts in one log, and this question is about several."""
        recorded = self.one("recorded")
        if recorded is not None and isinstance(parse_recorded_as_of(recorded), int):
            raise QueryInvalidError(name="recorded", expected="2026-03-31T17:00:00-04:00")


def _code(name: str, given: str, codes: type[StrEnum]) -> str:
    wanted = given.upper()
    if wanted not in codes.__members__:
        _missing(name, codes)
    return wanted
