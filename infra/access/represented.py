"""For which organisation of the commons somebody acts in a body: known by the pseudonym of that body's log."""

from typing import Any, TypeAlias

import asyncpg

from domain.ids import OrganisationId, PersonId, TenantId

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[Any]"


class AnotherOrganisationError(Exception):
    """The person acts for another one in this body already; what they recorded is that one's."""


class Represented:
    """Keeps and finds for whom people act."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def keep(self, tenant_id: TenantId, person_id: PersonId, organisation_id: OrganisationId) -> None:
        """Let a person act for an organisation.

        Raises:
            AnotherOrganisationError: they act for another one.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            await keep_represented(connection, tenant_id, person_id, organisation_id)

    async def organisation_of(self, tenant_id: TenantId, person_id: PersonId) -> OrganisationId | None:
        """The organisation that somebody acts for; None: for none."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT log.enter($1)", tenant_id)
            found = await connection.fetchval(
                "SELECT organisation_id FROM access.represented WHERE tenant_id = $1 AND person_id = $2",
                *(tenant_id, person_id),
            )
        return None if found is None else OrganisationId(found)

    async def people(self, tenant_id: TenantId, organisation_id: OrganisationId) -> list[PersonId]:
        """All who act or acted for an organisation in a body."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT log.enter($1)", tenant_id)
            rows = await connection.fetch(
                "SELECT person_id FROM access.represented WHERE tenant_id = $1 AND organisation_id = $2",
                *(tenant_id, organisation_id),
            )
        return [PersonId(row["person_id"]) for row in rows]


async def keep_represented(
    connection: Connection, tenant_id: TenantId, person_id: PersonId, organisation_id: OrganisationId
) -> None:
    """The same as `Represented.keep`, in a transaction that has entered the body. Raises as it does."""
    kept = await connection.fetchval(
        "WITH made AS (INSERT INTO access.represented (tenant_id, person_id, organisation_id) VALUES ($1, $2, $3)"
        " ON CONFLICT DO NOTHING RETURNING organisation_id)"
        " SELECT organisation_id FROM made UNION ALL SELECT organisation_id FROM access.represented"
        " WHERE tenant_id = $1 AND person_id = $2 LIMIT 1",
        *(tenant_id, person_id, organisation_id),
    )
    if kept != organisation_id:
        raise AnotherOrganisationError
