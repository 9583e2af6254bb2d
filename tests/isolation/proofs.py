"""The proofs that `make isolation` runs, in this order, at their full sizes. A new one is one line here."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from tests.isolation import erasure, matrix, national_scope, policies
from tests.isolation.canaries import proof as canaries
from tests.isolation.ground import Ground, Outcome

Proof = Callable[[Ground], Coroutine[Any, Any, Outcome]]
"""A function over a module's name: `make isolation ONLY=policies` runs that of tests/isolation/policies.py."""

PROOFS: Final[dict[str, Proof]] = {
    "policies": policies.proof,
    "national_scope": national_scope.proof,
    "matrix": matrix.proof,
    "erasure": erasure.proof,
    "canaries": canaries.proof,
}
