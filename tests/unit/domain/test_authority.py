"""What an order says of its authority, and what its silence means."""

import pytest

import domain.areas  # noqa: F401 - fills the registry
from domain.agreement import AgreementSigned, ObligationFulfilled
from domain.authority import EXPECTED, NOT_GIVEN, NOT_REQUIRED, recorded
from domain.envelope import Authority, WithoutAuthority
from domain.event import EVENTS
from tests.golden.example import DECISION, ORDER_IN_COUNCIL


def test_silence_says_that_none_was_given_where_one_is_expected_and_that_none_is_required_elsewhere() -> None:
    said = {released.cls: recorded(NOT_GIVEN, released.cls) for released in EVENTS.values()}

    assert {cls for cls, authority in said.items() if authority == NOT_GIVEN} == EXPECTED
    assert {authority for cls, authority in said.items() if cls not in EXPECTED} == {NOT_REQUIRED}


@pytest.mark.parametrize("event", [AgreementSigned, ObligationFulfilled])
@pytest.mark.parametrize("said", [DECISION, ORDER_IN_COUNCIL, NOT_REQUIRED, WithoutAuthority(reason="delegated")])
def test_what_an_order_says_is_kept_as_it_says_it(
    event: type[AgreementSigned | ObligationFulfilled], said: Authority
) -> None:
    assert recorded(said, event) == said
