"""What an operation reads of whom, for the reader whose readings are kept."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.execution.values import VariableValues, get_argument_values

from domain.ids import TenantId
from readapi.compiler.slugs import Slugs
from readapi.refusals import TextUnusableError
from readapi.viewer import Viewer

ASKED_MAX: Final = 50
_BODY: Final = "partnership"
_OF_NOBODY: Final = frozenset({"catalogue", "themeLists", "organisation"})
"""Of the commons, which is everybody's."""


@dataclass(frozen=True, slots=True)
class KeptReading:
    """One body's records, or (None) a question across bodies; one of these per operation and body."""

    body: TenantId | None
    asked: tuple[str, ...]


Keep = Callable[[Viewer, Sequence[KeptReading]], Awaitable[None]]
"""Returns once they are kept for good; raises if it is not known that they are."""


async def readings(  # noqa: PLR0917 - what a request consists of
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: VariableValues,
    viewer: Viewer,
    slugs: Slugs,
) -> list[KeptReading]:
    """What an operation reads of others than the reader's own body. What `@skip` leaves out counts too.

    A programme officer reads for a funder also where they are a member of the partnership.

    Raises:
        StatementTimeoutError: it took too long to look up of whom.
        DatabaseBusyError: the database cannot be reached.
    """
    asked: dict[TenantId | None, set[str]] = {}
    root = schema.query_type
    assert root is not None
    for node in _fields(operation.selection_set, fragments):
        name = node.name.value
        if name.startswith("__") or name in _OF_NOBODY:
            continue
        if name != _BODY:
            asked.setdefault(None, set()).add(name)
            continue
        try:
            slug = get_argument_values(root.fields[name], node, variables)["slug"]
            body = await slugs.body(slug)
        except (TextUnusableError, GraphQLError):
            continue  # it is answered with the same refusal
        if body is not None and (not viewer.belongs_to(body) or viewer.role == "programme_officer"):
            asked.setdefault(body, set()).update(
                below.name.value for below in _fields(node.selection_set, fragments)
            )
    return [KeptReading(body, tuple(sorted(names)[:ASKED_MAX])) for body, names in asked.items()]


def _fields(
    selected: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    """The fields of a selection, through fragments, which a valid document does not nest into themselves."""
    for node in () if selected is None else selected.selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, FragmentSpreadNode):
            yield from _fields(fragments[node.name.value].selection_set, fragments)
        else:
            yield from _fields(node.selection_set, fragments)  # type: ignore[attr-defined]  # an inline fragment
