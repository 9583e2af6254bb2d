"""How the calendar is described: one read, with tokens of its own."""

from typing import Any, Final

CALENDAR_STATUSES: Final = (400, 401, 404, 422, 500, 503)
CALENDAR_SCHEMES: Final[dict[str, Any]] = {
    "calendar": {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "A token that reads one calendar alone. · Jeton d’un seul calendrier.",
    },
    "calendarHeader": {
        "type": "http",
        "scheme": "bearer",
        "description": "The same, as a header. · Le même, en en-tête.",
    },
}


def calendar_path(slug: dict[str, Any], problems: dict[str, Any]) -> dict[str, Any]:
    """The one path of the calendar; what every path shares comes from the whole description."""
    feed = {
        "operationId": "readCalendar",
        "tags": ["body"],
        "summary": "What is due, as a calendar · Les échéances, sous forme de calendrier",
        "description": (
            "What is overdue or due within 366 days, as iCalendar (RFC 5545). Only tokens of this kind read it, "
            "and they read nothing else."
        ),
        "security": [{"calendar": []}, {"calendarHeader": []}],
        "parameters": [
            slug,
            {
                "name": "lang",
                "in": "query",
                "required": False,
                "description": "Absent: the language of the request, else of the body. · Absent : la langue de la "
                "requête, sinon celle de l’organisme.",
                "schema": {"enum": ["en", "fr"]},
            },
            {"$ref": "#/components/parameters/CorrelationId"},
        ],
        "responses": {
            "200": {
                "description": "The calendar. · Le calendrier.",
                "content": {"text/calendar": {"schema": {"type": "string"}}},
            },
            **problems,
        },
    }
    return {"/api/v1/partnerships/{slug}/calendar.ics": {"get": feed}}
