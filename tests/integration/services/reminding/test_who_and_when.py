"""Who is reminded of what, and when."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from domain.body import EnterPhase
from domain.envelope import Actor, WithoutAuthority
from domain.ids import CommandId, TenantId
from domain.stream import Order
from infra.bulk.read_models import BulkReadModels
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.bootstrap import CONSOLE, WriteSide
from services.reminding import sending
from services.reminding.sending import ReadModelsBehindError, Reminding, remind_body
from tests.integration.mailbox import Mailbox
from tests.integration.readapi.conftest import ALPHA, BETA
from tests.integration.services.reminding.world import (
    ANNOUNCED,
    DUE,
    ENGLISH,
    FRENCH,
    NBSP,
    SETTINGS,
    kept,
    listed,
    reminded_on,
)

FRENCH_TEXT: Final = f"""\
Partenariat jumeau (fr)

Bonjour,

Voici ce qui est en retard ou attendu sous peu.

D’ici 14{NBSP}jours
- 30{NBSP}juin{NBSP}2021 — Obligation à remplir{NBSP}: Rapport annuel (fr) (exemple)

Chaque échéance est annoncée avant sa date, puis une fois en retard.
Si le nécessaire est fait, il suffit de l’inscrire au registre.

Toutes les échéances (requête dueList){NBSP}:
https://entente.example.ca/graphql
Les mêmes sous forme de calendrier, avec un jeton de calendrier{NBSP}:
https://entente.example.ca/api/v1/partnerships/alpha/calendar.ics?lang=fr

La coordination a inscrit cette adresse aux rappels. Demandez-lui de la
retirer pour ne plus en recevoir. Les réponses à ce message ne sont pas
lues.
"""
ENGLISH_TEXT: Final = """\
Partenariat jumeau (en)

Hello,

Here is what is overdue or due soon.

Due within 14 days
- June 30, 2021 — Obligation due: Rapport annuel (en) (sample)

Each item is announced before its day, and once when it is overdue.
What was dealt with only has to be recorded in the register.

The whole due list (query dueList):
https://entente.example.ca/graphql
The same as a calendar, with a calendar token:
https://entente.example.ca/api/v1/partnerships/alpha/calendar.ics?lang=en

