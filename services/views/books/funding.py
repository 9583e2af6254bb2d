"""Money of agreements as tables: by programme, by source in cash and in kind, per dollar, and notes."""

from collections.abc import Mapping
from typing import Any, Final

from domain.narration.words import Words
from domain.values import Language
from services.views.books import parts
from services.views.books.agreements import NOT_NONE
from services.views.books.parts import Note
from services.views.sheets import Book, Cell, Column, Reading, Sheet

_AGREEMENTS: Final = Column("agreements", Words("Agreements", "Ententes"))
_WITHOUT: Final = Column("without_amount", Words("Of which without an amount", "Dont sans montant"))
_SOURCE: Final = (
    Column("source", Words("Source of money", "Source de financement")),
    Column("in_kind", Words("In kind", "En nature")),
    Column("contributions", Words("Contributions", "Contributions")),
    Column("bodies", Words("Partnerships that record one", "Partenariats qui en inscrivent")),
)
_LEVERAGE: Final = (
    *parts.ends_of("cash", "In cash per dollar", "En argent par dollar"),
    *parts.ends_of("kind", "In kind per dollar", "En nature par dollar"),
    _AGREEMENTS,
    Column("with_contributions", Words("Of which with a contribution", "Dont avec une contribution")),
    Column("agreements_left_out", Words("Agreements left out, no amount", "Ententes écartées, sans montant")),
)
_ALL: Final = {
    False: Words("all sources, in cash", "toutes les sources, en argent"),
    True: Words("all sources, in kind", "toutes les sources, en nature"),
}
_APART: Final = Words(
    "Cash and in kind are never added. Who records no contribution is in it with none, which does not say that "
    "there is none.",
    "L’argent et les contributions en nature ne s’additionnent jamais. Qui n’inscrit aucune contribution y figure "
    "sans contribution, ce qui ne dit pas qu’il n’y en a pas.",
)


def funding_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    programmes = tuple(
        (
            *parts.programme(one["programme"], language),
            *(one["agreements"], one["withoutAmount"]),
            parts.total_said(one["total"], one["notAddable"], language),
            *parts.total(one["total"], one["notAddable"], language),
        )
        for one in answer["programmes"]
    )
    sources = tuple(
        (
            *(parts.text(one["source"], language), one["inKind"], one["contributions"], one["bodies"]),
            parts.total_said(one["total"], one["notAddable"], language),
            *parts.total(one["total"], one["notAddable"], language),
        )
        for one in answer["sources"]
    )
    together = tuple(
        (
            *(_ALL[in_kind].in_(language), in_kind, None, None),
            parts.total_said(found, None, language),
            *parts.total(found, None, language),
        )
        for in_kind, found in ((False, answer["cash"]), (True, answer["inKind"]))
        if found is not None
    )
    notes: list[Note] = [
        (Words("Cash and in kind", "Argent et nature"), _APART.in_(language)),
        (Words("Sample data", "Données d’exemple"), str(answer["coverage"]["sample"])),
        *parts.clocks(answer["asOf"]),
        parts.qualifiers(language),
        *parts.how(reading),
    ]
    sheets = (
        Sheet(
            "programmes",
            Words("Programmes", "Programmes"),
            (*parts.PROGRAMME, _AGREEMENTS, _WITHOUT, parts.SAID, *parts.TOTAL),
            programmes,
        ),
        Sheet("sources", Words("Sources", "Sources"), (*_SOURCE, parts.SAID, *parts.TOTAL), sources),
        Sheet(
            "together", Words("All sources", "Toutes les sources"), (*_SOURCE, parts.SAID, *parts.TOTAL), together
        ),
        Sheet("leverage", Words("Per dollar", "Par dollar"), _LEVERAGE, _leverage(answer["leverage"])),
        *parts.covered(answer["coverage"], "NO_AGREEMENT_SEEN", NOT_NONE, language),
        parts.noted(notes, language),
    )
    return Book(
        Words("Funding across the country", "Le financement à l’échelle du pays").in_(language), language, sheets
    )


def _leverage(found: Mapping[str, Any] | None) -> tuple[tuple[Cell, ...], ...]:
    if found is None:
        return ()
    counts = (found["agreements"], found["withContributions"], found["leftOut"])
    return ((*parts.ends(found["cash"]), *parts.ends(found["inKind"]), *counts),)
