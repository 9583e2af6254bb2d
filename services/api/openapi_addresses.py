"""How the addresses are described: three operations that record nothing in any log."""

from typing import Any, Final

from services.authorisation import ROLES_OF_COMMAND

ADDRESS_STATUSES: Final = (400, 401, 403, 404, 409, 413, 415, 422, 500, 503)
_READING: Final = ("401", "403", "404", "429", "500", "503")
_ID: Final = {
    "name": "address_id",
    "in": "path",
    "required": True,
    "description": "The address. · L’adresse.",
    "schema": {"type": "string", "format": "uuid"},
}
_CORRELATION: Final = {"$ref": "#/components/parameters/CorrelationId"}
_KEY: Final = {"$ref": "#/components/parameters/IdempotencyKey"}


def address_paths(slug: dict[str, Any], problems: dict[str, Any]) -> dict[str, Any]:
    """The paths of the addresses; what every path shares comes from the whole description."""
    few = {status: answer for status, answer in problems.items() if status in _READING}
    return {
        "/api/v1/partnerships/{slug}/addresses": {
            "get": _operation(
                "ListAddresses",
                "Whom the body writes to · À qui l’organisme écrit",
                "Addresses stand outside the log: an export of the body leaves them out.",
                parameters=[slug, _CORRELATION],
                responses={"200": _json("The addresses. · Les adresses.", "AddressList"), **few},
            ),
            "post": _operation(
                "AddAddress",
                "Add an address to write to · Ajouter une adresse",
                "The Idempotency-Key becomes the address's id.",
                parameters=[slug, _KEY, _CORRELATION],
                requestBody={"required": True, **_content("NewAddress")},
                responses={
                    "201": _json("Added. · Ajoutée.", "Address"),
                    "200": _json("It was there under this key. · Elle y était sous cette clé.", "Address"),
                    **problems,
                },
            ),
        },
        "/api/v1/partnerships/{slug}/addresses/{address_id}": {
            "delete": _operation(
                "RemoveAddress",
                "Remove an address · Retirer une adresse",
                "With all that was kept of it: nothing is left to tell that it was there.",
                parameters=[slug, _ID, _CORRELATION],
                responses={"204": {"description": "Gone. · Retirée."}, **few},
            )
        },
    }


def _operation(name: str, summary: str, description: str, **more: Any) -> dict[str, Any]:
    roles = ", ".join(sorted(ROLES_OF_COMMAND[name]))
    said = {"operationId": name, "tags": ["body"], "summary": summary}
    return said | {"description": f"{description}\n\nRoles: {roles}.", **more}


def _content(schema: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _json(description: str, schema: str) -> dict[str, Any]:
    return {"description": description, **_content(schema)}
