"""Revisions of plans and targets without an authority, or by one that did not hold."""

from datetime import date

from sqlalchemy import or_, select

from domain.exceptions import authority_not_in_force, without_authority
from projections.authority import ACT
from projections.decision import DECISION
from readapi.asof import happened, held
from readapi.exceptions.found import Evidence, Found, rows
from readapi.reading import Place, Reading

_A, _D = ACT.c, DECISION.c
_REVISIONS = ("plan.RevisionAdopted", "target.Revised")
_NOT_IN_FORCE = "decision_not_in_force"
_NONE = _A.authority_kind == "none"
"""Whatever reason is given: that no authority is required is somebody's word, which an auditor weighs."""
_DECISION_EVENTS = ("decision.Made", "decision.Rescinded", "decision.Superseded")


async def revisions_without_authority(reading: Reading, place: Place, since: date | None) -> list[Found]:
    """Those with no authority, and those whose decision did not hold on their day.

    A decision may have been found not to hold when the revision was brought in from a document (a breach), or by
    an end that was recorded later and dated back.
    """
    ended = (
        select(_D.ended_on)
        .where(
            _D.tenant_id == place.body,
            _D.entity_id == _A.authority_decision_stream,
            *held(DECISION, place.clock),
            reading.visible(DECISION, place.scope),
        )
        .scalar_subquery()
    )
    not_held = or_(_A.breaches.contains(f'"{_NOT_IN_FORCE}"'), ended <= _A.effective_on)
    statement = (
        select(
            *(_A.entity_id, _A.position, _A.stream, _A.effective_on, _NONE, _A.authority_reason),
            *(_A.authority_decision_log, _A.authority_decision_stream, _A.sample),
        )
        .where(
            _A.tenant_id == place.body,
            _A.type.in_(_REVISIONS),
            or_(_NONE, not_held),
            *happened(ACT, place.clock, on="effective_on"),
            *(() if since is None else (_A.effective_on >= since,)),
        )
        .order_by(_A.position)
    )
    found = []
    for record_id, position, stream, on, without, reason, log, decision, sample in await rows(
        reading, place, statement
    ):
        cited = () if log != place.body else tuple((decision, type_) for type_ in _DECISION_EVENTS)
        found.append(
            Found(
                kind="revision_without_authority",
                on=on,
                stream=stream,
                record_id=record_id,
                words=without_authority(reason) if without else authority_not_in_force(on),
                evidence=Evidence(positions=(position,), of=cited),
                sample=sample,
                part=str(position),
            )
        )
    return found
