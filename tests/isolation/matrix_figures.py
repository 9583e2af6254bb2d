"""Periods, figures and citations, as the lines of the matrix write them."""

from typing import Any, Final

from tests.integration.readapi.world_lines import TERRITORY, both, uid

YEAR: Final = {"kind": "fiscal_year", "start": "2022-04-01", "end": "2023-03-31"}
NEXT_YEAR: Final = {"kind": "fiscal_year", "start": "2023-04-01", "end": "2024-03-31"}
LATER_YEAR: Final = {"kind": "fiscal_year", "start": "2024-04-01", "end": "2025-03-31"}
LAST_YEAR: Final = {"kind": "fiscal_year", "start": "2025-04-01", "end": "2026-03-31"}
UNREPORTED: Final = {"kind": "fiscal_year", "start": "2021-04-01", "end": "2022-03-31"}
"""A year of which a figure is owed and none was given."""
MINUTES: Final[dict[str, Any]] = {"title": both("Procès-verbal"), "locator": "p. 1"}
DAY: Final = {"value": "2022-04-01"}
LAST_DAY: Final = {"value": "2034-03-31"}
PUBLICATION: Final = {
    "title": both("Rapport"),
    "publisher": both("Ville"),
    "published": DAY,
    "locator": "p. 9",
}
STEPS: Final = ("SubmitSubmission", "ValidateSubmission", "ApproveSubmission", "PublishSubmission")
CITED: Final = {"kind": "instrument", "office": both("Direction"), "number": "12", "dated": "2022-01-05"}


def exact(number: str, unit: str = "entreprises", **more: Any) -> dict[str, Any]:
    return {"kind": "exact", "number": number, "unit": unit} | more


ELSEWHERE: Final = TERRITORY | {"code": "02"}
"""A place of which the dataset does not know how many live there."""
FIGURES: Final[tuple[tuple[str, dict[str, str], dict[str, Any], Any], ...]] = (
    ("first", YEAR, exact("30"), TERRITORY),
    ("second", NEXT_YEAR, exact("60") | {"kind": "estimate"}, TERRITORY),
    ("elsewhere", LATER_YEAR, exact("60"), ELSEWHERE),
    ("everywhere", LAST_YEAR, exact("80"), None),
    ("part", LAST_YEAR, exact("20"), ELSEWHERE),
)
"""Figures of one indicator: two that may be compared, and two of a year that overlap."""
ALIKE_WORDING: Final = both("Entreprises accueillies par le partenariat")


def cited(slug: str, name: str, version: int = 1) -> dict[str, Any]:
    return {"log": str(uid(slug, "body")), "stream": str(uid(slug, name)), "version": version}
