"""Errors as the reader is told them: refusals in words of both languages, everything else masked."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from graphql import FieldNode, GraphQLError

from domain.errors import Refusal
from readapi import refusals
from readapi.compiler.plan import Plan
from readapi.exchange import Answer

log = structlog.get_logger()


def refused(errors: Sequence[GraphQLError], extensions: Mapping[str, Any] | None = None) -> Answer:
    body: dict[str, Any] = {"errors": [error.formatted for error in errors]}
    if extensions is not None:
        body["extensions"] = extensions
    return Answer(400, body)


def worded(error: GraphQLError, code: str) -> GraphQLError:
    """A library's error with our code and both languages; its own sentence exists in English only."""
    if error.extensions and "code" in error.extensions:
        return error
    fr = (
        "Le document GraphQL n’est pas valide"
        if code == "INVALID_DOCUMENT"
        else "Les variables ne conviennent pas"
    )
    error.extensions = {
        "code": code,
        "message": {"en": error.message, "fr": f"{fr} (en anglais) : {error.message}"},
    }
    return error


def told(error: GraphQLError, correlation_id: str) -> dict[str, Any]:
    """An error of the execution as the reader is told it: refusals in words, everything else masked."""
    cause: BaseException | None = error.original_error
    if isinstance(cause, Refusal):
        said = GraphQLError(
            cause.message("en"), error.nodes, path=error.path, extensions=refusals.extensions(cause)
        )
        return dict(said.formatted)
    if error.path is None and cause is None:
        return dict(worded(error, "INVALID_DOCUMENT").formatted)
    # The path would hold a reader's own aliases; the schema's names say where as well.
    fields = [node.name.value for node in error.nodes or () if isinstance(node, FieldNode)]
    log.error("read.failed", correlation_id=correlation_id, fields=fields, exc_info=cause or error)
    return masked(error, correlation_id)


def masked(error: GraphQLError, correlation_id: str) -> dict[str, Any]:
    en = f"Something went wrong on our side. Quote {correlation_id} when you report it."
    fr = f"Un problème est survenu de notre côté. Citez {correlation_id} si vous le signalez."
    extensions = {"code": "INTERNAL", "correlationId": correlation_id, "message": {"en": en, "fr": fr}}
    return dict(GraphQLError(en, error.nodes, path=error.path, extensions=extensions).formatted)


def nothing(plan: Plan, refusal: Refusal, correlation_id: str) -> Answer:
    """What the executor would say if every root field were refused."""
    errors = [GraphQLError("", path=[key], original_error=refusal) for key, _ in plan.roots]
    nullable = all(may_be_null for _, may_be_null in plan.roots)
    data = dict.fromkeys(key for key, _ in plan.roots) if nullable else None
    return Answer(200, {"data": data, "errors": [told(error, correlation_id) for error in errors]})
