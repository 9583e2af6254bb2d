"""What national views share: who is in them, who is not, and sums as the domain makes them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import Column, Table, select

from domain import values
from domain.values import NotAddableError, QualifiedValue, Total
from readapi import comparison_parts
from readapi.asof import held
from readapi.body import BodyReference
from readapi.comparison_parts import ComparisonTotal, NotAddable
from readapi.question import Question
from readapi.refusals import AnswerTooLargeError
from readapi.view import Part

ROWS_MAX: Final = 60_000
MISSING_MAX: Final = 200


@strawberry.type(description="Bodies that a figure leaves out.")
class MissingBodies:
    count: int = strawberry.field(description="How many there are.")
    bodies: list[BodyReference] = strawberry.field(
        description=f"Who they are, by slug; the first {MISSING_MAX} of them."
    )


@strawberry.type(description="Who is in a view, and who is not.")
class Coverage:
    reporting: int = strawberry.field(description="Bodies of which the reader sees a record that is in it.")
    expected: int = strawberry.field(description="Bodies of the register that the question is about.")
    missing: MissingBodies = strawberry.field(
        description="Bodies of which the reader sees none. It does not say that they have none."
    )
    sample: int = strawberry.field(description="How many of the records are sample data.")


def records(question: Question, table: Table, *columns: Column[Any]) -> Part:
    """The body, and columns, of the rows of a bitemporal table that hold and that the reader may see."""
    return Part(
        select(table.c.tenant_id, *columns)
        .where(question.about(table.c.tenant_id), *held(table, question.when), question.seen(table))
        .limit(ROWS_MAX + 1)
    )


def few(rows: Sequence[Sequence[Any]], table: Table) -> Sequence[Sequence[Any]]:
    """The rows of `records`.

    Raises:
        AnswerTooLargeError: there are more than a view can be made of.
    """
    if len(rows) > ROWS_MAX:
        raise AnswerTooLargeError(what=table.name, maximum=ROWS_MAX)
    return rows


def coverage(bodies: Mapping[UUID, BodyReference], reporting: Collection[UUID], sample: int) -> Coverage:
    missing = sorted((body for key, body in bodies.items() if key not in reporting), key=lambda body: body.slug)
    return Coverage(
        reporting=len(bodies) - len(missing),
        expected=len(bodies),
        missing=MissingBodies(count=len(missing), bodies=missing[:MISSING_MAX]),
        sample=sample,
    )


def summed(
    figures: Sequence[QualifiedValue], unit: str
) -> tuple[Total | None, ComparisonTotal | None, NotAddable | None]:
    """Figures together, as the domain and as an answer has it, or why they have no total."""
    try:
        total = values.total(figures, unit)
    except NotAddableError as refusal:
        return None, None, comparison_parts.refusal(refusal)
    return total, comparison_parts.total(total), None
