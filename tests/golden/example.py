"""An event in its envelope, and the invented world that the examples share."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from domain.envelope import (
    Actor,
    Authority,
    ByDecision,
    ByInstrument,
    Envelope,
    Role,
    Source,
    WithoutAuthority,
)
from domain.event import Event, encode, encode_envelope
from domain.ids import AgreementId, CommandId, ElementId, PersonId, PlanId, TenantId
from domain.stream import Stream, stream_of
from domain.values import Citation, Language, SealedText, both


def an_id(number: int) -> UUID:
    """A UUID of version 7 that says by itself that it is an example."""
    return UUID(f"01920000-0000-7000-8000-{number:012x}")


LIP = TenantId(an_id(1))
COORDINATOR, CHAIR, OFFICER = PersonId(an_id(11)), PersonId(an_id(12)), PersonId(an_id(13))
PLAN, AGREEMENT = PlanId(an_id(21)), AgreementId(an_id(22))
ORIENTATION, OBJECTIVE, ACTION, INDICATOR = (ElementId(an_id(number)) for number in range(31, 35))
MINISTRY_PLAN = Citation(log=an_id(2), stream=an_id(41), version=17)
DECISION = ByDecision(decision=Citation(log=LIP, stream=an_id(42), version=3))
NOT_REQUIRED = WithoutAuthority(reason="not_required")
ORDER_IN_COUNCIL = ByInstrument(
    office=both(
        fr="Direction régionale de la Vallée-aux-Érables", en="Maple Valley Regional Directorate", source="fr"
    ),
    number="2024-117",
    dated=date(2024, 3, 28),
)


class Example(NamedTuple):
    """An event in its envelope."""

    payload: Event
    effective_on: date
    authority: Authority = NOT_REQUIRED
    lang: Language = "fr"
    role: Role = "coordinator"
    actor: PersonId = COORDINATOR
    source: Source | None = None
    sample: bool = False
    causation_id: UUID | None = None
    breaches: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file it is kept in."""
        return f"{self.payload.TYPE}.v{self.payload.SCHEMA}.json"

    @property
    def stream(self) -> Stream[Any]:
        return stream_of(self.payload.TYPE)

    def stored(self, number: int) -> bytes:
        """The bytes that would be stored; `number` tells the examples' commands apart."""
        return encode_envelope(
            Envelope(
                v=1,
                type=self.payload.TYPE,
                schema=self.payload.SCHEMA,
                effective_on=self.effective_on,
                actor=Actor(id=self.actor, role=self.role),
                authority=self.authority,
                command_id=CommandId(an_id(0x100 + number)),
                causation_id=self.causation_id,
                correlation_id=an_id(0x200 + number),
                lang=self.lang,
                source=self.source,
                sample=self.sample,
                breaches=self.breaches,
                data=encode(self.payload),
            )
        )


def sealed(subject: UUID, length: int) -> SealedText:
    return SealedText.sealed(
        subject, key_id=an_id(51), nonce=bytes(range(12)), ciphertext=bytes(i % 251 for i in range(length + 16))
    )


REPORT = Source(
    title=both(fr="Rapport annuel 2023-2024", en="Annual Report 2023–2024", source="fr"), locator="p. 12"
)
