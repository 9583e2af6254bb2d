"""Figures that were approved by whoever submitted them, changed after their publication, or submitted late."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from sqlalchemy import and_, exists, or_, select

from domain.exceptions import Published, by_submitter, changed, changes, late
from projections.requirement import EXEMPTION, REQUIREMENT
from projections.submission import SUBMISSION, SUBMISSION_STEP
from readapi.asof import happened, held
from readapi.exceptions.found import Evidence, Found, Ground, Named, Parts, Read, Search, Told, few, one_of, rows

_S, _STEP, _R, _E = SUBMISSION.c, SUBMISSION_STEP.c, REQUIREMENT.c, EXEMPTION.c
_STANDS_BY: Final = ("submit", "resubmit", "correct")
"""Steps by which somebody stands by a figure."""
_BY_ANOTHER: Final = ("validate", "approve")
_SIDES: Final = ("kind", "number", "upper", "raw", "status", "rounded_to", "unit")


def _approved(ground: Ground) -> Parts:
    """Steps that another person must take, taken by whoever stood by the figure last.

    Who acted is compared, not the breach that was kept: a log that was restored tells the same.
    """
    before = SUBMISSION_STEP.alias("before")
    submitted = (
        select(before.c.position)
        .where(
            before.c.tenant_id == _STEP.tenant_id,
            before.c.entity_id == _STEP.entity_id,
            before.c.position < _STEP.position,
            one_of(before.c.act, _STANDS_BY),
        )
        .order_by(before.c.position.desc())
        .limit(1)
        .correlate(SUBMISSION_STEP)
        .scalar_subquery()
    )
    by = SUBMISSION_STEP.alias("by")
    same = and_(by.c.tenant_id == _STEP.tenant_id, by.c.entity_id == _STEP.entity_id, by.c.position == submitted)
    statement = (
        select(
            *(_STEP.entity_id, _STEP.position, by.c.position.label("submitted_at")),
            *(_STEP.act, _STEP.effective_on, _STEP.sample),
        )
        .select_from(SUBMISSION_STEP.join(by, same))
        .where(
            _STEP.tenant_id == ground.body,
            one_of(_STEP.act, _BY_ANOTHER),
            by.c.actor_id == _STEP.actor_id,
            *happened(SUBMISSION_STEP, ground.clock, on="effective_on"),
            ground.seen(SUBMISSION_STEP),
            *(() if ground.since is None else (_STEP.effective_on >= ground.since,)),
        )
        .order_by(_STEP.position)
    )
    found = few(statement).cte()
    return Parts(
        {"approvals": select(*found.c).order_by(found.c.position)},
        Named((select(found.c.position), select(found.c.submitted_at))),
    )


def _found_approved(_: Told, read: Read) -> list[Found]:
    return [
        Found(
            kind="approval_by_submitter",
            on=on,
            stream="submission",
            record_id=record_id,
            words=by_submitter(act),
            evidence=Evidence(positions=(submitted_at, position)),
            sample=sample,
            part=str(position),
        )
        for record_id, position, submitted_at, act, on, sample in rows(read, "approvals")
    ]


APPROVALS_BY_SUBMITTER: Final = Search(_approved, _found_approved)


def _corrected(ground: Ground) -> Parts:
    """Published figures that another one replaced, or is to replace.

    A step before a publication counts for members who see no drafts too: what was drafted is what was published.
    """
    corrected, out = SUBMISSION_STEP.alias("corrected"), SUBMISSION_STEP.alias("out")
    came_out = exists().where(
        out.c.tenant_id == _STEP.tenant_id,
        out.c.entity_id == _STEP.entity_id,
        out.c.act == "publish",
        out.c.position > _STEP.position,
    )
    statement = (
        select(
            *(_STEP.entity_id, _STEP.position, _STEP.act, _STEP.effective_on, _STEP.sample),
            *(_STEP[f"value_{side}"] for side in _SIDES),
            *(_STEP[f"denominator_{side}"] for side in _SIDES),
        )
        .where(
            _STEP.tenant_id == ground.body,
            *happened(SUBMISSION_STEP, ground.clock, on="effective_on"),
            or_(ground.seen(SUBMISSION_STEP), came_out),
            exists().where(
                corrected.c.tenant_id == _STEP.tenant_id,
                corrected.c.entity_id == _STEP.entity_id,
                corrected.c.act == "correct",
                *(() if ground.since is None else (corrected.c.effective_on >= ground.since,)),
            ),
        )
        .order_by(_STEP.entity_id, _STEP.position)
    )
    steps = statement.cte()
    return Parts(
        {"steps": select(*steps.c).order_by(steps.c.entity_id, steps.c.position)},
        Named((select(steps.c.position),)),
    )


def _found_corrected(told: Told, read: Read) -> list[Found]:
    found = []
    for record_id, steps in groupby(read["steps"], key=lambda row: row[0]):
        taken = list(steps)
        for change in changes([_published(row) for row in taken]):
            if told.since is not None and change.on < told.since:
                continue
            found.append(
                Found(
                    kind="value_changed_after_publication",
                    on=change.on,
                    stream="submission",
                    record_id=record_id,
                    words=changed(counts=change.counts),
                    evidence=Evidence(positions=change.positions),
                    sample=any(row[4] for row in taken),
                    part=str(change.positions[1]),
                )
            )
    return found


VALUES_CHANGED: Final = Search(_corrected, _found_corrected)


def _published(row: Sequence[Any]) -> Published:
    _, position, act, on, _, *sides = row
    value, denominator = sides[: len(_SIDES)], sides[len(_SIDES) :]
    figure = None if value[0] is None else (_figure(value), _figure(denominator))
    return Published(act=act, position=position, on=on, figure=figure)


def _figure(sides: Sequence[Any]) -> tuple[Any, ...]:
    """A figure to compare: what was written counts only where it is no number."""
    kind, number, upper, raw, status, rounded_to, unit = sides
    if number is None:
        return (kind, raw, status, unit)
    top = None if upper is None else Decimal(upper)
    return (kind, Decimal(number), top, status, rounded_to, unit)


def _late(ground: Ground) -> Parts:
    """Whole figures that a requirement asks for and that were first submitted after their day.

    Who is exempt is not late, and what was not submitted at all is missing, not late.
    """
    due_on = _S.period_end + _R.due_days
    of_period = or_(
        and_(_R.cadence == "once", _R.first_start == _S.period_start, _R.first_end == _S.period_end),
        and_(_R.cadence == _S.period_kind, _R.first_start <= _S.period_start),
    )
    asked = and_(
        _R.tenant_id == _S.tenant_id,
        _R.indicator_log == _S.indicator_log,
        _R.indicator_stream == _S.indicator_stream,
        _R.territory_scheme.is_not_distinct_from(_S.territory_scheme),
        _R.territory_code.is_not_distinct_from(_S.territory_code),
        of_period,
        or_(_R.ended_on.is_(None), _S.period_end < _R.ended_on),
    )
    exempt = exists().where(
        _E.tenant_id == _R.tenant_id,
        _E.entity_id == _R.entity_id,
        _E.period_start == _S.period_start,
        _E.period_end == _S.period_end,
        *held(EXEMPTION, ground.clock),
        ground.seen(EXEMPTION),
    )
    statement = (
        select(
            *(_S.entity_id, _R.entity_id.label("requirement_id"), _S.submitted_on, due_on.label("due_on")),
            _S.sample,
        )
        .select_from(SUBMISSION.join(REQUIREMENT, asked))
        .where(
            _S.tenant_id == ground.body,
            _S.cuts == "[]",
            _S.submitted_on > due_on,
            *held(SUBMISSION, ground.clock),
            *held(REQUIREMENT, ground.clock),
            ground.seen(SUBMISSION),
            ground.seen(REQUIREMENT),
            ~exempt,
            *(() if ground.since is None else (_S.submitted_on >= ground.since,)),
        )
        .order_by(_S.entity_id, due_on, _R.entity_id)
    )
    found = few(statement).cte()
    required = (select(found.c.requirement_id), ("requirement.Required",))
    return Parts(
        {"late": select(*found.c).order_by(found.c.entity_id, found.c.due_on, found.c.requirement_id)},
        Named(records=(required, (select(found.c.entity_id), ("submission.Submitted",)))),
    )


def _found_late(_: Told, read: Read) -> list[Found]:
    # Two requirements of one figure are one; the earlier day counts.
    found: dict[Any, Found] = {}
    for record_id, requirement_id, submitted_on, due, sample in rows(read, "late"):
        events = ((requirement_id, "requirement.Required"), (record_id, "submission.Submitted"))
        found.setdefault(
            record_id,
            Found(
                kind="late_submission",
                on=submitted_on,
                stream="submission",
                record_id=record_id,
                words=late(due, submitted_on),
                evidence=Evidence(of=events),
                sample=sample,
            ),
        )
    return list(found.values())


LATE_SUBMISSIONS: Final = Search(_late, _found_late)
