"""What adopting and publishing a revision does to the rows of a plan."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from domain.audience import Audience
from projections.bitemporal import Form, Row
from projections.core import Work
from projections.plan.tables import PLAN, PLAN_DRAFT, PLAN_ELEMENT, PLAN_PARENT, PLAN_REVISION
from projections.reading import Seen
from projections.tables import shape

_PLAN: Final = Form(PLAN)
_ELEMENT: Final = Form(PLAN_ELEMENT)
_ALL: Final = _ELEMENT.group(*shape(PLAN_ELEMENT).facts)
_SAID: Final = slice(_ELEMENT.changed + 1, _ELEMENT.column("revision"))
"""Where an element's row has what the draft's row has too."""
_DRAFT_SAID: Final = slice(3, 3 + _SAID.stop - _SAID.start)
_CONTENT_REVISION: Final = _ELEMENT.column("revision")
_AUDIENCE: Final = _ELEMENT.column("audience")
_NOT_PUBLIC: Final = ((_AUDIENCE, Audience.TENANT.value),)
_FROM: Final = _ELEMENT.effective_from
_TO: Final = _ELEMENT.effective_to
_POS_FROM: Final = _ELEMENT.pos_from
_POS_TO: Final = _ELEMENT.pos_to

_REVISION_NAMES: Final = [column.name for column in PLAN_REVISION.columns]
_PARENT_NAMES: Final = [column.name for column in PLAN_PARENT.columns]


class Counts(NamedTuple):
    """How a revision compares with the one before."""

    elements: int
    added: int
    reworded: int
    withdrawn: int


def adopt(work: Work, seen: Seen, number: int) -> Counts:
    """Write what the draft says over what the last revision said; only elements that differ get new rows."""
    plan_id = seen.stream_id
    drafts, elements = work.plain(PLAN_DRAFT), work.timelines(PLAN_ELEMENT)
    # After an adoption the two say the same, and no adoption is dated before an earlier one: so from the second
    # on, only what was touched since can differ.
    touched = drafts.touched(plan_id)
    draft = drafts.under(plan_id)
    added = reworded = withdrawn = 0
    tenant = Audience.TENANT.value
    for sub in draft.keys() | elements.under(plan_id).keys() if touched is None else touched:
        segments = elements.of(plan_id, sub)
        before = segments.last
        row = draft.get(sub)
        if row is None:
            if before is not None:
                segments.end(seen)
                withdrawn += 1
            continue
        said = row[_DRAFT_SAID]
        if before is None:
            added += 1
        elif before[_SAID] == said:
            continue
        else:
            reworded += 1
        said.append(number)
        segments.set(seen, _ALL, said, _NOT_PUBLIC)
        written = segments.last
        assert written is not None
        elements.amend(written, _AUDIENCE, tenant)  # a new form is not public because the old one was
    _open(work, seen, Audience.TENANT, {Audience.DRAFT.value})
    parents = work.plain(PLAN_PARENT)
    revision, audience = _PARENT_NAMES.index("revision"), _PARENT_NAMES.index("audience")
    for row in parents.under(plan_id).values():
        if row[revision] is None:
            parents.amend(row, {revision: number, audience: tenant})
    return Counts(len(draft), added, reworded, withdrawn)


def publish(work: Work, seen: Seen, number: int, source_published_on: date | None) -> None:
    """Open a revision to the public, with every form that its elements have in it."""
    plan_id, public = seen.stream_id, Audience.PUBLIC.value
    revisions = work.plain(PLAN_REVISION)
    revision = revisions.under(plan_id)[number,]
    facts: dict[str, Any] = {
        "published_on": seen.on,
        "published_position": seen.position,
        "source_published_on": source_published_on,
        "audience": public,
    }
    revisions.amend(revision, {_REVISION_NAMES.index(name): value for name, value in facts.items()})
    on = revision[_REVISION_NAMES.index("adopted_on")]
    position = revision[_REVISION_NAMES.index("position")]
    elements = work.timelines(PLAN_ELEMENT)
    for segments in elements.under(plan_id).values():
        # Most have not changed since they were last published, and all rows of one form have the same audience.
        last = segments.last
        if last is not None and last[_AUDIENCE] == public and last[_FROM] <= on and last[_POS_FROM] <= position:
            continue
        shown = _row_at(segments.written, on, position)
        if shown is not None and shown[_AUDIENCE] != public:
            for row in segments.written:
                if row[_CONTENT_REVISION] == shown[_CONTENT_REVISION]:
                    elements.amend(row, _AUDIENCE, public)
    _open(work, seen, Audience.PUBLIC, {Audience.DRAFT.value, Audience.TENANT.value})
    parents = work.plain(PLAN_PARENT)
    adopted, audience = _PARENT_NAMES.index("revision"), _PARENT_NAMES.index("audience")
    for row in parents.under(plan_id).values():
        if row[adopted] is not None and row[adopted] <= number:
            parents.amend(row, {audience: public})


def _row_at(rows: Sequence[Row], on: date, position: int) -> Row | None:
    """What held of an element on a day, as known at a position."""
    for row in reversed(rows):  # the latest are the likeliest
        if row[_POS_TO] > position >= row[_POS_FROM] and row[_FROM] <= on < row[_TO]:
            return row
    return None


def _open(work: Work, seen: Seen, to: Audience, before: set[str]) -> None:
    """Give the header of a plan, in all its rows, to a wider audience."""
    plans = work.timelines(PLAN)
    audience = _PLAN.column("audience")
    for row in plans.of(seen.stream_id).written:
        if row[audience] in before:
            plans.amend(row, audience, to.value)
