"""Steps: told in order, and for whom."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

import domain.areas  # noqa: F401 - fills the registries
from domain.ids import TenantId
from domain.ports import Row
from projections.narration import NARRATION, STEP, STEP_PAST, _Kept
from tests.golden.examples import EXAMPLES
from tests.unit.projections.test_projection import fold

TENANT = TenantId(UUID(int=1))
STREAM = UUID(int=2)
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
NAMES = [column.name for column in STEP.columns]


def rows(record: str, count: int) -> list[Row]:
    """The first golden examples of a record, as one stream."""
    chosen = [one for one in EXAMPLES if one.stream.name == record][:count]
    return [
        Row(TENANT, n, STREAM, n, one.payload.TYPE, BEGAN + timedelta(n), one.stored(n))
        for n, one in enumerate(chosen, 1)
    ]


def audiences(record: str, count: int) -> list[tuple[str, str]]:
    steps = fold(NARRATION, [rows(record, count)])[STEP.key]
    type_, audience = NAMES.index("type"), NAMES.index("audience")
    return [(row[type_].partition(".")[2], row[audience]) for row in steps]


def test_how_a_plan_is_drafted_is_for_its_authors_then_for_the_body_and_never_public() -> None:
    worked = ["ElementAdded", "ElementReworded", "AlignedToParent", "ConsultationRecorded"]

    assert audiences("plan", 6) == [(step, "draft") for step in ("Drafted", "Retitled", *worked)]
    assert audiences("plan", 7) == [
        *((step, "tenant") for step in ("Drafted", "Retitled", *worked)),
        ("RevisionAdopted", "tenant"),
    ]
    assert audiences("plan", 11) == [
        *((step, "public") for step in ("Drafted", "Retitled")),
        *((step, "tenant") for step in worked),
        ("RevisionAdopted", "public"),
        ("RevisionPublished", "public"),
        ("ProgressRecorded", "tenant"),
        ("ElementWithdrawn", "draft"),
        ("Closed", "public"),
    ]


@pytest.mark.parametrize("record", ["agreement", "indicator", "committee"])
def test_what_belongs_to_a_record_is_for_those_who_see_it(record: str) -> None:
    found = audiences(record, 20)

    named = {audience for _, audience in found}
    assert named == {rows_audience(record)}
    assert len(found) >= 3


def rows_audience(record: str) -> str:
    first = next(one.payload for one in EXAMPLES if one.stream.name == record)
    return str(first.audience.value)  # type: ignore[attr-defined] # the first event of these records has it


def test_the_past_of_one_record_is_its_own() -> None:
    work = NARRATION.work(TENANT)
    one, other = (_Kept(work.plain(STEP_PAST), stream) for stream in (STREAM, UUID(int=3)))

    one[UUID(int=0), "title"] = '"x"'

    assert (len(one), len(other)) == (1, 0)
    assert list(one) == [(UUID(int=0), "title")]
    with pytest.raises(KeyError):
        other[UUID(int=0), "title"]
