"""Pages of lists: keyset cursors, bounded lengths, and one statement for the same page of many bodies."""

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec
import strawberry
from sqlalchemy import Column, func, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from readapi.asof import AsOf, Clock, echo, echo_shape
from readapi.columns import Backed
from readapi.fields import derived, sized
from readapi.reading import Place, Reading, in_any
from readapi.refusals import CursorUnknownError, ListTooLongError, TextUnusableError
from readapi.shapes import Absent, At, Paged, Rows, Shape

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
FIRST: Final = 50
FIRST_MAX: Final = 200
LIST_MAX: Final = 100
_BIGINT_MAX: Final = 2**63 - 1
_CURSOR_CHARACTERS_MAX: Final = 2_000
_CURSORS_KEPT: Final = 256
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")

First = Annotated[
    int, strawberry.argument(description=f"How many items at most, from 1 to {FIRST_MAX}; any other is refused.")
]
After = Annotated[
    str | None, strawberry.argument(description="`pageInfo.endCursor` of the page before; absent for the first.")
]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more items follow.")
    end_cursor: str | None = strawberry.field(description="Pass it as `after` for the next page; null if empty.")


@strawberry.type(description="A page of a list.")
class Page(Generic[T]):
    nodes: list[T] = strawberry.field(description="The items, in the order of the list.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    as_of: AsOf = strawberry.field(description="The clocks that the list was read with.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @derived("How many items the whole list has, under the same arguments.")
    async def total_count(self) -> int:
        return await self.count()


@dataclass(frozen=True)
class Listing(Generic[T]):
    """One list that bodies have: what it is made of and its order. `order` is unique within a body."""

    name: str
    reads: Backed[T]
    order: tuple[Column[Any], ...]
    where: Callable[[Place, Hashable], list[ColumnElement[bool]]]
    """Conditions of a place's clock and the listing's own arguments."""
    descending: bool = False


@dataclass(frozen=True)
class _Request:
    listing: Listing[Any]
    place: Place
    arguments: Hashable
    first: int
    after: tuple[Any, ...] | None = field(default=None)


async def page(
    reading: Reading,
    listing: Listing[T],
    place: Place,
    *,
    first: int,
    after: str | None,
    arguments: Hashable = (),
) -> Page[T]:
    """A page of a body's list. The same page of several bodies takes one statement."""
    since = None if after is None else decode_cursor(listing.name, listing.order, after)
    request = _Request(listing, place, arguments, first, since)
    rows = await reading.loader(_load_pages).load(request)

    async def count() -> int:
        return await reading.loader(_load_counts).load(_Request(listing, place, arguments, 0))

    return paged(
        listing.name,
        [(listing.reads.make(row, place=place), row[-len(listing.order) :]) for row in rows],
        first,
        count,
        place.clock,
    )


def paged(
    name: str,
    found: Sequence[tuple[T, Sequence[Any]]],
    first: int,
    count: Callable[[], Awaitable[int]],
    when: Clock,
) -> Page[T]:
    """A page of items with their keys, as read with a clock; one more than `first` was asked for."""
    shown = found[:first]
    return Page(
        nodes=[item for item, _ in shown],
        page_info=PageInfo(
            has_next_page=len(found) > first,
            end_cursor=encode_cursor(name, shown[-1][1]) if shown else None,
        ),
        as_of=echo(when),
        count=count,
    )


def beyond(
    order: Sequence[ColumnElement[Any]], since: Sequence[Any], *, descending: bool = False
) -> ColumnElement[bool]:
    """Rows after a cursor, compared as a whole so that an index serves."""
    left, right = tuple_(*order), tuple_(*since)
    return left < right if descending else left > right


def listed(
    listing: Listing[Any],
    description: str,
    arguments: Callable[[At], Hashable] = lambda _: (),
    *,
    members_only: bool = False,
) -> Callable[[F], F]:
    """A resolver's field that gives a page of a listing of the field's own body, at the clock of its `as_of`.

    `arguments` are the listing's own, as its `where` takes them; with `members_only` others get null.
    """

    def shape(at: At) -> Shape:
        below = at.as_of()
        if members_only and not below.place.member:
            return Absent()
        rows = Rows(
            listing.reads.cls, below.place, where=listing.where(below.place, arguments(below)), clocked=False
        )
        return Paged(
            listing.name, rows, listing.order, descending=listing.descending, more={"as_of": echo_shape(below)}
        )

    return sized("first", description, shape)


async def _load_pages(reading: Reading, requests: list[_Request]) -> list[Sequence[Any]]:
    groups: dict[Hashable, list[_Request]] = {}
    for one in requests:
        key = (one.listing.name, one.place.scope, one.place.clock, one.arguments, one.first, one.after)
        groups.setdefault(key, []).append(one)
    found: dict[_Request, list[Any]] = {one: [] for one in requests}
    for group in groups.values():
        one = group[0]
        listing, table = one.listing, one.listing.reads.table
        order = [column.desc() if listing.descending else column for column in listing.order]
        rank = func.row_number().over(partition_by=table.c.tenant_id, order_by=order).label("rank")
        bodies = {other.place.body: other for other in group}
        conditions = [*_conditions(reading, one), in_any(table.c.tenant_id, list(bodies))]
        if one.after is not None:
            conditions.append(beyond(listing.order, one.after, descending=listing.descending))
        keys = [column.label(f"k{place}") for place, column in enumerate(listing.order)]
        body = table.c.tenant_id.label("body")
        inner = listing.reads.select(rank, body, *keys).where(*conditions).subquery()
        outer = select(*inner.c).where(inner.c.rank <= one.first + 1).order_by(inner.c.body, inner.c.rank)
        at = len(listing.reads.columns) + 1
        for row in await reading.rows(one.place.scope, outer):
            found[bodies[row[at]]].append(row)
    return [found[one] for one in requests]


async def _load_counts(reading: Reading, requests: list[_Request]) -> list[int]:
    groups: dict[Hashable, list[_Request]] = {}
    for one in requests:
        groups.setdefault((one.listing.name, one.place.scope, one.place.clock, one.arguments), []).append(one)
    found: dict[TenantId, int] = {}
    counts: dict[_Request, int] = {}
    for group in groups.values():
        one, table = group[0], group[0].listing.reads.table
        statement = (
            select(table.c.tenant_id, func.count())
            .where(*_conditions(reading, one), in_any(table.c.tenant_id, [other.place.body for other in group]))
            .group_by(table.c.tenant_id)
        )
        found = {row[0]: row[1] for row in await reading.rows(one.place.scope, statement)}
        counts |= {other: found.get(other.place.body, 0) for other in group}
    return [counts[one] for one in requests]


def _conditions(reading: Reading, one: _Request) -> list[ColumnElement[bool]]:
    table = one.listing.reads.table
    conditions = one.listing.where(one.place, one.arguments)
    if "audience" in table.c:
        conditions.append(reading.visible(table, one.place.scope, one.place.clock))
    else:
        assert one.place.member, "a table without audience is for members"
    return conditions


_encode = msgspec.json.Encoder().encode


def encode_cursor(name: str, key: Sequence[Any]) -> str:
    """An opaque text; it holds the list's name and the key of one of its items."""
    return base64.urlsafe_b64encode(_encode([name, *key])).decode().rstrip("=")


def decode_cursor(name: str, order: Sequence[Column[Any]], cursor: str) -> tuple[Any, ...]:
    """The key in a cursor of this list.

    Raises:
        CursorUnknownError: it is none, or of another list.
    """
    if len(cursor) > _CURSOR_CHARACTERS_MAX:
        raise CursorUnknownError
    return _decoded(name, tuple(column.type.python_type for column in order), cursor)


@lru_cache(maxsize=_CURSORS_KEPT)
def _decoded(name: str, types: tuple[type, ...], cursor: str) -> tuple[Any, ...]:
    """A statement asks for each value of a key by itself, and every page of an answer has a cursor."""
    # Fixed-length types: msgspec checks the number of values and the type of each.
    form: Any = tuple.__class_getitem__((str, *types))
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        owner, *key = msgspec.json.decode(text, type=form)
    except (ValueError, binascii.Error) as error:
        raise CursorUnknownError from error
    if owner != name or any(not _usable(value) for value in key):
        raise CursorUnknownError
    return tuple(key)


def bounded(argument: str, given: Sequence[T] | None, maximum: int = LIST_MAX) -> tuple[T, ...] | None:
    """The values of a list argument without repeats, in order; None where it is absent.

    Raises:
        ListTooLongError: more than the maximum.
    """
    if given is None:
        return None
    if len(given) > maximum:
        raise ListTooLongError(argument=argument, given=len(given), maximum=maximum)
    for value in given:
        if isinstance(value, str):
            plain(argument, value)
    return tuple(dict.fromkeys(given))


def plain(argument: str, given: str) -> str:
    """A text that PostgreSQL can compare.

    Raises:
        TextUnusableError: it holds a zero byte or a lone surrogate.
    """
    if not _usable(given):
        raise TextUnusableError(argument=argument)
    return given


def _usable(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and _SURROGATE.search(value) is None
    return not isinstance(value, int) or abs(value) <= _BIGINT_MAX
