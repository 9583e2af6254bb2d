"""The part of the description that is about tables."""

from typing import Any, Final

from services.tables.forms import FORMATS
from services.tables.reading import FILE_BYTES_MAX
from services.tables.templates import MEDIA_TYPES

_TABLE: Final = {
    "name": "table",
    "in": "path",
    "required": True,
    "description": "The kind of table; docs/tables.md describes each. · Le genre de tableau.",
    "schema": {"type": "string", "enum": sorted(FORMATS)},
}
_IMPORT_ID: Final = {
    "name": "import_id",
    "in": "path",
    "required": True,
    "description": "The key under which the table was sent. · La clé sous laquelle le tableau fut envoyé.",
    "schema": {"type": "string", "format": "uuid"},
}
_BINARY: Final = {"type": "string", "format": "binary", "maxLength": FILE_BYTES_MAX}


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


_LANG: Final = _query(
    "lang",
    "Language of the table; absent: its heading tells. · Langue du tableau; absente : l’en-tête le dit.",
    {"enum": ["fr", "en"]},
)
_FLAG: Final = {"enum": ["true", "false"], "default": "false"}


def import_paths(slug: dict[str, Any], headers: list[dict[str, Any]], responses: dict[str, Any]) -> dict[str, Any]:
    """The operations on tables.

    Args:
        slug: the parameter that names the body.
        headers: the parameters that every writing operation has.
        responses: those of an operation that answers with an `Intake`.
    """
    errors = {status: answer for status, answer in responses.items() if status not in ("200", "201")}
    return {
        "/api/v1/partnerships/{slug}/imports/{table}": {
            "post": {
                "operationId": "import",
                "tags": ["imports"],
                "summary": "Bring in a table, whole or not at all · Verser un tableau, en entier ou pas du tout",
                "description": (
                    "The request body is the file. Every problem is told with its sheet, row and column, as "
                    "in `Agreements!C12`, and nothing is written. The Idempotency-Key becomes the import's id; a "
                    "preview needs none. With `Accept: text/event-stream` its progress is told as events, and the "
                    "last one, `answer` or `problem`, has what is otherwise the answer."
                ),
                "parameters": [
                    slug,
                    _TABLE,
                    *headers,
                    _query("preview", "True: only what would be recorded. · Vrai : aperçu seulement.", _FLAG),
                    _LANG,
                    _query("sheet", "Which sheet of a workbook. · La feuille du classeur.", {"type": "string"}),
                    _query(
                        "leave_out",
                        "Heading of a column not to read; repeatable. · En-tête d’une colonne à omettre.",
                        {"type": "array", "items": {"type": "string"}},
                    ),
                    _query(
                        "source",
                        "What the table is, as the source of its facts. · Ce qu’est le tableau, source des faits.",
                        {"type": "string", "maxLength": 500},
                    ),
                    _query("sample", "True marks sample data for ever. · Vrai marque des exemples.", _FLAG),
                ],
                "requestBody": {
                    "required": True,
                    "content": {media_type: {"schema": _BINARY} for media_type in MEDIA_TYPES.values()},
                },
                "responses": responses,
            }
        },
        "/api/v1/partnerships/{slug}/imports/{table}/template": {
            "get": {
                "operationId": "importTemplate",
                "tags": ["imports"],
                "summary": "The template of a table · Le gabarit d’un tableau",
                "parameters": [
                    slug,
                    _TABLE,
                    _LANG,
                    _query(
                        "as", "As a workbook or as CSV. · En classeur ou en CSV.", {"enum": sorted(MEDIA_TYPES)}
                    ),
                ],
                "responses": {
                    "200": {
                        "description": "The file. · Le fichier.",
                        "content": {media_type: {"schema": _BINARY} for media_type in MEDIA_TYPES.values()},
                    },
                    **errors,
                },
            }
        },
        "/api/v1/partnerships/{slug}/imports/{import_id}": {
            "get": {
                "operationId": "importStanding",
                "tags": ["imports"],
                "summary": "Where an import stands · Où en est une importation",
                "parameters": [slug, _IMPORT_ID],
                "responses": _answers("Standing", errors),
            }
        },
        "/api/v1/partnerships/{slug}/imports/{import_id}/undo": {
            "post": {
                "operationId": "undoImport",
                "tags": ["imports"],
                "summary": "Undo an import by orders that compensate it · Annuler une importation par des ordres",
                "description": (
                    "One batch, or nothing: records that changed since, or that no order brings back, are named, "
                    "and nothing is written then. Nothing is ever taken out of the log."
                ),
                "parameters": [slug, _IMPORT_ID, *headers],
                "responses": _answers("Undone", errors, "201"),
            }
        },
    }


def _answers(name: str, errors: dict[str, Any], *more: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {
        status: {"description": "As it stands. · L’état.", "content": content} for status in ("200", *more)
    } | errors
