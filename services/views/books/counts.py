"""Views that count records, as tables: endorsements, themes and sectors."""

from collections.abc import Mapping
from typing import Any, Final

from domain.narration.words import Words
from domain.values import Language
from services.views.books import parts
from services.views.books.parts import Note
from services.views.sheets import Book, Column, Reading, Sheet

_ENDORSEMENTS: Final = Column("endorsements", Words("Endorsements", "Appuis"))
_BODIES: Final = Column("bodies", Words("Partnerships", "Partenariats"))
_CODE: Final = Column("code", Words("Code", "Code"))
_LABEL: Final = Column("label", Words("Label", "Libellé"))
_NOT_SEEN: Final = Words(
    "A partnership that is not in it may have records that the reader may not see, or that were not recorded.",
    "Un partenariat qui n’y figure pas peut avoir des données que le lecteur ne peut voir ou qui ne sont pas "
    "inscrites.",
)


def endorsements_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    kinds = tuple((one["kind"], one["endorsements"], one["bodies"]) for one in answer["kinds"])
    endorsers = tuple((one["kind"], one["endorsements"], one["bodies"]) for one in answer["endorsers"])
    notes: list[Note] = [
        (Words("Endorsements in all", "Appuis en tout"), str(answer["endorsements"])),
        (Words("Of which of a plan", "Dont à un plan"), str(answer["ofPlans"])),
        *_ending(answer, reading),
    ]
    of_kind = Column("endorsement_kind", Words("Kind of endorsement", "Type d’appui"))
    of_endorser = Column("endorser_kind", Words("Kind of organisation", "Type d’organisme"))
    sheets = (
        Sheet("kinds", Words("By kind", "Par type"), (of_kind, _ENDORSEMENTS, _BODIES), kinds),
        Sheet(
            "endorsers", Words("By endorser", "Par organisme"), (of_endorser, _ENDORSEMENTS, _BODIES), endorsers
        ),
        *parts.covered(answer["coverage"], "NO_ENDORSEMENT_SEEN", _NOT_SEEN, language),
        parts.noted(notes, language),
    )
    return Book(
        Words("Endorsements across the country", "Les appuis à l’échelle du pays").in_(language), language, sheets
    )


def themes_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    themes = tuple(
        (one["code"], parts.text(one["label"], language), one["needs"], one["practices"], one["bodies"])
        for one in answer["themes"]
    )
    notes: list[Note] = [
        (Words("Records sorted by the list", "Données classées selon la liste"), str(answer["records"])),
        (Words("Records not sorted by it", "Données non classées selon elle"), str(answer["unsorted"])),
        (
            Words("Counted", "Compte"),
            Words(
                "A record that is sorted by several themes counts for each.",
                "Une donnée classée sous plusieurs thèmes compte pour chacun.",
            ).in_(language),
        ),
        *_ending(answer, reading),
    ]
    columns = (
        *(_CODE, _LABEL),
        Column("needs", Words("Needs", "Besoins")),
        Column("practices", Words("Practices", "Pratiques")),
        _BODIES,
    )
    sheets = (
        Sheet("themes", Words("Themes", "Thèmes"), columns, themes),
        *parts.covered(answer["coverage"], "NOTHING_SORTED_SEEN", _NOT_SEEN, language),
        parts.noted(notes, language),
    )
    return Book(
        Words("Themes across the country", "Les thèmes à l’échelle du pays").in_(language), language, sheets
    )


def sectors_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    sectors = tuple(
        (
            *(one["code"], parts.text(one["label"], language)),
            *(one["seats"], one["held"], one["bodies"], one["bodiesHeld"]),
        )
        for one in answer["sectors"]
    )
    notes: list[Note] = [
        (Words("Seats in all", "Sièges en tout"), str(answer["seats"])),
        (Words("Of which held", "Dont pourvus"), str(answer["held"])),
        *_ending(answer, reading),
    ]
    columns = (
        *(_CODE, _LABEL),
        Column("seats", Words("Seats", "Sièges")),
        Column("held", Words("Seats held", "Sièges pourvus")),
        _BODIES,
        Column("bodies_held", Words("Partnerships with a held seat", "Partenariats avec un siège pourvu")),
    )
    sheets = (
        Sheet("sectors", Words("Sectors", "Secteurs"), columns, sectors),
        *parts.covered(answer["coverage"], "NO_SEAT_SEEN", _NOT_SEEN, language),
        parts.noted(notes, language),
    )
    return Book(Words("Sectors on councils", "Les secteurs aux conseils").in_(language), language, sheets)


def _ending(answer: Mapping[str, Any], reading: Reading) -> list[Note]:
    return [
        (Words("Sample data", "Données d’exemple"), str(answer["coverage"]["sample"])),
        *parts.clocks(answer["asOf"]),
        *parts.how(reading),
    ]
