"""Portraits of places as tables: figures, checks, claims, and the places that have none."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from domain.narration.words import Words
from domain.values import Language
from services.views.books import parts
from services.views.books.parts import Note
from services.views.sheets import Book, Cell, Column, Reading, Sheet
from services.views.words import worded_in

_DATASET: Final = (
    Column("dataset", Words("Dataset", "Jeu de données")),
    Column("title", Words("Title", "Titre")),
    Column("vintage", Words("Vintage", "Millésime")),
)
_CATEGORY: Final = (
    Column("category", Words("Category (code; empty: total)", "Catégorie (code; vide : total)")),
    Column("label", Words("Category", "Catégorie")),
)
_SHARE: Final = parts.quantity_of("share", "Printed percentage", "Pourcentage imprimé")
_WHOLE: Final = parts.quantity_of("of", "Out of", "Sur")
_NOTE: Final = Column("source_note", Words("Note of the source", "Note de la source"))
_KEY: Final = Column("key", Words("Key in the dataset", "Clé dans le jeu de données"))
_OUTCOME: Final = Column("outcome", Words("Outcome", "Résultat"))
_REASON: Final = Column("reason", Words("Why it was not checked", "Pourquoi ce n’est pas vérifié"))
_FOUND: Final = Column("found", Words("What the figures make", "Ce que donnent les chiffres"))
_ABSENT: Final[dict[str, Words]] = {
    "NO_DATASET": Words(
        "No dataset that the reader may see names it.",
        "Aucun jeu de données que le lecteur puisse voir ne le nomme.",
    ),
    "NO_VINTAGE": Words(
        "A dataset names it, but it has no such vintage that stands.",
        "Un jeu de données le nomme, mais sans un tel millésime en vigueur.",
    ),
    "NO_FIGURES": Words(
        "A dataset names it, without these figures.", "Un jeu de données le nomme, sans ces chiffres."
    ),
}
_NOT_SEEN: Final = Words(
    "No dataset with these figures is seen; there may be one that the reader may not see.",
    "On ne voit aucun jeu de données avec ces chiffres; il peut y en avoir un que le lecteur ne peut voir.",
)


def portraits_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    told = answer["territories"]
    notes: list[Note] = [
        (Words("Measure", "Mesure"), _named(answer["measure"], answer["label"], language)),
        (Words("By", "Selon"), _named(answer["by"], answer["byLabel"], language)),
        (Words("Sample data", "Données d’exemple"), str(answer["coverage"]["sample"])),
        *parts.clocks(answer["asOf"]),
        *parts.how(reading),
    ]
    population = answer["population"]
    if population is not None:
        chosen = f"{parts.text(population['title'], language) or ''} ({population['vintage']})"
        notes.insert(2, (Words("Population", "Population"), chosen))
    figures = (*parts.BODY, *parts.PLACE, *_DATASET, *parts.PERIOD, *_CATEGORY, *parts.QUANTITY, *_SHARE, *_WHOLE)
    per = parts.ends_of("per_thousand", "Per 1,000 people", "Par 1 000 personnes")
    sheets = (
        Sheet(
            "figures",
            Words("Figures", "Chiffres"),
            (*figures, *per, _NOTE, _KEY, *parts.PUBLICATION, parts.SAMPLE),
            tuple(_figures(told, language)),
        ),
        Sheet("checks", Words("Checks", "Vérifications"), _CHECK, tuple(_checks(told, language))),
        Sheet("claims", Words("Claims", "Affirmations"), _CLAIM, tuple(_claims(told, language))),
        Sheet(
            "absent",
            Words("Places without", "Lieux sans chiffre"),
            (*parts.BODY, *parts.PLACE, _REASON_CODE, parts.SAID),
            tuple(
                (
                    *parts.body(one["body"], language),
                    *parts.place(one["territory"], language),
                    *(one["reason"], worded_in(_ABSENT[one["reason"]], language)),
                )
                for one in answer["absent"]["places"]
            ),
        ),
        *parts.covered(answer["coverage"], "NO_FIGURES_SEEN", _NOT_SEEN, language),
        parts.noted(notes, language),
    )
    return Book(Words("Portraits of territories", "Portraits de territoires").in_(language), language, sheets)


_REASON_CODE: Final = Column("absence", Words("Reason", "Motif"))
_CHECK: Final = (
    *parts.PLACE,
    *_DATASET[::2],
    Column("check", Words("Check", "Vérification")),
    *(_OUTCOME, _REASON, _FOUND),
    Column("expected", Words("What is printed", "Ce qui est imprimé")),
    Column("allowance", Words("What rounding explains", "Ce que l’arrondi explique")),
    parts.SAID,
)
_CLAIM: Final = (
    *parts.PLACE,
    *_DATASET[::2],
    Column("claim", Words("What is said", "Ce qui est dit")),
    *(parts.PUBLICATION[0], parts.PUBLICATION[3]),
    *parts.quantity_of("stated", "Figure that is said", "Chiffre avancé"),
    *(_OUTCOME, _REASON, _FOUND, parts.SAID),
)


def _figures(told: list[Any], language: Language) -> Iterator[tuple[Cell, ...]]:
    for one in told:
        for cell in (*([one["total"]] if one["total"] else []), *one["cells"]):
            yield (
                *parts.body(one["body"], language),
                *parts.place(one["territory"], language),
                *(one["dataset"], parts.text(one["title"], language), one["vintage"]),
                *parts.period(one["period"], language),
                *(cell["category"], parts.text(cell["label"], language)),
                *parts.quantity(cell["value"]),
                *parts.sides(cell["share"], "kind", "number", "upper"),
                *parts.sides(cell["denominator"], "kind", "number", "upper"),
                *parts.ends(cell["perThousand"]),
                *(parts.text(cell["note"], language), cell["key"]),
                *parts.publication(one["publication"], language),
                one["sample"],
            )


def _checks(told: list[Any], language: Language) -> Iterator[tuple[Cell, ...]]:
    for one in told:
        for check in one["checks"]:
            yield (
                *parts.place(one["territory"], language),
                *(one["dataset"], one["vintage"], check["kind"], check["outcome"], check["reason"]),
                *(parts.decimal(check[name]) for name in ("found", "expected", "allowance")),
                check["words"][language],
            )


def _claims(told: list[Any], language: Language) -> Iterator[tuple[Cell, ...]]:
    for one in told:
        for claim in one["claims"]:
            printed = parts.publication({"publisher": None, "published": None, **claim["publication"]}, language)
            yield (
                *parts.place(one["territory"], language),
                *(one["dataset"], one["vintage"], parts.text(claim["text"], language), printed[0], printed[3]),
                *parts.sides(claim["stated"], "kind", "number", "upper"),
                *(claim["verdict"], claim["reason"], parts.decimal(claim["found"]), claim["words"][language]),
            )


def _named(code: str | None, label: Mapping[str, Any] | None, language: Language) -> str | None:
    said = parts.text(label, language)
    return code if said is None else f"{said} ({code})"
