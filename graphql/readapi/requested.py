"""What a request asks for, or what is wrong with it: all that is found out before anything is read."""

from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues, get_variable_values
from msgspec.structs import replace

from readapi import limits, persisted
from readapi.exchange import Answer, HttpError
from readapi.negotiation import GraphQLRequest
from readapi.prepared import Documents, Prepared
from readapi.refusals import request_error
from readapi.telling import refused, worded
from readapi.viewer import ANONYMOUS, Viewer

_DOCUMENT_UNKNOWN: Final = request_error(
    "DOCUMENT_UNKNOWN",
    "No document is stored under this hash; send the document itself as `query`.",
    "Aucun document n’est conservé sous cette empreinte; envoyez le document lui-même dans `query`.",
)
_SCHEMA_FOR_MEMBERS: Final = request_error(
    "SCHEMA_FOR_MEMBERS",
    "Without a token or a session the schema is not asked for here; it is printed at /graphql/schema.graphql.",
    "Sans jeton ni session, le schéma ne s’interroge pas ici; il est imprimé à /graphql/schema.graphql.",
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a reader has of an answer: tags, and the media type that it wants."""

    tags: str
    media: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What is to be read: an operation of a valid document that keeps to the limits, with its variables."""

    request: GraphQLRequest
    prepared: Prepared
    node: OperationDefinitionNode
    variables: VariableValues
    known: Known | None
    cost: int
    extensions: dict[str, Any]


class Requests:
    """Checks requests; it keeps the documents that it prepared."""

    def __init__(self, schema: GraphQLSchema, *, introspection: bool) -> None:
        self._schema = schema
        self._introspection = introspection
        self._stored = persisted.stored()
        self._documents = Documents(schema)

    def checked(
        self, request: GraphQLRequest, viewer: Viewer, *, reads_only: bool, known: Known | None = None
    ) -> Answer | Operation:
        """What is to be read, or what is wrong with the request.

        Raises:
            HttpError: there is no document, or it is no query and came where only these are taken.
        """
        if request.query is None and request.stored is not None:
            text = self._stored.get(request.stored)
            if text is None:
                return refused([_DOCUMENT_UNKNOWN])
            request = replace(request, query=text)
        else:
            known = None
        if not request.query:
            raise HttpError(
                400, "QUERY_MISSING", "Send a GraphQL document as `query`.", "Envoyez un document dans `query`."
            )
        prepared = self._documents.prepare(request.query)
        if reads_only and any(node.operation is not OperationType.QUERY for node in prepared.operations):
            raise HttpError(
                405,
                "GET_READS_ONLY",
                "GET takes queries only.",
                "GET n’accepte que des requêtes de lecture.",
                allow=b"POST",
            )
        errors = self._errors(prepared, viewer)
        if errors:
            return refused(errors)
        operation = _chosen(prepared, request.operation_name)
        if operation is None:
            return refused(
                [
                    request_error(
                        "OPERATION_UNKNOWN",
                        "Name one of the document's operations in `operationName`.",
                        "Nommez dans `operationName` une des opérations du document.",
                    )
                ]
            )
        variables = self._variables(operation, request.variables or {})
        if isinstance(variables, list):
            return refused([worded(error, "INVALID_VARIABLES") for error in variables])
        try:
            measures = limits.measures_of(self._schema, prepared, operation, variables.coerced)
        except limits.FirstOutOfRangeError as error:
            return refused([limits.first_refusal(error)])
        extensions = {"cost": {"requested": measures.cost, "maximum": limits.COST_MAX}}
        beyond = limits.refusals(measures)
        if beyond:
            return refused(beyond, extensions)
        return Operation(request, prepared, operation, variables, known, measures.cost, extensions)

    def _errors(self, prepared: Prepared, viewer: Viewer) -> list[GraphQLError]:
        """What is wrong with a document, or with who shows it."""
        if prepared.introspects and viewer == ANONYMOUS and not self._introspection:
            return [_SCHEMA_FOR_MEMBERS]
        return [worded(error, "INVALID_DOCUMENT") for error in prepared.errors]

    def _variables(
        self, operation: OperationDefinitionNode, given: dict[str, Any]
    ) -> VariableValues | list[GraphQLError]:
        try:
            return get_variable_values(
                self._schema,
                operation.variable_definitions or (),
                given,
                max_errors=20,
            )
        except RecursionError:
            return [request_error("TOO_DEEP", "The variables nest too deeply.", "Variables trop imbriquées.")]


def _chosen(prepared: Prepared, name: str | None) -> OperationDefinitionNode | None:
    operations = prepared.operations
    if name is None:
        return operations[0] if len(operations) == 1 else None
    return next((node for node in operations if node.name is not None and node.name.value == name), None)
