"""Codes of portraits as GraphQL enums."""

from enum import StrEnum

import strawberry


@strawberry.enum(
    description="What is checked: categories against their total, or a percentage against its numbers."
)
class PortraitCheckKind(StrEnum):
    SUM = "sum"
    SHARE = "share"


@strawberry.enum(
    description=(
        "What became of a check. Rounding: it differs by no more than the rounding of its parts explains, and is "
        "no error. Random rounding: only rounding at random explains it, as census counts are rounded. Fails: "
        "nothing does."
    )
)
class PortraitOutcome(StrEnum):
    HOLDS = "holds"
    ROUNDING = "rounding"
    RANDOM_ROUNDING = "random_rounding"
    FAILS = "fails"
    NOT_CHECKED = "not_checked"


@strawberry.enum(
    description="What became of a claim. Rounded: it differs from the figures by no more than rounding explains."
)
class ClaimVerdict(StrEnum):
    AGREES = "agrees"
    ROUNDED = "rounded"
    DISAGREES = "disagrees"
    NOT_CHECKABLE = "not_checkable"


@strawberry.enum(
    description=(
        "Why a place is not in the comparison. No dataset: no vintage that the reader sees names it. No vintage: "
        "there is one, and not the one that was asked for. No figures: it is named, and not with what was asked."
    )
)
class PortraitAbsence(StrEnum):
    NO_DATASET = "no_dataset"
    NO_VINTAGE = "no_vintage"
    NO_FIGURES = "no_figures"
