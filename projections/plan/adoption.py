"""What adopting and publishing a revision does to the rows of a plan."""

from datetime import date
from typing import Any, Final, NamedTuple

from domain.audience import Audience
from domain.event import Recorded
from projections.bitemporal import Form
from projections.core import Work, stamp
from projections.plan.tables import PLAN, PLAN_DRAFT, PLAN_ELEMENT, PLAN_PARENT, PLAN_REVISION
from projections.tables import shape

_PLAN: Final = Form(PLAN)
_ELEMENT: Final = Form(PLAN_ELEMENT)
_ALL: Final = _ELEMENT.group(*shape(PLAN_ELEMENT).facts)
_SAID: Final = slice(_ELEMENT.changed + 1, _ELEMENT.column("revision"))
"""Where an element's row has what the draft's row has too."""
_DRAFT_SAID: Final = slice(3, 3 + _SAID.stop - _SAID.start)
_CONTENT_REVISION: Final = _ELEMENT.column("revision")
_AUDIENCE: Final = _ELEMENT.column("audience")
_ELEMENT_ID: Final = 2

_REVISION_NAMES: Final = [column.name for column in PLAN_REVISION.columns]
_PARENT_NAMES: Final = [column.name for column in PLAN_PARENT.columns]


class Counts(NamedTuple):
    """How a revision compares with the one before."""

    elements: int
    added: int
    reworded: int
    withdrawn: int


def adopt(work: Work, recorded: Recorded, number: int) -> Counts:
    """Write what the draft says over what the last revision said; only elements that differ get new rows."""
    plan_id, when = recorded.originator_id, stamp(recorded)
    draft = work.plain(PLAN_DRAFT).under(plan_id)
    elements = work.timelines(PLAN_ELEMENT)
    added = reworded = withdrawn = 0
    tenant = Audience.TENANT.value
    for sub, row in draft.items():
        said = row[_DRAFT_SAID]
        segments = elements.of(plan_id, sub)
        before = segments.last
        if before is None:
            added += 1
        elif before[_SAID] == said:
            continue
        else:
            reworded += 1
        segments.set(when, _ALL, [*said, number], [(_AUDIENCE, tenant)])
        written = segments.last
        assert written is not None
        elements.amend(written, _AUDIENCE, tenant)  # a new form is not public because the old one was
    for sub, segments in elements.under(plan_id).items():
        if sub not in draft and segments.last is not None:
            segments.end(when)
            withdrawn += 1
    _open(work, recorded, Audience.TENANT, {Audience.DRAFT.value})
    parents = work.plain(PLAN_PARENT)
    revision, audience = _PARENT_NAMES.index("revision"), _PARENT_NAMES.index("audience")
    for row in parents.under(plan_id).values():
        if row[revision] is None:
            parents.amend(row, {revision: number, audience: tenant})
    return Counts(len(draft), added, reworded, withdrawn)


def publish(work: Work, recorded: Recorded, number: int, source_published_on: date | None) -> None:
    """Open a revision to the public, with every form that its elements have in it."""
    plan_id, public = recorded.originator_id, Audience.PUBLIC.value
    revisions = work.plain(PLAN_REVISION)
    revision = revisions.under(plan_id)[number,]
    facts: dict[str, Any] = {
        "published_on": recorded.effective_on,
        "published_position": recorded.position,
        "source_published_on": source_published_on,
        "audience": public,
    }
    revisions.amend(revision, {_REVISION_NAMES.index(name): value for name, value in facts.items()})
    on = revision[_REVISION_NAMES.index("adopted_on")]
    position = revision[_REVISION_NAMES.index("position")]
    elements = work.timelines(PLAN_ELEMENT)
    forms = {
        (row[_ELEMENT_ID], row[_CONTENT_REVISION])
        for row in elements.rows(plan_id)
        if row[_ELEMENT.effective_from] <= on < row[_ELEMENT.effective_to]
        and row[_ELEMENT.pos_from] <= position < row[_ELEMENT.pos_to]
    }
    for row in elements.rows(plan_id):
        if (row[_ELEMENT_ID], row[_CONTENT_REVISION]) in forms:
            elements.amend(row, _AUDIENCE, public)
    _open(work, recorded, Audience.PUBLIC, {Audience.DRAFT.value, Audience.TENANT.value})
    parents = work.plain(PLAN_PARENT)
    adopted, audience = _PARENT_NAMES.index("revision"), _PARENT_NAMES.index("audience")
    for row in parents.under(plan_id).values():
        if row[adopted] is not None and row[adopted] <= number:
            parents.amend(row, {audience: public})


def _open(work: Work, recorded: Recorded, to: Audience, before: set[str]) -> None:
    """Give the header of a plan, in all its rows, to a wider audience."""
    plans = work.timelines(PLAN)
    audience = _PLAN.column("audience")
    for row in plans.rows(recorded.originator_id):
        if row[audience] in before:
            plans.amend(row, audience, to.value)
