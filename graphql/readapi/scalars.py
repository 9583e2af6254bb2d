"""Scalars whose JSON form keeps every digit."""

from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError, ValueNode, print_ast
from graphql.language import IntValueNode, StringValueNode

BigInt = NewType("BigInt", int)
"""A whole number that may exceed 32 bits: positions of a log, versions, steps of rounding."""
DecimalText = NewType("DecimalText", str)
"""A decimal number as the read models keep it, in plain digits."""
PartialDateText = NewType("PartialDateText", str)
"""An ISO 8601 date that may stop at the year or the month."""

_DIGITS_MAX: Final = 19
_BIGINT_MAX: Final = 2**63 - 1


def _whole(value: Any) -> int:
    """Raises GraphQLError unless it is a whole number, or the digits of one, that fits 64 bits."""
    if isinstance(value, str):
        digits = value.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS_MAX:
            value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _BIGINT_MAX:
        raise GraphQLError("BigInt is a whole number of at most 64 bits, best written as a string of digits.")
    return value


def _whole_literal(node: ValueNode, _variables: dict[str, Any] | None = None) -> int:
    if isinstance(node, IntValueNode | StringValueNode):
        return _whole(node.value)
    raise GraphQLError(f"BigInt is a whole number; got {print_ast(node)[:60]}.")


def _output_only(_: Any) -> Any:
    raise GraphQLError("This scalar is not taken as input.")


SCALARS: Final[dict[object, Any]] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number that may exceed 32 bits, such as a position of a log: a string of digits.",
        serialize=str,
        parse_value=_whole,
        parse_literal=_whole_literal,
    ),
    DecimalText: strawberry.scalar(
        name="Decimal",
        description=(
            "A decimal number as a string in plain digits, such as `21.5`: no exponent, and as many decimals as "
            "the source gives. Amounts of money are in dollars."
        ),
        serialize=str,
        parse_value=_output_only,
    ),
    PartialDateText: strawberry.scalar(
        name="PartialDate",
        description="A date as precise as the source: `2000`, `2000-11` or `2000-11-30`. They sort by time.",
        serialize=str,
        parse_value=_output_only,
    ),
}
