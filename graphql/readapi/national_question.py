"""What national views share: about whom they are, who is in them and who is not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import Column, Table, select

from domain import values
from domain.ids import TenantId
from domain.values import NotAddableError, QualifiedValue, Total
from readapi import comparison_parts
from readapi.asof import AsOfInput, Clock, across_logs, clock, held
from readapi.body import BodyReference
from readapi.codes import BodyKind, Province
from readapi.comparison import asked_about, scope_of
from readapi.comparison_parts import ComparisonTotal, NotAddable
from readapi.national import MISSING_MAX, MissingBodies
from readapi.reading import Reading
from readapi.refusals import AnswerTooLargeError

ROWS_MAX = 60_000


@strawberry.type(description="Who is in a view, and who is not.")
class Coverage:
    reporting: int = strawberry.field(description="Bodies of which the reader sees a record that is in it.")
    expected: int = strawberry.field(description="Bodies of the register that the question is about.")
    missing: MissingBodies = strawberry.field(
        description="Bodies of which the reader sees none. It does not say that they have none."
    )
    sample: int = strawberry.field(description="How many of the records are sample data.")


@dataclass(frozen=True)
class Question:
    """As of when, about which bodies, in whose scope."""

    reading: Reading
    when: Clock
    bodies: dict[UUID, BodyReference]
    scope: TenantId | None

    async def rows(self, table: Table, *columns: Column[Any]) -> Sequence[Sequence[Any]]:
        """The body, and columns, of the rows of a bitemporal table that hold and that the reader may see.

        Raises:
            AnswerTooLargeError: there are more than a view can be made of.
        """
        statement = (
            select(table.c.tenant_id, *columns)
            .where(
                table.c.tenant_id.in_(list(self.bodies)),
                *held(table, self.when),
                self.reading.visible(table, self.scope, self.when),
            )
            .limit(ROWS_MAX + 1)
        )
        rows = await self.reading.rows(self.scope, statement)
        if len(rows) > ROWS_MAX:
            raise AnswerTooLargeError(what=table.name, maximum=ROWS_MAX)
        return rows

    def coverage(self, reporting: Collection[UUID], sample: int) -> Coverage:
        missing = sorted(
            (body for key, body in self.bodies.items() if key not in reporting), key=lambda body: body.slug
        )
        return Coverage(
            reporting=len(self.bodies) - len(missing),
            expected=len(self.bodies),
            missing=MissingBodies(count=len(missing), bodies=missing[:MISSING_MAX]),
            sample=sample,
        )


async def question(
    reading: Reading,
    as_of: AsOfInput | None,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    partnerships: list[str] | None,
) -> Question:
    """The question of a reader.

    Raises:
        PositionNeedsOneLogError: the clock is a position.
    """
    when = across_logs(clock(as_of, reading.now))
    bodies = await asked_about(reading, when, kinds, provinces, partnerships)
    return Question(reading, when, bodies, scope_of(reading, partnerships, list(bodies)))


def summed(
    figures: Sequence[QualifiedValue], unit: str
) -> tuple[Total | None, ComparisonTotal | None, NotAddable | None]:
    """Figures together, as the domain and as an answer has it, or why they have no total."""
    try:
        total = values.total(figures, unit)
    except NotAddableError as refusal:
        return None, None, comparison_parts.refusal(refusal)
    return total, comparison_parts.total(total), None
