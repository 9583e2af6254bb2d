"""The broker of background jobs, and the one middleware that they all pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

import dramatiq
import psycopg_pool
import structlog
from dramatiq.middleware import MiddlewareError
from dramatiq.middleware.age_limit import AgeLimit
from dramatiq.middleware.pipelines import Pipelines
from dramatiq.middleware.retries import Retries
from dramatiq.middleware.shutdown import ShutdownNotifications
from dramatiq.middleware.time_limit import TimeLimit
from dramatiq_postgres import PostgresBroker  # type: ignore[import-untyped] # it has no stubs

from infra.settings import DatabaseSettings, Role

SCHEMA: Final = "jobs"
CONNECTIONS_MAX: Final = 16
"""A worker keeps two for each queue (its own messages and the delayed ones) and one that listens; its threads
need one more each, or nothing is ever acknowledged. They are opened as they are wanted."""
_CLOSE_SECONDS: Final = 5.0


class TenantMissingError(MiddlewareError):
    """A message names no tenant, so nobody's data could be touched safely. It is kept as rejected."""

    def __init__(self, actor: str) -> None:
        super().__init__(
            f"a message for {actor} names no tenant; give it one: actor.send_with_options(tenant_id=…)"
        )
        self.actor = actor


class TenantScope(dramatiq.Middleware):
    """Refuses a message without a tenant, and puts the tenant and the job into every log line of its run."""

    @property
    def actor_options(self) -> set[str]:
        """Options that actors and messages may carry."""
        return {"tenant_id", "position"}

    def before_enqueue(self, broker: dramatiq.Broker, message: Any, delay: int) -> None:  # noqa: ARG002 - theirs
        """Refuse at the door what no worker would take."""
        tenant_of(message)

    def before_process_message(self, broker: dramatiq.Broker, message: Any) -> None:  # noqa: ARG002 - theirs
        """Refuse, or bind the log context."""
        structlog.contextvars.clear_contextvars()
        try:
            tenant_id = tenant_of(message)
        except TenantMissingError:
            message.options["max_retries"] = 0  # it will never have one
            raise
        structlog.contextvars.bind_contextvars(
            tenant_id=str(tenant_id), job=message.actor_name, message_id=message.message_id
        )

    def after_process_message(
        self,
        broker: dramatiq.Broker,  # noqa: ARG002 - theirs
        message: Any,  # noqa: ARG002
        *,
        result: Any = None,  # noqa: ARG002
        exception: BaseException | None = None,  # noqa: ARG002
    ) -> None:
        """Leave no context to the next message."""
        structlog.contextvars.clear_contextvars()

    after_skip_message = after_process_message


def tenant_of(message: Any) -> UUID:
    """The tenant that a message works for.

    Raises:
        TenantMissingError: it names none, or what it names is no id.
    """
    try:
        return UUID(str(message.options["tenant_id"]))
    except (KeyError, ValueError) as absent:
        raise TenantMissingError(message.actor_name) from absent


@contextmanager
def open_broker(settings: DatabaseSettings, *, listen: bool = True) -> Iterator[PostgresBroker]:
    """The broker over `jobs.queue`, on the role of the application. Stop workers before leaving."""
    pool = psycopg_pool.ConnectionPool(
        settings.dsn(Role.APP), min_size=1, max_size=CONNECTIONS_MAX, open=False, name="jobs"
    )
    pool.open()
    try:
        broker = PostgresBroker(
            pool=pool,
            schema=SCHEMA,
            results=False,
            listen=listen,
            middleware=[
                AgeLimit(),
                TimeLimit(),
                ShutdownNotifications(),
                Pipelines(),
                Retries(),
                TenantScope(),
            ],
        )
        try:
            yield broker
        finally:
            broker.close()
    finally:
        pool.close(timeout=_CLOSE_SECONDS)
