"""A series as one table, a row for each group and period, with growth, targets and people; and notes."""

from collections.abc import Mapping
from typing import Any, Final

from domain.narration.words import Words
from domain.values import Language
from services.views.books import parts
from services.views.books.parts import Note
from services.views.sheets import Book, Cell, Column, Reading, Sheet

_GROUP: Final = (
    *parts.BODY,
    Column("province", Words("Province", "Province")),
    Column("body_kind", Words("Kind of partnership", "Type de partenariat")),
    Column("phase", Words("Phase", "Phase")),
    Column("lead_kind", Words("Kind of lead organisation", "Type d’organisme responsable")),
    *parts.PLACE,
    Column("category", Words("Category (code)", "Catégorie (code)")),
    Column("category_label", Words("Category", "Catégorie")),
)
_COUNTS: Final = (
    Column("figures", Words("Figures reported", "Valeurs déclarées")),
    Column("expected", Words("Expected", "Attendus")),
    Column("reporting", Words("Reporting", "Déclarés")),
    Column("missing", Words("Missing", "Manquants")),
    parts.COMPARABILITY,
    parts.WITHHELD,
)
_TARGETS: Final = (
    *parts.quantity_of("owner_target", "Target of the owner", "Cible du responsable"),
    *parts.ends_of("contribution", "Contribution, percent", "Contribution, pourcentage"),
    *parts.quantity_of("target", "Own target", "Cible propre"),
    *parts.ends_of("target", "Percent of own target", "Pourcentage de la cible propre"),
)
_GROWTH: Final = (
    *parts.ends_of("growth", "Growth", "Croissance"),
    Column("growth_unit", Words("Growth, unit", "Croissance, unité")),
    Column("no_growth", Words("Why no growth is told", "Pourquoi aucune croissance n’est donnée")),
    Column("both", Words("Figures of both periods", "Valeurs des deux périodes")),
    Column(
        "only_before", Words("Figures of the period before only", "Valeurs de la période précédente seulement")
    ),
    Column("only_after", Words("Figures of this period only", "Valeurs de cette période seulement")),
    Column("caveats", Words("Growth, to keep in mind", "Croissance, à retenir")),
)
_PEOPLE: Final = (
    *parts.ends_of("per_thousand", "Per 1,000 people", "Pour 1 000 personnes"),
    *parts.ends_of("people", "People", "Personnes"),
    Column("no_per_thousand", Words("Why not per 1,000 people", "Pourquoi pas pour 1 000 personnes")),
)


def series_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    indicator, sample, population = answer["indicator"], answer["sample"], answer["population"]
    rows = tuple(
        (*_group(group, language), *parts.period(point["period"], language), *_point(point, language))
        for group in answer["groups"]
        for point in group["points"]
    )
    dimension = answer["dimension"]
    notes: list[Note] = [
        (Words("Indicator", "Indicateur"), parts.text(indicator["wording"], language)),
        (Words("Definition", "Définition"), parts.text(indicator["description"], language)),
        (Words("Indicator, id", "Indicateur, identifiant"), indicator["id"]),
        (Words("Unit", "Unité"), indicator["unit"]),
        (Words("Broken down by", "Ventilé selon"), None if dimension is None else dimension["code"]),
        (Words("Population", "Population"), None if population is None else _population(population, language)),
        (Words("Sample data", "Données d’exemple"), str(sample["values"])),
        *parts.clocks(answer["asOf"]),
        parts.qualifiers(language),
        *parts.how(reading),
    ]
    columns = (
        *_GROUP,
        *parts.PERIOD,
        parts.SAID,
        *parts.TOTAL,
        *_COUNTS,
        *_TARGETS,
        *_GROWTH,
        *_PEOPLE,
    )
    title = parts.text(indicator["wording"], language) or indicator["id"]
    sheets = (Sheet("series", Words("Series", "Série"), columns, rows), parts.noted(notes, language))
    return Book(title, language, sheets)


def _group(group: Mapping[str, Any], language: Language) -> tuple[Cell, ...]:
    category = group["category"]
    return (
        *parts.body(group["body"], language),
        *(group["province"], group["kind"], group["phase"], group["leadKind"]),
        *parts.place(group["territory"], language),
        *((None, None) if category is None else (category["code"], parts.text(category["label"], language))),
    )


def _point(point: Mapping[str, Any], language: Language) -> tuple[Cell, ...]:
    growth, people, none = point["growth"], point["perThousand"], point["noPerThousand"]
    return (
        parts.total_said(point["total"], point["notAddable"], language),
        *parts.total(point["total"], point["notAddable"], language),
        *(point["figures"], point["expected"], point["reporting"], point["missing"]),
        point["weakestComparability"],
        parts.withheld(point["withheld"], language),
        *parts.sides(point["target"], "kind", "number", "upper"),
        *parts.ends(point["contribution"]),
        *parts.sides(point["ownTarget"], "kind", "number", "upper"),
        *parts.ends(point["percentOfTarget"]),
        *(*parts.ends(growth), growth["unit"]),
        None if growth["noGrowth"] is None else growth["noGrowth"]["message"][language],
        *(growth["both"], growth["onlyBefore"], growth["onlyAfter"]),
        ", ".join(growth["caveats"]) or None,
        *parts.ends(people),
        *parts.ends(None if people is None else people["people"]),
        None if none is None else none["message"][language],
    )


def _population(population: Mapping[str, Any], language: Language) -> str:
    title = parts.text(population["title"], language)
    return f"{title}, {population['vintage']} ({population['period']['label'][language]})"
