"""Alignments that were withdrawn after published figures had counted by them."""

from typing import Final

from sqlalchemy import and_, func, select

from domain.exceptions import withdrawn
from projections.alignment import ALIGNMENT
from projections.submission import SUBMISSION, SUBMISSION_STEP
from projections.timeline import TIMELINE
from readapi.asof import happened, held
from readapi.exceptions.found import Evidence, Found, Ground, Named, Parts, Read, Search, Told, few, rows

_A, _S, _STEP, _L = ALIGNMENT.c, SUBMISSION.c, SUBMISSION_STEP.c, TIMELINE.c
SHOWN = 20
"""Publications among the events of one exception; the words give their number."""


def _parts(ground: Ground) -> Parts:
    """Those exact or in part that stand withdrawn, with the whole figures published before the withdrawal.

    What was known when the withdrawal was recorded decides: being dated back over a publication undoes nothing.
    """
    withdrawal = and_(
        _L.tenant_id == _A.tenant_id,
        _L.entity_id == _A.entity_id,
        _L.type == "alignment.Withdrawn",
        *happened(TIMELINE, ground.clock, on="effective_on"),
    )
    last = select(func.max(_L.position)).where(withdrawal).correlate(ALIGNMENT).scalar_subquery()
    of_indicator = and_(
        _S.tenant_id == _A.tenant_id,
        _S.indicator_log == _A.tenant_id,
        _S.indicator_stream == _A.indicator_id,
        _S.cuts == "[]",
        *held(SUBMISSION, ground.clock),
        ground.seen(SUBMISSION),
    )
    line = TIMELINE.alias("withdrawal")
    published = and_(
        _STEP.tenant_id == _S.tenant_id,
        _STEP.entity_id == _S.entity_id,
        _STEP.act == "publish",
        _STEP.position < line.c.position,
    )
    first = func.array_agg(func.distinct(_STEP.position))
    statement = (
        select(
            *(_A.entity_id, line.c.effective_on, line.c.position, _A.sample),
            *(func.count(func.distinct(_STEP.entity_id)).label("figures"), first.label("publications")),
        )
        .select_from(
            ALIGNMENT.join(line, and_(line.c.tenant_id == _A.tenant_id, line.c.position == last))
            .join(SUBMISSION, of_indicator)
            .join(SUBMISSION_STEP, published)
        )
        .where(
            _A.tenant_id == ground.body,
            _A.status == "withdrawn",
            _A.grade != "none",
            *held(ALIGNMENT, ground.clock),
            ground.seen(ALIGNMENT),
            *(() if ground.since is None else (line.c.effective_on >= ground.since,)),
        )
        .group_by(_A.entity_id, line.c.effective_on, line.c.position, _A.sample)
        .order_by(line.c.position)
    )
    found = few(statement).cte()
    return Parts(
        {"withdrawn": select(*found.c).order_by(found.c.position)},
        Named(
            (select(found.c.position), select(func.unnest(found.c.publications))),
            ((select(found.c.entity_id), ("alignment.Aligned",)),),
        ),
    )


def _found(_: Told, read: Read) -> list[Found]:
    return [
        Found(
            kind="alignment_withdrawn_after_use",
            on=on,
            stream="alignment",
            record_id=record_id,
            words=withdrawn(figures),
            evidence=Evidence(
                positions=(position, *sorted(publications)[:SHOWN]), of=((record_id, "alignment.Aligned"),)
            ),
            sample=sample,
        )
        for record_id, on, position, sample, figures, publications in rows(read, "withdrawn")
    ]


ALIGNMENTS_WITHDRAWN: Final = Search(_parts, _found)
