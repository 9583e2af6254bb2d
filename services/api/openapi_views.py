"""How the views as files are described: national views, read with the requester's own rights."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from readapi.codes import BodyKind, PeriodKind, Province, SubmissionStage, TerritoryScheme
from services.views.files import MEDIA_TYPES

VIEW_STATUSES: Final = (400, 401, 403, 404, 500, 503)
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_DAY: Final[dict[str, Any]] = {"type": "string", "format": "date"}
_UUID: Final[dict[str, Any]] = {"type": "string", "format": "uuid"}


def _codes(codes: type[StrEnum]) -> dict[str, Any]:
    return {"enum": list(codes.__members__)}


def _parameter(name: str, said: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "description": said, "schema": schema}


def _several(name: str, said: str, schema: dict[str, Any]) -> dict[str, Any]:
    array = {"type": "array", "items": schema, "maxItems": 200}
    return _parameter(name, said, array) | {"style": "form", "explode": True}


_COMMON: Final = (
    _parameter(
        "lang",
        "Absent: as the request's Accept-Language says, else English. · Absent : selon Accept-Language, sinon "
        "l’anglais.",
        {"enum": ["en", "fr"]},
    ),
    _parameter("effective", "What held on this day; absent: today. · Ce qui valait ce jour-là.", _DAY),
    _parameter(
        "recorded",
        "As known at this instant, with its zone; absent: now. · Tel qu’on le savait à cet instant (avec fuseau).",
        _TEXT,
    ),
    _several("kind", "Only these kinds of bodies. · Seulement ces types d’organismes.", _codes(BodyKind)),
    _several("province", "Only of these provinces. · Seulement de ces provinces.", _codes(Province)),
    _several("partnership", "Only these bodies, by slug. · Seulement ces organismes.", _TEXT),
)
_COMPARISON: Final = (
    _parameter("owner", "Who defined it, by slug; absent: commons. · Qui l’a défini.", _TEXT),
    _parameter("indicator", "The indicator's id. · L’identifiant de l’indicateur.", _UUID, required=True),
    _parameter("period", "What the period is. · La nature de la période.", _codes(PeriodKind), required=True),
    _parameter("start", "Its first day. · Son premier jour.", _DAY, required=True),
    _parameter("end", "Its last day, included. · Son dernier jour, compris.", _DAY, required=True),
    _parameter(
        "stage",
        "The least that a figure must have come to; absent: PUBLISHED. · L’étape minimale d’une valeur.",
        _codes(SubmissionStage),
    ),
)
_AGREEMENTS: Final = (
    _several("programme", "Only these programmes or services, by code. · Seulement ces programmes.", _TEXT),
    _parameter(
        "scheme",
        "Only territories of this classification become columns. · Seuls les territoires de cette classification "
        "forment des colonnes.",
        _codes(TerritoryScheme),
    ),
)


def view_paths(problems: dict[str, Any]) -> dict[str, Any]:
    """The paths of the views, one for each kind of file."""
    views: tuple[tuple[str, str, str, Iterable[dict[str, Any]]], ...] = (
        (
            "comparison",
            "Comparison",
            "One indicator across the country, as a file · Un indicateur à l’échelle du pays, en fichier",
            _COMPARISON,
        ),
        (
            "agreements",
            "Agreements",
            "Agreements by programme and territory, as a file · Ententes par programme et territoire, en fichier",
            _AGREEMENTS,
        ),
    )
    paths: dict[str, Any] = {}
    for path, name, summary, parameters in views:
        for kind, media_type in MEDIA_TYPES.items():
            paths[f"/api/v1/views/{path}.{kind}"] = {
                "get": {
                    "operationId": f"export{name}{kind.capitalize()}",
                    "tags": ["body"],
                    "summary": summary,
                    "description": (
                        "What the read API answers to the stored document that the file names, with the rights of "
                        "whoever asks; without a token, what is public. Qualifiers, coverage, clocks and the "
                        "query stand in the file."
                    ),
                    "security": [{}, {"token": []}],
                    "parameters": [
                        *parameters,
                        *_COMMON,
                        {"$ref": "#/components/parameters/CorrelationId"},
                    ],
                    "responses": {
                        "200": {
                            "description": "The file. · Le fichier.",
                            "content": {media_type.partition(";")[0]: {"schema": {}}},
                        },
                        **problems,
                    },
                }
            }
    return paths
