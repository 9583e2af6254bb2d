"""What caused an order: an event of its own log or of the commons, named by whoever gives the order."""

from uuid import UUID

from domain.ids import COMMONS, TenantId
from domain.ports import EventStore
from domain.values import Citation
from services.refusals import FieldsInvalidError
from services.wordings import located

PATH = "$.caused_by"


async def cause_of(store: EventStore, tenant_id: TenantId, named: Citation | None) -> UUID | None:
    """The command that recorded the named event: what an envelope keeps as its cause. None where none is named.

    An event of another body's log is answered like one that does not exist, whether it does or not.

    Raises:
        FieldsInvalidError: there is no such event in this log or in the commons.
    """
    if named is None:
        return None
    cause = await store.cited(named) if named.log in {tenant_id, COMMONS} else None
    if cause is None:
        raise FieldsInvalidError((located("unknown cause", PATH),))
    return cause.command_id
