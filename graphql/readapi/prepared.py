"""Documents, parsed and validated once."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from readapi.refusals import request_error

TOKENS_MAX: Final = 2_000
FRAGMENTS_MAX: Final = 60
REPEATS_MAX: Final = 60
"""How often one name may be selected in one place: validation compares each pair."""
ERRORS_MAX: Final = 20
KEPT: Final = 512
RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that is valid, or what is wrong with it."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    introspects: bool = False
    """Whether it asks for the schema, wherever in it."""
    kept: dict[str | None, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was worked out per operation, for as long as the document is kept."""
    measured: dict[str | None, list[tuple[dict[str, Any], Any]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """The measures of its operations by the variables that they depend on; see `limits.measures_of`."""

    @property
    def operations(self) -> list[OperationDefinitionNode]:
        if self.document is None:
            return []
        return [node for node in self.document.definitions if isinstance(node, OperationDefinitionNode)]

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        if self.document is None:
            return {}
        return {
            node.name.value: node for node in self.document.definitions if isinstance(node, FragmentDefinitionNode)
        }


class Documents:
    """The last documents by their text."""

    def __init__(self, schema: GraphQLSchema, *, kept: int = KEPT) -> None:
        self._schema = schema
        self._kept = kept
        self._documents: OrderedDict[str, Prepared] = OrderedDict()

    def prepare(self, text: str) -> Prepared:
        """The document, from memory where it was seen before. Syntax errors are not kept."""
        known = self._documents.get(text)
        if known is not None:
            self._documents.move_to_end(text)
            return known
        try:
            document = parse(text, max_tokens=TOKENS_MAX)
        except GraphQLError as error:
            if "tokens" in error.message:
                return Prepared(None, (_too_many("tokens", TOKENS_MAX, "TOO_MANY_TOKENS", "unités lexicales"),))
            return Prepared(None, (error,))
        except RecursionError:
            return Prepared(None, (_too_deep(),))
        problems = tuple(self._problems(document))
        prepared = Prepared(document, problems, introspects=not problems and _introspects(document))
        self._documents[text] = prepared
        if len(self._documents) > self._kept:
            self._documents.popitem(last=False)
        return prepared

    def _problems(self, document: DocumentNode) -> list[GraphQLError]:
        try:
            wide = _too_wide(document)
            return [wide] if wide else validate(self._schema, document, RULES, max_errors=ERRORS_MAX)
        except RecursionError:
            return [_too_deep()]


class _Repeats(Visitor):
    """Counts how often one name is selected in one place."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0

    def enter_selection_set(self, node: SelectionSetNode, *_: object) -> None:
        counts: dict[str, int] = {}
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
            elif isinstance(selection, FragmentSpreadNode):
                key = "..."
            else:
                key = "... on"
            counts[key] = counts.get(key, 0) + 1
        self.most = max(self.most, *counts.values(), 0)


class _Introspection(Visitor):
    """Looks for fields of the schema's own."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.found = self.found or node.name.value in ("__schema", "__type")


def _introspects(document: DocumentNode) -> bool:
    looking = _Introspection()
    visit(document, looking)
    return looking.found


def _too_wide(document: DocumentNode) -> GraphQLError | None:
    fragments = sum(isinstance(node, FragmentDefinitionNode) for node in document.definitions)
    if fragments > FRAGMENTS_MAX:
        return _too_many("fragments", FRAGMENTS_MAX, "TOO_MANY_FRAGMENTS", "fragments")
    repeats = _Repeats()
    visit(document, repeats)
    if repeats.most > REPEATS_MAX:
        return _too_many(
            "selections of one name in one place",
            REPEATS_MAX,
            "TOO_MANY_REPEATS",
            "sélections du même nom au même endroit",
        )
    return None


def _too_many(what: str, maximum: int, code: str, quoi: str) -> GraphQLError:
    return request_error(
        code,
        f"This document has too many {what}: at most {maximum} are accepted.",
        f"Ce document compte trop de {quoi} : au plus {maximum} sont acceptées.",
    )


def _too_deep() -> GraphQLError:
    return request_error(
        "TOO_DEEP", "This document is nested too deeply.", "Ce document comporte trop de niveaux imbriqués."
    )
