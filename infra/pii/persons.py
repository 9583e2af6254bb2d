"""Who stands behind the pseudonyms of a log."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple
from uuid import UUID, uuid4

import asyncpg

from domain.ids import PersonId, TenantId

_EMAILS: Final = (
    "SELECT lower(email) FROM pii.person WHERE tenant_id = $1 AND person_id = $2 AND email IS NOT NULL"
    " UNION SELECT lower(email) FROM access.members_of($1) WHERE person_id = $2"
)
_FORGET_EMAILS: Final = (
    "DELETE FROM pii.address WHERE tenant_id = $1 AND lower(email) = ANY ($2)",
    "DELETE FROM access.invitation WHERE tenant_id = $1 AND lower(email) = ANY ($2)",
)


class Person(NamedTuple):
    """What is known of somebody; all of it may be corrected and erased."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


class PersonVault:
    """Names and contacts by pseudonym. The same human being has another pseudonym in each log."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def pseudonym(self, tenant_id: TenantId, principal: UUID) -> PersonId:
        """The pseudonym of an account or token in a log; made at first use, the same for all who ask at once.

        After an erasure it is another one: nothing leads from the new to the old.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            known = "SELECT person_id FROM pii.person WHERE tenant_id = $1 AND principal = $2"
            # Concurrent calls wait on the unique key here, and the row that won is read by the next statement.
            person = await connection.fetchval(known, tenant_id, principal)
            while person is None:
                await connection.execute(
                    "INSERT INTO pii.person (tenant_id, person_id, principal) VALUES ($1, $2, $3)"
                    " ON CONFLICT (tenant_id, principal) DO NOTHING",
                    *(tenant_id, uuid4(), principal),
                )
                person = await connection.fetchval(known, tenant_id, principal)
        return PersonId(person)

    async def known_pseudonym(self, tenant_id: TenantId, principal: UUID) -> PersonId | None:
        """The pseudonym of an account in a log, if it has one."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT log.enter($1)", tenant_id)
            known = "SELECT person_id FROM pii.person WHERE tenant_id = $1 AND principal = $2"
            person = await connection.fetchval(known, tenant_id, principal)
        return None if person is None else PersonId(person)

    async def pseudonyms(self, principal: UUID) -> list[tuple[TenantId, PersonId]]:
        """Under which pseudonyms an account acted, log by log, the oldest first."""
        rows = await self._pool.fetch("SELECT * FROM pii.pseudonyms_of($1)", principal)
        return [(TenantId(row[0]), PersonId(row[1])) for row in rows]

    async def let_be(self, tenant_id: TenantId, person_id: PersonId, principal: UUID) -> None:
        """Give an account the pseudonym that it had elsewhere, unless it has one here."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            await connection.execute(
                "INSERT INTO pii.person (tenant_id, person_id, principal) VALUES ($1, $2, $3)"
                " ON CONFLICT DO NOTHING",
                *(tenant_id, person_id, principal),
            )

    async def enrol(self, tenant_id: TenantId, person: Person) -> PersonId:
        """A new pseudonym for somebody who has no account."""
        person_id = PersonId(uuid4())
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            await connection.execute(
                "INSERT INTO pii.person (tenant_id, person_id, name, email, phone) VALUES ($1, $2, $3, $4, $5)",
                *(tenant_id, person_id, *person),
            )
        return person_id

    async def enrol_as(self, tenant_id: TenantId, people: Mapping[PersonId, Person]) -> frozenset[PersonId]:
        """Keep what is known of people under pseudonyms that the caller made; those that are new here."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            rows = [
                await connection.fetchval(
                    "INSERT INTO pii.person (tenant_id, person_id, name, email, phone) VALUES ($1, $2, $3, $4, $5)"
                    " ON CONFLICT (tenant_id, person_id) DO NOTHING RETURNING person_id",
                    *(tenant_id, person_id, *person),
                )
                for person_id, person in people.items()
            ]
        return frozenset(PersonId(row) for row in rows if row is not None)

    async def rectify(self, tenant_id: TenantId, person_id: PersonId, person: Person) -> bool:
        """Replace what is known of a person. False if nothing was: unknown here, or erased."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            done = await connection.execute(
                "UPDATE pii.person SET name = $3, email = $4, phone = $5 WHERE tenant_id = $1 AND person_id = $2",
                *(tenant_id, person_id, *person),
            )
        return bool(done == "UPDATE 1")

    async def people(self, tenant_id: TenantId, people: Collection[PersonId]) -> dict[PersonId, Person]:
        """What is known of these people of one log; who is unknown or erased is left out."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT log.enter($1)", tenant_id)
            rows = await connection.fetch(
                "SELECT person_id, name, email, phone FROM pii.person"
                " WHERE tenant_id = $1 AND person_id = ANY($2)",
                *(tenant_id, list(people)),
            )
        return {PersonId(row["person_id"]): Person(row["name"], row["email"], row["phone"]) for row in rows}

    async def erase(self, tenant_id: TenantId, person_id: PersonId) -> bool:
        """Forget a person in one log: name, contact, the key of all text about them, and that they act in it.

        With them go the tokens and memberships under the pseudonym, for which organisation they acted, and their
        addresses from the body's list and from its invitations. False if unknown.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            emails = await connection.fetch(_EMAILS, tenant_id, person_id)
            for statement in _FORGET_EMAILS:
                await connection.execute(statement, tenant_id, [row[0] for row in emails])
            await connection.execute(
                "DELETE FROM access.token WHERE tenant_id = $1 AND person_id = $2", tenant_id, person_id
            )
            done = await connection.execute(
                "DELETE FROM pii.person WHERE tenant_id = $1 AND person_id = $2", tenant_id, person_id
            )
            await connection.execute(
                "DELETE FROM access.membership WHERE tenant_id = $1 AND person_id = $2", tenant_id, person_id
            )
            await connection.execute(
                "DELETE FROM access.represented WHERE tenant_id = $1 AND person_id = $2", tenant_id, person_id
            )
            keys = await connection.execute(
                "DELETE FROM pii.key WHERE tenant_id = $1 AND subject = $2", tenant_id, person_id
            )
        return bool(done == "DELETE 1" or keys == "DELETE 1")
