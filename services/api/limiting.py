"""Who is asked to wait: by network address before anything is looked at, then by account, by body and by cost."""

from collections.abc import Mapping
from typing import Any, Final

from domain.ids import TenantId
from infra.access.rates import Exceeded
from services.api.senders import network_address
from services.bootstrap import WriteSide
from services.identity.noting import warn
from services.refusals.bounds import TooManyRequestsError

_COUNTED_AS: Final = "counted_as"
_UNCOUNTED: Final = ("/health/", "/static/")


async def limit_address(scope: Mapping[str, Any], write: WriteSide) -> None:
    """Count a request for its network address. Health and files that browsers keep are not counted.

    Raises:
        TooManyRequestsError: it had enough in this minute.
    """
    if scope["path"].startswith(_UNCOUNTED):
        return
    address = network_address(scope, write.identity.settings.proxies)
    exceeded = await write.rates.take("address", address, write.rates.settings.per_address)
    if exceeded is not None:
        await _refuse(write, exceeded, "address")


async def limit_reader(scope: Mapping[str, Any], write: WriteSide, account: str, tenant_id: TenantId) -> None:
    """Count a request, once however often it is asked who sends it, for its account or token and for the body.

    Raises:
        TooManyRequestsError: one of them had enough in this minute.
    """
    state: dict[str, Any] = scope.get("state", {})
    if state.get(_COUNTED_AS) == account:
        return
    state[_COUNTED_AS] = account
    rates = write.rates
    exceeded = await rates.take("account", account, rates.settings.per_account)
    if exceeded is not None:
        await _refuse(write, exceeded, "account", tenant_id)
    exceeded = await rates.take("body", str(tenant_id), rates.settings.per_body)
    if exceeded is not None:
        await _refuse(write, exceeded, "body", tenant_id)


async def limit_cost(scope: Mapping[str, Any], write: WriteSide, cost: int) -> None:
    """Count what an operation asks for, for its account or token, or for the public's network address.

    Raises:
        TooManyRequestsError: it had enough in this minute.
    """
    reader = scope.get("state", {}).get(_COUNTED_AS)
    whose = reader or network_address(scope, write.identity.settings.proxies)
    exceeded = await write.rates.take("cost", whose, write.rates.settings.cost, max(cost, 1))
    if exceeded is not None:
        await _refuse(write, exceeded, "cost")


async def _refuse(
    write: WriteSide, exceeded: Exceeded, counted_by: str, tenant_id: TenantId | None = None
) -> None:
    if exceeded.first:  # once a minute, so that nobody fills the log by being refused
        await warn(write.identity, "rate_exceeded", tenant_id=tenant_id, counted_by=counted_by)
    raise TooManyRequestsError(seconds=exceeded.seconds, counted_by=counted_by)
