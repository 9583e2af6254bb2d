"""Which acts are listed as without authority."""

from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest

from domain.agreement import AgreementSigned, AgreementTerminated
from domain.envelope import Authority, WithoutAuthority
from domain.ids import TenantId
from domain.ports import Row
from projections.authority import ACT, ACTS
from tests.golden.example import DECISION, ORDER_IN_COUNCIL
from tests.golden.examples import EXAMPLES
from tests.unit.projections.test_projection import fold

TENANT = TenantId(UUID(int=1))
REASONS = get_args(get_type_hints(WithoutAuthority)["reason"])


def listed(event: type[Any], authority: Authority) -> list[tuple[str | None, bool]]:
    """The reason and the mark of the one row that an event with this authority leaves, if it leaves one."""
    example = next(one for one in EXAMPLES if type(one.payload) is event)._replace(authority=authority)
    row = Row(TENANT, 1, UUID(int=2), 1, event.TYPE, datetime(2026, 4, 1, tzinfo=UTC), example.stored(1))
    names = [column.name for column in ACT.columns]
    rows = [dict(zip(names, values, strict=True)) for values in fold(ACTS, [[row]])["rm.act"]]
    return [(row["authority_reason"], row["without"]) for row in rows]


@pytest.mark.parametrize("reason", REASONS)
def test_an_act_is_without_authority_if_one_is_expected_none_is_there_and_none_is_said_to_be_required(
    reason: Any,
) -> None:
    assert listed(AgreementTerminated, WithoutAuthority(reason=reason)) == [(reason, reason != "not_required")]


@pytest.mark.parametrize("authority", [DECISION, ORDER_IN_COUNCIL])
def test_an_act_with_an_authority_is_not(authority: Authority) -> None:
    assert listed(AgreementSigned, authority) == [(None, False)]


def test_an_event_of_which_nobody_expects_one_is_not_even_kept() -> None:
    fulfilled = next(type(one.payload) for one in EXAMPLES if one.payload.TYPE == "agreement.ObligationFulfilled")

    assert listed(fulfilled, WithoutAuthority(reason="not_required")) == []
