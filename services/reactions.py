"""Jobs that some events bring with them, whoever recorded them: written with them, or not at all."""

from collections.abc import Iterable
from typing import Final

from domain.agreement import AgreementTerminated
from domain.event import Event
from domain.ids import TenantId
from domain.jobs import JobRow
from domain.requirement import RequirementEnded

END_GRANTS: Final = "end_grants"
GRANTS_QUEUE: Final = "people"
_END_DUTIES: Final = (AgreementTerminated, RequirementEnded)


def jobs_after(tenant_id: TenantId, events: Iterable[Event]) -> tuple[JobRow, ...]:
    """What has to be looked at once these events are recorded."""
    if any(isinstance(event, _END_DUTIES) for event in events):
        return (JobRow(actor=END_GRANTS, queue=GRANTS_QUEUE, args=(str(tenant_id),)),)
    return ()
