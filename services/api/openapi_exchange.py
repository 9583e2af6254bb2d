"""How the forms of public standards are described: one read each, with the requester's own rights."""

from typing import Any, Final, NamedTuple

from services.api.openapi_views import PARAMETERS
from services.api.view_parameters import CLOCKS
from services.views.files import MEDIA_TYPES

EXCHANGE_STATUSES: Final = (400, 401, 403, 404, 422, 500, 503)


class _Form(NamedTuple):
    path: str
    operation: str
    summary: str
    description: str
    media_type: str
    names: tuple[str, ...]


_FORMS: Final = (
    _Form(
        "/api/v1/partnerships/{slug}/cids.jsonld",
        "exportImpact",
        "A body in the Common Impact Data Standard · Un organisme selon la norme Common Impact Data Standard",
        "Organisation, outcomes, indicators, indicator reports, targets and impact reports as JSON-LD.",
        "application/ld+json",
        CLOCKS,
    ),
    _Form(
        "/api/v1/cids.jsonld",
        "exportImpactOfAll",
        "All partnerships in the Common Impact Data Standard · Tous les partenariats selon cette norme",
        "The same of up to 200 partnerships.",
        "application/ld+json",
        (*CLOCKS, "kind", "province"),
    ),
    *(
        _Form(
            f"/api/v1/partnerships/{{slug}}/grants-contributions.{kind}",
            f"exportGrants{kind.capitalize()}",
            "Agreements for the federal proactive publication · Ententes pour la publication proactive fédérale",
            "The columns of the template for grants and contributions; what is not known stays empty.",
            media_type.partition(";")[0],
            CLOCKS,
        )
        for kind, media_type in MEDIA_TYPES.items()
    ),
    _Form(
        "/api/v1/partnerships/{slug}/datasets/{dataset_id}/sdmx.csv",
        "exportDataset",
        "A dataset as SDMX-CSV · Un jeu de données en SDMX-CSV",
        "One row for each figure of each vintage, withdrawn ones too.",
        "application/vnd.sdmx.data+csv",
        (*CLOCKS, "vintage"),
    ),
)
_DATASET: Final[dict[str, Any]] = {
    "name": "dataset_id",
    "in": "path",
    "required": True,
    "description": "The dataset's id. · L’identifiant du jeu de données.",
    "schema": {"type": "string", "format": "uuid"},
}


def exchange_paths(slug: dict[str, Any], problems: dict[str, Any]) -> dict[str, Any]:
    """The paths of the forms; what every path shares comes from the whole description."""
    return {
        form.path: {
            "get": {
                "operationId": form.operation,
                "tags": ["body"],
                "summary": form.summary,
                "description": f"{form.description} What the requester may see; without a token, what is public.",
                "security": [{}, {"token": []}],
                "parameters": [
                    *([slug] if "{slug}" in form.path else []),
                    *([_DATASET] if "{dataset_id}" in form.path else []),
                    *(PARAMETERS[name] for name in (*form.names, "lang")),
                    {"$ref": "#/components/parameters/CorrelationId"},
                ],
                "responses": {
                    "200": {
                        "description": "The file. · Le fichier.",
                        "content": {form.media_type: {"schema": {}}},
                    },
                    **problems,
                },
            }
        }
        for form in _FORMS
    }
