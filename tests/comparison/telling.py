"""What an invented country says: events of streams in the order in which they are recorded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from domain.access import GrantChange
from domain.envelope import Actor, Envelope, Source, WithoutAuthority
from domain.event import Event, encode, encode_envelope
from domain.ids import CommandId, PersonId, StreamId, TenantId
from domain.ports import Append, NewEvent
from domain.values import both

_ACTOR: Final = Actor(id=PersonId(UUID(int=7)), role="coordinator")
_REPORT: Final = Source(title=both(en="Annual report", fr="Rapport annuel", source="en"))
_AUTHORITY: Final = WithoutAuthority(reason="not_stated_in_source")
Said = tuple[Event, date]


@dataclass
class Teller:
    """Numbers the events of streams and wraps them as requests to the log."""

    random: Random
    versions: dict[UUID, int] = field(default_factory=dict)
    sample_bodies: set[UUID] = field(default_factory=set)

    def id(self) -> Any:
        return UUID(int=self.random.getrandbits(128))

    def tell(
        self,
        tenant_id: TenantId,
        stream_id: UUID,
        said: Iterable[Said],
        *,
        grants: Sequence[GrantChange] = (),
        breaches: tuple[str, ...] = (),
    ) -> Append:
        expected = version = self.versions.get(stream_id, 0)
        command_id = CommandId(self.id())
        events = []
        for event, day in said:
            version += 1
            envelope = Envelope(
                v=1,
                type=event.TYPE,
                schema=event.SCHEMA,
                effective_on=day,
                actor=_ACTOR,
                authority=_AUTHORITY,
                command_id=command_id,
                causation_id=None,
                correlation_id=command_id,
                lang="en",
                source=_REPORT if breaches else None,
                sample=tenant_id in self.sample_bodies,
                breaches=breaches,
                data=encode(event),
            )
            events.append(NewEvent(version=version, type=event.TYPE, state=encode_envelope(envelope)))
        self.versions[stream_id] = version
        return Append(
            tenant_id=tenant_id,
            stream_id=StreamId(stream_id),
            expected_version=expected,
            events=tuple(events),
            principal=_ACTOR.id,
            command_id=command_id,
            fingerprint=command_id.bytes * 2,
            grants=tuple(grants),
        )

    def likely(self, share: float) -> bool:
        return self.random.random() < share


def later(day: date, days: int) -> date:
    return day + timedelta(days=days)
