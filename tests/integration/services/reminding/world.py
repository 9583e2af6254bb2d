"""Two bodies that look alike, what is due in each, and whom they write to."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg

from domain.ids import TenantId
from domain.ports import Mailer
from domain.values import Language
from infra.mail.settings import ReminderSettings
from infra.settings import DatabaseSettings
from services.bootstrap import CONSOLE, WriteSide
from services.reminding.sending import Reminding, remind_body
from tests.integration.readapi.conftest import ALPHA

SETTINGS: Final = ReminderSettings(days_before=(14, 3), hour=7, public_url="https://entente.example.ca")
DUE: Final = date(2021, 6, 30)
"""Of the one obligation; nothing else is due for months around it."""
ANNOUNCED: Final = DUE - timedelta(days=14)
FRENCH, ENGLISH = "secretariat@example.org", "office@example.org"
NBSP: Final = "\N{NO-BREAK SPACE}"


async def listed(write: WriteSide, body: TenantId, email: str = FRENCH, language: Language = "fr") -> UUID:
    person = await write.vault.pseudonym(body, CONSOLE)
    added = await write.addresses.add(body, uuid4(), email, language, added_by=person)
    return added.address.address_id


async def reminded_on(write: WriteSide, box: Mailer, *days: date, body: TenantId = ALPHA) -> list[Reminding]:
    return [await remind_body(write, box, SETTINGS, body, day) for day in days]


def kept(settings: DatabaseSettings, address_id: UUID) -> list[Any]:
    """What is kept of what an address was sent: the stage and the day."""
    with psycopg.connect(settings.admin_dsn) as connection:
        rows = connection.execute(
            "SELECT stage, day FROM pii.reminder_sent WHERE address_id = %s ORDER BY day", [address_id]
        )
        return rows.fetchall()


def queued(settings: DatabaseSettings) -> list[Any]:
    with psycopg.connect(settings.admin_dsn) as connection:
        rows = connection.execute(
            "SELECT message->>'actor_name', message->'args', message->'options'->>'tenant_id' FROM jobs.queue"
            " ORDER BY position"
        )
        return rows.fetchall()
