"""Every route, for somebody of every standing and for every declared outcome. All cells: `make isolation`."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from litestar import Response, get

from infra.settings import Settings
from services.api import admitting, app
from services.api import documents as document_routes
from services.api.addresses import address_routes
from services.authorisation import ROLES_OF_COMMAND
from services.doors import DOORS, UndeclaredDoorError, check_declared
from tests.isolation.matrix import all_of_doors, some_of_doors, try_doors
from tests.isolation.matrix_doors import Probe, probes, undeclared
from tests.isolation.matrix_world import World, application, opened
from tests.isolation.standing import ROLES, Standing, Who, everybody


@pytest.fixture
async def world(matrix: Settings) -> AsyncIterator[World]:
    async with opened(matrix) as made:
        yield made


async def test_each_door_does_as_declared_for_somebody_of_every_standing(world: World) -> None:
    cells = list(some_of_doors())

    found = await try_doors(world, cells)

    assert found.against == []
    assert found.cells == len(cells)
    assert {(probe.door, who.standing) for probe, who in cells} == {
        (door, standing) for door in DOORS for standing in Standing
    }
    print(f"{found.cells} cells of doors, of {sum(1 for _ in all_of_doors())}")  # noqa: T201 - told on purpose


def test_what_is_served_is_declared_and_tried() -> None:
    assert undeclared(set(DOORS)) == []


def test_everybody_is_every_role_in_every_standing() -> None:
    named = {
        who.standing: {one.role for one in everybody() if one.standing is who.standing} for who in everybody()
    }

    assert named == {
        Standing.ANONYMOUS: {None},
        Standing.INSTANCE: {"operator"},
        **{key: set(ROLES) for key in (Standing.OWN, Standing.GRANTED, Standing.STRANGER, Standing.EXPIRED)},
    }


# Controls: what is taken away is found.


def test_a_planted_route_stops_the_start_with_its_name(matrix: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    @get("/api/v1/partnerships/{slug:str}/planted")
    async def planted() -> Response[bytes]:
        return Response(b"everything")

    monkeypatch.setattr(app, "address_routes", lambda: [*address_routes(), planted])

    with pytest.raises(UndeclaredDoorError, match=r"GET /api/v1/partnerships/\{slug\}/planted$"):
        application(matrix)
    assert undeclared({*DOORS, "GET /planted"}) == [
        "GET /planted: who may use it is not declared in services/doors.py"
    ]


def test_a_declared_door_that_is_not_served_or_not_tried_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DOORS, "GET /absent", DOORS["GET /"])

    with pytest.raises(UndeclaredDoorError, match=r"not served: GET /absent"):
        check_declared([[key] for key in DOORS if key != "GET /absent"])
    assert undeclared(set(DOORS)) == ["GET /absent: declared, and not tried"]


def test_one_handler_behind_two_different_lines_stops_the_start() -> None:
    keys = [[key] for key in DOORS]

    with pytest.raises(UndeclaredDoorError, match="different lines for one handler: GET /, GET /metrics"):
        check_declared([*keys, ["GET /", "GET /metrics"]])


async def red(world: World, named: str, *everyone: Who) -> set[str]:
    """The doors at which it is not as declared, of those whose name begins so."""
    cells = [(probe, who) for probe in probes() if str(probe).startswith(named) for who in everyone]
    return {line.partition(",")[0] for line in (await try_doors(world, cells)).against}


async def test_without_the_check_of_roles_a_member_gives_every_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, door = Who(Standing.OWN, "member"), "POST /api/v1/partnerships/{slug}/commands/{command}"
    assert await red(world, door, member) == set()

    monkeypatch.setattr(admitting, "check_role", lambda *_: None)

    allowed = {probe.action for probe in probes() if probe.action and "member" in ROLES_OF_COMMAND[probe.action]}
    of_commands = {str(probe) for probe in probes() if probe.door == door and probe.action not in allowed}
    assert await red(world, door, member) == of_commands
    assert len(of_commands) > 100


async def test_without_the_check_of_the_body_a_neighbour_is_let_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    neighbour = Who(Standing.STRANGER, "coordinator")

    async def anybody_s(of: Any, bearer: Any, name: Any) -> Any:  # noqa: ARG001 - the bearer is what is left out
        return name if not isinstance(name, str) else await of.bodies.resolve(name)

    monkeypatch.setattr(admitting, "body_of", anybody_s)

    assert await red(world, "GET /api/v1/partnerships/{slug}/members", neighbour)
    assert await red(world, "GET /log/{log}/pack", neighbour)
    assert (
        await red(world, "GET /api/v1/partnerships/{slug}/calendar.ics", neighbour) == set()
    )  # a token of its own


async def test_without_the_audience_a_document_of_the_body_is_anybody_s(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, public = "GET /api/v1/partnerships/{slug}/documents/{document_id}", Who(Standing.ANONYMOUS)
    assert await red(world, door, public) == set()

    monkeypatch.setattr(document_routes, "visible", lambda *_: True)

    assert await red(world, door, public) == {f"{door} {audience}" for audience in ("draft", "tenant", "funders")}


async def test_a_token_that_never_ends_is_found(world: World) -> None:
    late = Who(Standing.EXPIRED, "coordinator")
    world.tokens[late] = await world.token(Who(Standing.OWN, "coordinator"))

    found = await red(world, "GET /api/v1/partnerships/{slug}/", late)

    assert len(found) == len({str(one) for one in probes() if _of_partnership(one)} - _NOT_BY_TOKEN)


def _of_partnership(probe: Probe) -> bool:
    return probe.door.startswith("GET /api/v1/partnerships/{slug}/")


_NOT_BY_TOKEN = {"GET /api/v1/partnerships/{slug}/calendar.ics"}
