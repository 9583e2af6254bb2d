"""The agreements matrix as tables: a row per programme, a column per territory, who is missing, and notes."""

from collections.abc import Mapping
from typing import Any, Final

from domain.narration.words import Words
from domain.values import Language
from services.views.books import parts
from services.views.books.parts import Note
from services.views.sheets import Book, Cell, Column, Reading, Sheet
from services.views.words import worded_in

_COUNTED: Final = Column("counted", Words("What is counted", "Ce qui est compté"))
_ELSEWHERE: Final = (
    Column("elsewhere", Words("Elsewhere or not stated", "Ailleurs ou non précisé")),
    Column("total", Words("Total", "Total")),
)
_UNITS: Final = {
    "agreement": Words("agreement in force", "entente en vigueur"),
    "mandate": Words("mandated provider", "prestataire mandaté"),
}
NOT_NONE: Final = Words(
    "A partnership that is not in it may have agreements that the reader may not see, or that were not recorded.",
    "Un partenariat qui n’y figure pas peut avoir des ententes que le lecteur ne peut voir ou qui ne sont pas "
    "inscrites.",
)


def matrix_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    places = tuple(
        Column(f"{place['scheme']}:{place['code']}", _place_words(place)) for place in answer["columns"]
    )
    rows = [
        *(_counts("agreement", row, language) for row in answer["rows"]),
        *(_counts("mandate", row, language) for row in answer["mandates"]),
    ]
    sample = answer["sample"]
    apart = Words(
        "Agreements and mandated providers are never added.",
        "Ententes et prestataires mandatés ne s’additionnent jamais.",
    )
    notes: list[Note] = [
        (Words("Agreements in all", "Ententes en tout"), str(answer["total"])),
        (Words("Mandated providers in all", "Prestataires mandatés en tout"), str(answer["mandatesTotal"])),
        (Words("Two units", "Deux unités"), apart.in_(language)),
        (Words("Sample data: agreements", "Données d’exemple : ententes"), str(sample["agreements"])),
        (Words("Sample data: mandates", "Données d’exemple : mandats"), str(sample["mandates"])),
        *parts.clocks(answer["asOf"]),
        (Words("Not in it", "N’y figurent pas"), worded_in(NOT_NONE, language)),
        *parts.how(reading),
    ]
    title = Words("Agreements by programme and territory", "Ententes par programme et territoire").in_(language)
    columns = (_COUNTED, *parts.PROGRAMME, *places, *_ELSEWHERE)
    sheets = (
        Sheet("matrix", Words("Agreements", "Ententes"), columns, tuple(rows)),
        *parts.covered(answer, "NO_AGREEMENT_SEEN", NOT_NONE, language),
        parts.noted(notes, language),
    )
    return Book(title, language, sheets)


def _place_words(place: Mapping[str, Any]) -> Words:
    """The name with the code: two territories may bear one name, and columns may not."""
    names = place["name"] or {"en": None, "fr": None}
    code = f"{place['scheme']} {place['code']}"
    spoken = [names["en"] or names["fr"], names["fr"] or names["en"]]
    return Words(*(f"{name} ({code})" if name else code for name in spoken))


def _counts(unit: str, row: Mapping[str, Any], language: Language) -> tuple[Cell, ...]:
    return (
        _UNITS[unit].in_(language),
        *parts.programme(row["programme"], language),
        *(*row["counts"], row["elsewhere"], row["total"]),
    )
