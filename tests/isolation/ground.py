"""What every proof starts from and what it ends with."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from infra.embedded import EmbeddedServer

SEED = 20_261


@dataclass(frozen=True)
class Ground:
    """A running server with the migrated template, on which a proof makes databases of its own."""

    server: EmbeddedServer
    seed: int = SEED
    say: Callable[[str], None] = lambda _: None
    """Tells a patient reader how far a long proof has come."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a proof found."""

    name: str
    count: int
    """How many of `unit` were tried."""
    unit: str
    result: str
    """In words, with the numbers that a reader would ask for next."""
    against: tuple[str, ...] = ()
    """What contradicts the claim, one line each. Empty: it holds."""

    @property
    def holds(self) -> bool:
        return not self.against

    def told(self) -> str:
        """One line."""
        verdict = self.result if self.holds else f"DOES NOT HOLD: {len(self.against):,} contradict it"
        return f"{self.name}: {self.count:,} {self.unit}, {verdict}"
