"""Descriptive facts with their effective date: the latest (effective date, position) wins."""

from datetime import date
from typing import Generic, TypeVar

import msgspec

from domain.event import Recorded

T = TypeVar("T")


class Dated(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A fact and the day from which it holds."""

    value: T
    on: date


def latest(known: Dated[T] | None, value: T, recorded: Recorded) -> Dated[T]:
    """The fact that holds at the end of time, after this event: a late entry does not displace a later one."""
    if known is not None and known.on > recorded.effective_on:
        return known
    return Dated(value=value, on=recorded.effective_on)


def holds(known: Dated[T] | None, value: T, on: date) -> bool:
    """Whether saying that `value` holds from that day says nothing new.

    It is new where the day lies before the known fact's: the same value may have held for longer, or already
    before others that came between.
    """
    return known is not None and known.value == value and known.on <= on
