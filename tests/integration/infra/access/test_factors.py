"""Second factors: codes that work once, in time, and secrets that only this instance opens."""

import asyncio
from uuid import UUID

import psycopg
import pyotp
import pytest

from domain.ids import TenantId
from infra.access.factors import STEP_SECONDS, FactorUnusableError, SecondFactors, provisioning_uri
from infra.settings import DatabaseSettings
from tests.integration.infra.access.conftest import SECRET, People

NOW = 1_800_000_000.0
STEP = int(NOW) // STEP_SECONDS


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def factors(people: People, clock: Clock) -> SecondFactors:
    return SecondFactors(people.pool, SECRET, clock=clock)


async def enrolled(factors: SecondFactors, account_id: UUID) -> tuple[pyotp.TOTP, list[str]]:
    """Confirmed by the code of four steps ago, so that those around now are unused."""
    otp = pyotp.TOTP(await factors.begin(account_id))
    clock = factors._clock
    assert isinstance(clock, Clock)
    clock.now -= 4 * STEP_SECONDS
    codes = await factors.confirm(account_id, otp.generate_otp(STEP - 4))
    clock.now = NOW
    assert codes is not None
    return otp, codes


@pytest.mark.parametrize(("off", "expected"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_code_is_taken_one_step_early_or_late(
    people: People,
    factors: SecondFactors,
    body: TenantId,
    off: int,
    expected: bool,  # noqa: FBT001
) -> None:
    account_id = await people.member(body)
    otp, _ = await enrolled(factors, account_id)

    assert await factors.take(account_id, otp.generate_otp(STEP + off)) is expected


async def test_a_code_works_once_and_none_before_it_works_any_more(
    people: People, factors: SecondFactors, body: TenantId
) -> None:
    account_id = await people.member(body)
    otp, _ = await enrolled(factors, account_id)
    spaced = " ".join(otp.generate_otp(STEP))

    assert await factors.take(account_id, spaced)
    assert not await factors.take(account_id, otp.generate_otp(STEP))
    assert not await factors.take(account_id, otp.generate_otp(STEP - 1))
    assert await factors.take(account_id, otp.generate_otp(STEP + 1))


async def test_of_many_who_send_one_code_at_once_one_is_let_in(
    people: People, factors: SecondFactors, body: TenantId
) -> None:
    account_id = await people.member(body)
    otp, codes = await enrolled(factors, account_id)

    by_code = await asyncio.gather(*(factors.take(account_id, otp.generate_otp(STEP)) for _ in range(6)))
    by_recovery = await asyncio.gather(*(factors.take_recovery(account_id, codes[0]) for _ in range(6)))

    assert by_code.count(True) == 1
    assert by_recovery.count(True) == 1
    assert await factors.recovery_left(account_id) == 9


async def test_an_authenticator_is_in_use_once_it_has_shown_a_code_and_replaces_the_one_before(
    people: People, factors: SecondFactors, body: TenantId
) -> None:
    account_id = await people.member(body)
    assert await factors.begun(account_id) is None
    first, old = await enrolled(factors, account_id)
    begun = await factors.begin(account_id)
    second = pyotp.TOTP(begun)

    assert await factors.begun(account_id) == begun
    assert not await factors.take(account_id, second.generate_otp(STEP))  # not in use yet
    assert await factors.take(account_id, first.generate_otp(STEP - 1))
    assert await factors.confirm(account_id, first.generate_otp(STEP)) is None  # of the wrong one
    new = await factors.confirm(account_id, second.generate_otp(STEP))

    assert new is not None
    assert await factors.begun(account_id) is None
    assert not await factors.take(account_id, first.generate_otp(STEP + 1))
    assert not await factors.take(account_id, second.generate_otp(STEP))  # it was used to confirm
    assert await factors.take(account_id, second.generate_otp(STEP + 1))
    assert not await factors.take_recovery(account_id, old[0])
    assert await factors.take_recovery(account_id, new[0])


async def test_of_two_confirmations_at_once_one_shows_codes(
    people: People, factors: SecondFactors, body: TenantId
) -> None:
    account_id = await people.member(body)
    code = pyotp.TOTP(await factors.begin(account_id)).generate_otp(STEP)

    answers = await asyncio.gather(*(factors.confirm(account_id, code) for _ in range(4)))

    (shown,) = [one for one in answers if one is not None]
    assert await factors.take_recovery(account_id, shown[0])
    assert await factors.recovery_left(account_id) == 9


async def test_pages_that_are_opened_at_once_leave_one_secret(
    people: People, factors: SecondFactors, body: TenantId
) -> None:
    account_id = await people.member(body)

    secrets = await asyncio.gather(*(factors.begin(account_id) for _ in range(5)))

    assert await factors.begun(account_id) in secrets


async def test_codes_of_one_account_open_no_other(people: People, factors: SecondFactors, body: TenantId) -> None:
    ours, theirs = await people.member(body), await people.member(body)
    otp, codes = await enrolled(factors, ours)
    await enrolled(factors, theirs)

    assert not await factors.take(theirs, otp.generate_otp(STEP))
    assert not await factors.take_recovery(theirs, codes[0])
    assert await factors.take(ours, otp.generate_otp(STEP))


async def test_a_secret_is_sealed_for_its_account_and_under_the_secret_of_the_instance(
    people: People, factors: SecondFactors, body: TenantId, database: DatabaseSettings
) -> None:
    ours, theirs = await people.member(body), await people.member(body)
    otp, codes = await enrolled(factors, ours)
    await enrolled(factors, theirs)
    with psycopg.connect(database.admin_dsn) as connection:
        kept = [row[0] for row in connection.execute("SELECT sealed FROM access.second_factor")]
        kept += [row[0] for row in connection.execute("SELECT code_hash FROM access.recovery_code")]
        assert not any(otp.byte_secret() in one or codes[0].encode() in one for one in kept)
        connection.execute(
            "UPDATE access.second_factor SET sealed = (SELECT sealed FROM access.second_factor"
            " WHERE account_id = %s) WHERE account_id = %s",
            [ours, theirs],
        )

    with pytest.raises(FactorUnusableError):  # moved to another account
        await factors.take(theirs, otp.generate_otp(STEP))
    with pytest.raises(FactorUnusableError):
        await SecondFactors(people.pool, b"the secret of another instance..").take(ours, "000000")
    assert await factors.take(ours, otp.generate_otp(STEP))


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "12 34"])
async def test_what_is_no_code_is_not_one(
    people: People, factors: SecondFactors, body: TenantId, code: str
) -> None:
    account_id = await people.member(body)
    await enrolled(factors, account_id)

    assert not await factors.take(account_id, code)
    assert not await factors.take_recovery(account_id, code)


async def test_whoever_lost_everything_starts_anew_and_open_sessions_end(
    people: People, factors: SecondFactors, body: TenantId
) -> None:
    account_id = await people.member(body)
    otp, codes = await enrolled(factors, account_id)
    session = await people.signed_in(account_id)

    assert await factors.remove(account_id)

    assert not await factors.take(account_id, otp.generate_otp(STEP))
    assert not await factors.take_recovery(account_id, codes[0])
    assert await people.sessions.find(session) is None
    assert not await factors.remove(account_id)


def test_an_authenticator_reads_whose_code_it_is() -> None:
    assert provisioning_uri("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "zoe@example.org") == (
        "otpauth://totp/Entente:zoe%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Entente"
    )
