"""What somebody tries who is known: to learn from refusals what there is, and to read on after a revocation."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace as changed
from typing import Any

import pytest
from msgspec.structs import replace

from domain.access_grant import RestoreAccess, RevokeAccess
from domain.ids import AccessGrantId
from domain.ports import Append
from infra.settings import Settings
from readapi.persisted import hashes
from services.api import admitting
from services.deciding import Answered, Decider
from services.doors import DOORS, Rule
from services.refusals.requests import RouteUnknownError
from services.refusals.rights import BodyUnknownError, RoleNotAllowedError
from services.web import exceptions_page, readings_page
from services.web.whoever import Reader, reader_of
from tests.integration.readapi.acting import Acting
from tests.isolation.matrix_doors import NOWHERE, Probe, answered, probes, told
from tests.isolation.matrix_fields import asked
from tests.isolation.matrix_world import FIGURE, OWN, PERIOD, World, body_id, id_of, opened
from tests.isolation.standing import Standing, Who

NEIGHBOUR = Who(Standing.STRANGER, "coordinator")
FUNDER = Who(Standing.GRANTED, "programme_officer")
OF_BODY = [probe for probe in probes() if DOORS[probe.door].rule is Rule.BODY and "{slug}" in probe.door]
FOR_MEMBERS = [name for name, door in DOORS.items() if door.rule is Rule.MEMBERS]


@pytest.fixture
async def world(matrix: Settings) -> AsyncIterator[World]:
    async with opened(matrix) as made:
        yield made


# Enumeration: what is there and hidden is answered like what is not there, to the last character.


def elsewhere(probe: Probe) -> Probe:
    """The same request about a body that nobody has."""
    return changed(probe, path=probe.path.replace(f"/{OWN}/", f"/{NOWHERE}/"))


@pytest.mark.parametrize("door", sorted({probe.door for probe in OF_BODY}))
async def test_the_doors_of_a_body_tell_a_neighbour_nothing_about_whether_there_is_one(
    world: World, door: str
) -> None:
    probe = next(probe for probe in OF_BODY if probe.door == door)

    there, nowhere = await told(world, probe, NEIGHBOUR), await told(world, elsewhere(probe), NEIGHBOUR)

    assert there == nowhere
    assert there[0] == 404


async def test_the_control_a_door_that_forbids_what_is_there_tells_that_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forbidding(of: Any, bearer: Any, name: Any) -> Any:
        if await of.bodies.resolve(name) is None:
            raise BodyUnknownError(slug=name)
        raise RoleNotAllowedError(role=bearer.role, command="—")

    monkeypatch.setattr(admitting, "body_of", forbidding)
    probe = OF_BODY[0]

    assert await told(world, probe, NEIGHBOUR) != await told(world, elsewhere(probe), NEIGHBOUR)


async def told_by_page(world: World, door: str) -> list[tuple[int, str]]:
    """What a neighbour is told by a page for members: of a body, and of none."""
    there = Probe(door, door.partition(" ")[2].replace("{slug}", OWN))
    return [await told(world, one, NEIGHBOUR) for one in (there, elsewhere(there))]


@pytest.mark.parametrize("door", FOR_MEMBERS)
async def test_a_page_for_members_is_closed_alike_for_a_body_and_for_none(world: World, door: str) -> None:
    of_body, of_none = await told_by_page(world, door)

    assert of_body == of_none
    assert of_body[0] == 403


async def test_the_control_a_page_that_looks_first_whether_there_is_a_body_tells_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def looking(request: Any, slug: str) -> Reader | None:
        reader = await reader_of(request, slug)
        if reader is not None and reader.body is None:
            raise RouteUnknownError
        return reader

    for page in (exceptions_page, readings_page):
        monkeypatch.setattr(page, "reader_of", looking)

    for door in FOR_MEMBERS:
        assert [status for status, _ in await told_by_page(world, door)] == [403, 404]


# A stale grant: what was revoked is gone with the next read, whatever was kept of the one before.


COMPARED = f"""{{ indicatorComparison(
  indicator: {{owner: "{OWN}", id: "{id_of("indicator public")}"}}, stage: SUBMITTED,
  period: {{kind: FISCAL_YEAR, start: "{PERIOD["start"]}", end: "{PERIOD["end"]}"}}
) {{ values {{ value {{ number }} }} }} }}"""
REGISTER = f"sha256:{hashes()['register']}"
GRANT = AccessGrantId(id_of("matrix grant"))


@pytest.fixture
async def revoking(world: World) -> AsyncIterator[Acting]:
    """Somebody who may revoke; what was granted before holds again afterwards."""
    people = Acting(world.write)
    yield people
    await people.give(body_id(OWN), "2024-01-02", RestoreAccess(grant_id=GRANT))


class Reads:
    """What the funder reads, by every way that keeps something of an earlier read."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.tag = ""

    async def figure(self) -> bool:
        """By a document whose plan is kept from its first asking on."""
        _, body = await asked(self._world, COMPARED, FUNDER)
        return FIGURE in json.dumps(body)

    async def file(self) -> bool:
        """By a national view as a file."""
        path = "GET /api/v1/views/comparison.csv"
        probe = next(probe for probe in probes() if probe.door == path)
        return FIGURE in (await answered(self._world, probe, FUNDER)).text

    async def stored(self) -> int:
        """By a stored document, with the tag of the answer before."""
        headers = {"authorization": f"Bearer {await self._world.token(FUNDER)}"}
        headers |= {"if-none-match": self.tag} if self.tag else {}
        answer = await self._world.client.get("/graphql", params={"documentId": REGISTER}, headers=headers)
        self.tag = answer.headers["etag"]
        return answer.status_code


async def test_a_revoked_grant_is_gone_with_the_next_read(world: World, revoking: Acting) -> None:
    reads = Reads(world)
    assert (await reads.figure(), await reads.figure(), await reads.file()) == (True, True, True)
    assert (await reads.stored(), await reads.stored()) == (200, 304)

    await revoking.give(body_id(OWN), "2024-01-02", RevokeAccess(grant_id=GRANT))

    assert (await reads.figure(), await reads.file()) == (False, False)
    assert await reads.stored() == 200  # not "as before": what was seen then may not be seen now


async def test_without_the_change_in_the_append_the_funder_would_read_on(
    world: World, revoking: Acting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: what closes the door is the row that goes with the events."""
    append = Decider.append

    async def without_grants(self: Decider, answered: Answered, fingerprint: bytes) -> Append:
        return replace(await append(self, answered, fingerprint), grants=())

    reads = Reads(world)
    assert await reads.stored() == 200
    with monkeypatch.context() as patched:
        patched.setattr(Decider, "append", without_grants)
        await revoking.give(body_id(OWN), "2024-01-02", RevokeAccess(grant_id=GRANT))

    assert (await reads.figure(), await reads.file(), await reads.stored()) == (True, True, 304)
