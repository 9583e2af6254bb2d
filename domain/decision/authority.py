"""By what right: a decision that any order cites as its authority must be in force on the order's day."""

from collections.abc import Iterator

from domain.case import Case, Need
from domain.decision.refusals import DecisionNotInForceError, NotADecisionError
from domain.decision.state import DECISION
from domain.envelope import Authority, ByDecision
from domain.ids import StreamId, TenantId
from domain.stream import EVERY_ORDER, EveryOrder, Order


def needs(order: Order) -> Iterator[Need]:
    """The decision that the order cites, in whichever log it is."""
    if isinstance(order.authority, ByDecision):
        yield Need(DECISION, *_place(order.authority, order.tenant_id))


def check(case: Case) -> None:
    """Hold an order to the decision that it cites.

    Raises:
        NotADecisionError: what it cites is something else; no source makes that right.
        DecisionNotInForceError: the decision does not hold on that day: not yet, or no more.
    """
    authority: Authority = case.authority
    if not isinstance(authority, ByDecision):
        return
    stream_id, log = _place(authority, case.tenant_id)
    loaded = case.loaded(stream_id, log)
    if not loaded.version or loaded.state == DECISION.initial:
        raise NotADecisionError(stream=stream_id)
    standing = loaded.state.standing_on(case.on)
    if standing != "in_force":
        case.insist(DecisionNotInForceError(standing=standing, on=case.on))


def _place(authority: ByDecision, own_log: TenantId) -> tuple[StreamId, TenantId | None]:
    cited = authority.decision
    return StreamId(cited.stream), None if cited.log == own_log else TenantId(cited.log)


EVERY_ORDER.append(EveryOrder(needs, check))
