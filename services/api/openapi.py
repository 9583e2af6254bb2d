"""OpenAPI 3.1, made from the registry of commands: one operation each, every field described."""

import inspect
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import msgspec

from domain.stream import COMMANDS, Handled
from infra.documents.content_check import MEDIA_TYPES
from services.api.addresses import AddressList, NewAddress
from services.api.documents import ContentAnswer
from services.api.fields import COMMANDS_FR, TYPES, field
from services.api.openapi_addresses import ADDRESS_STATUSES, address_paths
from services.api.openapi_calendar import CALENDAR_SCHEMES, CALENDAR_STATUSES, calendar_path
from services.api.openapi_exchange import EXCHANGE_STATUSES, exchange_paths
from services.api.openapi_imports import import_paths
from services.api.openapi_people import PEOPLE_STATUSES, people_paths
from services.api.openapi_service_tokens import SERVICE_TOKEN_STATUSES, service_token_paths
from services.api.openapi_views import VIEW_STATUSES, view_paths
from services.api.people import InvitationList, MemberList, NewInvitation
from services.api.problems import MEDIA_TYPE, TITLES, Problem
from services.api.readings import ReadingList
from services.api.routes import CommandAnswer, ProvisionAnswer
from services.api.service_tokens import IssuedServiceToken, NewServiceToken, ServiceTokenList
from services.authorisation import ROLES_OF_COMMAND
from services.contacts import Contact
from services.decoding import Circumstances
from services.refusals import status_of
from services.refusals.known import known_refusals
from services.tables.intake import Intake
from services.tables.undoing import Standing, Undone

_REF: Final = "#/components/schemas/{name}"
_COMMAND_STATUSES: Final = (400, 401, 403, 404, 409, 413, 415, 422, 500, 503)
_UPLOAD_STATUSES: Final = (401, 403, 404, 413, 415, 500, 503)
_EVERYWHERE: Final = (429,)
_DOWNLOAD_STATUSES: Final = (401, 404, 410, 500, 503)
_INTRODUCTION: Final = (
    "Orders to the register of Canada's immigration partnerships. Every order carries an Idempotency-Key: after "
    "a lost connection, send the same key again. Reads are GraphQL, at /graphql. · Ordres au registre des "
    "partenariats canadiens en immigration. Chaque ordre porte une clé Idempotency-Key : après une coupure, "
    "renvoyez la même clé. Les lectures se font en GraphQL, à /graphql."
)


@cache
def openapi_bytes() -> bytes:
    """The document as it is served."""
    return msgspec.json.format(msgspec.json.encode(openapi()), indent=1)


def openapi() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Entente", "version": "1", "description": _INTRODUCTION},
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": name, "description": f"Orders about: {name}."} for name in _areas()],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An opaque token for one body and role, or an operator's. · Jeton opaque.",
                },
                **CALENDAR_SCHEMES,
            },
            "parameters": {
                "Slug": _SLUG,
                "IdempotencyKey": _KEY,
                "CorrelationId": _CORRELATION,
                "DocumentId": _DOCUMENT_ID,
                "DocumentVersion": _DOCUMENT_VERSION,
            },
            "responses": {
                f"Problem{status}": _problem_response(status) for status in (*_COMMAND_STATUSES, *_EVERYWHERE, 410)
            },
        },
    }


_SLUG: Final = {
    "name": "slug",
    "in": "path",
    "required": True,
    "description": "The body's name in addresses. · Nom de l’organisme dans les adresses.",
    "schema": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 80},
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A UUID made once per order; its outcome is kept for 30 days. · Un UUID par ordre.",
    "schema": {"type": "string", "format": "uuid"},
}
_CORRELATION: Final = {
    "name": "X-Correlation-Id",
    "in": "header",
    "required": False,
    "description": "A UUID of the caller's that the journal and the events keep. · UUID de l’appelant.",
    "schema": {"type": "string", "format": "uuid"},
}
_DOCUMENT_ID: Final = {
    "name": "document_id",
    "in": "path",
    "required": True,
    "description": "The document. · Le document.",
    "schema": {"type": "string", "format": "uuid"},
}
_DOCUMENT_VERSION: Final = {
    "name": "version",
    "in": "query",
    "required": False,
    "description": "Number of a version; absent: the latest. · Numéro d’une version; absent : la dernière.",
    "schema": {"type": "integer", "minimum": 1},
}
_PARAMETERS: Final = [
    {"$ref": "#/components/parameters/IdempotencyKey"},
    {"$ref": "#/components/parameters/CorrelationId"},
]


