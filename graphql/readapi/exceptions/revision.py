"""Revisions of plans and targets without an authority, or by one that did not hold."""

from typing import Final

from sqlalchemy import or_, select

from domain.exceptions import authority_not_in_force, without_authority
from projections.authority import ACT
from projections.decision import DECISION
from readapi.asof import happened, held
from readapi.exceptions.found import Evidence, Found, Ground, Named, Parts, Read, Search, Told, few, one_of, rows

_A, _D = ACT.c, DECISION.c
_REVISIONS = ("plan.RevisionAdopted", "target.Revised")
_NOT_IN_FORCE = "decision_not_in_force"
_NONE = _A.authority_kind == "none"
"""Whatever reason is given: that no authority is required is somebody's word, which an auditor weighs."""
_DECISION_EVENTS = ("decision.Made", "decision.Rescinded", "decision.Superseded")


def _parts(ground: Ground) -> Parts:
    """Those with no authority, and those whose decision did not hold on their day.

    A decision may have been found not to hold when the revision was brought in from a document (a breach), or by
    an end that was recorded later and dated back.
    """
    ended = (
        select(_D.ended_on)
        .where(
            _D.tenant_id == ground.body,
            _D.entity_id == _A.authority_decision_stream,
            *held(DECISION, ground.clock),
            ground.seen(DECISION),
        )
        .scalar_subquery()
    )
    not_held = or_(_A.breaches.contains(f'"{_NOT_IN_FORCE}"'), ended <= _A.effective_on)
    statement = (
        select(
            *(_A.entity_id, _A.position, _A.stream, _A.effective_on, _NONE.label("without"), _A.authority_reason),
            *(_A.authority_decision_log, _A.authority_decision_stream, _A.sample),
        )
        .where(
            _A.tenant_id == ground.body,
            one_of(_A.type, _REVISIONS),
            or_(_NONE, not_held),
            *happened(ACT, ground.clock, on="effective_on"),
            ground.seen(ACT),
            *(() if ground.since is None else (_A.effective_on >= ground.since,)),
        )
        .order_by(_A.position)
    )
    found = few(statement).cte()
    cited = select(found.c.authority_decision_stream).where(found.c.authority_decision_log == ground.body)
    return Parts(
        {"revisions": select(*found.c).order_by(found.c.position)},
        Named((select(found.c.position),), ((cited, _DECISION_EVENTS),)),
    )


def _found(told: Told, read: Read) -> list[Found]:
    found = []
    for record_id, position, stream, on, without, reason, log, decision, sample in rows(read, "revisions"):
        cited = () if log != told.body else tuple((decision, type_) for type_ in _DECISION_EVENTS)
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


REVISIONS_WITHOUT_AUTHORITY: Final = Search(_parts, _found)
