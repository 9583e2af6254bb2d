"""The register in the forms of public standards: read as everybody reads it, with the requester's own rights."""

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
from services.api.requesters import requester
from services.api.view_parameters import CLOCKS, Given, language_of
from services.api.views import file_response
from services.bootstrap import WriteSide
from services.exchange import impact
from services.refusals import BodiesTooManyError, RouteUnknownError
from services.web.reading import read_stored

BODIES_MAX: Final = 200
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
    bearer = await requester(request.scope, write)
    viewer, named = ANONYMOUS, "the public · le public"
    if bearer is not None:
        viewer = Viewer(tenant_id=bearer.tenant_id, role=bearer.role, person_id=bearer.person_id)
        named = f"{bearer.tenant_id} ({bearer.role})"
    read_at = datetime.now(UTC).replace(microsecond=0).isoformat()
    return Reader(viewer, named, language_of(request), read_at)


def query_address(document: str, variables: dict[str, Any]) -> str:
    """Where the answer of a stored document is, in JSON."""
    asked = msgspec.json.encode(variables).decode()
    return "/graphql?" + urlencode({"documentId": PREFIX + hashes()[document], "variables": asked})


def exchange_routes() -> list[HTTPRouteHandler]:
    """The handlers of the standards' forms."""

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
