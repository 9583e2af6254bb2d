"""Plans from tables: what stands to the left is what it belongs to, an empty cell continues the one above."""

from datetime import date
from typing import Any

import pytest

from domain.plan.commands import AddPlanElement, DraftPlan
from domain.values import Period, TerritoryCode, both, fr
from services.tables.cascade import period_of
from services.tables.forms.plans import PLANS
from tests.unit.services.tables.making import csv_of, read, told, xlsx_of

HEADING = (
    *("Titre du plan", "Genre de plan", "Début", "Fin", "Date d’effet", "Territoire"),
    *("Orientation", "Objectif", "Action", "Résultats attendus", "Indicateurs", "Genre d’indicateur"),
)
PLAN = ("Plan 2024", "Plan d’action", "2024-04-01", "2025-03-31", "2024-02-15")
BULLETS = "• Mieux informés\n• Satisfaits"
NOTHING = ("", "", "", "", "")


def elements(content: bytes) -> list[tuple[Any, ...]]:
    """Level, wording, the parent's wording, rank, territory's code, kind; after the plan itself."""
    orders = read(content, PLANS).orders
    assert isinstance(orders[0].command, DraftPlan)
    added: list[AddPlanElement] = [each.command for each in orders if isinstance(each.command, AddPlanElement)]
    words = {each.element_id: each.wording.fr for each in added}
    return [
        (
            each.level,
            each.wording.fr,
            None if each.parent_id is None else words[each.parent_id],
            each.rank,
            None if each.territory is None else each.territory.code,
            each.indicator_kind,
        )
        for each in added
    ]


def test_rows_become_a_tree() -> None:
    content = xlsx_of(
        HEADING,
        (
            *PLAN,
            "01",
            "Accueillir",
            "Informer",
            "Tenir des séances",
            "• Mieux informés\n• Satisfaits",
            "Nombre",
            "nombre",
        ),
        (*NOTHING, "", "", "", "", "", "Rapport\nTaux", "jalon\ntaux"),
        (*NOTHING, "03", "", "", "Tenir des séances", "", "Nombre", ""),
        (*NOTHING, "", "", "Franciser", "Jumeler", "", "", ""),
        (*NOTHING, "", "Retenir", "", "Visiter", "", "", ""),
    )

    assert elements(content) == [
        ("orientation", "Accueillir", None, 1, None, None),
        ("objective", "Informer", "Accueillir", 1, None, None),
        ("action", "Tenir des séances", "Informer", 1, "01", None),
        ("expected_result", "Mieux informés", "Tenir des séances", 1, None, None),
        ("expected_result", "Satisfaits", "Tenir des séances", 2, None, None),
        ("indicator", "Nombre", "Tenir des séances", 3, None, "count"),
        ("indicator", "Rapport", "Tenir des séances", 4, None, "milestone"),
        ("indicator", "Taux", "Tenir des séances", 5, None, "rate"),
        ("action", "Tenir des séances", "Informer", 2, "03", None),
        ("indicator", "Nombre", "Tenir des séances", 1, None, None),
        ("objective", "Franciser", "Accueillir", 2, None, None),
        ("action", "Jumeler", "Franciser", 1, "03", None),
        ("orientation", "Retenir", None, 2, None, None),
        ("action", "Visiter", "Retenir", 1, "03", None),
    ]


def test_a_plan_is_drafted_with_the_period_that_its_days_make() -> None:
    order = read(csv_of(HEADING, (*PLAN, "", "Accueillir", "", "", "", "", "")), PLANS).orders[0]

    assert order.effective_on == date(2024, 2, 15)
    assert isinstance(order.command, DraftPlan)
    assert (order.command.kind, order.command.title, order.command.period) == (
        "action_plan",
        fr("Plan 2024"),
        Period.fiscal_year(2024),
    )


def test_repeating_what_stands_above_adds_nothing() -> None:
    row = (*PLAN, "01", "Accueillir", "Informer", "Tenir des séances", "Mieux informés", "Nombre", "")

    assert elements(csv_of(HEADING, row, row, row)) == elements(csv_of(HEADING, row))


def test_numbers_and_the_other_language_are_kept() -> None:
    heading = (*HEADING[:6], "No (orientation)", "Orientation", "Action prévue")
    orders = read(
        csv_of(heading, (*PLAN, "", "2", "Accueillir", "Tenir"), (*NOTHING, "", "", "", "Visiter")), PLANS
    )
    added = [each.command for each in orders.orders if isinstance(each.command, AddPlanElement)]

    assert [(each.number, each.wording.fr) for each in added] == [
        ("2", "Accueillir"),
        (None, "Tenir"),
        (None, "Visiter"),
    ]


def test_an_action_of_a_territory_that_is_not_a_region_is_kept_with_its_code() -> None:
    row = (*PLAN, "sgc-cd:3506", "", "", "Tenir des séances", "", "", "")
    orders = read(csv_of(HEADING, row), PLANS).orders
    action = orders[1].command

    assert isinstance(action, AddPlanElement)
    assert action.territory == TerritoryCode(scheme="sgc-cd", code="3506")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ((*PLAN, "", "Accueillir", "", "", "Mieux informés", "", ""), ("CSV!2", "parent_missing")),
        ((*PLAN, "", "", "", "Agir", "", "Un", "nombre\ntaux"), ("CSV!L2", "kinds_uneven")),
        ((*PLAN, "", "", "", "Agir", "", "Un", "beau"), ("CSV!L2", "not_listed")),
        (("", *PLAN[1:], "", "", "", "Agir", "", "", ""), ("CSV!A2", "nothing_above")),
        ((*PLAN[:3], "2020-01-01", PLAN[4], "", "", "", "Agir", "", "", ""), ("CSV!D2", "value")),
    ],
)
def test_a_row_that_does_not_make_sense_is_told(row: tuple[str, ...], problem: tuple[str, str]) -> None:
    assert told(csv_of(HEADING, row), PLANS) == [problem]


def test_a_plan_has_one_kind() -> None:
    other = (PLAN[0], "plan triennal", *PLAN[2:])
    rows = [(*plan, "", "", "", "Agir", "", "", "") for plan in (PLAN, other)]

    assert told(csv_of(HEADING, *rows), PLANS) == [("CSV!B3", "differs")]


def test_merged_cells_are_refused_where_they_stand() -> None:
    row = (*PLAN, "", "Accueillir", "Informer", "Agir", "", "", "")

    assert told(xlsx_of(HEADING, row, row, merge=["G2:G3"]), PLANS) == [("Ententes!G2", "merged")]


def test_periods_have_the_kind_that_their_days_make_plain() -> None:
    days = {
        "fiscal_year": (date(2024, 4, 1), date(2025, 3, 31)),
        "calendar_year": (date(2024, 1, 1), date(2024, 12, 31)),
        "years": (date(2001, 1, 1), date(2003, 12, 31)),
        "custom": (date(2024, 2, 1), date(2024, 5, 5)),
    }
    assert {kind: period_of(*ends).kind for kind, ends in days.items()} == {kind: kind for kind in days}


def test_a_text_s_twin_is_in_the_other_language() -> None:
    from services.tables.columns import Context, Row
    from services.tables.intake import names_of
    from services.tables.problems import Place
    from tests.unit.services.tables.making import BODY

    row = Row(place=Place("S", 2), values={"a": "Bonjour", "a_other": "Hello"}, cells={})

    assert Context(BODY, "fr", names_of(BODY)).localized(row, "a") == both(fr="Bonjour", en="Hello", source="fr")
    assert Context(BODY, "en", names_of(BODY)).localized(row, "a") == both(en="Bonjour", fr="Hello", source="en")
