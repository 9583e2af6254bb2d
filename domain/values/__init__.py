"""Value types: what events, commands and read models are made of."""

from domain.values.arithmetic import AcrossBodies, Combining, Measure, OverPeriods
from domain.values.citation import Citation
from domain.values.money import Currency, Money
from domain.values.partial_date import PartialDate, Precision
from domain.values.period import Period, PeriodKind
from domain.values.printed import UnreadableFigureError, parse_printed
from domain.values.quantity import QualifiedValue, QuantityKind, QuantityStatus, Ratio
from domain.values.sealed import SealedText
from domain.values.territory import (
    CatchmentExtent,
    CatchmentPart,
    TerritoryCode,
    TerritoryScheme,
    any_share_ground,
    may_share_ground,
)
from domain.values.text import LANGUAGES, Language, LocalizedText, Wording, both, en, fr
from domain.values.total import REASONS, KindCounts, NotAddableError, NotAddableReason, Total, total
from domain.values.wording import money_wording

__all__ = [
    "LANGUAGES",
    "REASONS",
    "AcrossBodies",
    "CatchmentExtent",
    "CatchmentPart",
    "Citation",
    "Combining",
    "Currency",
    "KindCounts",
    "Language",
    "LocalizedText",
    "Measure",
    "Money",
    "NotAddableError",
    "NotAddableReason",
    "OverPeriods",
    "PartialDate",
    "Period",
    "PeriodKind",
    "Precision",
    "QualifiedValue",
    "QuantityKind",
    "QuantityStatus",
    "Ratio",
    "SealedText",
    "TerritoryCode",
    "TerritoryScheme",
    "Total",
    "UnreadableFigureError",
    "Wording",
    "any_share_ground",
    "both",
    "en",
    "fr",
    "may_share_ground",
    "money_wording",
    "parse_printed",
    "total",
]
