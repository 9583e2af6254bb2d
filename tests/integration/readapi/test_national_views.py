"""Money, support, themes and seats across the country, each with who is in it, who is not, and for whom."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain.ids import COMMONS, TenantId
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.viewer import ANONYMOUS, Viewer
from services.importing import Entry
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world_lines import Lines, both, uid

FUNDER = Viewer(tenant_id=TenantId(UUID(int=987)), role="programme_officer")
BODIES = ("vue-nord", "vue-sud", "vue-vide")
"""The first two say alike things; the second says them to funders only."""
THEMES = uid("commons", "view themes")
TOWN, SCHOOLS = (uid("commons", f"view {name}") for name in ("town", "schools"))


def lines() -> Iterator[Entry]:
    shared = Lines("commons")
    codes = ["housing", "work", "health"]
    themes = {
        "theme_list_id": str(THEMES),
        "code": "vues",
        "title": both("Thèmes"),
        "themes": [{"code": code, "label": both(code)} for code in codes],
    }
    yield shared.line("PublishThemeList", "2020-01-01", themes)
    for organisation, kind in ((TOWN, "municipal"), (SCHOOLS, "education")):
        known = {"organisation_id": str(organisation), "name": both(kind), "kind": kind}
        yield shared.line("RegisterOrganisation", "2020-01-01", known)
    yield shared.line("ConsentToListing", "2020-01-01", {"organisation_id": str(TOWN)})
    for slug in BODIES:
        of = Lines(slug)
        known = {"body_id": of.id("body"), "slug": slug, "kind": "lip", "name": both(slug)}
        yield of.line("RegisterBody", "2020-01-01", known, body="commons")
        opening = {"province": "ON", "time_zone": "America/Toronto", "default_language": "fr"}
        yield of.line("OpenBody", "2020-01-01", known | opening)
    yield from says("vue-nord", "public")
    yield from says("vue-sud", "funders")


def says(slug: str, audience: str) -> Iterator[Entry]:
    of = Lines(slug, count=100)
    yield from _money(of, audience)
    yield from _records(of, audience)
    yield from _seats(of)


def _money(of: Lines, audience: str) -> Iterator[Entry]:
    """Two agreements in force, one of them without amount, and one that is terminated."""
    programme = {"code": "settlement", "label": both("Établissement")}
    amounts = {"main": {"kind": "exact", "number": "8500000", "unit": "CAD"}, "silent": None}
    ended = {"kind": "exact", "number": "77", "unit": "CAD"}
    for name, amount in (*amounts.items(), ("ended", ended)):
        signed = {"agreement_id": of.id(name), "programme": programme, "amount": amount, "audience": audience}
        yield of.line("SignAgreement", "2020-04-01", signed)
    given = [
        (
            "main",
            "Ville",
            False,
            {"kind": "at_least", "number": "4500000", "raw": "plus de 4,5 M$", "unit": "CAD"},
        ),
        ("main", "Ville", True, {"kind": "estimate", "number": "1800000", "unit": "CAD"}),
        ("ended", "Fondation", False, {"kind": "exact", "number": "5", "unit": "CAD"}),
    ]
    for number, (name, source, in_kind, amount) in enumerate(given):
        added = {
            "agreement_id": of.id(name),
            "contribution_id": of.id(f"contribution {number}"),
            "source": both(source),
            "in_kind": in_kind,
            "amount": amount,
        }
        yield of.line("RecordContribution", "2020-05-01", added)
    yield of.line("TerminateAgreement", "2021-04-01", {"agreement_id": of.id("ended")})


def _records(of: Lines, audience: str) -> Iterator[Entry]:
    publication = {"title": both("Procès-verbal")}
    endorsers = (("town", TOWN, "council_resolution"), ("schools", SCHOOLS, "letter"), ("other", None, "letter"))
    for name, organisation, kind in endorsers:
        endorsed = {
            "endorsement_id": of.id(f"endorsement {name}"),
            "endorser": both(name),
            "organisation_id": None if organisation is None else str(organisation),
            "kind": kind,
            "publication": publication,
            "audience": audience,
        }
        yield of.line("RecordEndorsement", "2020-06-01", endorsed)
    yield of.line("WithdrawEndorsement", "2021-06-01", {"endorsement_id": of.id("endorsement other")})
    listed = {"log": str(COMMONS), "theme_list_id": str(THEMES), "number": 1}
    practice = {"practice_id": of.id("practice"), "title": both("Pratique"), "summary": both("Inviter")}
    sorting = {"sorted_by": {"theme_list": listed, "codes": ["housing", "work"]}}
    yield of.line("DescribePractice", "2020-06-01", practice | sorting | {"audience": audience})
    study = {"study_id": of.id("study")}
    yield of.line("RecordStudy", "2020-06-01", study | {"title": both("Étude"), "audience": audience})
    for name, codes in (("sorted", ["housing"]), ("unsorted", None)):
        need = {"need_id": of.id(f"need {name}"), "statement": both("Besoin")}
        by = {} if codes is None else {"sorted_by": {"theme_list": listed, "codes": codes}}
        yield of.line("IdentifyNeed", "2020-06-02", study | need | by)


def _seats(of: Lines) -> Iterator[Entry]:
    """A seat of health that is held, one whose term is over, one of no sector, and one that is no more."""
    committee = {"committee_id": of.id("committee")}
    established = {"kind": "partnership_council", "name": both("Conseil"), "audience": "public"}
    yield of.line("EstablishCommittee", "2020-01-10", committee | established)
    health = {"code": "health", "label": both("Santé")}
    seats = (
        ("held", health, "2099-12-31"),
        ("over", health, "2020-12-31"),
        ("free", None, None),
        ("gone", health, None),
    )
    for number, (name, sector, until) in enumerate(seats, 1):
        seat = {"seat_id": of.id(f"seat {name}")}
        created = {"number": number, "label": both(name), "sector": sector}
        yield of.line("CreateSeat", "2020-02-01", committee | seat | created)
        if until is not None:
            seated = {"person_id": of.id(f"person {name}"), "until": until}
            yield of.line("SeatMember", "2020-03-01", seat | seated, source={"title": both("Rapport")})
    yield of.line("AbolishSeat", "2021-03-01", {"seat_id": of.id("seat gone")})


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    made = make_database(server, f"entente_views_{worker_name}")
    asyncio.run(bring_in(made, list(lines())))
    return made


@pytest.fixture
async def reader(settings: DatabaseSettings) -> AsyncIterator[Client]:
    async with Database(settings) as database:
        client = Client(database)
        async with client.http:
            yield client


@pytest.fixture
def granted(settings: DatabaseSettings) -> Iterator[None]:
    """The body that speaks to funders only grants one of them everything."""
    with psycopg.connect(settings.admin_dsn, autocommit=True) as connection:
        row = [uid("vue-sud", "body"), FUNDER.tenant_id]
        connection.execute("INSERT INTO access.grant_now VALUES (%s, %s, '', 1)", row)
        yield
        connection.execute("DELETE FROM access.grant_now WHERE tenant_id = %s AND grantee = %s", row)


COVERAGE = "coverage { reporting expected missing { count bodies { slug } } sample }"
FUNDING = (
    "{ nationalFunding { programmes { programme { code } agreements withoutAmount total { low high parts } }"
    " sources { source { fr } inKind contributions bodies total { low high weakestKind estimated } }"
    " cash { low high } inKind { low high }"
    " leverage { cash { low high } inKind { low high } agreements withContributions leftOut } " + COVERAGE + " } }"
)


async def test_money_keeps_its_qualifiers_and_says_what_comes_to_each_dollar(reader: Client) -> None:
    found = (await reader.data(FUNDING))["nationalFunding"]

    assert found["programmes"] == [
        {
            "programme": {"code": "settlement"},
            "agreements": 2,
            "withoutAmount": 1,
            "total": {"low": "8500000", "high": "8500000", "parts": 1},
        }
    ]
    city = {"source": {"fr": "Ville (fr)"}, "contributions": 1, "bodies": 1}
    cash = {"low": "4500000", "high": None, "weakestKind": "AT_LEAST", "estimated": "0"}
    kind = {"low": "1800000", "high": "1800000", "weakestKind": "ESTIMATE", "estimated": "1800000"}
    # The contribution to the terminated agreement went with it.
    assert found["sources"] == [
        city | {"inKind": False, "total": cash},
        city | {"inKind": True, "total": kind},
    ]
    assert (found["cash"], found["inKind"]) == (
        {"low": "4500000", "high": None},
        {"low": "1800000", "high": "1800000"},
    )
    # 4.5/8.5 and more, and 1.8/8.5.
    assert found["leverage"] == {
        "cash": {"low": "0.52", "high": None},
        "inKind": {"low": "0.21", "high": "0.22"},
        "agreements": 1,
        "withContributions": 1,
        "leftOut": 1,
    }
    missing = {"count": 2, "bodies": [{"slug": "vue-sud"}, {"slug": "vue-vide"}]}
    assert found["coverage"] == {"reporting": 1, "expected": 3, "missing": missing, "sample": 2}


ENDORSEMENTS = (
    "query ($asOf: AsOfInput) { nationalEndorsements(asOf: $asOf) { endorsements ofPlans"
    " kinds { kind endorsements bodies } endorsers { kind endorsements bodies } " + COVERAGE + " } }"
)


async def test_support_is_told_by_kind_and_by_who_gives_it_where_they_are_listed(reader: Client) -> None:
    found = (await reader.data(ENDORSEMENTS))["nationalEndorsements"]

    assert (found["endorsements"], found["ofPlans"]) == (2, 0)
    assert found["kinds"] == [
        {"kind": "COUNCIL_RESOLUTION", "endorsements": 1, "bodies": 1},
        {"kind": "LETTER", "endorsements": 1, "bodies": 1},
    ]
    assert found["endorsers"] == [
        {"kind": "MUNICIPAL", "endorsements": 1, "bodies": 1},
        {"kind": None, "endorsements": 1, "bodies": 1},
    ]
    before = (await reader.data(ENDORSEMENTS, {"asOf": {"effective": "2021-05-31"}}))["nationalEndorsements"]
    assert before["endorsements"] == 3
    assert (await reader.data(ENDORSEMENTS, {"asOf": {"effective": "2020-05-31"}}))["nationalEndorsements"][
        "coverage"
    ]["reporting"] == 0


FREQUENCY = (
    'query ($id: UUID!) { themeFrequency(themeList: {owner: "commons", id: $id}) {'
    " themes { code label { fr } needs practices bodies } records unsorted " + COVERAGE + " } }"
)


async def test_themes_come_by_frequency_and_what_is_not_sorted_is_counted_apart(reader: Client) -> None:
    found = (await reader.data(FREQUENCY, {"id": str(THEMES)}))["themeFrequency"]

    assert [
        (one["code"], one["label"]["fr"], one["needs"], one["practices"], one["bodies"]) for one in found["themes"]
    ] == [("housing", "housing (fr)", 1, 1, 1), ("work", "work (fr)", 0, 1, 1), ("health", "health (fr)", 0, 0, 0)]
    assert (found["records"], found["unsorted"]) == (2, 1)
    assert (found["coverage"]["reporting"], found["coverage"]["expected"]) == (1, 3)
    assert (await reader.data(FREQUENCY, {"id": str(UUID(int=1))}))["themeFrequency"] is None


SECTORS = (
    "query ($asOf: AsOfInput) { sectorCoverage(asOf: $asOf) {"
    " sectors { code label { fr } seats held bodies bodiesHeld } seats held " + COVERAGE + " } }"
)


@pytest.mark.usefixtures("granted")
async def test_seats_by_sector_are_for_funders_who_were_granted_everything(reader: Client) -> None:
    found = (await reader.data(SECTORS, viewer=FUNDER))["sectorCoverage"]

    assert found["sectors"] == [
        {"code": "health", "label": {"fr": "Santé (fr)"}, "seats": 2, "held": 1, "bodies": 1, "bodiesHeld": 1},
        {"code": None, "label": None, "seats": 1, "held": 0, "bodies": 1, "bodiesHeld": 0},
    ]
    assert (found["seats"], found["held"], found["coverage"]["reporting"]) == (3, 1, 1)
    earlier = (await reader.data(SECTORS, {"asOf": {"effective": "2020-12-31"}}, viewer=FUNDER))["sectorCoverage"]
    assert (earlier["seats"], earlier["held"]) == (4, 2)
    assert (await reader.data(SECTORS))["sectorCoverage"]["seats"] == 0


VIEWS = (
    "query ($id: UUID!) { nationalFunding { programmes { agreements } " + COVERAGE + " }"
    " nationalEndorsements { endorsements " + COVERAGE + " }"
    ' themeFrequency(themeList: {owner: "commons", id: $id}) { records ' + COVERAGE + " } }"
)


async def figures(client: Client, viewer: Viewer) -> dict[str, tuple[Any, int]]:
    found = await client.data(VIEWS, {"id": str(THEMES)}, viewer=viewer)
    shown = {
        "nationalFunding": sum(one["agreements"] for one in found["nationalFunding"]["programmes"]),
        "nationalEndorsements": found["nationalEndorsements"]["endorsements"],
        "themeFrequency": found["themeFrequency"]["records"],
    }
    return {view: (count, found[view]["coverage"]["reporting"]) for view, count in shown.items()}


ONE = {"nationalFunding": (2, 1), "nationalEndorsements": (2, 1), "themeFrequency": (2, 1)}
BOTH = {"nationalFunding": (4, 2), "nationalEndorsements": (4, 2), "themeFrequency": (4, 2)}


@pytest.mark.usefixtures("granted")
async def test_a_grant_brings_its_bearer_into_every_view_for_one_funder(reader: Client) -> None:
    assert await figures(reader, FUNDER) == BOTH
    assert await figures(reader, ANONYMOUS) == ONE


async def test_without_the_grant_it_is_gone_from_every_view_at_the_next_read(reader: Client) -> None:
    assert await figures(reader, FUNDER) == ONE
