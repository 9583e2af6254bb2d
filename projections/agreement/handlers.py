"""From events of agreements to rows."""

from typing import Any, Final

from domain.agreement import (
    AgreementAmended,
    AgreementRenewed,
    AgreementSigned,
    AgreementTerminated,
    ContributionRecorded,
    ObligationAdded,
    ObligationFulfilled,
    PartnerEnded,
    PartnerNamed,
)
from projections import events
from projections.agreement.tables import AGREEMENT, CONTRIBUTION, OBLIGATION, TABLES
from projections.bitemporal import Form
from projections.columns import (
    date_value,
    json_value,
    localized_values,
    quantity_values,
    term_values,
    territory_values,
)
from projections.core import Work, note
from projections.projection import Projection
from projections.reading import Seen
from projections.tables import localized, quantity, shape, term

_AGREEMENT: Final = Form(AGREEMENT)
_AUDIENCE: Final = _AGREEMENT.column("audience")
_SIGNED: Final = _AGREEMENT.group(*(name for name in shape(AGREEMENT).facts if name != "sample"))
_AMOUNT: Final = _AGREEMENT.group(*(column.name for column in quantity("amount")))
_TERM: Final = _AGREEMENT.group(*(column.name for column in term()))
_PURPOSE: Final = _AGREEMENT.group(*(column.name for column in localized("purpose")))
_NUMBER: Final = _AGREEMENT.group("amendment_number")
_STATUS: Final = _AGREEMENT.group("status")

_OBLIGATION: Final = Form(OBLIGATION)
_OBLIGATION_AUDIENCE: Final = _OBLIGATION.column("audience")
_OWED: Final = _OBLIGATION.group(*(column.name for column in localized("wording")), "due_on")
_FULFILLED: Final = _OBLIGATION.group("fulfilled")

_CONTRIBUTION: Final = Form(CONTRIBUTION)
_CONTRIBUTION_AUDIENCE: Final = _CONTRIBUTION.column("audience")
_GIVEN: Final = _CONTRIBUTION.group(
    *(column.name for column in localized("source")),
    "in_kind",
    *(column.name for column in quantity("amount")),
)


def _signed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AgreementSigned)
    programme = payload.programme
    values = (
        programme.code,
        *localized_values(programme.label),
        programme.named_in_source,
        None if payload.parties is None else json_value([party.name for party in payload.parties]),
        *localized_values(payload.purpose),
        payload.type,
        date_value(payload.signed),
        *term_values(payload.term),
        *quantity_values(payload.amount),
        *territory_values(payload.territory),
        json_value(payload.tags),
        payload.plan_id,
        0,
        "in_force",
    )
    segments = work.timelines(AGREEMENT).of(seen.stream_id)
    note(segments, seen, _SIGNED, values, [(_AUDIENCE, payload.audience.value)])


def _amended(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AgreementAmended)
    segments = work.timelines(AGREEMENT).of(seen.stream_id)
    note(segments, seen, _NUMBER, (payload.number,))
    if payload.amount is not None:
        note(segments, seen, _AMOUNT, quantity_values(payload.amount))
    if payload.term is not None:
        note(segments, seen, _TERM, term_values(payload.term))
    if payload.purpose is not None:
        note(segments, seen, _PURPOSE, localized_values(payload.purpose))


def _renewed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AgreementRenewed)
    note(work.timelines(AGREEMENT).of(seen.stream_id), seen, _TERM, term_values(payload.term))


def _terminated(work: Work, seen: Seen) -> None:
    note(work.timelines(AGREEMENT).of(seen.stream_id), seen, _STATUS, ("terminated",))


def _obligation_added(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ObligationAdded)
    segments = work.timelines(OBLIGATION).of(seen.stream_id, (payload.obligation_id,))
    values = (*localized_values(payload.wording), payload.due_on)
    note(segments, seen, _OWED, values, _of_agreement(work, seen, _OBLIGATION_AUDIENCE))


def _obligation_fulfilled(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ObligationFulfilled)
    segments = work.timelines(OBLIGATION).of(seen.stream_id, (payload.obligation_id,))
    note(segments, seen, _FULFILLED, (True,), _of_agreement(work, seen, _OBLIGATION_AUDIENCE))


def _contribution_recorded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ContributionRecorded)
    segments = work.timelines(CONTRIBUTION).of(seen.stream_id, (payload.contribution_id,))
    values = (*localized_values(payload.source), payload.in_kind, *quantity_values(payload.amount))
    note(segments, seen, _GIVEN, values, _of_agreement(work, seen, _CONTRIBUTION_AUDIENCE))


def _of_agreement(work: Work, seen: Seen, audience: int) -> list[tuple[int, Any]]:
    """What belongs to an agreement is seen by those who see the agreement."""
    agreement = work.timelines(AGREEMENT).of(seen.stream_id).rows[0]
    return [(audience, agreement[_AUDIENCE])]


AGREEMENTS: Final = Projection(
    "agreement",
    TABLES,
    {
        AgreementSigned: _signed,
        AgreementAmended: _amended,
        AgreementRenewed: _renewed,
        AgreementTerminated: _terminated,
        ObligationAdded: _obligation_added,
        ObligationFulfilled: _obligation_fulfilled,
        ContributionRecorded: _contribution_recorded,
    },
    events.ALL - events.AGREEMENT | {PartnerNamed, PartnerEnded},  # told by the record's steps, and by the log
)
