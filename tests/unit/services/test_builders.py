"""How many processes build: one per core, as long as each has enough to do."""

import uuid

import pytest

from domain.ids import TenantId
from services.builders import EVENTS_PER_PROCESS_MIN, HelperFailedError, processes

BODIES = [TenantId(uuid.UUID(int=number)) for number in range(20)]


@pytest.mark.parametrize(
    ("events", "cores", "expected"),
    [
        (0, 2, 1),
        (2 * EVENTS_PER_PROCESS_MIN - 20, 2, 1),
        (2 * EVENTS_PER_PROCESS_MIN, 2, 2),
        (100 * EVENTS_PER_PROCESS_MIN, 2, 2),
        (100 * EVENTS_PER_PROCESS_MIN, 1, 1),
        (100 * EVENTS_PER_PROCESS_MIN, 64, 8),
    ],
)
def test_a_process_is_started_where_it_has_enough_to_do(events: int, cores: int, expected: int) -> None:
    heads = dict.fromkeys(BODIES, events // len(BODIES))
    assert processes(heads, BODIES, cores, EVENTS_PER_PROCESS_MIN) == expected


def test_a_body_is_never_shared_between_processes() -> None:
    heads = dict.fromkeys(BODIES, EVENTS_PER_PROCESS_MIN)
    assert processes(heads, BODIES[:3], 8, EVENTS_PER_PROCESS_MIN) == 3
    assert processes(heads, [], 8, EVENTS_PER_PROCESS_MIN) == 1


def test_logs_that_are_not_built_count_for_nothing() -> None:
    heads = dict.fromkeys(BODIES, EVENTS_PER_PROCESS_MIN)
    assert processes(heads, [BODIES[0], TenantId(uuid.UUID(int=99))], 8, EVENTS_PER_PROCESS_MIN) == 1


def test_a_failure_names_the_body_and_the_reason() -> None:
    failed = HelperFailedError(BODIES[1], "GapError: position 3 is missing")
    assert str(failed) == f"{BODIES[1]} could not be built: GapError: position 3 is missing"
