"""A solver proves the policies of row security: for each role that people read and write through, each table.

`pgrls` reads the catalogue and asks Z3 three things of every policy that a role is under: can a session without a
body see a row, can a session of one body see a row of another, can it write one. A role is proven by itself: the
backup reads everything, on purpose, and its policy is none of the application's.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal

import psycopg
from pglast import parse_sql
from pglast.ast import BoolExpr
from pglast.enums import BoolExprType
from pgrls.introspect import introspect
from pgrls.model import Policy, Schema, Table
from pgrls.verify import build_reachability, build_verification

from infra.settings import Role
from projections.ddl import OF_TENANT
from tests.integration.filled import make_database
from tests.isolation.ground import Ground, Outcome

Mode = Literal["anon", "cross-tenant", "write"]

SCHEMAS: Final = ("log", "rm", "pii", "access", "identity", "jobs", "national", "commons")
WHOLE: Final = ("log", "rm", "pii")
"""Schemas of which every table is proven. In the others, those that belong to a body or an account are."""
SERVING: Final = (Role.APP, Role.NATIONAL_READER)
"""The roles that requests are answered through."""
WHOLE_INSTANCE: Final = frozenset(
    {"entente_owner", "entente_append", Role.PROJECTOR.value, Role.SIGNER.value, Role.BACKUP.value}
)
"""Roles that may have policies for the rows of all bodies. No request is answered through a login of them."""
AXES: Final = frozenset({"tenant_id", "account_id", "grantee"})
"""Columns that say whose a row is: a body's, an account's, a funder's."""
FOR_THE_READER: Final = frozenset({"granted_reads"})
"""Policies that the solver cannot decide, because a grant is a row of another table. See `national_scope`."""


async def proof(ground: Ground) -> Outcome:
    with psycopg.connect(make_database(ground.server, "entente_policies").admin_dsn) as connection:
        return proven(connection)


def proven(connection: psycopg.Connection) -> Outcome:
    """What the solver says about every table that a connection sees, also in a transaction under way."""
    schema = introspect(connection, list(SCHEMAS))
    under = {role: frozenset(_inherited(connection, role)) for role in SERVING}
    verdicts = [
        (role, mode, *verdict)
        for role in SERVING
        for mode in ("anon", "cross-tenant", "write")
        for verdict in _verdicts(schema, under[role], mode)
    ]
    tables = [table for table in schema.tables if _belongs_to_somebody(table)]
    listed = sum(policy.name in FOR_THE_READER for table in tables for policy in table.policies)
    return Outcome(
        name="policies",
        count=len(verdicts),
        unit="proofs",
        result=(
            f"PROVEN for anonymous, other body and write, {' and '.join(SERVING)}, {len(tables)} tables;"
            f" {listed} policies of funders held by the differential test"
        ),
        against=(
            *(f"{role}, {mode}: {table}: {said}" for role, mode, table, said in verdicts if said != "PROVEN"),
            *_defects(connection, schema, tables),
        ),
    )


def _belongs_to_somebody(table: Table) -> bool:
    return table.schema in WHOLE or bool(AXES & set(table.columns))


def _inherited(connection: psycopg.Connection, role: str) -> Iterator[str]:
    """The roles whose policies a login is under: its own, and those of groups that it is in."""
    for (name,) in connection.execute(
        "SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'USAGE')", [role]
    ).fetchall():
        yield name
    yield "PUBLIC"


def _verdicts(schema: Schema, under: frozenset[str], mode: Mode) -> Iterator[tuple[str, str]]:
    """Every table that belongs to somebody, and PROVEN or why not."""
    tables = []
    for table in schema.tables:
        if _belongs_to_somebody(table):
            policies = [policy for policy in table.policies if under & set(policy.roles)]
            tables.append(dataclasses.replace(table, policies=tuple(_asked(policies))))
    of_role = dataclasses.replace(schema, tables=tuple(tables))
    verification = build_verification(of_role, mode=mode, anon_roles=set(under), identity_columns=AXES)
    said = {table.qualified_name: table for table in verification.tables}
    for table in tables:
        verdict = said.get(table.qualified_name)
        if verdict is None:
            yield table.qualified_name, "row security is off"
        elif verdict.verdict == "isolated":
            yield table.qualified_name, "PROVEN"
        else:
            reasons = [f"{p.policy} {p.verdict} {p.witness or p.reason or ''}" for p in verdict.proofs]
            yield table.qualified_name, f"{verdict.verdict} {verdict.note or ''} {reasons}"


def _asked(policies: Sequence[Policy]) -> Iterator[Policy]:
    """What the solver is asked of the policies of a role.

    A policy that opens public rows names no body. The question is then whether it opens anything else to somebody
    else: it is asked of "a row of one's own body, or a row that the policy opens and that is not public". What a
    grant opens is left out by name, and held elsewhere.
    """
    for policy in policies:
        if policy.name in FOR_THE_READER:
            continue
        if policy.name == "public_reads":
            assert policy.with_check_ast is None
            hidden = _all_of(policy.using_ast, _condition("audience <> 'public'"))
            yield dataclasses.replace(policy, using_ast=_any_of(_condition(OF_TENANT), hidden))
        else:
            yield policy


def _condition(text: str) -> Any:
    return parse_sql(f"SELECT WHERE {text}")[0].stmt.whereClause


def _all_of(*parts: Any) -> BoolExpr:
    return BoolExpr(boolop=BoolExprType.AND_EXPR, args=parts)  # type: ignore[no-untyped-call] # pglast leaves it untyped


def _any_of(*parts: Any) -> BoolExpr:
    return BoolExpr(boolop=BoolExprType.OR_EXPR, args=parts)  # type: ignore[no-untyped-call] # pglast leaves it untyped


def _defects(connection: psycopg.Connection, schema: Schema, tables: Iterable[Table]) -> Iterator[str]:
    """What a prover of predicates does not see."""
    yield from (f"{view.qualified_name} is a view: what it shows is not proven" for view in schema.views)
    for (name,) in connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'entente%' AND (rolbypassrls OR rolsuper)"
    ).fetchall():
        yield f"{name} is not under row security"
    for verdict in build_reachability(schema, anon_roles={*SERVING}).tables:
        yield f"{verdict.qualified_name}: {verdict.verdict} through a view"
    for table in tables:
        yield from (f"{table.qualified_name}: {defect}" for defect in _defects_of(table))


def _defects_of(table: Table) -> Iterator[str]:
    if not table.force_rls:
        yield "its owner is not under row security"
    if not {"of_tenant", "of_account"} & {policy.name for policy in table.policies}:
        yield "no policy opens it to its body, so nothing was proven of it"
    for policy in table.policies:
        if "PUBLIC" in policy.roles:
            yield f"{policy.name} is for PUBLIC"
        if policy.using_sql == "true" and not set(policy.roles) <= WHOLE_INSTANCE:
            yield f"{policy.name} opens every row to {', '.join(policy.roles)}"
