"""What the descriptions of operations that record nothing in any log share."""

from collections.abc import Mapping
from typing import Any, Final

from services.authorisation import ROLES_OF_COMMAND

CORRELATION: Final = {"$ref": "#/components/parameters/CorrelationId"}
KEY: Final = {"$ref": "#/components/parameters/IdempotencyKey"}
_READING: Final = ("401", "403", "404", "429", "500", "503")


def of_reading(problems: Mapping[str, Any]) -> dict[str, Any]:
    """The problems of an operation that takes no body."""
    return {status: answer for status, answer in problems.items() if status in _READING}


def operation(name: str, summary: str, description: str, **more: Any) -> dict[str, Any]:
    """An operation on a body, with the roles that it lets in."""
    roles = ", ".join(sorted(ROLES_OF_COMMAND[name]))
    said = {"operationId": name, "tags": ["body"], "summary": summary}
    return said | {"description": f"{description}\n\nRoles: {roles}.", **more}


def content(schema: str) -> dict[str, Any]:
    """A JSON body of a schema."""
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def json(description: str, schema: str) -> dict[str, Any]:
    """An answer with such a body."""
    return {"description": description, **content(schema)}


def in_path(name: str, description: str, **schema: Any) -> dict[str, Any]:
    """A part of the path: an id, unless a schema says otherwise."""
    said = schema or {"type": "string", "format": "uuid"}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": said}
