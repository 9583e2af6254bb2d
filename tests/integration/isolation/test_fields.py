"""Every field, for somebody of every standing; every field for every role: `make isolation ONLY=matrix`."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from domain.audience import Audience
from infra.settings import Settings
from readapi import sight
from readapi.access import audience_of
from readapi.step import Step
from readapi.viewer import Viewer
from tests.isolation import matrix_labels
from tests.isolation.matrix import try_fields
from tests.isolation.matrix_fields import OF_THE_READER, SILENT, STREAMED, Explored, explored
from tests.isolation.matrix_labels import FIELDS, Labels
from tests.isolation.matrix_world import World, id_of, opened
from tests.isolation.standing import Standing, Who

MEMBER = Who(Standing.OWN, "member")
NEIGHBOUR = Who(Standing.STRANGER, "coordinator")
PUBLIC = Who(Standing.ANONYMOUS)
SOME = (
    MEMBER,
    Who(Standing.GRANTED, "programme_officer"),
    NEIGHBOUR,
    PUBLIC,
    Who(Standing.EXPIRED, "coordinator"),
    Who(Standing.INSTANCE, "operator"),
)
"""One of each standing."""


@pytest.fixture
async def world(matrix: Settings) -> AsyncIterator[World]:
    async with opened(matrix) as made:
        yield made


@pytest.fixture(scope="module")
def labels(matrix: Settings) -> Labels:
    return Labels(matrix.database.admin_dsn)


@pytest.fixture(scope="module")
def known(matrix: Settings, labels: Labels) -> Explored:
    """What there is to be seen."""

    async def explore() -> Explored:
        async with opened(matrix) as world:
            return await explored(world, labels)

    return asyncio.run(explore())


async def test_each_field_is_shown_as_declared_to_somebody_of_every_standing(
    world: World, labels: Labels, known: Explored
) -> None:
    found = await try_fields(world, labels, known, SOME)

    assert found.against == []
    assert found.cells == len(FIELDS) * len(SOME)
    print(f"{found.cells:,} cells of {len(FIELDS)} fields")  # noqa: T201 - told on purpose


def test_of_few_fields_the_world_of_the_matrix_says_nothing(known: Explored) -> None:
    assert known.silent == SILENT.keys()
    assert SILENT.keys() | OF_THE_READER.keys() | STREAMED <= FIELDS
    assert len(SILENT) <= 9


async def test_a_field_of_which_nothing_is_said_fails_by_its_name(
    world: World, labels: Labels, known: Explored
) -> None:
    without = {
        text: {name: those for name, those in seen.items() if name != "Plan.title"}
        for text, seen in known.shown.items()
    }

    found = await try_fields(world, labels, Explored(without, known.audits), [])

    assert found.against == ["Plan.title: nothing in this world says anything of it"]


# Controls: what is taken away is found.


class Part:
    """A few documents, in which each control finds what it took away."""

    def __init__(self, world: World, labels: Labels, known: Explored, *names: str) -> None:
        self._of = world, labels, known
        chosen = [[text for text in known.fewest() if name in known.shown[text]] for name in names]
        self._texts = sorted({text for those in chosen for text in those})

    async def red(self, who: Who) -> dict[str, str]:
        """The fields that are not as declared to somebody, with what was declared and found."""
        world, labels, known = self._of
        against = (await try_fields(world, labels, known, [who], self._texts)).against
        return dict(line.split(f", {who}: ") for line in against)


async def test_without_the_predicate_a_member_sees_drafts(
    world: World, labels: Labels, known: Explored, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = Part(world, labels, known, "Plan.id")
    assert await plans.red(MEMBER) == {}
    visible = sight.visible

    def of_everybody(*given: Any, **more: Any) -> Any:
        return visible(*given, **{**more, "drafts": True})

    monkeypatch.setattr(sight, "visible", of_everybody)
    async with opened(world.settings) as anew:  # plans of documents are kept
        found = await Part(anew, labels, known, "Plan.id").red(MEMBER)

    assert "draft" in found["Plan.id"].partition("found")[2]


async def test_without_row_security_the_predicate_holds_and_without_both_the_public_sees_all(
    world: World,
    labels: Labels,
    known: Explored,
    open_tables: None,  # noqa: ARG001 - what it does counts
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("Plan.id", "Agreement.id", "Meeting.id")
    assert await Part(world, labels, known, *names).red(PUBLIC) == {}

    monkeypatch.setattr(sight, "visible", lambda source, *_, **__: source.c.tenant_id.is_not(None))
    async with opened(world.settings) as anew:
        found = await Part(anew, labels, known, *names).red(PUBLIC)

    assert found.keys() >= set(names)
    assert "draft" in found["Plan.id"].partition("found")[2]
    assert "tenant" in found["Agreement.id"].partition("found")[2]


async def test_a_record_that_lost_its_audience_is_found(world: World, labels: Labels, known: Explored) -> None:
    agreements = Part(world, labels, known, "Agreement.id")
    agreement = [id_of("agreement tenant")]
    assert await agreements.red(NEIGHBOUR) == {}
    with psycopg.connect(world.settings.database.admin_dsn, autocommit=True) as connection:
        connection.execute("UPDATE rm.agreement SET audience = 'public' WHERE entity_id = %s", agreement)
        try:
            found = await agreements.red(NEIGHBOUR)
        finally:
            connection.execute("UPDATE rm.agreement SET audience = 'tenant' WHERE entity_id = %s", agreement)

    assert found["Agreement.id"] == "declared public, found public, tenant"


async def test_one_field_that_was_opened_is_found(
    world: World, labels: Labels, known: Explored, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Part(world, labels, known, "Step.actorId")
    assert await steps.red(PUBLIC) == {}
    (field,) = [one for one in Step.__strawberry_definition__.fields if one.name == "actor_id"]  # type: ignore[attr-defined]
    monkeypatch.setattr(field.base_resolver, "wrapped_func", lambda self: self.actor)

    assert (await steps.red(PUBLIC)).keys() == {"Step.actorId"}


async def test_a_field_that_is_hidden_from_those_whom_it_is_for_is_found_too(
    world: World, labels: Labels, known: Explored, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Part(world, labels, known, "Step.actorId")
    (field,) = [one for one in Step.__strawberry_definition__.fields if one.name == "actor_id"]  # type: ignore[attr-defined]
    monkeypatch.setattr(field.base_resolver, "wrapped_func", lambda _: None)

    assert (await steps.red(MEMBER)).keys() == {"Step.actorId"}


async def test_a_declaration_that_does_not_hold_is_found(
    world: World, labels: Labels, known: Explored, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = Part(world, labels, known, "Partnership.slug")

    def narrowed(name: str) -> Audience | None:
        return Audience.TENANT if name == "Partnership.slug" else audience_of(name)

    monkeypatch.setattr(matrix_labels, "audience_of", narrowed)

    assert (await identity.red(PUBLIC))["Partnership.slug"].partition("found")[2].startswith(" tenant")


async def test_a_neighbour_who_passes_for_a_member_is_found(world: World, labels: Labels, known: Explored) -> None:
    world.tokens[NEIGHBOUR] = await world.token(Who(Standing.OWN, "coordinator"))

    found = await Part(world, labels, known, "Plan.id").red(NEIGHBOUR)

    assert "draft" in found["Plan.id"].partition("found")[2]


async def test_a_member_who_is_taken_for_the_public_is_found(
    world: World, labels: Labels, known: Explored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Viewer, "belongs_to", lambda *_: False)
    monkeypatch.setattr(Viewer, "is_member", False)

    assert (await Part(world, labels, known, "Plan.id").red(MEMBER)).keys() >= {"Plan.id"}


async def test_a_token_that_never_ends_is_found(world: World, labels: Labels, known: Explored) -> None:
    late = Who(Standing.EXPIRED, "coordinator")
    world.tokens[late] = await world.token(Who(Standing.OWN, "coordinator"))

    with pytest.raises(AssertionError):
        await Part(world, labels, known, "Plan.id").red(late)
