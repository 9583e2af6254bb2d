"""What a reader sees of the own body who is there for one organisation: what is public, and that organisation's.

Like a mandate, a share is read by the executor alone. Every statement in the scope of the body passes `check`,
whatever resolver made it, and what it may find of each table is said here, once.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import Select, Table, and_, false, or_, select, true
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from projections.activity import ACTIVITY
from projections.agreement.tables import AGREEMENT, CONTRIBUTION, OBLIGATION
from projections.document import DOCUMENT, DOCUMENT_VERSION
from projections.indicator import INDICATOR
from projections.narration import STEP
from projections.plan.tables import PLAN, PLAN_ELEMENT, PLAN_PARENT, PLAN_PROGRESS, PLAN_REVISION
from projections.requirement import EXEMPTION, REQUIREMENT
from projections.submission.tables import SUBMISSION, SUBMISSION_STEP
from projections.timeline import TIMELINE
from readapi.refusals import OutsideShareError
from readapi.viewer import Share

_Ids = Select[tuple[Any]]
_Held = Callable[[TenantId, Share], ColumnElement[bool]]


def visible(source: Table, scope: TenantId, share: Share) -> ColumnElement[bool]:
    """The condition on the rows of a table in the scope of the body: public ones, and those of the share."""
    theirs = _THEIRS.get(source)
    of_share = false() if theirs is None else theirs(scope, share)
    return and_(source.c.tenant_id == scope, or_(source.c.audience == "public", of_share))


def asked_of(agreement_id: ColumnElement[Any], share: Share | None) -> ColumnElement[bool]:
    """The condition on what an agreement asks for: that it names the own organisation. Of a member, none."""
    return true() if share is None else agreement_id.in_(share.agreements)


def check(statement: Select[Any]) -> None:
    """Let a statement in the scope of the body pass whose tables all say who sees their rows, or refuse it.

    Raises:
        OutsideShareError: it reads what is for members as such.
    """
    for table in visitors.iterate(statement):
        if isinstance(table, Table) and table is not TIMELINE and "audience" not in table.columns:
            raise OutsideShareError
    if any(table is TIMELINE for table in statement.get_final_froms()):
        raise OutsideShareError


def _of_agreement(table: Table) -> _Held:
    return lambda _, share: table.c.entity_id.in_(share.agreements)


def _of_plan(table: Table) -> _Held:
    """What is adopted of the plans that the agreements carry out."""
    return lambda _, share: and_(table.c.entity_id.in_(share.plans), table.c.audience != "draft")


def _required(scope: TenantId, share: Share) -> _Ids:
    columns = REQUIREMENT.c
    return select(columns.entity_id).where(columns.tenant_id == scope, columns.agreement_id.in_(share.agreements))


def _indicators(scope: TenantId, share: Share) -> _Ids:
    """Those of the own body; those of others are read in their scope, by everybody's rule."""
    columns = REQUIREMENT.c
    return select(columns.indicator_stream).where(
        columns.tenant_id == scope, columns.indicator_log == scope, columns.agreement_id.in_(share.agreements)
    )


def _reported(scope: TenantId, share: Share) -> _Ids:
    columns = SUBMISSION.c
    return select(columns.entity_id).where(
        columns.tenant_id == scope, columns.requirement_id.in_(_required(scope, share))
    )


def _done(scope: TenantId, share: Share) -> _Ids:
    """The activities that the organisation's people recorded."""
    columns = TIMELINE.c
    return select(columns.entity_id).where(
        columns.tenant_id == scope,
        columns.stream == "activity",
        columns.version == 1,
        columns.actor_id.in_(share.people),
    )


def _belongs(scope: TenantId, share: Share) -> _Ids:
    """The documents that belong to what is the organisation's."""
    columns = DOCUMENT.c
    return select(columns.entity_id).where(
        columns.tenant_id == scope,
        or_(
            and_(columns.subject_stream == "agreement", columns.subject_id.in_(share.agreements)),
            and_(columns.subject_stream == "requirement", columns.subject_id.in_(_required(scope, share))),
            and_(columns.subject_stream == "submission", columns.subject_id.in_(_reported(scope, share))),
            and_(columns.subject_stream == "activity", columns.subject_id.in_(_done(scope, share))),
        ),
    )


def _one_of(table: Table, ids: Callable[[TenantId, Share], _Ids]) -> _Held:
    return lambda scope, share: table.c.entity_id.in_(ids(scope, share))


def _told(scope: TenantId, share: Share) -> ColumnElement[bool]:
    """Steps of agreements, and of the indicators that are reported on."""
    return or_(
        STEP.c.entity_id.in_(share.agreements),
        STEP.c.entity_id.in_(_indicators(scope, share)),
    )


_THEIRS: Final[Mapping[Table, _Held]] = {
    AGREEMENT: _of_agreement(AGREEMENT),
    OBLIGATION: _of_agreement(OBLIGATION),
    CONTRIBUTION: _of_agreement(CONTRIBUTION),
    REQUIREMENT: lambda _, share: REQUIREMENT.c.agreement_id.in_(share.agreements),
    EXEMPTION: _one_of(EXEMPTION, _required),
    INDICATOR: _one_of(INDICATOR, _indicators),
    SUBMISSION: _one_of(SUBMISSION, _reported),
    SUBMISSION_STEP: _one_of(SUBMISSION_STEP, _reported),
    ACTIVITY: _one_of(ACTIVITY, _done),
    DOCUMENT: _one_of(DOCUMENT, _belongs),
    DOCUMENT_VERSION: _one_of(DOCUMENT_VERSION, _belongs),
    STEP: _told,
    **{table: _of_plan(table) for table in (PLAN, PLAN_REVISION, PLAN_ELEMENT, PLAN_PROGRESS, PLAN_PARENT)},
}
"""Of each table that holds something of an organisation's, which rows; of the others none."""
