"""Money by agreement for the whole country: what a programme gives, and what others add in cash or in kind."""

from typing import Any, Final

from sqlalchemy import Table

from domain.agreement import AgreementAmended, AgreementSigned, AgreementTerminated, ContributionRecorded
from domain.event import Event
from projections import events
from projections.bitemporal import Form, Row
from projections.columns import localized_values, quantity_values
from projections.core import Work, note
from projections.projection import Handler, Projection
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, flag, key_text, localized, quantity

FUNDING: Final[Table] = bitemporal(
    "national",
    "funding",
    [
        code("programme_code"),
        *localized("programme_label"),
        flag("programme_named"),
        *localized("source"),
        code("form"),
        *quantity("amount"),
        code("status"),
        flag("sample"),
    ],
    sub=[key_text("line")],
    extra=[audience()],
)
"""`line` is empty for the agreement itself, whose `form` is programme and whose `status` is in_force or
terminated; else it is a contribution's id, with source, cash or in_kind. It counts while its agreement does."""

TABLES: Final = (FUNDING,)
OF_AGREEMENT: Final = ("",)

_FORM: Final = Form(FUNDING)
_AUDIENCE: Final = _FORM.column("audience")
_PROGRAMME: Final = (
    "programme_code",
    *(column.name for column in localized("programme_label")),
    "programme_named",
)
_ALL: Final = _FORM.group(
    *_PROGRAMME,
    *(column.name for column in localized("source")),
    "form",
    *(column.name for column in quantity("amount")),
    "status",
)
_AMOUNT: Final = _FORM.group(*(column.name for column in quantity("amount")))
_STATUS: Final = _FORM.group("status")
_OF_PROGRAMME: Final = slice(_FORM.column(_PROGRAMME[0]), _FORM.column(_PROGRAMME[-1]) + 1)


def _signed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AgreementSigned)
    programme = payload.programme
    values = (
        programme.code,
        *localized_values(programme.label),
        programme.named_in_source,
        *localized_values(None),
        "programme",
        *quantity_values(payload.amount),
        "in_force",
    )
    segments = work.timelines(FUNDING).of(seen.stream_id, OF_AGREEMENT)
    note(segments, seen, _ALL, values, [(_AUDIENCE, payload.audience.value)])


def _amended(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AgreementAmended)
    if payload.amount is not None:
        segments = work.timelines(FUNDING).of(seen.stream_id, OF_AGREEMENT)
        note(segments, seen, _AMOUNT, quantity_values(payload.amount))


def _terminated(work: Work, seen: Seen) -> None:
    note(work.timelines(FUNDING).of(seen.stream_id, OF_AGREEMENT), seen, _STATUS, ("terminated",))


def _contributed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ContributionRecorded)
    agreement: Row = work.timelines(FUNDING).of(seen.stream_id, OF_AGREEMENT).rows[0]
    programme: Any = agreement[_OF_PROGRAMME]
    values = (
        *programme,
        *localized_values(payload.source),
        "in_kind" if payload.in_kind else "cash",
        *quantity_values(payload.amount),
        "recorded",
    )
    segments = work.timelines(FUNDING).of(seen.stream_id, (str(payload.contribution_id),))
    note(segments, seen, _ALL, values, [(_AUDIENCE, agreement[_AUDIENCE])])


_HANDLED: Final[dict[type[Event], Handler]] = {
    AgreementSigned: _signed,
    AgreementAmended: _amended,
    AgreementTerminated: _terminated,
    ContributionRecorded: _contributed,
}
FUNDING_CELLS: Final = Projection("funding_cells", TABLES, _HANDLED, events.ALL - set(_HANDLED))
