"""The library's published recorder test-cases, unmodified, on our log. Each test gets a fresh tenant."""

import sys
from collections.abc import Iterator

import pytest
import uuid_utils.compat
from eventsourcing import cryptography

from infra.log.recorder import LogApplicationRecorder, SnapshotRecorder, TenantLog
from infra.settings import DatabaseSettings
from tests.integration.logs import tenant_log

# Their module imports the library's cipher over PyCryptodome, which no recorder needs and which we do
# not install; its twin over `cryptography` has the same name in it.
with pytest.MonkeyPatch.context() as patch:
    patch.setitem(sys.modules, "eventsourcing.cipher", cryptography)
    from eventsourcing.tests import persistence  # as a module, or its abstract classes would be collected here


class OnAFreshTenant:
    log: TenantLog

    @pytest.fixture(autouse=True)
    def _tenant(self, database: DatabaseSettings) -> Iterator[None]:
        with tenant_log(database, uuid_utils.compat.uuid7()) as self.log:
            yield


class TestLogApplicationRecorder(OnAFreshTenant, persistence.ApplicationRecorderTestCase[LogApplicationRecorder]):
    def create_recorder(self) -> LogApplicationRecorder:
        return LogApplicationRecorder(self.log)

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestSnapshotRecorder(OnAFreshTenant, persistence.AggregateRecorderTestCase):
    def create_recorder(self) -> SnapshotRecorder:
        return SnapshotRecorder(self.log)
