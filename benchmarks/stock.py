"""What the library does by itself: an application, a projection and its runner, as its documentation has them."""

import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier

RUNNER: Final = (
    "eventsourcing's ProjectionRunner with one projection that writes one row per event, psycopg[binary],"
    " one transaction per event"
)
_EVENTS_PER_PLAN = 100
_WORDING: Final = (
    "Accueillir les personnes immigrantes dans l’ensemble des municipalités de la région, année après année"
)
_WAIT_SECONDS_MAX = 600.0


class StockPlan(Aggregate):
    """Events about as large as ours."""

    @event("Drafted")
    def __init__(self, wording_fr: str, wording_en: str, actor: str) -> None:
        self.wording = (wording_fr, wording_en)
        self.actor = actor

    @event("Reworded")
    def reword(self, element_id: str, wording_fr: str, wording_en: str, actor: str) -> None:
        """Change the wording of an element."""
        self.element_id = element_id
        self.wording = (wording_fr, wording_en)
        self.actor = actor


class StockPlans(Application[UUID]):
    name = "stockplans"


class TimelineView(PostgresTrackingRecorder):
    """The simplest of our read models: a line per event."""

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)
        table = Identifier(self.datastore.schema, "stock_timeline")
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {} (stream_id uuid, version int, type text, recorded_at timestamptz,"
                " actor text, PRIMARY KEY (stream_id, version))"
            ).format(table)
        )
        self._insert = SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s)").format(table)

    def add(self, line: tuple[Any, ...], tracking: Tracking) -> None:
        """A line and the position of its event, together."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self._insert, line, prepare=True)


class Timeline(Projection[TimelineView]):
    name = "stocktimeline"
    topics = ()
    began: float | None = None

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Write one line."""
        if Timeline.began is None:
            Timeline.began = time.perf_counter()
        line = (
            domain_event.originator_id,
            domain_event.originator_version,
            type(domain_event).__qualname__,
            domain_event.timestamp,
            domain_event.actor,
        )
        self.view.add(line, tracking)


def environment(options: Mapping[str, Any]) -> dict[str, str]:
    """The library's variables for a database."""
    names = {"dbname": "DBNAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        **{f"POSTGRES_{name}": str(options[option]) for option, name in names.items()},
    }


def write_sample(env: Mapping[str, str], events: int) -> None:
    """Record this many events, a hundred to an aggregate."""
    application = StockPlans(env=env)
    try:
        for _ in range(events // _EVENTS_PER_PLAN):
            plan = StockPlan(_WORDING, _WORDING, "coordinator")
            for number in range(_EVENTS_PER_PLAN - 1):
                plan.reword(str(number), _WORDING, _WORDING, "coordinator")
            application.save(plan)
    finally:
        application.close()


def run_projection(env: Mapping[str, str]) -> float:
    """Events per second of the runner over all that was recorded, from its first event to its last."""
    Timeline.began = None
    with ProjectionRunner(
        application_class=StockPlans, projection_class=Timeline, view_class=TimelineView, env=env
    ) as runner:
        last = runner.app.recorder.max_notification_id()
        runner.wait(last, timeout=_WAIT_SECONDS_MAX)
        ended = time.perf_counter()
    began: float | None = Timeline.began
    assert last is not None
    assert began is not None
    return float(last / (ended - began))
