"""Regional plans: as JSON and as printed, of one region or of all. Invented wordings, the ministry's columns."""

import json
from datetime import date
from typing import Any

import pytest

from domain.plan.commands import AddPlanElement, DraftPlan
from domain.values import Period, fr
from services.tables.forms.regional import REGIONAL, PlanFacts, understand_regional_plan
from services.tables.intake import Understood, Wish
from services.tables.problems import TableRefusedError
from tests.unit.services.tables.making import BODY, TODAY, csv_of, xlsx_of

FACTS = PlanFacts(title="Plan régional 2024-2025", start=date(2024, 4, 1), end=date(2025, 3, 31))
PLAN: dict[str, Any] = {
    "title_fr": FACTS.title,
    "period": {"start": "2024-04-01", "end": "2025-03-31", "label": "2024-2025"},
    "orientations": {"1": "Accueillir mieux", "2": "Retenir"},
    "objectives": {"1.1": "Informer", "2.1": "Accompagner"},
    "regions": [
        {
            "region_code_qc": "01",
            "name_fr": "Bas-Saint-Laurent",
            "actions": [
                {
                    "orientation": "1",
                    "objective": "1.1",
                    "action_fr": "Tenir des rencontres :",
                    "action_bullets_fr": ["avec les villes", "avec les écoles"],
                    "expected_results_fr": ["Des villes informées", "Des écoles informées"],
                    "indicators": [
                        {"text_fr": "Nombre de rencontres", "kind": "count"},
                        {"text_fr": "Dépôt d’un bilan", "kind": "milestone"},
                    ],
                },
                {"orientation": "1", "objective": "1.1", "action_fr": "Publier un guide"},
            ],
        },
        {
            "region_code_qc": "11",
            "actions": [
                {
                    "orientation": "2",
                    "objective": "2.1",
                    "action_fr": "Publier un guide",
                    "indicators": [{"text_fr": "Taux de réponse", "kind": "rate"}],
                }
            ],
        },
    ],
}
HEADING = [column.label.fr for column in REGIONAL.columns]
PRINTED: list[list[Any]] = [
    HEADING,
    ["Région du Bas-Saint-Laurent"],
    [
        *("Accueillir mieux", "Informer", "Tenir des rencontres :\n• avec les villes; avec les écoles"),
        *("• Des villes informées\n• Des écoles informées", "• Nombre de rencontres\n• Dépôt d’un bilan"),
    ],
    [None, None, "Publier un guide", None, None],
    ["Région de la Gaspésie–Îles-de-la-Madeleine"],
    ["Retenir", "Accompagner", "Publier un guide", None, "Taux de réponse"],
]


def read(content: bytes, **more: Any) -> Understood:
    return understand_regional_plan(content, BODY, TODAY, Wish(), **more)


def as_json(plan: dict[str, Any]) -> bytes:
    return json.dumps(plan, ensure_ascii=False).encode()


def elements(table: Understood, *, kinds: bool = True) -> list[tuple[Any, ...]]:
    added: list[AddPlanElement] = [o.command for o in table.orders if isinstance(o.command, AddPlanElement)]
    return [
        (e.element_id, e.level, e.wording.fr, e.parent_id, e.rank, e.territory)
        + ((e.number, e.indicator_kind) if kinds else ())
        for e in added
    ]


def test_a_plan_of_several_regions_is_one_plan_whose_actions_have_their_territory() -> None:
    table = read(as_json(PLAN))

    drafted = table.orders[0]
    assert drafted.effective_on == date(2024, 4, 1)
    assert isinstance(drafted.command, DraftPlan)
    assert (drafted.command.kind, drafted.command.title) == ("regional_action_plan", fr("Plan régional 2024-2025"))
    assert drafted.command.period == Period.fiscal_year(2024)
    assert [(level, words, number, kind) for _, level, words, _, _, _, number, kind in elements(table)] == [
        ("orientation", "Accueillir mieux", "1", None),
        ("objective", "Informer", "1.1", None),
        ("action", "Tenir des rencontres : avec les villes; avec les écoles", None, None),
        ("expected_result", "Des villes informées", None, None),
        ("expected_result", "Des écoles informées", None, None),
        ("indicator", "Nombre de rencontres", None, "count"),
        ("indicator", "Dépôt d’un bilan", None, "milestone"),
        ("action", "Publier un guide", None, None),
        ("orientation", "Retenir", "2", None),
        ("objective", "Accompagner", "2.1", None),
        ("action", "Publier un guide", None, None),
        ("indicator", "Taux de réponse", None, "rate"),
    ]
    territories = [place.code for *_, place, _, _ in elements(table) if place is not None]
    assert territories == ["01", "01", "11"]


def test_the_printed_table_is_the_same_plan() -> None:
    for content in (
        xlsx_of(*PRINTED, merge=["A2:E2", "A3:A4", "B3:B4", "A5:E5"]),
        csv_of(*([cell or "" for cell in row] for row in PRINTED)),
    ):
        table = read(content, facts=FACTS)

        assert elements(table, kinds=False) == elements(read(as_json(PLAN)), kinds=False)
        assert table.orders[0].command == read(as_json(PLAN)).orders[0].command


def test_one_region_may_be_taken_alone() -> None:
    for content, facts in ((as_json(PLAN), None), (xlsx_of(*PRINTED), FACTS)):
        table = read(content, facts=facts, region="11")

        assert [element[2] for element in elements(table)] == [
            "Retenir",
            "Accompagner",
            "Publier un guide",
            "Taux de réponse",
        ]


def refused(content: bytes, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(TableRefusedError) as refusal:
        read(content, **more)
    return [(str(problem.place), problem.code) for problem in refusal.value.problems]


def test_what_is_wrong_is_told_where_it_stands() -> None:
    wrong_region = PLAN | {"regions": [PLAN["regions"][0] | {"region_code_qc": "18"}]}
    wrong_objective = PLAN | {"objectives": {"2.1": "Accompagner"}}

    assert refused(b"{}") == [("$.title_fr", "missing")]
    assert refused(b"{") == [("$", "syntax")]
    assert refused(as_json(wrong_region)) == [("$.regions[0].region_code_qc", "territory_unread")]
    assert refused(as_json(wrong_objective)) == [
        ("$.regions[0].actions[0].objective", "not_listed"),
        ("$.regions[0].actions[1].objective", "not_listed"),
    ]
    assert refused(as_json(PLAN), region="05") == [("JSON", "nothing_to_record")]
    assert refused(xlsx_of(*PRINTED)) == [("—", "plan_facts_missing")]
    backwards = PlanFacts(title="Plan", start=date(2025, 4, 1), end=date(2024, 3, 31))
    assert refused(xlsx_of(*PRINTED), facts=backwards) == [("—", "value")]
    formula = [*PRINTED[:3], [None, None, "=A1", None, None]]
    assert refused(xlsx_of(*formula), facts=FACTS) == [("Ententes!C4", "formula")]
    assert refused(xlsx_of(HEADING, ["Région inconnue"]), facts=FACTS) == [("Ententes!A2", "territory_unread")]
