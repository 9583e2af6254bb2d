"""Plans by document: compiled once for each way in which requests differ in form, and kept."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from graphql import FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues

from domain.confidentiality import Confidentiality
from domain.errors import Refusal
from domain.ids import TenantId
from readapi.asof import Clock
from readapi.compiler.asked import Asked
from readapi.compiler.plan import Plan, Question
from readapi.compiler.selections import Selections
from readapi.compiler.slugs import Slugs
from readapi.compiler.statement import Statement
from readapi.fields import SHAPE
from readapi.paging import bounded
from readapi.prepared import Prepared
from readapi.shapes import NotCompiledError, OfBodies, OfBody
from readapi.viewer import Viewer

PLANS_MAX: Final = 16
"""Of one operation. More forms than that of one document are for the executor to tell apart no better."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Known:
    """What became of a request, and of all that answer these questions alike."""

    questions: tuple[tuple[Question, Hashable], ...]
    plan: Plan | None

    def holds(self, asked: Asked) -> bool:
        return all(question(asked) == answer for question, answer in self.questions)


@dataclass(slots=True)
class _Operation:
    known: list[_Known] = field(default_factory=list)
    arguments: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    """Reasons that are in the journal already."""

    def say(self, operation: OperationDefinitionNode, error: NotCompiledError) -> None:
        reason = str(error)
        if reason not in self.said:
            self.said.add(reason)
            log.info("read.not_compiled", fields=_fields(operation), reason=reason)


@dataclass(frozen=True, slots=True)
class Bound:
    """A plan with a request's parameters, and the scope that it is read in."""

    plan: Plan
    parameters: list[Any]
    asked: Asked

    @property
    def member(self) -> TenantId | None:
        return self.asked.member


class Compiler:
    """Gives the plan for a request, or None: then the executor answers. Why not is said once, in the journal."""

    def __init__(self, schema: GraphQLSchema, slugs: Slugs, confidentiality: Confidentiality) -> None:
        self._schema = schema
        self._slugs = slugs
        self._confidentiality = confidentiality

    async def bound(
        self,
        prepared: Prepared,
        operation: OperationDefinitionNode,
        variables: VariableValues,
        viewer: Viewer,
        now: Clock,
    ) -> Bound | None:
        """The plan with its parameters."""
        # A mandate opens some days and some kinds of record, a share some records: the executor tells them apart.
        if viewer.mandates or viewer.is_limited:
            return None
        kept: _Operation = prepared.kept.setdefault(_name(operation), _Operation())
        try:
            asked = Asked(
                variables,
                viewer,
                now,
                member=None,
                known=kept.arguments,
                confidentiality=self._confidentiality,
            )
            asked.member = await self._scope(operation, prepared.fragments, asked)
            plan = self._plan(kept, operation, prepared.fragments, asked)
            return None if plan is None else Bound(plan, plan.bind(asked), asked)
        except NotCompiledError as error:
            kept.say(operation, error)
        except Refusal:
            pass  # the executor says it where it stands
        return None

    def _plan(
        self,
        kept: _Operation,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        asked: Asked,
    ) -> Plan | None:
        for known in kept.known:
            if known.holds(asked):
                return known.plan
        statement = Statement(self._schema, fragments, asked)
        plan: Plan | None = None
        try:
            plan = statement.compile(operation)
        except NotCompiledError as error:
            kept.say(operation, error)
        kept.known.append(_Known(tuple(statement.draft.questions.items()), plan))
        del kept.known[:-PLANS_MAX]
        return plan

    async def _scope(
        self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], asked: Asked
    ) -> TenantId | None:
        """The body in whose member's scope all of the operation is read; None for the national reader's.

        Raises:
            NotCompiledError: a part would be read in the one and a part in the other.
        """
        body = asked.viewer.tenant_id
        if body is None or not asked.viewer.is_member:
            return None
        own, other = False, False
        for node in self._roots(operation, fragments, asked):
            assert self._schema.query_type is not None
            field_ = self._schema.query_type.fields[node.name.value]
            is_own = await self._is_own(asked, field_, node, body)
            own, other = own or is_own, other or not is_own
        if own and other:
            raise NotCompiledError("it asks for the viewer's own body beside others, in two scopes")
        return body if own else None

    async def _is_own(self, asked: Asked, field_: GraphQLField, node: FieldNode, body: TenantId) -> bool:
        """Whether a root field is about the viewer's own body alone.

        Raises:
            NotCompiledError: that depends on what the register says of other bodies.
        """
        match field_.extensions["strawberry-definition"].metadata.get(SHAPE):
            case OfBody(argument=argument):
                slug = asked.argument(field_, node, argument)
                return slug is not None and await self._slugs.body(slug) == body
            case OfBodies():
                slugs = bounded("partnerships", asked.argument(field_, node, "partnerships")) or ()
                named = set(await self._slugs.bodies(slugs)) - {None}
                alone = named == {body} and not asked.argument(field_, node, "follow_lineage")
                if body in named and not alone:
                    raise NotCompiledError("the viewer's own body is one of several, which may not all be in it")
                return alone
        return False

    def _roots(
        self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], asked: Asked
    ) -> list[FieldNode]:
        fields = Selections(fragments, Statement(self._schema, fragments, asked).draft)
        found = fields.of([operation.selection_set])
        return [nodes[0] for nodes in found.values() if not nodes[0].name.value.startswith("__")]


def _fields(operation: OperationDefinitionNode) -> list[str]:
    """What is asked for at the root, in the schema's names: those of a reader's making are no matter of ours."""
    selections = operation.selection_set.selections
    return sorted({one.name.value for one in selections if isinstance(one, FieldNode)})


def _name(operation: OperationDefinitionNode) -> str | None:
    return None if operation.name is None else operation.name.value
