"""Codes as people say them."""

from collections.abc import Mapping
from typing import Final

from domain.narration.words import Words

LEVELS: Final[Mapping[str, Words]] = {
    "orientation": Words("orientation", "orientation"),
    "objective": Words("objective", "objectif"),
    "action": Words("action", "action"),
    "expected_result": Words("expected result", "résultat attendu"),
    "indicator": Words("indicator", "indicateur"),
}
FEMININE_LEVELS: Final = frozenset({"orientation", "action"})
INDICATOR_KINDS: Final[Mapping[str, Words]] = {
    "count": Words("a count", "un nombre"),
    "amount": Words("an amount", "un montant"),
    "rate": Words("a rate", "un taux"),
    "proportion": Words("a proportion", "une proportion"),
    "milestone": Words("a milestone", "un jalon"),
    "qualitative": Words("qualitative", "qualitatif"),
}
DIRECTIONS: Final[Mapping[str, Words]] = {
    "increase": Words("meant to go up", "à la hausse"),
    "decrease": Words("meant to go down", "à la baisse"),
    "unstated": Words("not stated", "non précisé"),
}
SCHEMES: Final[Mapping[str, Words]] = {
    "sgc-pr": Words("province or territory", "province ou territoire"),
    "sgc-cd": Words("census division", "division de recensement"),
    "sgc-csd": Words("census subdivision", "subdivision de recensement"),
    "qc-region": Words("administrative region", "région administrative"),
    "mrc": Words("regional county municipality", "MRC"),
    "named": Words("named", "nommé"),
}
PERIOD_KINDS: Final[Mapping[str, Words]] = {
    "fiscal_year": Words("fiscal year", "exercice"),
    "calendar_year": Words("calendar year", "année civile"),
    "quarter": Words("quarter", "trimestre"),
    "month": Words("month", "mois"),
    "years": Words("years", "années"),
    "custom": Words("from", "période"),
}
STATUSES: Final[Mapping[str, Words]] = {
    "provisional": Words("provisional", "provisoire"),
    "rounded": Words("rounded", "arrondi"),
    "final": Words("final", "définitif"),
}
