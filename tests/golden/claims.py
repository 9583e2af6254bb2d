"""Invented values for the names and the claims of a dataset."""

from datetime import date
from decimal import Decimal

from domain.audience import Audience
from domain.dataset import events as dataset
from domain.ids import ClaimId
from domain.published_aggregate import Publication
from domain.values import PartialDate, QualifiedValue, both, fr
from tests.golden.example import COORDINATOR, Example, an_id, sealed

_GUIDE = Publication(title=fr("Guide fictif"), published=PartialDate.of(2013), locator="p. 4")

CLAIMS: tuple[Example, ...] = (
    Example(
        dataset.CategoriesNamed(
            names=(
                dataset.CategoryName(dimension="sex", name=both(fr="sexe", en="sex", source="fr")),
                dataset.CategoryName(dimension="sex", category="women", name=fr("Femmes")),
            )
        ),
        date(2022, 2, 2),
    ),
    Example(
        dataset.ClaimTied(
            claim_id=ClaimId(an_id(78)),
            vintage="2021",
            text=fr("Une personne sur deux est récemment arrivée."),
            publication=_GUIDE,
            stated=QualifiedValue(kind="exact", number=Decimal(50), unit="percent"),
            tie=dataset.Tie(
                cells=("2443027/recent",),
                of=("2443027/other",),
                times=QualifiedValue(kind="exact", number=Decimal("12.5"), unit="percent"),
            ),
            audience=Audience.PUBLIC,
        ),
        date(2022, 2, 3),
    ),
    Example(
        dataset.ClaimWithdrawn(claim_id=ClaimId(an_id(78)), note=sealed(COORDINATOR, 39)),
        date(2023, 2, 2),
    ),
)
