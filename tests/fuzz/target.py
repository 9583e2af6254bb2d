"""The service that is asked: the demonstration as a process of its own, and what its sample holds."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
from hypothesis import HealthCheck, Phase, settings

from infra.embedded import EmbeddedServer
from tests.e2e.running import Running

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LINES: Final = "query L($s: String!) { partnership(slug: $s) { timeline(first: 200) { nodes { streamId } } } }"


class Target(NamedTuple):
    """Where to ask, as whom, and the ids of what is there."""

    url: str
    slug: str
    token: str
    ids: tuple[str, ...]

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def at_home(self, value: Any, chance: random.Random) -> Any:
        """The same value with most of its ids exchanged for ids that exist: an unknown one ends at the door."""
        match value:
            case dict():
                return {key: self.at_home(inner, chance) for key, inner in value.items()}
            case list():
                return [self.at_home(inner, chance) for inner in value]
            case str() if _ID.fullmatch(value) and chance.random() < 0.7:
                return chance.choice(self.ids)
        return value


class Findings:
    """What came back: answers by what was sent and their status, and what should not have come."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.against: list[str] = []

    @property
    def asked(self) -> int:
        return self.answers.total()

    def told(self) -> str:
        counts = ", ".join(f"{name}: {count:,}" for name, count in sorted(self.answers.items()))
        return f"{self.asked:,} requests, {len(self.against):,} findings ({counts})"


def drawn(examples: int) -> settings:
    """Hypothesis draws so many and keeps nothing; what is found is told as it was sent, not made smaller."""
    return settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def demonstration(directory: Path, port: int) -> Iterator[Target]:
    """Start it with the sample, and stop it."""
    instance = directory / "i"
    running = Running(instance, port)
    try:
        url = running.wait_for(r"(http://127\.0\.0\.1:\d+)/fr\n")[1]
        slug = running.wait_for(r"coordination de: ([a-z0-9-]+)\n")[1]
        token = running.wait_for(r"Authorization: Bearer (\S+)\n")[1]
        yield Target(url, slug, token, _ids(url, slug, token))
    finally:
        running.process.terminate()
        running.close()
        EmbeddedServer(instance).destroy()


def _ids(url: str, slug: str, token: str) -> tuple[str, ...]:
    answer = httpx.post(
        f"{url}/graphql",
        json={"query": _LINES, "variables": {"s": slug}},
        headers={"authorization": f"Bearer {token}"},
    )
    found = sorted(set(_ID.findall(answer.text)))
    assert found, answer.text
    return tuple(found)
