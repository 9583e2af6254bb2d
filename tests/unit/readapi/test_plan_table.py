"""The printed table and the difference, from elements alone."""

from datetime import date
from uuid import UUID, uuid5

from domain.ids import TenantId
from readapi.asof import Clock
from readapi.codes import Language, Level, TerritoryScheme
from readapi.figures import Territory
from readapi.plan_difference import difference
from readapi.plan_parts import PlanElement
from readapi.plan_table import table
from readapi.plan_text import Side
from readapi.reading import Place
from readapi.text import LocalizedText

ROOT = UUID(int=7)
PLACE = Place(TenantId(ROOT), member=False, clock=Clock(date(2026, 1, 1)))


def element(name: str, level: Level, above: str | None = None, region: str | None = None) -> PlanElement:
    return PlanElement(
        id=uuid5(ROOT, name),
        level=level,
        parent_id=None if above is None else uuid5(ROOT, above),
        number=None,
        wording=LocalizedText(en=None, fr=name, source=Language.FR, unofficial=[], missing=[Language.EN]),
        territory=None if region is None else Territory(scheme=TerritoryScheme.QC_REGION, code=region, name=None),
        indicator_kind=None,
        rank=1,
        revision=1,
        copied_from=None,
        sample=False,
        plan_id=ROOT,
        place=PLACE,
    )


def side(*elements: PlanElement) -> Side:
    return Side(None, None, elements, PLACE.clock)  # type: ignore[arg-type] # the plan is not read here


def words(found: PlanElement | None) -> str | None:
    return None if found is None or found.wording is None else found.wording.fr


ELEMENTS = [
    element("o1", Level.ORIENTATION),
    element("1.1", Level.OBJECTIVE, "o1"),
    element("a", Level.ACTION, "1.1", "01"),
    element("ra", Level.EXPECTED_RESULT, "a"),
    element("ia", Level.INDICATOR, "ra"),
    element("b", Level.ACTION, "1.1", "01"),
    element("ib", Level.INDICATOR, "b"),
    element("c", Level.ACTION, "1.1", "03"),
    element("1.2", Level.OBJECTIVE, "o1"),
    element("d", Level.ACTION, "1.2", "01"),
    element("o2", Level.ORIENTATION),
    element("e", Level.ACTION, "o2", "03"),
    element("alone", Level.OBJECTIVE),
]


def test_cells_are_merged_under_each_heading_for_itself() -> None:
    regions = table(ELEMENTS).regions

    assert [None if region.territory is None else region.territory.code for region in regions] == [
        "01",
        "03",
        None,
    ]
    first, second, third = (
        [
            (
                (words(row.orientation.element), row.orientation.row_span),
                (words(row.objective.element), row.objective.row_span),
                words(row.action),
            )
            for row in region.rows
        ]
        for region in regions
    )
    assert first == [
        (("o1", 3), ("1.1", 2), "a"),
        (("o1", 0), ("1.1", 0), "b"),
        (("o1", 0), ("1.2", 1), "d"),
    ]
    assert second == [(("o1", 1), ("1.1", 1), "c"), (("o2", 1), (None, 1), "e")]
    assert third == [((None, 1), ("alone", 1), None)]


def test_results_and_indicators_stand_beside_their_action() -> None:
    rows = table(ELEMENTS).regions[0].rows

    assert [[words(one) for one in row.expected_results] for row in rows] == [["ra"], [], []]
    assert [[words(one) for one in row.indicators] for row in rows] == [["ia"], ["ib"], []]


def test_an_empty_plan_has_no_rows() -> None:
    assert table([]).regions == []


def test_a_difference_names_what_changed_and_nothing_else() -> None:
    kept, gone, new = ELEMENTS[0], ELEMENTS[1], ELEMENTS[2]
    before = element("reworded", Level.ACTION)
    after = element("reworded", Level.ACTION)
    after.wording = LocalizedText(en="now", fr="reworded", source=Language.FR, unofficial=[], missing=[])

    found = difference(side(kept, gone, before), side(kept, new, after))

    assert [words(one) for one in found.added] == ["a"]
    assert [words(one) for one in found.withdrawn] == ["1.1"]
    assert [(one.before, one.after) for one in found.reworded] == [(before.wording, after.wording)]
