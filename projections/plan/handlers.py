"""From events of plans to rows. The working copy is folded here too: adopting it is what writes elements."""

from typing import Final
from uuid import UUID

from domain.audience import Audience
from domain.plan.events import (
    ConsultationRecorded,
    ElementAdded,
    ElementReworded,
    ElementWithdrawn,
    PlanAlignedToParent,
    PlanClosed,
    PlanDrafted,
    PlanRetitled,
    ProgressRecorded,
    RevisionAdopted,
    RevisionPublished,
)
from projections import events
from projections.bitemporal import Form
from projections.columns import authority_values, localized_values, period_values, territory_values
from projections.core import Work, note
from projections.plan.adoption import adopt, publish
from projections.plan.tables import PLAN, PLAN_DRAFT, PLAN_PARENT, PLAN_PROGRESS, PLAN_REVISION, TABLES
from projections.projection import Projection
from projections.reading import Seen
from projections.tables import localized, shape

_PLAN: Final = Form(PLAN)
_DRAFTED: Final = _PLAN.group(*(name for name in shape(PLAN).facts if name != "sample"))
_TITLE: Final = _PLAN.group(*(column.name for column in localized("title")))
_STATUS: Final = _PLAN.group("status")
_REVISION: Final = _PLAN.group("revision")

_PROGRESS: Final = Form(PLAN_PROGRESS)
_MADE: Final = _PROGRESS.group("progress")
_PROGRESS_EXTRA: Final = ((_PROGRESS.column("audience"), Audience.TENANT.value),)

_DRAFT_NAMES: Final = [column.name for column in PLAN_DRAFT.columns]
_PARENT_ID: Final = _DRAFT_NAMES.index("parent_id")
_PATH: Final = _DRAFT_NAMES.index("path")
_WORDING: Final = slice(_DRAFT_NAMES.index("wording_en"), _DRAFT_NAMES.index("wording_unofficial") + 1)


def _drafted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PlanDrafted)
    values = (
        payload.kind,
        *localized_values(payload.title),
        *period_values(payload.period),
        payload.agreement_id,
        "open",
        0,
    )
    segments = work.timelines(PLAN).of(seen.stream_id)
    note(segments, seen, _DRAFTED, values, [(_PLAN.column("audience"), Audience.DRAFT.value)])


def _retitled(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PlanRetitled)
    note(work.timelines(PLAN).of(seen.stream_id), seen, _TITLE, localized_values(payload.title))


def _closed(work: Work, seen: Seen) -> None:
    note(work.timelines(PLAN).of(seen.stream_id), seen, _STATUS, ("closed",))


def _element_added(work: Work, seen: Seen) -> None:
    payload: ElementAdded = seen.payload
    draft = work.plain(PLAN_DRAFT)
    above = ""
    if payload.parent_id is not None:
        above = draft.under(seen.stream_id)[payload.parent_id,][_PATH] + "/"
    copied = payload.copied_from
    values = (
        payload.level,
        payload.parent_id,
        payload.number,
        *localized_values(payload.wording),
        *territory_values(payload.territory),
        payload.indicator_kind,
        payload.rank,
        # Of one rank, the one that was added first comes first.
        f"{above}{payload.rank:07d}.{seen.version:07d}",
        *((None, None, None) if copied is None else (copied.log, copied.stream, copied.version)),
        seen.sample,
        Audience.DRAFT.value,
    )
    draft.put(seen.stream_id, (payload.element_id,), values)


def _element_reworded(work: Work, seen: Seen) -> None:
    payload: ElementReworded = seen.payload
    values = localized_values(payload.wording)
    work.plain(PLAN_DRAFT).amend_span(seen.stream_id, (payload.element_id,), _WORDING, values)


def _element_withdrawn(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ElementWithdrawn)
    draft = work.plain(PLAN_DRAFT)
    rows = draft.under(seen.stream_id)
    gone: set[UUID] = {payload.element_id}
    grew = True
    while grew:
        more = {sub[0] for sub, row in rows.items() if row[_PARENT_ID] in gone} - gone
        grew = bool(more)
        gone |= more
    for element_id in gone:
        draft.remove(seen.stream_id, (element_id,))


def _aligned(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PlanAlignedToParent)
    parents = work.plain(PLAN_PARENT)
    cited = payload.parent
    lines: list[tuple[UUID | None, UUID | None]] = [(None, None)]
    lines += [(link.element_id, link.parent_element_id) for link in payload.links]
    for line, (element_id, parent_element_id) in enumerate(lines):
        values = (
            cited.log,
            cited.stream,
            cited.version,
            element_id,
            parent_element_id,
            seen.on,
            seen.at,
            None,
            seen.sample,
            Audience.DRAFT.value,
        )
        parents.put(seen.stream_id, (seen.position, line), values)


def _adopted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, RevisionAdopted)
    counts = adopt(work, seen, payload.number)
    note(work.timelines(PLAN).of(seen.stream_id), seen, _REVISION, (payload.number,))
    values = (
        seen.on,
        seen.position,
        seen.at,
        *authority_values(seen.authority),
        *counts,
        None,
        None,
        None,
        seen.sample,
        Audience.TENANT.value,
    )
    work.plain(PLAN_REVISION).put(seen.stream_id, (payload.number,), values)


def _published(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, RevisionPublished)
    publish(work, seen, payload.number, payload.source_published_on)


def _progress_recorded(work: Work, seen: Seen) -> None:
    payload: ProgressRecorded = seen.payload
    segments = work.timelines(PLAN_PROGRESS).of(seen.stream_id, (payload.element_id,))
    note(segments, seen, _MADE, (payload.progress,), _PROGRESS_EXTRA)


PLANS: Final = Projection(
    "plan",
    TABLES,
    {
        PlanDrafted: _drafted,
        PlanRetitled: _retitled,
        PlanClosed: _closed,
        ElementAdded: _element_added,
        ElementReworded: _element_reworded,
        ElementWithdrawn: _element_withdrawn,
        PlanAlignedToParent: _aligned,
        RevisionAdopted: _adopted,
        RevisionPublished: _published,
        ProgressRecorded: _progress_recorded,
    },
    {*(events.ALL - events.PLAN), ConsultationRecorded},
)
