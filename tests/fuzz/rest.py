"""Orders and reads over HTTP as the service's own OpenAPI describes them, and as it does not."""

import random
from typing import Any, Final

import hypothesis
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.target import Findings, Target, drawn

# What is valid by its shape may still be refused by a rule, and headers may be left out that we add; so neither
# "valid is accepted" nor "invalid is refused" is asked. That no answer is undocumented is.
_CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def fuzz_rest(target: Target, examples: int, seed: int) -> Findings:
    """Ask every operation so often in each mode: by the description, and against it."""
    findings, chance = Findings(), random.Random(seed)
    described = schemathesis.openapi.from_url(f"{target.url}/openapi.json")
    for result in described.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        for mode in _MODES:
            cases = operation.as_strategy(generation_mode=mode)

            @hypothesis.seed(chance.randrange(2**32))
            @drawn(examples)
            @hypothesis.given(case=cases)
            def ask(case: Any) -> None:
                _ask(case, target, chance, findings)

            ask()
    return findings


def _ask(case: Any, target: Target, chance: random.Random, findings: Findings) -> None:
    if "slug" in case.path_parameters and chance.random() < 0.9:
        case.path_parameters["slug"] = target.slug
    case.path_parameters = target.at_home(case.path_parameters, chance)
    case.body = target.at_home(case.body, chance)
    answer = case.call(headers=target.headers, timeout=60)
    findings.answers[f"{case.meta.generation.mode.value} {answer.status_code}"] += 1
    try:
        case.validate_response(answer, checks=_CHECKS)
    except FailureGroup as group:
        findings.against += [f"{case.operation.label}: {problem}" for problem in group.exceptions]
