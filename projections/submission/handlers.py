"""From events of submissions to rows."""

from typing import Any, Final

from domain.audience import RECORDS, Audience
from domain.submission.events import (
    Stage,
    SubmissionApproved,
    SubmissionCorrected,
    SubmissionDrafted,
    SubmissionPublished,
    SubmissionRedrafted,
    SubmissionResubmitted,
    SubmissionReturned,
    SubmissionSubmitted,
    SubmissionValidated,
)
from domain.values import QualifiedValue
from projections import events
from projections.bitemporal import Form, Row, Segments
from projections.columns import citation_values, json_value, period_values, quantity_values, territory_values
from projections.core import Work, note
from projections.projection import Handler, Projection
from projections.reading import Seen
from projections.submission.tables import PUBLISHED_FIGURE, SUBMISSION, SUBMISSION_STEP, TABLES, address
from projections.tables import quantity, shape

RECORDED: Final = RECORDS["submission"] or Audience.TENANT
_ADDRESS: Final = tuple(column.name for column in address())
_FIGURE: Final = tuple(column.name for column in (*quantity("value"), *quantity("denominator")))

_FORM: Final = Form(SUBMISSION)
_AUDIENCE: Final = _FORM.column("audience")
_DRAFTED: Final = _FORM.group(*(name for name in shape(SUBMISSION).facts if name != "sample"))
_STAGE: Final = _FORM.group("stage")
_VALUES: Final = _FORM.group(*_FIGURE)
_SUBMITTED_ON: Final = _FORM.group("submitted_on")
_CORRECTIONS: Final = _FORM.group("corrections")
_WIDEST: Final = _FORM.column("widest")
_IS_PUBLISHED: Final = _FORM.group("published")
_COPIED: Final = slice(_FORM.column(_ADDRESS[0]), _FORM.column(_FIGURE[-1]) + 1)
"""Address and figure of a row, which stand together and in the same order in both tables."""

_OUT: Final = Form(PUBLISHED_FIGURE)
_OUT_AUDIENCE: Final = _OUT.column("audience")
_OUT_ALL: Final = _OUT.group(*_ADDRESS, *_FIGURE, "published_on", "edition")
_EDITION: Final = _OUT.column("edition")


def _drafted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SubmissionDrafted)
    values = (
        *citation_values(payload.indicator),
        *period_values(payload.period),
        *territory_values(payload.territory),
        json_value(payload.cuts),
        *quantity_values(payload.value),
        *quantity_values(payload.denominator),
        "draft",
        payload.requirement_id,
        payload.route.code,
        None,
        0,
        False,
        payload.audience.value,
    )
    segments = work.timelines(SUBMISSION).of(seen.stream_id)
    note(segments, seen, _DRAFTED, values, [(_AUDIENCE, Audience.DRAFT.value)])
    _step(work, seen, "draft", "draft", figure=(payload.value, payload.denominator))


def _redrafted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SubmissionRedrafted)
    segments = work.timelines(SUBMISSION).of(seen.stream_id)
    figure = (payload.value, payload.denominator)
    note(segments, seen, _VALUES, _figure(*figure))
    stage = _open(segments)[_FORM.column("stage")]
    _step(work, seen, "redraft", stage, figure=figure)


def _submitted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SubmissionSubmitted)
    segments = work.timelines(SUBMISSION).of(seen.stream_id)
    note(segments, seen, _STAGE, ("submitted",))
    segments.set(seen, _SUBMITTED_ON, (seen.on,))
    work.timelines(SUBMISSION).amend(_open(segments), _AUDIENCE, RECORDED.value)
    _step(work, seen, "submit", "submitted")


def _returned(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SubmissionReturned)
    note(work.timelines(SUBMISSION).of(seen.stream_id), seen, _STAGE, ("returned",))
    _step(work, seen, "return", "returned", reason=payload.reason)


def _resubmitted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SubmissionResubmitted)
    segments = work.timelines(SUBMISSION).of(seen.stream_id)
    figure = (payload.value, payload.denominator)
    note(segments, seen, _STAGE, ("submitted",))
    segments.set(seen, _VALUES, _figure(*figure))
    _step(work, seen, "resubmit", "submitted", figure=figure)


def _advanced(act: str, stage: Stage) -> Handler:
    def advance(work: Work, seen: Seen) -> None:
        segments = work.timelines(SUBMISSION).of(seen.stream_id)
        note(segments, seen, _STAGE, (stage,))
        work.timelines(SUBMISSION).amend(_open(segments), _AUDIENCE, RECORDED.value)
        _step(work, seen, act, stage)

    return advance


def _published(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SubmissionPublished)
    segments = work.timelines(SUBMISSION).of(seen.stream_id)
    note(segments, seen, _STAGE, ("published",))
    segments.set(seen, _IS_PUBLISHED, (True,))
    row = _open(segments)
    work.timelines(SUBMISSION).amend(row, _AUDIENCE, RECORDED.value)
    _step(work, seen, "publish", "published")
    out = work.timelines(PUBLISHED_FIGURE).of(seen.stream_id)
    edition = 1 if out.last is None else out.last[_EDITION] + 1
    note(out, seen, _OUT_ALL, (*row[_COPIED], seen.on, edition), [(_OUT_AUDIENCE, row[_WIDEST])])


def _corrected(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SubmissionCorrected)
    segments = work.timelines(SUBMISSION).of(seen.stream_id)
    figure = (payload.value, payload.denominator)
    corrections = _open(segments)[_FORM.column("corrections")] + 1
    note(segments, seen, _STAGE, ("submitted",))
    segments.set(seen, _VALUES, _figure(*figure))
    segments.set(seen, _CORRECTIONS, (corrections,))
    _step(work, seen, "correct", "submitted", figure=figure, reason=payload.reason)


def _open(segments: Segments) -> Row:
    """What holds at the end of time. Steps are in the order of their days, so there is nothing after it."""
    row = segments.last
    assert row is not None
    return row


def _figure(value: QualifiedValue, denominator: QualifiedValue | None) -> tuple[Any, ...]:
    return (*quantity_values(value), *quantity_values(denominator))


def _step(
    work: Work,
    seen: Seen,
    act: str,
    stage: str,
    *,
    figure: tuple[QualifiedValue, QualifiedValue | None] | None = None,
    reason: str | None = None,
) -> None:
    actor = seen.actor
    audience = Audience.DRAFT if stage == "draft" else RECORDED
    values = (
        act,
        stage,
        seen.on,
        seen.at,
        actor.id,
        actor.role,
        reason,
        json_value(seen.breaches),
        *((None,) * len(_FIGURE) if figure is None else _figure(*figure)),
        seen.sample,
        audience.value,
    )
    work.plain(SUBMISSION_STEP).add(seen.stream_id, (seen.position,), values)


SUBMISSIONS: Final = Projection(
    "submission",
    TABLES,
    {
        SubmissionDrafted: _drafted,
        SubmissionRedrafted: _redrafted,
        SubmissionSubmitted: _submitted,
        SubmissionReturned: _returned,
        SubmissionResubmitted: _resubmitted,
        SubmissionValidated: _advanced("validate", "validated"),
        SubmissionApproved: _advanced("approve", "approved"),
        SubmissionPublished: _published,
        SubmissionCorrected: _corrected,
    },
    events.ALL - events.SUBMISSION,
)
