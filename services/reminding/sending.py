"""The reminders of one body and day: who gets a message, and of what.

At least once: a message that the server took is kept of in the transaction that gave the turn, after it was taken.
What ends in between sends the same message again, under the same Message-ID, and at most once more for each such
end; nothing that was not taken is ever kept as sent.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

import structlog

from domain.body import BODY, REGISTRY
from domain.ids import COMMONS, StreamId, TenantId
from domain.mail import MailRefusedError, MailUnavailableError
from domain.ports import Mailer
from domain.reminders import OVERDUE, stage_of
from domain.values import LANGUAGES, Language
from infra.access.tokens import CALENDAR
from infra.bulk.read_models import BulkReadModels
from infra.log.feed import LogFeed
from infra.mail.settings import ReminderSettings
from infra.pii.addresses import Address
from infra.pii.reminded import Reminder
from projections.agreement import AGREEMENTS
from projections.committee import COMMITTEES
from projections.indicator import INDICATORS
from projections.meeting import MEETINGS
from projections.requirement import REQUIREMENTS
from projections.runner import wait_for
from projections.seat import SEATS
from projections.submission import SUBMISSIONS
from readapi.asof import Clock
from readapi.reading import Reading
from readapi.viewer import Viewer
from services.api.reads import Reads
from services.bootstrap import WriteSide
from services.deadlines import Deadline, deadlines_of
from services.reminding.letter import ITEMS_MAX, Due, Recipient, Sender, letter

READ: Final = tuple(
    projection.name
    for projection in (AGREEMENTS, COMMITTEES, SEATS, MEETINGS, REQUIREMENTS, SUBMISSIONS, INDICATORS)
)
"""What a due list is read from: reminders wait until it shows all that the body has recorded."""
READ_WITHIN: Final = timedelta(seconds=20)
DUE_MAX: Final = 2_000
"""Ten times what a due list gives: whoever is far behind is reminded all the same."""
FAILURES_MAX: Final = 3
"""Messages that are not taken before the rest is put off: the server is away, and each try takes its time."""
_logger = structlog.get_logger()


class ReadModelsBehindError(Exception):
    """What is due cannot be told yet: the read models do not show all that is recorded."""


class MailNotTakenError(Exception):
    """Messages were not taken; those who got theirs are kept of. Run the job again."""


class Reminding(NamedTuple):
    """What came of one run."""

    sent: int
    refused: int
    """Addresses that the server refuses for good."""


class _Post(NamedTuple):
    """What one body has to say on one day."""

    tenant_id: TenantId
    day: date
    due: Mapping[Language, list[Due]]
    senders: Mapping[Language, Sender]


async def remind_body(
    write: WriteSide, mailer: Mailer, settings: ReminderSettings, tenant_id: TenantId, day: date
) -> Reminding:
    """Send every address of a body its message of a day, if it has not had it and something calls for one.

    Raises:
        ReadModelsBehindError, projections.runner.StoppedError: nothing was sent.
        MailNotTakenError: some were not; the others are kept of.
        readapi.refusals.AnswerTooLargeError: more than 2,000 things are due.
    """
    addresses = [one for one in await write.addresses.list(tenant_id) if one.purpose == "reminders"]
    if not addresses:
        return Reminding(0, 0)
    await _until_read(write, tenant_id)
    post = _Post(
        tenant_id=tenant_id,
        day=day,
        due=await _due(write, settings, tenant_id, day),
        senders=await _senders(write, settings, tenant_id),
    )
    sent = refused = failed = 0
    for address in addresses:
        try:
            done = await _remind(write, mailer, post, address)
        except MailUnavailableError as error:
            _logger.warning("reminders.not_taken", address_id=str(address.address_id), reason=str(error))
            failed += 1
            if failed == FAILURES_MAX:
                break
        else:
            sent += done is True
            refused += done is False
    _logger.info("reminders.sent", day=str(day), sent=sent, refused=refused, failed=failed)
    if failed:
        raise MailNotTakenError(f"{failed} of {len(addresses)} messages were not taken; {sent} were sent")
    return Reminding(sent, refused)


async def _remind(write: WriteSide, mailer: Mailer, post: _Post, address: Address) -> bool | None:
    """True: a message was taken; False: its address is refused; None: there was none to send."""
    async with write.reminded.turn(post.tenant_id, address.address_id, post.day) as turn:
        if turn is None:
            return None
        owed = [one for one in post.due[turn.language] if turn.owes(_reminder(one))]
        if not owed:
            return None
        # What is not overdue yet can still be done in time: it goes first where not all has room.
        owed.sort(key=lambda one: (one.stage == OVERDUE, one.deadline.due_on))
        items = sorted(owed[:ITEMS_MAX], key=lambda one: one.deadline.due_on)
        to = Recipient(address.address_id, turn.email, turn.language)
        mail = letter(to, post.day, items, post.senders[turn.language], later=len(owed) - len(items))
        try:
            await mailer.send(mail)
        except MailRefusedError as error:
            _logger.warning("reminders.refused", address_id=str(address.address_id), reason=str(error))
            await turn.refused()
            return False
        await turn.keep([_reminder(one) for one in items], post.day)
    return True


def _reminder(due: Due) -> Reminder:
    return Reminder(due.deadline.id, due.stage)


async def _until_read(write: WriteSide, tenant_id: TenantId) -> None:
    async with LogFeed(write.database) as feed, BulkReadModels(write.database, connections_max=1) as models:
        position = (await feed.heads()).get(tenant_id, 0)
        if not await wait_for(models, READ, tenant_id, position, READ_WITHIN.total_seconds()):
            raise ReadModelsBehindError(
                f"the read models do not show position {position} yet; does a projector run?"
            )


async def _senders(write: WriteSide, settings: ReminderSettings, tenant_id: TenantId) -> dict[Language, Sender]:
    body = (await write.store.load(tenant_id, BODY, StreamId(tenant_id))).state
    entry = (await write.store.load(COMMONS, REGISTRY, StreamId(tenant_id))).state
    assert body.name is not None
    name, slug = body.name.value, entry.slugs[0]
    names: dict[Language, str | None] = {"en": name.en or name.fr, "fr": name.fr or name.en}
    return {lang: Sender(names[lang] or slug, slug, settings.public_url) for lang in LANGUAGES}


async def _due(
    write: WriteSide, settings: ReminderSettings, tenant_id: TenantId, day: date
) -> dict[Language, list[Due]]:
    """What calls for a reminder on a day, worded in each language, the earliest first."""
    reads = Reads()
    reads.write = write
    viewer = Viewer(tenant_id=tenant_id, role=CALENDAR)
    within = max(1, *settings.days_before)

    def called_for(deadlines: list[Deadline]) -> list[Due]:
        stages = ((one, stage_of(one.due_on, day, settings.days_before)) for one in deadlines)
        return [Due(one, stage) for one, stage in stages if stage is not None]

    async with Reading(reads, viewer, Clock(day)) as reading:
        return {
            lang: called_for(await deadlines_of(reading, tenant_id, lang, within_days=within, items_max=DUE_MAX))
            for lang in LANGUAGES
        }
