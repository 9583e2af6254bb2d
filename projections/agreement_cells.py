"""Counts of agreements and mandates by programme and territory: a ledger of differences, true as of any day."""

from typing import Any, Final

from sqlalchemy import Table

from domain.agreement import AgreementSigned, AgreementTerminated
from domain.audience import Audience
from domain.provider import MandateEnded, ProviderMandated
from domain.values import LocalizedText, TerritoryCode
from projections import events
from projections.columns import localized_values, territory_values
from projections.core import Work
from projections.projection import Projection
from projections.reading import Seen
from projections.tables import audience, code, day, flag, instant, key_number, localized, number, plain, territory

AGREEMENT_CELL: Final[Table] = plain(
    "national",
    "agreement_cell",
    [
        code("unit"),
        code("programme_code"),
        *localized("programme_label"),
        flag("programme_named"),
        *territory(),
        day("effective_on", nullable=False),
        instant("recorded_at", nullable=False),
        number("delta"),
        flag("sample"),
        audience(),
    ],
    sub=[key_number("position")],
)
"""Count as of (E, R) = sum of `delta` where effective_on ≤ E and recorded_at ≤ R. `unit` is agreement or mandate,
which are never added together; a mandate's programme is its service."""

TABLES: Final = (AGREEMENT_CELL,)

_WHEN: Final = 3 + [column.name for column in AGREEMENT_CELL.columns][3:].index("effective_on")


def _signed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AgreementSigned)
    programme = payload.programme
    named = programme.named_in_source
    _plus(
        work,
        seen,
        ("agreement", programme.code, *localized_values(programme.label), named),
        payload.territory,
        payload.audience,
    )


def _mandated(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ProviderMandated)
    service: LocalizedText = payload.service
    _plus(
        work,
        seen,
        ("mandate", payload.service_code, *localized_values(service), True),
        payload.territory,
        payload.audience,
    )


def _plus(work: Work, seen: Seen, of: tuple[Any, ...], place: TerritoryCode | None, audience_: Audience) -> None:
    values = (
        *of,
        *territory_values(place),
        seen.on,
        seen.at,
        1,
        seen.sample,
        audience_.value,
    )
    work.plain(AGREEMENT_CELL).put(seen.stream_id, (seen.position,), values)


def _minus(work: Work, seen: Seen) -> None:
    """Take back what the stream's first line added, with its very keys, so that the two cancel out."""
    cells = work.plain(AGREEMENT_CELL)
    first = min(cells.under(seen.stream_id).items())[1]
    when = (seen.on, seen.at, -1)
    values = (*first[3:_WHEN], *when, *first[_WHEN + len(when) : -1])
    cells.put(seen.stream_id, (seen.position,), values)


AGREEMENT_CELLS: Final = Projection(
    "agreement_cells",
    TABLES,
    {
        AgreementSigned: _signed,
        AgreementTerminated: _minus,
        ProviderMandated: _mandated,
        MandateEnded: _minus,
    },
    events.ALL - {AgreementSigned, AgreementTerminated, ProviderMandated, MandateEnded},
    version=2,
)
