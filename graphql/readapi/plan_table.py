"""A plan in the five columns in which ministries print it, with what is needed to merge cells."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from uuid import UUID

import strawberry

from readapi.codes import Level
from readapi.figures import Territory
from readapi.plan_parts import PlanElement


@strawberry.type(description="A cell that may reach over several rows.")
class PlanTableCell:
    element: PlanElement | None = strawberry.field(description="What it says; null where nothing stands above.")
    row_span: int = strawberry.field(
        description="How many rows it covers from here down; 0 where a cell above covers this row."
    )


@strawberry.type(description="A row: an action, or an objective or orientation without one.")
class PlanTableRow:
    orientation: PlanTableCell = strawberry.field(description="First column.")
    objective: PlanTableCell = strawberry.field(description="Second column.")
    action: PlanElement | None = strawberry.field(description="Third column.")
    expected_results: list[PlanElement] = strawberry.field(description="Fourth column, in printed order.")
    indicators: list[PlanElement] = strawberry.field(description="Fifth column, in printed order.")


@strawberry.type(description="The rows under one region heading.")
class PlanTableRegion:
    territory: Territory | None = strawberry.field(description="The heading; null where the plan has none.")
    rows: list[PlanTableRow] = strawberry.field(description="The rows, in printed order.")


@strawberry.type(description="A plan as printed: five columns, a heading per region, merged cells.")
class PlanTable:
    regions: list[PlanTableRegion] = strawberry.field(description="The regions, in the order they come up.")


class Cascade:
    """The elements of one revision as a tree. They come in the order of the cascade."""

    def __init__(self, elements: Sequence[PlanElement]) -> None:
        self.elements = elements
        self._by_id = {element.id: element for element in elements}
        self._below: dict[UUID | None, list[PlanElement]] = {}
        for element in elements:
            self._below.setdefault(element.parent_id, []).append(element)

    def below(self, element: PlanElement, *levels: Level) -> list[PlanElement]:
        """The direct children of these levels."""
        return [child for child in self._below.get(element.id, []) if child.level in levels]

    def upwards(self, element: PlanElement) -> Iterator[PlanElement]:
        """The element itself and what stands above it, nearest first."""
        found: PlanElement | None = element
        while found is not None:
            yield found
            found = None if found.parent_id is None else self._by_id.get(found.parent_id)

    def heading(self, element: PlanElement) -> Territory | None:
        """The region heading that an element stands under: its own, or the nearest one above."""
        return next((one.territory for one in self.upwards(element) if one.territory is not None), None)

    def above(self, element: PlanElement, level: Level) -> PlanElement | None:
        return next((one for one in self.upwards(element) if one.level is level), None)


def table(elements: Sequence[PlanElement]) -> PlanTable:
    """The printed table of a revision's elements."""
    cascade = Cascade(elements)
    regions: dict[tuple[str, str] | None, list[PlanElement]] = {}
    headings: dict[tuple[str, str] | None, Territory | None] = {}
    for element in elements:
        if _is_row(cascade, element):
            heading = cascade.heading(element)
            key = None if heading is None else (heading.scheme.value, heading.code)
            headings.setdefault(key, heading)
            regions.setdefault(key, []).append(element)
    return PlanTable(
        regions=[
            PlanTableRegion(territory=headings[key], rows=_rows(cascade, found)) for key, found in regions.items()
        ]
    )


def _is_row(cascade: Cascade, element: PlanElement) -> bool:
    if element.level is Level.ACTION:
        return True
    if element.level is Level.OBJECTIVE:
        own = cascade.below(element, Level.EXPECTED_RESULT, Level.INDICATOR)
        return bool(own) or not cascade.below(element, Level.ACTION)
    return element.level is Level.ORIENTATION and not cascade.below(element, Level.OBJECTIVE, Level.ACTION)


def _rows(cascade: Cascade, elements: Sequence[PlanElement]) -> list[PlanTableRow]:
    rows: list[PlanTableRow] = []

    def spans(level: Level) -> list[PlanTableCell]:
        """A cell per row; equal neighbours under the same orientation become one."""

        def key(place: int) -> tuple[object, ...]:
            above = cascade.above(elements[place], level)
            over = cascade.above(elements[place], Level.ORIENTATION)
            return (place,) if above is None else (None if over is None else over.id, above.id)

        cells: list[PlanTableCell] = []
        for _, group in groupby(range(len(elements)), key):
            places = list(group)
            shown = cascade.above(elements[places[0]], level)
            cells += [
                PlanTableCell(element=shown, row_span=len(places) if place == places[0] else 0) for place in places
            ]
        return cells

    for element, orientation, objective in zip(
        elements, spans(Level.ORIENTATION), spans(Level.OBJECTIVE), strict=True
    ):
        results = cascade.below(element, Level.EXPECTED_RESULT)
        indicators = cascade.below(element, Level.INDICATOR)
        for result in results:
            indicators += cascade.below(result, Level.INDICATOR)
        rows.append(
            PlanTableRow(
                orientation=orientation,
                objective=objective,
                action=element if element.level is Level.ACTION else None,
                expected_results=results,
                indicators=indicators,
            )
        )
    return rows
