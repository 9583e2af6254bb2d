"""Invented values for a comparison that is frozen."""

from datetime import date

from domain import frozen_comparison
from domain.audience import Audience
from domain.body import BodyKind
from domain.values import Citation, Period, both
from tests.golden.example import LIP, OFFICER, Example, an_id

FROZEN: tuple[Example, ...] = (
    Example(
        frozen_comparison.ComparisonFrozen(
            title=both(fr="Comparaison de 2024-2025", en="Comparison of 2024-2025", source="fr"),
            indicator=Citation(log=LIP, stream=an_id(23), version=1),
            period=Period.fiscal_year(2024),
            kinds=(BodyKind.LIP,),
            provinces=("ON",),
            stage="published",
            as_of=date(2025, 9, 30),
            sources=(frozen_comparison.SourceLog(log=LIP, position=412, granted=True),),
            audience=Audience.PUBLIC,
        ),
        date(2025, 9, 30),
        role="programme_officer",
        actor=OFFICER,
    ),
)
