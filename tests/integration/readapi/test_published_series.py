"""What is published, in one statement: out of sums where they say it, or else of the figures, all the same."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import false

from domain.ids import COMMONS
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi import published
from readapi.persisted import hashes, stored
from readapi.viewer import ANONYMOUS, Viewer
from tests.comparison.country import FUNDER, Country
from tests.comparison.loading import load
from tests.comparison.sizes import SIZES
from tests.integration.filled import make_database
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.operations import Operation
from tests.integration.readapi.test_compiled import Both, canonical, data
from tests.integration.readapi.test_persisted import get

TEXT = stored()[hashes()["published_series"]]
READER = Viewer(tenant_id=FUNDER, role="programme_officer")


@pytest.fixture(scope="module")
def country() -> Country:
    return Country(5, SIZES["small"])


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str, country: Country) -> DatabaseSettings:
    made = make_database(server, f"entente_published_{worker_name}")
    asyncio.run(load(made, country, lambda _: None))
    return made


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(scope="module")
def both(runner: asyncio.Runner, settings: DatabaseSettings) -> Iterator[Both]:
    database = Database(settings)
    yield Both(database)
    runner.run(database.close())


@pytest.fixture
def by_sums(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the answers that sums give."""
    counted: Counter[str] = Counter()

    class Noted(published._Sums):
        def told(self, *given: Any) -> Any:
            answer = super().told(*given)
            counted["by sums"] += 1
            return answer

    monkeypatch.setattr(published, "_Sums", Noted)
    return counted


def questions(country: Country) -> Iterator[dict[str, Any]]:
    """Every shared indicator over every period, by what it can be brought together."""
    periods = [
        {"kind": one.kind.upper(), "start": one.start.isoformat(), "end": one.end.isoformat()}
        for one in country.periods
    ]
    for cited in country.indicators:
        owner = "commons" if cited.log == COMMONS else "ministry"
        for by in ("ALL", "PROVINCE", "KIND"):
            yield {"indicator": {"owner": owner, "id": str(cited.stream)}, "periods": periods, "by": by}


def ask(runner: asyncio.Runner, both: Both, text: str, given: dict[str, Any], viewer: Viewer) -> tuple[Any, bool]:
    """The answer of both, and whether it came in one statement."""
    both.reads.statements.clear()
    both.reads.transactions = 0
    compiled, executed = runner.run(both.ask(Operation(text, given), viewer))
    assert canonical(compiled) == canonical(executed), given
    assert "errors" not in executed.body
    is_one = (len(both.reads.statements), both.reads.transactions) == (1, 0)
    return data(executed)["publishedSeries"], is_one and compiled.data is not None


@pytest.mark.parametrize("clock", ["now", "a day of the past", "a moment"])
def test_it_is_one_statement_whatever_says_it(
    runner: asyncio.Runner, both: Both, country: Country, by_sums: Counter[str], clock: str
) -> None:
    day = country.periods[-2].end.isoformat()
    clocks = {
        "now": None,
        "a day of the past": {"effective": day},
        "a moment": {"effective": day, "recorded": "2150-01-01T00:00:00Z"},
    }
    every = list(questions(country))
    for given in every:
        found, is_one = ask(runner, both, TEXT, given | {"asOf": clocks[clock]}, ANONYMOUS)
        assert is_one, given
        assert found is not None

    told = by_sums["by sums"] // 2  # by the one statement, and by the executor
    if clock == "now":
        assert 0 < told < len(every)  # the others are what sums do not say
    else:
        assert told == 0


def test_without_asking_what_sums_do_not_say_the_executor_has_to(
    runner: asyncio.Runner, both: Both, country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the answers are the same, and some take more than one statement."""
    monkeypatch.setattr(published, "may_not_tell", lambda _: false())
    text = TEXT.replace("query PublishedSeries", "query SumsAlone")
    database = both.reads._database

    compiled = Both(database)
    taken = [ask_compiled(runner, compiled, text, given) for given in questions(country)]

    assert 0 < taken.count(False) < len(taken)


def ask_compiled(runner: asyncio.Runner, both: Both, text: str, given: dict[str, Any]) -> bool:
    from readapi.negotiation import GraphQLRequest

    answer = runner.run(both.compiled.answer(GraphQLRequest(query=text, variables=given), ANONYMOUS))
    return answer.data is not None


def test_it_is_the_same_for_who_was_granted_more(runner: asyncio.Runner, both: Both, country: Country) -> None:
    compared = """query ($i: IndicatorInput!, $p: [PeriodInput!]!) {
      indicatorSeries(indicator: $i, periods: $p, stage: SUBMITTED) { groups { points { figures } } } }"""
    more = 0
    for given in questions(country):
        of_public, _ = ask(runner, both, TEXT, given, ANONYMOUS)
        of_funder, is_one = ask(runner, both, TEXT, given, READER)
        assert of_funder == of_public
        assert is_one
        asked = Operation(compared, {"i": given["indicator"], "p": given["periods"]})
        granted, public = (data(runner.run(both.ask(asked, who))[0]) for who in (READER, ANONYMOUS))
        more += granted != public
    assert more > 0  # the grants open something, and not here


async def test_its_tag_changes_when_the_sums_do(settings: DatabaseSettings, country: Country) -> None:
    """They are brought up to date after the rows that they are of, so those alone do not say when."""
    given = next(questions(country))

    async def tag() -> str:
        async with Database(settings) as database:
            client = Client(database)
            async with client.http:
                answer = await get(client, documentId=f"sha256:{hashes()['published_series']}", variables=given)
                again = await get(
                    client,
                    documentId=f"sha256:{hashes()['published_series']}",
                    variables=given,
                    tag=answer.headers["etag"],
                )
                assert again.status_code == 304
                return str(answer.headers["etag"])

    before = await tag()
    assert await tag() == before
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute("UPDATE national.summed_reached SET position = position + 1")
    assert await tag() != before
