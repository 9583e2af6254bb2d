"""The national comparison of the first page: which one, read as everybody may read it, and how to ask for it."""

from datetime import UTC, datetime
from typing import Any, NamedTuple, get_args
from urllib.parse import urlencode

import msgspec
import sqlalchemy.exc
import structlog
from litestar import Request

from domain.ids import COMMONS
from domain.values import Language
from infra.database import Database, Scope
from projections.indicator_periods import Reported, most_reported
from projections.query import fetch_one
from readapi.persisted import PREFIX, hashes, stored
from services.refusals.reads import ReadsUnavailableError
from services.refusals.requests import InternalError, RequestInvalidError
from services.views.chart import Chart, chart
from services.views.comparison import DOCUMENT, Comparison, comparison
from services.views.drawing import Drawings, Easel
from services.views.files import Kind
from services.web.reading import read_stored

_log = structlog.get_logger()

AnyRequest = Request[Any, Any, Any]


class Asked(NamedTuple):
    """A question as anybody can put it: the stored document, its variables, and where its answer is."""

    document: str
    variables: str
    address: str
    files: dict[str, str]
    """Where the answer is as a file, by kind of file."""


class Shown(NamedTuple):
    """A comparison with its chart, where one can be drawn, and its query."""

    view: Comparison
    chart: Chart | None
    drawings: Drawings | None
    """None: there is no chart, or it could not be drawn in time."""
    asked: Asked


class National(NamedTuple):
    """A comparison, or none: nothing was published, or nothing can be read."""

    shown: Shown | None
    can_be_read: bool


async def national_comparison(
    request: AnyRequest, database: Database, language: Language, easel: Easel
) -> National:
    """The shared indicator of which most bodies published a figure, in the newest such period."""
    try:
        return National(await _shown(request, database, language, easel), can_be_read=True)
    except (sqlalchemy.exc.DBAPIError, OSError) as error:
        # The tables are built by the projector; the page stands without them.
        _log.warning("web.comparison_unavailable", error=type(error).__name__)
    except (ReadsUnavailableError, RequestInvalidError, InternalError) as refusal:
        _log.warning("web.comparison_unavailable", error=refusal.code)
    return National(None, can_be_read=False)


async def _shown(request: AnyRequest, database: Database, language: Language, easel: Easel) -> Shown | None:
    most = await _most_reported(database)
    if most is None:
        return None
    period = most.period
    variables = {
        "indicator": {"owner": "commons", "id": str(most.indicator_id)},
        "period": {
            "kind": period.kind.upper(),
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
        },
    }
    answer = (await read_stored(request, DOCUMENT, variables))["indicatorComparison"]
    if answer is None:
        return None
    view = comparison(answer, language)
    found = chart(view.lines, language)
    drawings = None if found is None else await easel.drawn(found)
    return Shown(view, found, drawings, _asked(variables, language))


async def _most_reported(database: Database) -> Reported | None:
    async with database.begin(Scope.national(None)) as connection:
        return await fetch_one(connection, most_reported(COMMONS, datetime.now(UTC).date()))


def _asked(variables: dict[str, Any], language: Language) -> Asked:
    of = hashes()[DOCUMENT]
    given = msgspec.json.encode(variables).decode()
    address = urlencode({"documentId": PREFIX + of, "variables": given})
    period = variables["period"]
    wish = {"indicator": variables["indicator"]["id"], "period": period["kind"], "lang": language}
    of_file = urlencode({**wish, "start": period["start"], "end": period["end"]})
    files = {kind.upper(): f"/api/v1/views/comparison.{kind}?{of_file}" for kind in get_args(Kind)}
    return Asked(stored()[of].strip(), msgspec.json.format(given, indent=2), f"/graphql?{address}", files)
