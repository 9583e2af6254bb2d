"""How tokens of machines are described: three operations that record nothing in any log."""

from typing import Any, Final

from services.api.openapi_parts import CORRELATION, content, in_path, json, of_reading, operation

SERVICE_TOKEN_STATUSES: Final = (400, 401, 403, 404, 413, 415, 422, 500, 503)


def service_token_paths(slug: dict[str, Any], problems: dict[str, Any]) -> dict[str, Any]:
    """The paths; what every path shares comes from the whole description."""
    few = of_reading(problems)
    described = "The token, as it is listed. · Le jeton, tel qu’il est énuméré."
    token_id = in_path("token_id", described, type="string", pattern="^[0-9a-f]{16}$")
    return {
        "/api/v1/partnerships/{slug}/service-tokens": {
            "get": operation(
                "ListServiceTokens",
                "Tokens of machines · Jetons de machines",
                "Ended ones too, with when each was used last.",
                parameters=[slug, CORRELATION],
                responses={"200": json("The tokens. · Les jetons.", "ServiceTokenList"), **few},
            ),
            "post": operation(
                "IssueServiceToken",
                "Issue a token for a machine · Émettre un jeton pour une machine",
                "For reading, for the orders named, or both; at this host alone; for 30 days at most. It is shown "
                "this once. Repeated, another one is issued.",
                parameters=[slug, CORRELATION],
                requestBody={"required": True, **content("NewServiceToken")},
                responses={"201": json("Issued. · Émis.", "IssuedServiceToken"), **problems},
            ),
        },
        "/api/v1/partnerships/{slug}/service-tokens/{token_id}": {
            "delete": operation(
                "RevokeServiceToken",
                "Revoke a token · Révoquer un jeton",
                "At once.",
                parameters=[slug, token_id, CORRELATION],
                responses={"204": {"description": "Revoked. · Révoqué."}, **few},
            )
        },
    }
