"""The commands that events name and those that the ledger keeps, as one list in the order of positions."""

import uuid
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.archive.commands import _joined
from services.archive.form import CommandAnswer, CommandLine

AT = datetime(2026, 4, 1, 12, tzinfo=UTC)
ANSWER = CommandAnswer(fingerprint=bytes(32), version=1)


def line(number: int, first: int | None, last: int | None, answer: CommandAnswer | None = None) -> CommandLine:
    return CommandLine(
        command_id=uuid.UUID(int=number),
        actor=uuid.UUID(int=7),
        recorded_at=AT,
        first_position=first,
        position=last,
        answer=answer,
    )


async def each(lines: Iterable[CommandLine]) -> AsyncIterator[CommandLine]:
    for one in lines:
        yield one


async def joined(commands: list[CommandLine], answered: list[CommandLine]) -> list[CommandLine]:
    return [one async for one in _joined(each(commands), each(answered))]


async def test_an_answer_joins_its_command_a_batch_precedes_its_orders_and_what_recorded_nothing_is_last() -> None:
    commands = [line(1, 1, 1), line(2, 2, 3), line(11, 4, 4), line(12, 5, 6), line(4, 7, 7)]
    answered = [line(2, 2, 3, ANSWER), line(3, 4, 6, ANSWER), line(4, 7, 7, ANSWER), line(5, None, None, ANSWER)]

    assert await joined(commands, answered) == [
        line(1, 1, 1),
        line(2, 2, 3, ANSWER),
        line(3, 4, 6, ANSWER),
        line(11, 4, 4),
        line(12, 5, 6),
        line(4, 7, 7, ANSWER),
        line(5, None, None, ANSWER),
    ]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["kept", "forgotten", "in a batch"]))), st.integers(0, 3)
)
async def test_every_command_is_there_once_and_in_order(made: list[tuple[int, str]], unchanged: int) -> None:
    commands, answered, position = list[CommandLine](), list[CommandLine](), 0
    for number, (events, fate) in enumerate(made):
        first, position = position + 1, position + events
        commands.append(line(number, first, position))
        if fate == "kept":
            answered.append(line(number, first, position, ANSWER))
        if fate == "in a batch":
            answered.append(line(1000 + number, first, position, ANSWER))
    answered += [line(2000 + number, None, None, ANSWER) for number in range(unchanged)]

    found = await joined(commands, answered)

    kept = {one.command_id: one for one in answered}
    assert len(found) == len({*kept, *(one.command_id for one in commands)})
    assert [one for one in found if one.command_id in kept] == answered
    assert [one.command_id for one in found if one.command_id.int < 1000] == [one.command_id for one in commands]
    starts = [one.first_position for one in found if one.first_position is not None]
    assert starts == sorted(starts)
