"""How the addresses are described: three operations that record nothing in any log."""

from typing import Any, Final

from services.api.openapi_parts import CORRELATION, KEY, content, in_path, json, of_reading, operation

ADDRESS_STATUSES: Final = (400, 401, 403, 404, 409, 413, 415, 422, 500, 503)
_ID: Final = in_path("address_id", "The address. · L’adresse.")


def address_paths(slug: dict[str, Any], problems: dict[str, Any]) -> dict[str, Any]:
    """The paths of the addresses; what every path shares comes from the whole description."""
    few = of_reading(problems)
    return {
        "/api/v1/partnerships/{slug}/addresses": {
            "get": operation(
                "ListAddresses",
                "Whom the body writes to · À qui l’organisme écrit",
                "Addresses stand outside the log: an export of the body leaves them out.",
                parameters=[slug, CORRELATION],
                responses={"200": json("The addresses. · Les adresses.", "AddressList"), **few},
            ),
            "post": operation(
                "AddAddress",
                "Add an address to write to · Ajouter une adresse",
                "The Idempotency-Key becomes the address's id.",
                parameters=[slug, KEY, CORRELATION],
                requestBody={"required": True, **content("NewAddress")},
                responses={
                    "201": json("Added. · Ajoutée.", "Address"),
                    "200": json("It was there under this key. · Elle y était sous cette clé.", "Address"),
                    **problems,
                },
            ),
        },
        "/api/v1/partnerships/{slug}/addresses/{address_id}": {
            "delete": operation(
                "RemoveAddress",
                "Remove an address · Retirer une adresse",
                "With all that was kept of it: nothing is left to tell that it was there.",
                parameters=[slug, _ID, CORRELATION],
                responses={"204": {"description": "Gone. · Retirée."}, **few},
            )
        },
    }
