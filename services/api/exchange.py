"""The register in the forms of public standards: read as everybody reads it, with the requester's own rights."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from domain.values import Language
from readapi.persisted import PREFIX, hashes
from readapi.viewer import ANONYMOUS, Viewer
from services.api.paged import read_pages
from services.api.requesters import reader, viewer_of
from services.api.view_parameters import CLOCKS, Given, language_of
from services.api.views import file_response
from services.bootstrap import WriteSide
from services.exchange import disclosure, impact, statistics
from services.refusals.reads import BodiesTooManyError
from services.refusals.requests import RouteUnknownError
from services.views.files import MEDIA_TYPES, xlsx_file
from services.views.sheets import Reading
from services.web.reading import read_stored

BODIES_MAX: Final = 200
DATASETS_PAGE: Final = 20
"""Each has many vintages, and each of them many figures."""
JSON_LD: Final = "application/ld+json"
_DOCUMENTS: Final = ("impact", "indicators", "figures")

AnyRequest = Request[Any, Any, Any]


class Reader(NamedTuple):
    """Who asks, in which language, and when."""

    viewer: Viewer
    named: str
    language: Language
    read_at: str


async def reader_of(request: AnyRequest) -> Reader:
    write: WriteSide = request.app.state.write
    bearer = await reader(request.scope, write)
    viewer, named = ANONYMOUS, "the public · le public"
    if bearer is not None:
        viewer = await viewer_of(write, bearer)
        named = f"{bearer.tenant_id} ({bearer.role})"
    read_at = datetime.now(UTC).replace(microsecond=0).isoformat()
    return Reader(viewer, named, language_of(request), read_at)


def query_address(document: str, variables: dict[str, Any]) -> str:
    """Where the answer of a stored document is, in JSON."""
    asked = msgspec.json.encode(variables).decode()
    return "/graphql?" + urlencode({"documentId": PREFIX + hashes()[document], "variables": asked})


def exchange_routes() -> list[HTTPRouteHandler]:
    """The handlers of the standards' forms."""
    return [*_impact_routes(), *_table_routes()]


def _impact_routes() -> list[HTTPRouteHandler]:
    """Bodies in the Common Impact Data Standard."""

    @get("/api/v1/partnerships/{slug:str}/cids.jsonld")
    async def give_impact_of_one(request: AnyRequest) -> Response[bytes]:
        reader = await reader_of(request)
        variables = {"slug": request.path_params["slug"]} | Given(request, CLOCKS).clocks()
        told = await _told(request, variables, reader)
        if told is None:
            raise RouteUnknownError
        described = _described(
            request, reader, told.body["asOf"], [query_address(of, variables) for of in _DOCUMENTS]
        )
        nodes = impact.graph(told, reader.language, _schemes(request))
        return _json_ld(impact.document(nodes, described), reader, f"entente-{told.body['slug']}-cids")

    @get("/api/v1/cids.jsonld")
    async def give_impact_of_all(request: AnyRequest) -> Response[bytes]:
        reader, given = await reader_of(request), Given(request, (*CLOCKS, "kind", "province"))
        given.refuse_position()
        clocks = given.clocks()
        wanted = clocks | given.bodies()
        listed = await read_pages(request, "register", wanted, reader.viewer, ())
        assert listed is not None
        if listed["totalCount"] > BODIES_MAX:
            raise BodiesTooManyError(bodies=listed["totalCount"], maximum=BODIES_MAX)
        pinned = {"asOf": clocks.get("asOf", {}) | {"effective": listed["asOf"]["effective"]}}
        nodes: list[impact.Node] = []
        for body in listed["nodes"]:
            told = await _told(request, {"slug": body["slug"]} | pinned, reader)
            if told is not None:
                nodes += impact.graph(told, reader.language, _schemes(request))
        described = _described(request, reader, listed["asOf"], [query_address("register", wanted)])
        return _json_ld(impact.document(nodes, described), reader, "entente-cids")

    return [give_impact_of_one, give_impact_of_all]


