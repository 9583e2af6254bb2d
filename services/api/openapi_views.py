"""How the views as files are described: national views, read with the requester's own rights."""

from enum import StrEnum
from typing import Any, Final

from readapi.codes import BodyKind, PartnershipOrder, PeriodKind, Province, SubmissionStage, TerritoryScheme
from readapi.governance_codes import ExceptionKind
from readapi.series_codes import SeriesGrouping
from services.api.view_list import VIEWS, View
from services.views.files import MEDIA_TYPES

VIEW_STATUSES: Final = (400, 401, 403, 404, 422, 500, 503)
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_DAY: Final[dict[str, Any]] = {"type": "string", "format": "date"}
_UUID: Final[dict[str, Any]] = {"type": "string", "format": "uuid"}


def _codes(codes: type[StrEnum]) -> dict[str, Any]:
    return {"enum": list(codes.__members__)}


def _parameter(name: str, said: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": said, "schema": schema}


def _several(name: str, said: str, schema: dict[str, Any]) -> dict[str, Any]:
    array = {"type": "array", "items": schema, "maxItems": 200}
    return _parameter(name, said, array) | {"style": "form", "explode": True}


PARAMETERS: Final = {
    each["name"]: each
    for each in (
        _parameter(
            "lang",
            "Absent: as the request's Accept-Language says, else English. · Absent : selon Accept-Language, sinon "
            "l’anglais.",
            {"enum": ["en", "fr"]},
        ),
        _parameter("effective", "What held on this day; absent: today. · Ce qui valait ce jour-là.", _DAY),
        _parameter(
            "recorded",
            "As known at this instant, with its zone; absent: now. · Tel qu’on le savait à cet instant (avec "
            "fuseau).",
            _TEXT,
        ),
        _several("kind", "Only these kinds of bodies. · Seulement ces types d’organismes.", _codes(BodyKind)),
        _several("province", "Only of these provinces. · Seulement de ces provinces.", _codes(Province)),
        _several("partnership", "Only these bodies, by slug. · Seulement ces organismes.", _TEXT),
        _parameter("owner", "Whose record it is, by slug; absent: commons. · À qui est l’élément.", _TEXT),
        _parameter("indicator", "The indicator's id. · L’identifiant de l’indicateur.", _UUID),
        _parameter("period", "What the period is. · La nature de la période.", _codes(PeriodKind)),
        _parameter("start", "Its first day. · Son premier jour.", _DAY),
        _parameter("end", "Its last day, included. · Son dernier jour, compris.", _DAY),
        _several(
            "periods",
            "Each as kind/first day/last day. · Chacune : nature/premier jour/dernier jour.",
            {"type": "string", "examples": ["FISCAL_YEAR/2025-04-01/2026-03-31"]},
        ),
        _parameter(
            "stage",
            "The least that a figure must have come to; absent: PUBLISHED. · L’étape minimale d’une valeur.",
            _codes(SubmissionStage),
        ),
        _parameter(
            "by", "What figures are brought together by. · Regroupement des valeurs.", _codes(SeriesGrouping)
        ),
        _parameter(
            "dimension",
            "A dimension of the indicator or of the figures, by code. · Une dimension, par son code.",
            _TEXT,
        ),
        _parameter(
            "population",
            "Owner/dataset/vintage, to tell figures per 1,000 people. · Responsable/jeu de données/millésime, "
            "pour rapporter les valeurs à 1 000 personnes.",
            _TEXT,
        ),
        _several("programme", "Only these programmes or services, by code. · Seulement ces programmes.", _TEXT),
        _parameter(
            "scheme",
            "Only territories of this classification become columns. · Seuls les territoires de cette "
            "classification forment des colonnes.",
            _codes(TerritoryScheme),
        ),
        _parameter("list", "The theme list's id. · L’identifiant de la liste de thèmes.", _UUID),
        _parameter("order", "Whose names decide the order. · Langue des noms triés.", _codes(PartnershipOrder)),
        _parameter("measure", "Only this measure, by code. · Seulement cette mesure.", _TEXT),
        _several("exception", "Only these exceptions. · Seulement ces exceptions.", _codes(ExceptionKind)),
        _parameter("since", "Only from this day on. · Seulement à partir de ce jour.", _DAY),
        _several(
            "category",
            "Only figures under this category of a dimension. · Seulement sous cette catégorie d’une dimension.",
            {"type": "string", "examples": ["year.2019"]},
        ),
        _parameter("vintage", "Only this vintage, by code. · Seulement ce millésime.", _TEXT),
        _parameter("id", "The frozen comparison's id. · L’identifiant de la comparaison figée.", _UUID),
    )
}


def view_paths(problems: dict[str, Any]) -> dict[str, Any]:
    """The paths of the views, one for each kind of file."""
    return {
        f"/api/v1/views/{view.path}.{kind}": {
            "get": {
                "operationId": f"export{view.path.capitalize()}{kind.capitalize()}",
                "tags": ["body"],
                "summary": f"{view.summary.en}, as a file · {view.summary.fr}, en fichier",
                "description": (
                    "What the read API answers to the stored document that the file names, with the rights of "
                    "whoever asks; without a token, what is public. Qualifiers, coverage, clocks and the query "
                    "stand in the file."
                ),
                "security": [{}, {"token": []}],
                "parameters": [*_parameters(view), {"$ref": "#/components/parameters/CorrelationId"}],
                "responses": {
                    "200": {
                        "description": "The file. · Le fichier.",
                        "content": {media_type.partition(";")[0]: {"schema": {}}},
                    },
                    **problems,
                },
            }
        }
        for view in VIEWS
        for kind, media_type in MEDIA_TYPES.items()
    }


def _parameters(view: View) -> list[dict[str, Any]]:
    found = [PARAMETERS[name] | {"required": name in view.required} for name in (*view.names, "lang")]
    if "partnership" in view.required:
        one = _parameter("partnership", "The body, by slug. · L’organisme.", _TEXT) | {"required": True}
        found = [one if each["name"] == "partnership" else each for each in found]
    return found