This address was listed for reminders by the coordinators. Ask them to
remove it to receive no more. Answers to this message are not read.
"""


async def test_a_message_says_what_is_due_in_the_language_of_its_address(write: WriteSide, box: Mailbox) -> None:
    await listed(write, ALPHA)
    await listed(write, ALPHA, ENGLISH, "en")

    assert await reminded_on(write, box, ANNOUNCED) == [Reminding(sent=2, refused=0)]

    french, english = box.received
    assert (french.to, french.language, english.to, english.language) == (FRENCH, "fr", ENGLISH, "en")
    assert french.subject == f"Partenariat jumeau (fr){NBSP}: 1{NBSP}échéance"
    assert english.subject == "Partenariat jumeau (en): 1 deadline"
    assert french.text == FRENCH_TEXT
    assert english.text == ENGLISH_TEXT


async def test_something_is_announced_twice_before_its_day_and_once_after_and_no_more(
    write: WriteSide, box: Mailbox
) -> None:
    await listed(write, ALPHA)
    days = [DUE + timedelta(days=n) for n in range(-20, 8)]

    done = await reminded_on(write, box, *days)

    assert [day for day, one in zip(days, done, strict=True) if one.sent] == [
        DUE - timedelta(days=14),
        DUE - timedelta(days=3),
        DUE + timedelta(days=1),
    ]
    headings = [mail.text.split("\n")[6] for mail in box.received]
    assert headings == [f"D’ici 14{NBSP}jours", f"D’ici 3{NBSP}jours", "En retard"]


async def test_days_on_which_nothing_could_be_sent_put_a_reminder_off_and_do_not_skip_it(
    write: WriteSide, box: Mailbox, alike: DatabaseSettings
) -> None:
    address = await listed(write, ALPHA)

    await reminded_on(write, box, DUE - timedelta(days=9), DUE, DUE + timedelta(days=30))

    assert kept(alike, address) == [
        ("14 days", DUE - timedelta(days=9)),
        ("3 days", DUE),
        ("overdue", DUE + timedelta(days=30)),
    ]


async def test_all_that_is_due_on_a_day_is_in_one_message_the_most_urgent_first(
    write: WriteSide, box: Mailbox
) -> None:
    await listed(write, ALPHA)

    await reminded_on(write, box, date(2022, 3, 28))

    (mail,) = box.received
    lines = [line for line in mail.text.split("\n") if line.startswith(("En", "D’ici", "-"))]
    assert mail.subject.endswith(f"4{NBSP}échéances")
    assert [line.split(" — ")[0] for line in lines] == [
        "En retard",
        f"- 28{NBSP}février{NBSP}2022",
        f"D’ici 3{NBSP}jours",
        *[f"- 31{NBSP}mars{NBSP}2022"] * 3,
    ]


async def test_a_message_has_room_for_so_many_and_what_is_not_overdue_goes_first(
    write: WriteSide, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ITEMS_MAX", 3)
    await listed(write, ALPHA)
    day = date(2022, 3, 28)

    done = await reminded_on(write, box, day, day, day + timedelta(days=1), day + timedelta(days=2))

    assert [one.sent for one in done] == [1, 0, 1, 0]
    first, second = box.received
    assert "Et 1 de plus, dans les messages des prochains jours.\n" in first.text
    assert "En retard" not in first.text
    assert "Fin de mandat" in second.text
    assert "de plus" not in second.text


async def test_each_body_s_addresses_get_its_own_and_one_without_an_address_sends_nothing(
    write: WriteSide, box: Mailbox
) -> None:
    await listed(write, BETA)

    assert await reminded_on(write, box, ANNOUNCED, body=ALPHA) == [Reminding(0, 0)]
    assert box.received == []
    await reminded_on(write, box, ANNOUNCED, body=BETA)
    (mail,) = box.received
    assert "/partnerships/beta/" in mail.text
    assert "/partnerships/alpha/" not in mail.text


async def test_an_address_that_is_refused_shows_it_until_it_takes_a_message_and_holds_up_nobody(
    write: WriteSide, box: Mailbox, alike: DatabaseSettings
) -> None:
    address = await listed(write, ALPHA, "gone@example.org")
    await listed(write, ALPHA)
    box.refuses = {"gone@example.org"}

    assert await reminded_on(write, box, ANNOUNCED) == [Reminding(sent=1, refused=1)]
    refused, fine = await write.addresses.list(ALPHA)
    assert (refused.refused_at is not None, fine.refused_at) == (True, None)
    assert kept(alike, address) == []
    box.refuses = set()
    await reminded_on(write, box, ANNOUNCED + timedelta(days=1))

    assert [mail.to for mail in box.received] == [FRENCH, "gone@example.org"]
    assert [one.refused_at for one in await write.addresses.list(ALPHA)] == [None, None]


async def test_once_an_address_is_removed_nothing_goes_there_and_nothing_is_kept_of_it(
    write: WriteSide, box: Mailbox, alike: DatabaseSettings
) -> None:
    address = await listed(write, ALPHA)
    await reminded_on(write, box, ANNOUNCED)
    assert len(kept(alike, address)) == 1

    assert await write.addresses.remove(ALPHA, address)

    assert kept(alike, address) == []
    assert await reminded_on(write, box, DUE) == [Reminding(0, 0)]
    assert len(box.received) == 1


async def test_an_address_removed_after_the_list_was_read_gets_nothing(
    write: WriteSide, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = await listed(write, ALPHA)
    before = await write.addresses.list(ALPHA)
    await write.addresses.remove(ALPHA, address)

    async def stale(_: object, __: TenantId) -> Any:
        return before

    monkeypatch.setattr(type(write.addresses), "list", stale)
    assert await reminded_on(write, box, ANNOUNCED) == [Reminding(0, 0)]
    assert box.received == []


async def test_nobody_is_reminded_from_read_models_that_are_behind(
    write: WriteSide, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "READ_WITHIN", timedelta(seconds=0.1))
    await listed(write, ALPHA)
    await _recorded(write)

    with pytest.raises(ReadModelsBehindError):
        await remind_body(write, box, SETTINGS, ALPHA, ANNOUNCED)
    assert box.received == []
    async with BulkReadModels(write.database) as models, LogFeed(write.database) as feed:
        await Runner(feed, models, PROJECTIONS).catch_up()
    assert await reminded_on(write, box, ANNOUNCED) == [Reminding(1, 0)]


async def _recorded(write: WriteSide) -> None:
    """An event that no read model shows yet."""
    key = uuid4()
    await write.handler.handle(
        Order(
            tenant_id=ALPHA,
            command_id=CommandId(key),
            command=EnterPhase(body_id=ALPHA, phase="active"),
            actor=Actor(id=await write.vault.pseudonym(ALPHA, CONSOLE), role="coordinator"),
            effective_on=date(2026, 1, 1),
            authority=WithoutAuthority(reason="not_required"),
            lang="fr",
            correlation_id=key,
        ),
        bytes(32),
    )
