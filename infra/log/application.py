"""The library's application over one tenant's log: our second opinion on every state."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    InfrastructureFactory,
    Mapper,
    NotSupportedError,
    ProcessRecorder,
    TrackingRecorder,
    Transcoder,
)
from eventsourcing.utils import Environment, EnvType

from domain.event import Recorded
from domain.ids import TenantId
from domain.stream import STREAMS, Loaded, State, Stream
from infra.log.mapper import EntenteMapper, TakenSnapshot, snapshot_topic
from infra.log.recorder import LogApplicationRecorder, SnapshotRecorder, TenantLog

S = TypeVar("S", bound=State)


class Replayed(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """A stream as the library's repository hands it out."""

    id: UUID
    stream: str
    loaded: Loaded[S]

    @property
    def version(self) -> int:
        return self.loaded.version

    @property
    def state(self) -> S:
        return self.loaded.state


class LogInfrastructureFactory(InfrastructureFactory[TrackingRecorder]):
    """Gives the library our mapper and recorders, whatever the process's environment says."""

    def __init__(self, log: TenantLog, name: str) -> None:
        super().__init__(Environment(name))
        self._log = log

    def mapper(self, transcoder: Transcoder | None = None, mapper_class: Any = None) -> Mapper[Any]:  # noqa: ARG002
        return cast("Mapper[Any]", EntenteMapper())

    def application_recorder(self) -> LogApplicationRecorder:
        return LogApplicationRecorder(self._log)

    def aggregate_recorder(self, purpose: str = "events") -> SnapshotRecorder | LogApplicationRecorder:
        if purpose == "snapshots":
            return SnapshotRecorder(self._log, [snapshot_topic(stream) for stream in STREAMS.values()])
        return self.application_recorder()

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> TrackingRecorder:  # noqa: ARG002
        raise NotSupportedError("projections keep their positions with their rows; there is no tracking recorder")

    def process_recorder(self) -> ProcessRecorder:
        raise NotSupportedError("projections keep their positions with their rows; there is no process recorder")

    def is_snapshotting_enabled(self) -> bool:
        # Replay takes the long way on purpose: a second opinion must not start from the first one's cache.
        return False


class TenantApplication(Application[UUID]):
    """One tenant's log through the library: repository, notification log, save.

    Its aggregate cache stays off: it was shown to serve another tenant's aggregate. Closing it leaves the pool of
    `log` open.
    """

    name = "Entente"

    def __init__(self, log: TenantLog) -> None:
        self._tenant_log = log
        super().__init__()

    @property
    def tenant_id(self) -> TenantId:
        return self._tenant_log.tenant_id

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:  # noqa: ARG002
        """Empty, so that no variable of the process turns a cipher, a compressor or the cache on."""
        return Environment(name, {})

    def construct_factory(self, env: Environment) -> LogInfrastructureFactory:
        return LogInfrastructureFactory(self._tenant_log, env.name)

    def replayed(self, stream: Stream[S], stream_id: UUID, version: int | None = None) -> Replayed[S]:
        """A stream's state, now or at a version, folded from its first event.

        Raises:
            eventsourcing.application.AggregateNotFoundError: there is no such stream, or no such version.
        """

        def project(
            aggregate: Replayed[S] | None, events: Iterable[DomainEventProtocol[UUID]]
        ) -> Replayed[S] | None:
            return fold(stream, aggregate, cast("Iterable[Recorded | TakenSnapshot]", events))

        return self.repository.get(stream_id, version=version, projector_func=cast("Any", project))


def fold(
    stream: Stream[S], aggregate: Replayed[S] | None, events: Iterable[Recorded | TakenSnapshot]
) -> Replayed[S] | None:
    """The library's projector function for a kind of stream; None if there was nothing to fold."""
    loaded = None if aggregate is None else aggregate.loaded
    stream_id = None if aggregate is None else aggregate.id
    for event in events:
        loaded = event.loaded if isinstance(event, TakenSnapshot) else stream.fold(loaded, [event])
        stream_id = event.originator_id
    if loaded is None or stream_id is None:
        return None
    return Replayed(id=stream_id, stream=stream.name, loaded=loaded)
