"""How tokens of machines are described: three operations that record nothing in any log."""

from typing import Any, Final

from services.authorisation import ROLES_OF_COMMAND

SERVICE_TOKEN_STATUSES: Final = (400, 401, 403, 404, 413, 415, 422, 500, 503)
_READING: Final = ("401", "403", "404", "429", "500", "503")
_CORRELATION: Final = {"$ref": "#/components/parameters/CorrelationId"}


def service_token_paths(slug: dict[str, Any], problems: dict[str, Any]) -> dict[str, Any]:
    """The paths; what every path shares comes from the whole description."""
    few = {status: answer for status, answer in problems.items() if status in _READING}
    token_id = {
        "name": "token_id",
        "in": "path",
        "required": True,
        "description": "The token, as it is listed. · Le jeton, tel qu’il est énuméré.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    }
    return {
        "/api/v1/partnerships/{slug}/service-tokens": {
            "get": _operation(
                "ListServiceTokens",
                "Tokens of machines · Jetons de machines",
                "Ended ones too, with when each was used last.",
                parameters=[slug, _CORRELATION],
                responses={"200": _json("The tokens. · Les jetons.", "ServiceTokenList"), **few},
            ),
            "post": _operation(
                "IssueServiceToken",
                "Issue a token for a machine · Émettre un jeton pour une machine",
                "For reading, for the orders named, or both; at this host alone; for 30 days at most. It is shown "
                "this once. Repeated, another one is issued.",
                parameters=[slug, _CORRELATION],
                requestBody={"required": True, **_content("NewServiceToken")},
                responses={"201": _json("Issued. · Émis.", "IssuedServiceToken"), **problems},
            ),
        },
        "/api/v1/partnerships/{slug}/service-tokens/{token_id}": {
            "delete": _operation(
                "RevokeServiceToken",
                "Revoke a token · Révoquer un jeton",
                "At once.",
                parameters=[slug, token_id, _CORRELATION],
                responses={"204": {"description": "Revoked. · Révoqué."}, **few},
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
