"""Codes of a series as GraphQL enums."""

from enum import StrEnum

import strawberry


@strawberry.enum(
    description="What the figures of a series are brought together by. Bodies are sorted as of the day."
)
class SeriesGrouping(StrEnum):
    ALL = "all"
    BODY = "body"
    PROVINCE = "province"
    KIND = "kind"
    PHASE = "phase"
    LEAD_KIND = "lead_kind"
    TERRITORY = "territory"


@strawberry.enum(
    description=("In what a change is told: percent of what was before, or, of quotients, percentage points.")
)
class GrowthUnit(StrEnum):
    PERCENT = "percent"
    POINTS = "points"


@strawberry.enum(description="Why nothing can be said of a change.")
class NoGrowthReason(StrEnum):
    NOTHING_BEFORE = "nothing_before"
    PERIODS_UNLIKE = "periods_unlike"
    PERIODS_OVERLAP = "periods_overlap"
    NOTHING_IN_COMMON = "nothing_in_common"
    FROM_ZERO = "from_zero"
    NOT_ADDABLE = "not_addable"


@strawberry.enum(
    description=(
        "What to keep in mind of a change. Coverage changed: some report for one of the periods only, and are not "
        "in it. Other season: the periods are of other parts of the year. Partly comparable: some report of an "
        "indicator that agrees in part. Open: one end is not known."
    )
)
class GrowthCaveat(StrEnum):
    COVERAGE_CHANGED = "coverage_changed"
    OTHER_SEASON = "other_season"
    PARTLY_COMPARABLE = "partly_comparable"
    ESTIMATED = "estimated"
    PROVISIONAL = "provisional"
    OPEN = "open"


@strawberry.enum(
    description=(
        "Why figures are not told per 1,000 people. No population: the vintage does not have that of a catchment "
        "that they are about, or only a part of a place is served. Overlapping: people would count twice."
    )
)
class NoPerThousandReason(StrEnum):
    NO_POPULATION = "no_population"
    OVERLAPPING_TERRITORIES = "overlapping_territories"
    DIFFERENT_UNITS = "different_units"
    MILESTONE = "milestone"
    NO_TOTAL = "no_total"
    QUOTIENT = "quotient"