def _areas() -> list[str]:
    return sorted({handled.stream.name for handled in COMMANDS.values()})


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {
        "/api/v1/partnerships": {
            "post": {
                "operationId": "provision",
                "tags": ["registry"],
                "summary": "Register a body and open its log · Inscrire un organisme et ouvrir son registre",
                "description": "For operators. Interrupted in the middle, the same key goes on from there.",
                "parameters": _PARAMETERS,
                "requestBody": _request_body("OpenBody"),
                "responses": _responses("ProvisionAnswer"),
            }
        }
    }
    paths |= _document_paths()
    for name, handled in COMMANDS.items():
        english = _command_description(handled)
        roles = ", ".join(sorted(ROLES_OF_COMMAND.get(name, ())))
        paths[f"/api/v1/partnerships/{{slug}}/commands/{name}"] = {
            "post": {
                "operationId": name,
                "tags": [handled.stream.name],
                "summary": f"{_first_line(english)} · {COMMANDS_FR[name]}",
                "description": f"{english}\n\nRoles: {roles}.",
                "parameters": [{"$ref": "#/components/parameters/Slug"}, *_PARAMETERS],
                "requestBody": _request_body(name),
                "responses": _responses("CommandAnswer"),
            }
        }
    slug = {"$ref": "#/components/parameters/Slug"}
    paths |= address_paths(slug, _problems(ADDRESS_STATUSES))
    paths |= people_paths(slug, _problems(PEOPLE_STATUSES))
    paths |= service_token_paths(slug, _problems(SERVICE_TOKEN_STATUSES))
    paths |= calendar_path(slug, _problems(CALENDAR_STATUSES))
    paths |= view_paths(_problems(VIEW_STATUSES))
    paths |= exchange_paths(slug, _problems(EXCHANGE_STATUSES))
    return paths | import_paths(slug, _PARAMETERS, _responses("Intake"))


def _document_paths() -> dict[str, Any]:
    """The contents of documents, which are no orders: they go in before one names them, and come out again."""
    binary: dict[str, Any] = {media_type: {"schema": {}} for media_type in MEDIA_TYPES}
    roles = ", ".join(sorted(ROLES_OF_COMMAND["AttachDocument"]))
    upload = {
        "operationId": "uploadDocument",
        "tags": ["document"],
        "summary": "Upload the content of a document · Téléverser le contenu d’un document",
        "description": (
            "The bytes themselves, uncompressed. They are checked, and kept by their hash: the same bytes may be "
            f"sent again. Name the answer as `content` in AttachDocument or AddDocumentVersion.\n\nRoles: {roles}."
        ),
        "parameters": [
            {"$ref": "#/components/parameters/Slug"},
            {"$ref": "#/components/parameters/CorrelationId"},
        ],
        "requestBody": {"required": True, "content": binary},
        "responses": {
            "201": {
                "description": "Kept. · Conservé.",
                "content": {"application/json": {"schema": {"$ref": _REF.format(name="ContentAnswer")}}},
            },
            **_problems(_UPLOAD_STATUSES),
        },
    }
    download = {
        "operationId": "downloadDocument",
        "tags": ["document"],
        "summary": "Download a document · Télécharger un document",
        "description": (
            "As an attachment, never inline. Without a token, what is public; members of the body read what is "
            "theirs. Erased contents are answered with 410 and their hash."
        ),
        "security": [{}, {"token": []}],
        "parameters": [
            {"$ref": "#/components/parameters/Slug"},
            {"$ref": "#/components/parameters/DocumentId"},
            {"$ref": "#/components/parameters/DocumentVersion"},
            {"$ref": "#/components/parameters/CorrelationId"},
        ],
        "responses": {
            "200": {"description": "The bytes. · Les octets.", "content": binary},
            **_problems(_DOWNLOAD_STATUSES),
        },
    }
    return {
        "/api/v1/partnerships/{slug}/documents": {"post": upload},
        "/api/v1/partnerships/{slug}/documents/{document_id}": {"get": download},
    }