def _table_routes() -> list[HTTPRouteHandler]:
    """Agreements and datasets in the columns of others."""
    grants = "/api/v1/partnerships/{slug:str}/grants-contributions"

    @get([f"{grants}.csv", f"{grants}.xlsx"])
    async def give_grants(request: AnyRequest) -> Response[bytes]:
        reader = await reader_of(request)
        variables = {"slug": request.path_params["slug"]} | Given(request, CLOCKS).clocks()
        answer = await read_pages(request, "disclosure", variables, reader.viewer, ("agreements",))
        if answer is None:
            raise RouteUnknownError
        found, name = disclosure.disclosed(answer), f"entente-{answer['slug']}-grants-contributions"
        if request.url.path.endswith(".csv"):
            return file_response(disclosure.csv_file(found), MEDIA_TYPES["csv"], f"{name}.csv", reader.language)
        book = disclosure.book(found, answer, _reading("disclosure", variables, reader), reader.language)
        content = await asyncio.to_thread(xlsx_file, book)
        return file_response(content, MEDIA_TYPES["xlsx"], f"{name}-{reader.language}.xlsx", reader.language)

    @get("/api/v1/partnerships/{slug:str}/datasets/{dataset_id:str}/sdmx.csv")
    async def give_dataset(request: AnyRequest) -> Response[bytes]:
        reader, given = await reader_of(request), Given(request, (*CLOCKS, "vintage"))
        variables = {"slug": request.path_params["slug"]} | given.clocks()
        path = ("datasets",)
        answer = await read_pages(request, "datasets", variables, reader.viewer, path, size=DATASETS_PAGE)
        vintage, wanted = given.one("vintage"), request.path_params["dataset_id"]
        found = None if answer is None else _dataset(answer["datasets"]["nodes"], wanted, vintage)
        if found is None:
            raise RouteUnknownError
        content = await asyncio.to_thread(statistics.sdmx_csv, found, vintage)
        return file_response(content, statistics.MEDIA_TYPE, f"entente-{found['id']}.csv", reader.language)

    return [give_grants, give_dataset]


def _dataset(listed: list[dict[str, Any]], wanted: str, vintage: str | None) -> dict[str, Any] | None:
    """The dataset of an id, if it has the vintage."""
    found = next((one for one in listed if one["id"] == wanted), None)
    if found is None or vintage is None or any(one["vintage"] == vintage for one in found["vintages"]):
        return found
    return None


def _reading(document: str, variables: dict[str, Any], reader: Reader) -> Reading:
    asked = msgspec.json.encode(variables).decode()
    address = query_address(document, variables)
    return Reading(document, PREFIX + hashes()[document], asked, address, reader.read_at, reader.named)


async def _told(request: AnyRequest, variables: dict[str, Any], reader: Reader) -> impact.Told | None:
    """What there is of a body; None: there is no such one."""
    (body,) = (await read_stored(request, "impact", variables, reader.viewer)).values()
    if body is None:
        return None
    defined, published = [
        await _listed(request, document, variables, reader, name) if body[name]["totalCount"] else []
        for document, name in (("indicators", "indicators"), ("figures", "publishedFigures"))
    ]
    return impact.Told(body, defined, published)


async def _listed(
    request: AnyRequest, document: str, variables: dict[str, Any], reader: Reader, name: str
) -> list[dict[str, Any]]:
    """All items of a body's list."""
    found = await read_pages(request, document, variables, reader.viewer, (name,))
    return [] if found is None else found[name]["nodes"]


def _schemes(request: AnyRequest) -> str:
    """Where the classifications of territories are described."""
    return f"{request.base_url}graphql/schema.graphql"


def _described(request: AnyRequest, reader: Reader, as_of: dict[str, Any], sources: list[str]) -> impact.Node:
    """What says of the document how it was read, so that anybody can ask the same."""
    known = as_of["recorded"] or as_of.get("position") or "now"
    return {
        "@id": str(request.url),
        "@type": "dcat:Dataset",
        "dcterms:language": reader.language,
        "dcterms:created": {"@value": reader.read_at, "@type": "xsd:dateTime"},
        "dcterms:description": f"effective {as_of['effective']}, recorded {known}, for {reader.named}",
        "dcterms:source": sources,
    }


def _json_ld(document: impact.Node, reader: Reader, name: str) -> Response[bytes]:
    content = msgspec.json.format(msgspec.json.encode(document), indent=2)
    return file_response(content, JSON_LD, f"{name}-{reader.language}.jsonld", reader.language)
