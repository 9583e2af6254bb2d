"""The comparison as tables: its figures, their total, its coverage, how each body stands, and notes."""

from collections.abc import Mapping
from typing import Any, Final

from domain.narration.words import Words
from domain.values import Language
from services.views.books import parts
from services.views.books.parts import Note
from services.views.comparison import comparison, withheld
from services.views.sheets import Book, Cell, Column, Reading, Sheet
from services.views.words import say

_DENOMINATOR: Final = tuple(
    Column(f"of_{key}", Words(f"Denominator: {english}", f"Dénominateur : {french}"))
    for key, english, french in (
        ("kind", "qualifier", "qualificatif"),
        ("number", "number", "nombre"),
        ("upper", "upper end", "borne supérieure"),
        ("unit", "unit", "unité"),
    )
)
_TARGET: Final = (
    *parts.quantity_of("target", "Own target", "Cible propre"),
    *parts.ends_of("target", "Percent of own target", "Pourcentage de la cible propre"),
)
_REPORTED: Final = (
    Column("stage", Words("Stage", "Étape")),
    parts.COMPARABILITY,
    Column("indicator", Words("Reported of (indicator)", "Indicateur déclaré")),
    Column("indicator_id", Words("Indicator, id", "Indicateur, identifiant")),
    parts.SAMPLE,
    parts.WITHHELD,
)


def comparison_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    title, sheets, notes = comparison_sheets(answer, language)
    return Book(title, language, (*sheets, parts.noted([*notes, *parts.how(reading)], language)))


def comparison_sheets(answer: Mapping[str, Any], language: Language) -> tuple[str, tuple[Sheet, ...], list[Note]]:
    """The title of a comparison, its tables, and what there is to note of it."""
    view = comparison(answer, language)
    title = say("chart", language, indicator=view.indicator.text, period=view.period_said)
    figures = [
        (
            *parts.body(one["body"], language),
            *parts.place(one["territory"], language),
            line.said,
            *parts.quantity(one["value"]),
            *parts.sides(one["denominator"], "kind", "number", "upper", "unit"),
            *parts.sides(one["target"], "kind", "number", "upper"),
            *parts.ends(one["percentOfTarget"]),
            one["stage"],
            one["comparability"],
            *_indicator(one["indicator"], language),
            one["sample"],
            withheld(one["value"], language),
        )
        for one, line in zip(answer["values"], view.lines, strict=True)
    ]
    standings = [
        (
            *parts.body(one["body"], language),
            *parts.place(one["territory"], language),
            one["state"],
            say(f"state.{one['state'].lower()}", language),
            parts.day(one["dueOn"]),
            one["exempt"],
        )
        for one in answer["standings"]
    ]
    notes: list[Note] = [
        (Words("Indicator", "Indicateur"), view.indicator.text),
        (Words("Definition", "Définition"), None if view.description is None else view.description.text),
        (Words("Indicator, id", "Indicateur, identifiant"), answer["indicator"]["id"]),
        (Words("Period", "Période"), f"{view.period_said} ({view.period.start} – {view.period.end})"),
        (Words("Total, in words", "Total, en toutes lettres"), view.total or view.no_total),
        (Words("Weakest comparability", "Comparabilité la plus faible"), answer["weakestComparability"]),
        (Words("Sample data", "Données d’exemple"), say("of", language, part=view.samples, whole=len(view.lines))),
        (Words("Clocks", "Horloges"), view.clocks_said),
        parts.qualifiers(language),
    ]
    columns = (*parts.BODY, *parts.PLACE, parts.SAID, *parts.QUANTITY, *_DENOMINATOR, *_TARGET, *_REPORTED)
    total = parts.total(answer["total"], answer["notAddable"], language)
    sheets = (
        Sheet("figures", Words("Figures", "Valeurs"), columns, tuple(figures)),
        Sheet("total", Words("Total", "Total"), parts.TOTAL, (total,)),
        parts.coverage([(key, answer[key]) for key in ("expected", "reporting", "missing")], language),
        Sheet(
            "standings",
            Words("Standings", "Situations"),
            (*parts.BODY, *parts.PLACE, *parts.STANDING),
            tuple(standings),
        ),
    )
    return title, sheets, notes


def _indicator(indicator: Mapping[str, Any] | None, language: Language) -> tuple[Cell, Cell]:
    return (None, None) if indicator is None else (parts.text(indicator["wording"], language), indicator["id"])
