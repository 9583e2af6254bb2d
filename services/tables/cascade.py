"""The rows of a plan as a tree: orientation, objective, action, then its expected results and its indicators."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid5

import msgspec

from domain.ids import ElementId, PlanId
from domain.plan.commands import AddPlanElement
from domain.plan.events import IndicatorKind, Level
from domain.values import LocalizedText, Period, PeriodKind, TerritoryCode
from services.tables.columns import Planned
from services.tables.problems import Place, TableProblem, problem


class Named(msgspec.Struct, frozen=True):
    """A wording with the number that the source prints before it."""

    wording: LocalizedText
    number: str | None = None


class CascadeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a plan's table. What is absent at a level stands in no element of that level."""

    place: Place
    effective_on: date
    territory: TerritoryCode | None
    orientation: Named | None
    objective: Named | None
    action: Named | None
    results: tuple[LocalizedText, ...] = ()
    indicators: tuple[tuple[LocalizedText, IndicatorKind | None], ...] = ()


class Cascade:
    """Adds elements to one plan. The same wording under one parent is one element, however often it is printed."""

    def __init__(self, plan_id: PlanId) -> None:
        self.plan_id = plan_id
        self._ranks: dict[ElementId | None, int] = {}
        self._known: set[ElementId] = set()
        self.orders: list[Planned] = []
        self.problems: list[TableProblem] = []

    def add(self, row: CascadeRow) -> None:
        """Add what a row has and the rows before had not."""
        parent: ElementId | None = None
        levels: Iterable[tuple[Level, Named | None]] = (
            ("orientation", row.orientation),
            ("objective", row.objective),
            ("action", row.action),
        )
        for level, named in levels:
            if named is not None:
                territory = row.territory if level == "action" else None
                parent = self._element(row, level, named, parent, territory=territory)
        if (row.results or row.indicators) and row.action is None and row.objective is None:
            self.problems.append(problem(row.place, "parent_missing"))
            return
        for wording in row.results:
            self._element(row, "expected_result", Named(wording), parent)
        for wording, kind in row.indicators:
            self._element(row, "indicator", Named(wording), parent, kind=kind)

    def _element(
        self,
        row: CascadeRow,
        level: Level,
        named: Named,
        parent: ElementId | None,
        *,
        territory: TerritoryCode | None = None,
        kind: IndicatorKind | None = None,
    ) -> ElementId:
        where = "" if territory is None else f"{territory.scheme}:{territory.code}"
        words = named.wording.in_(named.wording.source).text
        under: UUID = self.plan_id if parent is None else parent
        element_id = ElementId(uuid5(under, f"{level}/{where}/{words}"))
        if element_id in self._known:
            return element_id
        self._known.add(element_id)
        rank = self._ranks[parent] = self._ranks.get(parent, 0) + 1
        command = AddPlanElement(
            plan_id=self.plan_id,
            element_id=element_id,
            level=level,
            wording=named.wording,
            rank=rank,
            parent_id=parent,
            number=named.number,
            territory=territory,
            indicator_kind=kind,
        )
        self.orders.append(Planned(place=row.place, command=command, effective_on=row.effective_on))
        return element_id


def period_of(start: date, end: date) -> Period:
    """The period between two days, of the kind that they make plain.

    Raises:
        ValueError: it ends before it starts.
    """
    kinds: tuple[PeriodKind, ...] = ("fiscal_year", "calendar_year", "years")
    for kind in kinds:
        try:
            return Period(kind=kind, start=start, end=end)
        except ValueError:
            continue
    return Period.custom(start, end)


def plan_of(names: UUID, title: str, period: Period) -> PlanId:
    """The plan that a body calls by a title in a period: the same one in every file."""
    return PlanId(uuid5(names, f"plan/{title}/{period.start}/{period.end}"))
