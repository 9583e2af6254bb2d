"""Frozen comparisons: the question and where each log stood."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from domain.audience import Audience
from domain.errors import CitationUnknownError
from domain.frozen_comparison import (
    FROZEN_COMPARISON,
    ComparisonFrozen,
    FreezeComparison,
    SourceLog,
    SourceMissingError,
    SourceRepeatsError,
)
from domain.ids import FrozenComparisonId, StreamId, TenantId
from domain.indicator import INDICATOR
from domain.stream import Loaded
from domain.values import Citation, Period, fr
from tests.unit.domain.given import Streams, loaded, ordered
from tests.unit.domain.test_indicator import DEFINED

OWNER, OTHER = TenantId(UUID(int=900)), TenantId(UUID(int=901))
SHARED = StreamId(UUID(int=41))
THERE: Streams = {(OWNER, SHARED): loaded(INDICATOR, DEFINED)}
NEW = Loaded(state=FROZEN_COMPARISON.initial)
OURS = SourceLog(log=OWNER, position=7, granted=False)
THEIRS = SourceLog(log=OTHER, position=12, granted=True)


def freezing(*sources: SourceLog, **changes: Any) -> FreezeComparison:
    said: dict[str, Any] = {
        "frozen_comparison_id": FrozenComparisonId(UUID(int=9)),
        "title": fr("Comparaison"),
        "indicator": Citation(log=OWNER, stream=SHARED, version=1),
        "period": Period.fiscal_year(2021),
        "as_of": date(2022, 9, 30),
        "sources": sources,
    }
    return FreezeComparison(**(said | changes))


def test_the_question_is_kept_with_where_each_log_stood() -> None:
    (event,) = ordered(NEW, freezing(OURS, THEIRS), others=THERE).events

    assert isinstance(event, ComparisonFrozen)
    assert event.sources == (OURS, THEIRS)
    assert (event.as_of, event.stage, event.audience) == (date(2022, 9, 30), "published", Audience.PUBLIC)
    assert (event.kinds, event.provinces) == (None, None)
    assert loaded(FROZEN_COMPARISON, event).state.sources == (OURS, THEIRS)


def test_a_log_has_one_position() -> None:
    with pytest.raises(SourceRepeatsError) as refusal:
        ordered(NEW, freezing(OURS, msgspec.structs.replace(OURS, position=8)), others=THERE)

    assert refusal.value.log == OWNER


def test_the_log_that_defines_the_indicator_is_among_the_sources() -> None:
    with pytest.raises(SourceMissingError) as refusal:
        ordered(NEW, freezing(THEIRS), others=THERE)

    assert refusal.value.log == OWNER


def test_the_indicator_must_be_there() -> None:
    with pytest.raises(CitationUnknownError):
        ordered(NEW, freezing(OURS), others={})