def _problems(statuses: Iterable[int]) -> dict[str, Any]:
    return {
        str(status): {"$ref": f"#/components/responses/Problem{status}"}
        for status in sorted({*statuses, *_EVERYWHERE})
    }


def _request_body(command: str) -> dict[str, Any]:
    ref = _REF.format(name=f"{command}Request")
    return {"required": True, "content": {"application/json": {"schema": {"$ref": ref}}}}


def _responses(answer: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": _REF.format(name=answer)}}}
    position = {
        "Entente-Position": {
            "description": "Position of the last event; absent where nothing was recorded.",
            "schema": {"type": "integer", "minimum": 1},
        }
    }
    responses: dict[str, Any] = {
        "201": {"description": "Recorded. · Inscrit.", "content": content, "headers": position},
        "200": {
            "description": "Accepted before under this key, or no change. · Déjà accepté, ou sans effet.",
            "content": content,
            "headers": position,
        },
    }
    return responses | _problems(_COMMAND_STATUSES)


def _problem_response(status: int) -> dict[str, Any]:
    english, french = TITLES[status]
    codes = sorted(code for code, cls in known_refusals().items() if status_of(cls) == status)
    return {
        "description": f"{english} · {french}. Codes: {', '.join(codes)}.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}},
    }


def _schemas() -> dict[str, Any]:
    types = [
        *(handled.command for handled in COMMANDS.values()),
        Circumstances,
        CommandAnswer,
        ProvisionAnswer,
        Intake,
        Standing,
        Undone,
        ContentAnswer,
        NewAddress,
        AddressList,
        NewInvitation,
        InvitationList,
        MemberList,
        ReadingList,
        Contact,
        NewServiceToken,
        IssuedServiceToken,
        ServiceTokenList,
        Problem,
    ]
    _, schemas = msgspec.json.schema_components(types, ref_template=_REF)
    circumstances = schemas.pop("Circumstances")
    for name in ("key_id", "nonce", "ciphertext", "erased"):  # forms that only the log holds
        del schemas["SealedText"]["properties"][name]
    schemas["SealedText"]["required"] = ["subject", "text"]
    schemas["SealedText"]["description"] = (
        "Free text, sealed under a key that can be destroyed. · Texte libre, scellé."
    )
    for name in ("ByDecision", "ByInstrument", "WithoutAuthority"):
        schemas[name]["additionalProperties"] = False
    for name, schema in schemas.items():
        _describe(name, schema)
    for handled in COMMANDS.values():
        schemas[handled.name]["description"] = f"{_command_description(handled)} · {COMMANDS_FR[handled.name]}."
        schemas[f"{handled.name}Request"] = _request_schema(handled.name, circumstances)
    return schemas


def _request_schema(command: str, circumstances: dict[str, Any]) -> dict[str, Any]:
    properties = {name: dict(schema) for name, schema in circumstances["properties"].items()}
    properties["data"] = {"$ref": _REF.format(name=command)}
    schema = {
        "title": f"{command}Request",
        "description": f"The order {command} with its circumstances. · L’ordre {command} et ses circonstances.",
        "type": "object",
        "properties": properties,
        "required": ["data"],
        "additionalProperties": False,
    }
    _describe("Circumstances", schema)
    return schema


def _describe(type_name: str, schema: dict[str, Any]) -> None:
    if type_name in TYPES:
        schema["description"] = " · ".join(TYPES[type_name])
    elif "description" in schema:
        schema["description"] = inspect.cleandoc(schema["description"])
    for name, part in schema.get("properties", {}).items():
        known = field(type_name, name)
        if known is not None:
            part["description"] = known[0]
            part["x-description-fr"] = known[1]


def _command_description(handled: Handled) -> str:
    """The command's docstring, else that of its rule, else its name in words."""
    document = handled.command.__dict__.get("__doc__") or handled.decide.__doc__ or ""
    if document.strip():
        return inspect.cleandoc(document).partition("\n\nRaises:")[0]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", handled.name).capitalize() + "."


def _first_line(text: str) -> str:
    return text.partition("\n")[0].rstrip(".")
