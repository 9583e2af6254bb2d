"""Every refusal that the write door may answer, by its code."""

from collections.abc import Iterator
from typing import Final

from domain import areas, clocks
from domain.errors import Refusal
from services.identity import provider_refusals
from services.identity import refusals as identity
from services.refusals import addresses, bounds, documents, orders, reads, requests, rights
from services.tables import problems
from services.tables import refusals as tables

DEFINED_IN: Final = (
    areas,
    addresses,
    bounds,
    clocks,
    documents,
    identity,
    orders,
    problems,
    provider_refusals,
    reads,
    requests,
    rights,
    tables,
)
"""A module with refusals is one line here: else they are known only to programs that happen to import it."""


def known_refusals() -> dict[str, type[Refusal]]:
    """Those of the rules and of the door."""
    return {
        cls.code: cls
        for cls in _subclasses(Refusal)
        if hasattr(cls, "code") and cls.__module__.startswith(("domain.", "services."))
    }


def _subclasses(cls: type[Refusal]) -> Iterator[type[Refusal]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _subclasses(sub)
