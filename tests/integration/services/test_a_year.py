"""docs/a-year.md is true: every order is accepted or refused as it says, and every answer is as it stands."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from litestar.types import ASGIApp
from uuid_utils.compat import uuid7

from domain.envelope import Role
from domain.ids import TenantId
from domain.values import both
from infra.bulk.read_models import BulkReadModels
from infra.embedded import EmbeddedServer
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings, Settings
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.api.app import create_app
from services.api.reads import read_api
from services.bodies import Provisioning
from services.bootstrap import CONSOLE, WriteSide
from tests.integration.filled import make_database
from tests.integration.services.asking import order
from tests.integration.services.conftest import opening

STORY = Path(__file__).parents[3] / "docs/a-year.md"
SLUG, ALIKE = "upper-valley", "lower-valley"
NAME = re.compile(r'"\$([a-z0-9-]+)"')
ROLES: tuple[Role, ...] = ("coordinator", "chair", "member", "programme_officer")


class Block(NamedTuple):
    """A fenced block of the story."""

    line: int
    kind: str
    """`order`, `question` or `answer`."""
    head: dict[str, str]
    """What stands beside the fence: the command as `command`, the rest as `name=value`."""
    text: str


def blocks(story: str) -> list[Block]:
    """The blocks in order."""
    found = []
    for match in re.finditer(r"^```(.+?)\n(.*?)\n```$", story, re.MULTILINE | re.DOTALL):
        language, *words = match[1].split()
        kind = "question" if language == "graphql" else words.pop(0)
        head = dict((word if "=" in word else f"command={word}").split("=", 1) for word in words)
        found.append(Block(story.count("\n", 0, match.start()) + 1, kind, head, match[2]))
    return found


@dataclass
class Played:
    """A body that lives the story: its tokens, what its names stand for, the moments that were named."""

    slug: str
    tokens: Mapping[str, str]
    names: dict[str, str]
    moments: dict[str, str] = field(default_factory=dict)

    def ordered(self, text: str) -> str:
        """The text of orders with an id for every name. New ids come in order, so that lists sorted by id do."""
        return NAME.sub(lambda match: f'"{self.names.setdefault(match[1], str(uuid7()))}"', text)

    def asking(self, text: str) -> str:
        """The text of a question; it may name only what the orders named, and moments."""
        return NAME.sub(lambda match: f'"{(self.names | self.moments)[match[1]]}"', text)

    def named(self, answer: Any) -> Any:
        """An answer with the names in place of ids, so that it reads as the story does."""
        text = json.dumps(answer)
        for name, known in self.names.items():
            text = text.replace(known, f"${name}")
        return json.loads(text)


@pytest.fixture(scope="module")
def database(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """A database of the story's own, with read models."""
    return make_database(server, f"entente_year_{worker_name}")


@pytest.fixture
def app(settings: Settings) -> ASGIApp:
    """Both doors: orders, and the read API as the service mounts it."""
    mounts, lifespans = read_api(settings)
    return create_app(settings, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)


async def opened(write: WriteSide, slug: str) -> Played:
    """A partnership, and one person in each role."""
    new = opening(slug, name=both(en="Upper Valley Partnership", fr="Partenariat de la Vallée-Haute", source="en"))
    await write.bodies.provision(
        Provisioning(
            opening=new,
            key=uuid.uuid4(),
            effective_on=date(2025, 4, 1),
            lang="en",
            correlation_id=uuid.uuid4(),
        ),
        principal=CONSOLE,
        fingerprint=bytes(32),
    )
    tokens: dict[str, str] = {role: await token(write, new.body_id, role) for role in ROLES}
    return Played(slug, tokens, {"body": str(new.body_id)})


async def token(write: WriteSide, body: TenantId, role: Role) -> str:
    person = await write.vault.pseudonym(body, uuid.uuid4())
    return await write.tokens.create(body, role, person, "a person of the story")


async def give(client: httpx.AsyncClient, played: Played, block: Block) -> None:
    """Give the block's orders; each is answered as its head says."""
    given = json.loads(played.ordered(block.text))
    for body in given if isinstance(given, list) else [given]:
        head = block.head
        assert "source" not in body, "the story is live: with a source, rules that are broken would be kept"
        around = {"effective_on": head["on"], "lang": "en"} | body
        answer = await order(client, played.slug, head["command"], **around, token=played.tokens[head["by"]])
        said = f"docs/a-year.md:{block.line}: {head['command']}: {answer.text}"
        if "refused" in head:
            assert answer.json().get("code") == head["refused"], said
            continue
        assert answer.status_code == 201, said
        if "known" in head:
            recorded = answer.json()
            played.moments[head["known"]] = str(recorded["position"])
            played.moments[f"{head['known']}-at"] = recorded["recorded_at"]


async def asked(client: httpx.AsyncClient, played: Played, block: Block) -> Any:
    """The answer to the block's question."""
    bearer = block.head.get("by", "coordinator")
    headers = {} if bearer == "nobody" else {"authorization": f"Bearer {played.tokens[bearer]}"}
    answer = await client.post("/graphql", json={"query": played.asking(block.text)}, headers=headers)
    body = answer.json()
    assert "errors" not in body, f"docs/a-year.md:{block.line}: {body['errors']}"
    return played.named(body["data"])


async def bring_up_to_date(write: WriteSide) -> None:
    """Fold what was recorded into the read models."""
    async with BulkReadModels(write.database) as models, LogFeed(write.database) as feed:
        await Runner(feed, models, PROJECTIONS).catch_up()


async def test_the_year_of_a_partnership_goes_as_it_is_told(client: httpx.AsyncClient, write: WriteSide) -> None:
    # The neighbour lives the same year under other ids: what leaked from it would be counted twice.
    told, neighbour = await opened(write, SLUG), await opened(write, ALIKE)
    answer: Any = None
    up_to_date = False
    for block in blocks(STORY.read_text(encoding="utf-8")):
        if block.kind == "order":
            await give(client, neighbour, block)
            await give(client, told, block)
            up_to_date = False
        elif block.kind == "question":
            if not up_to_date:
                await bring_up_to_date(write)
            up_to_date = True
            answer = await asked(client, told, block)
        else:
            assert answer == json.loads(block.text), f"docs/a-year.md:{block.line}"
    assert neighbour.moments.keys() == told.moments.keys()  # it lived through all of it


def test_every_block_of_the_story_is_played_and_every_question_has_its_answer() -> None:
    story = STORY.read_text(encoding="utf-8")
    kinds = [block.kind for block in blocks(story)]

    assert 2 * len(kinds) == len(re.findall("^```", story, re.MULTILINE))
    assert set(kinds) == {"order", "question", "answer"}
    followed = [(kind, after) for kind, after in zip(kinds, [*kinds[1:], "end"], strict=True)]
    assert all((kind == "question") == (after == "answer") for kind, after in followed)
