"""The login that a demonstration prints: it works as any other, and is made nowhere else."""

import dataclasses

import pytest

from infra.settings import Profile, Settings
from services.bootstrap import WriteSide
from services.identity.acting import missing
from services.identity.demo import DemoRefusedError, demo_login
from services.identity.refusals import SignInRefusedError
from services.identity.signing_in import give_code, sign_in
from tests.integration.services.conftest import Partnership


@pytest.fixture
def demo(settings: Settings) -> Settings:
    return dataclasses.replace(settings, profile=Profile.DEMO)


async def test_the_login_signs_in_by_password_and_one_time_code(
    write: WriteSide, demo: Settings, partnership: Partnership
) -> None:
    first = await demo_login(write, demo, partnership.tenant_id)
    login = await demo_login(write, demo, partnership.tenant_id)  # the demonstration is started again

    identity = write.identity
    with pytest.raises(SignInRefusedError):
        await sign_in(identity, first.email, first.password, address="test:demo", agent="", instead_of=None)
    token = await sign_in(identity, login.email, login.password, address="test:demo", agent="", instead_of=None)
    session = await identity.sessions.find(token)
    assert session is not None
    assert missing(session) == "code"
    token = await give_code(identity, session, login.codes[0], recovery=True, agent="", instead_of=token)
    session = await identity.sessions.find(token)
    assert session is not None
    assert (missing(session), session.role) == (None, "coordinator")
    assert len(login.codes) == 10


@pytest.mark.parametrize("change", [{"profile": Profile.PRODUCTION}, {"embedded": False}])
async def test_elsewhere_no_login_is_made(
    write: WriteSide, demo: Settings, partnership: Partnership, change: dict[str, object]
) -> None:
    before = await write.identity.accounts.members(partnership.tenant_id)
    if "profile" in change:
        settings = dataclasses.replace(demo, profile=Profile.PRODUCTION)
    else:
        settings = dataclasses.replace(demo, database=dataclasses.replace(demo.database, embedded=False))

    with pytest.raises(DemoRefusedError):
        await demo_login(write, settings, partnership.tenant_id)

    assert await write.identity.accounts.members(partnership.tenant_id) == before
