"""Enumeration by id: whatever takes the id of a record answers of a hidden one as of one that is not there.

What takes an id is read from the schema and from the table of doors: a new field or door fails by its name until
it is tried here. Each control takes the protection away, and the same request gets what was hidden.
"""

import itertools
import re
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Final, NamedTuple

import psycopg
import pytest
from graphql import GraphQLObjectType, get_named_type
from sqlalchemy import true

from domain.ids import TenantId
from infra.access.tokens import ID_CHARACTERS
from infra.pii.persons import Person
from infra.settings import Settings
from readapi import sight
from readapi.schema import schema
from services.api import admitting, documents
from services.doors import DOORS, Rule
from services.identity.inviting import invite
from tests.integration.readapi.acting import Acting
from tests.isolation.matrix_doors import Probe, told
from tests.isolation.matrix_fields import asked
from tests.isolation.matrix_world import OWN, PERIOD, STRANGER, World, body_id, id_of, opened
from tests.isolation.standing import Standing, Who
from tests.unit.services.tables.making import csv_of

NEIGHBOUR = Who(Standing.STRANGER, "coordinator")
OUTSIDE = (NEIGHBOUR, Who(Standing.GRANTED, "programme_officer"), Who(Standing.ANONYMOUS))
MEMBER = Who(Standing.OWN, "coordinator")
UNKNOWN = uuid.UUID(int=11)
TYPES: Final = frozenset({"UUID", "IndicatorInput", "ThemeListInput"})
"""Of arguments that name one record."""
OPEN: Final = {
    "Query.organisation": "the commons' organisations are there for everybody or for nobody",
    "Query.themeFrequency": "theme lists are public",
}
"""Fields that take an id of what is never hidden, with the reason."""


class Question(NamedTuple):
    """A field by an id, and a record of which those outside may know nothing there."""

    record: str
    text: str
    """`ID` stands for the record's."""


_YEAR = f'{{kind: FISCAL_YEAR, start: "{PERIOD["start"]}", end: "{PERIOD["end"]}"}}'
_INDICATOR = f'indicator: {{owner: "{OWN}", id: "ID"}}'
QUESTIONS: Final = {
    "Partnership.plan": Question("draft", 'plan(id: "ID") { id }'),
    "Partnership.committee": Question("committee tenant", 'committee(id: "ID") { id }'),
    "Partnership.meeting": Question("meeting tenant", 'meeting(id: "ID") { id }'),
    "Partnership.decision": Question("decision tenant", 'decision(id: "ID") { id }'),
    "Partnership.documents": Question("adopted", 'documents(first: 5, subject: "ID") { totalCount }'),
    "Partnership.submissions": Question(
        "indicator tenant", 'submissions(first: 5, indicator: "ID") { totalCount }'
    ),
    "Partnership.publishedFigures": Question("full rate", 'publishedFigures(indicator: "ID") { totalCount }'),
    "Partnership.meetings": Question("committee tenant", 'meetings(committee: "ID") { totalCount }'),
    "Partnership.decisions": Question("committee tenant", 'decisions(committee: "ID") { totalCount }'),
    "Partnership.targets": Question("draft", 'targets(plan: "ID") { id }'),
    "Query.frozenComparison": Question("kept tenant", f'frozenComparison(owner: "{OWN}", id: "ID") {{ id }}'),
    "Query.indicatorComparison": Question(
        "indicator tenant", f"indicatorComparison({_INDICATOR}, period: {_YEAR}) {{ expected }}"
    ),
    "Query.indicatorSeries": Question(
        "indicator tenant", f"indicatorSeries({_INDICATOR}, periods: [{_YEAR}]) {{ __typename }}"
    ),
    "Query.publishedSeries": Question(
        "indicator tenant", f"publishedSeries({_INDICATOR}, periods: [{_YEAR}], by: PROVINCE) {{ __typename }}"
    ),
}


@pytest.fixture(scope="module")
def hiding(matrix: Settings) -> Settings:
    """Two lists by a record are all hidden: documents of the adopted plan, and what was published of the rate."""
    with psycopg.connect(matrix.database.admin_dsn) as connection:
        moved = [id_of("adopted"), id_of("document tenant")]
        connection.execute("UPDATE rm.document SET subject_id = %s WHERE entity_id = %s", moved)
        hidden = [id_of("full rate")]
        connection.execute(
            "UPDATE national.published_figure SET audience = 'tenant' WHERE indicator_stream = %s", hidden
        )
    return matrix


@pytest.fixture
async def world(hiding: Settings) -> AsyncIterator[World]:
    async with opened(hiding) as made:
        yield made


def everything(source: Any, *_: Any, **__: Any) -> Any:
    """Instead of what a reader may see of a table."""
    return source.c.tenant_id.is_not(None) if "tenant_id" in source.c else true()


# Fields


def taking_ids() -> Iterator[str]:
    """The fields of the schema that take the id of a record."""
    for type_ in schema._schema.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            for name, field in type_.fields.items():
                if TYPES & {get_named_type(argument.type).name for argument in field.args.values()}:
                    yield f"{type_.name}.{name}"


def test_each_field_that_takes_an_id_is_tried() -> None:
    assert set(taking_ids()) == QUESTIONS.keys() | OPEN.keys()


async def of_both(world: World, field: str, who: Who) -> list[tuple[int, dict[str, Any]]]:
    """The answers about what is hidden, and about what is not there."""
    answers = []
    for id_ in (id_of(QUESTIONS[field].record), UNKNOWN):
        text = QUESTIONS[field].text.replace("ID", str(id_))
        if field.startswith("Partnership."):
            text = f'partnership(slug: "{OWN}") {{ {text} }}'
        answers.append(await asked(world, f"{{ {text} }}", who))
    return answers


@pytest.mark.parametrize("field", QUESTIONS)
async def test_a_field_by_id_says_the_same_of_what_is_hidden_and_of_what_is_not_there(
    world: World, field: str
) -> None:
    for who in OUTSIDE:
        hidden, absent = await of_both(world, field, who)
        assert hidden == absent
        assert hidden[0] == 200
        assert "errors" not in hidden[1]


async def test_the_control_without_predicate_and_row_security_each_field_tells_what_is_hidden(
    world: World,
    open_tables: None,  # noqa: ARG001 - what it does counts
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sight, "visible", everything)
    async with opened(world.settings) as anew:  # plans of documents are kept
        for field, who in itertools.product(QUESTIONS, OUTSIDE):
            hidden, absent = await of_both(anew, field, who)
            assert "errors" not in hidden[1]
            assert hidden != absent


# Doors to what a reader may see


class Read(NamedTuple):
    """An address by an id, and a record that those outside do not see."""

    record: str
    path: str


BASE: Final = f"/api/v1/partnerships/{OWN}"
READS: Final = {
    "GET /api/v1/partnerships/{slug}/documents/{document_id}": Read("document tenant", f"{BASE}/documents/ID"),
    "GET /api/v1/partnerships/{slug}/datasets/{dataset_id}/sdmx.csv": Read(
        "dataset tenant", f"{BASE}/datasets/ID/sdmx.csv"
    ),
    "GET /en/partnerships/{slug}/plans/{plan_id}": Read("draft", f"/en/partnerships/{OWN}/plans/ID"),
    "GET /fr/partenariats/{slug}/plans/{plan_id}": Read("draft", f"/fr/partenariats/{OWN}/plans/ID"),
}


def by_id(rule: Rule) -> set[str]:
    """The doors of a rule whose address has the id of a record."""
    return {name for name, door in DOORS.items() if door.rule is rule and re.search(r"_id\}", name)}


def test_each_door_that_takes_an_id_is_tried() -> None:
    assert by_id(Rule.READER) == READS.keys()
    assert by_id(Rule.BODY) == KEPT.keys()
    assert {DOORS[name].rule for name in DOORS if "_id}" in name} == {Rule.READER, Rule.BODY}


async def read(world: World, door: str, id_: uuid.UUID, who: Who) -> tuple[int, str]:
    status, text = await told(world, Probe(door, READS[door].path.replace("ID", str(id_))), who)
    return status, text.replace(str(id_), "ID")


@pytest.mark.parametrize("door", READS)
async def test_a_door_says_the_same_of_what_is_hidden_and_of_what_is_not_there(world: World, door: str) -> None:
    for who in OUTSIDE:
        hidden = await read(world, door, id_of(READS[door].record), who)
        assert hidden == await read(world, door, UNKNOWN, who)
        assert hidden[0] == 404


async def test_the_control_without_a_look_at_who_reads_each_door_gives_what_is_hidden(
    world: World,
    open_tables: None,  # noqa: ARG001 - what it does counts
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, "visible", lambda *_: True)
    monkeypatch.setattr(sight, "visible", everything)
    async with opened(world.settings) as anew:
        for door, who in itertools.product(READS, OUTSIDE):
            assert (await read(anew, door, id_of(READS[door].record), who))[0] == 200
            assert (await read(anew, door, UNKNOWN, who))[0] == 404


# Doors of a body: by the id of another body's record, under the own address


async def bearing(world: World, method: str, path: str, **sent: Any) -> Any:
    """As a coordinator of the body."""
    headers = {"authorization": f"Bearer {await world.token(MEMBER)}", "idempotency-key": str(uuid.uuid4())}
    headers |= sent.pop("headers", {})
    answer = await world.client.request(method, f"{BASE}/{path}", headers=headers, **sent)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def address(world: World) -> str:
    new = {"email": f"{uuid.uuid4().hex}@example.org", "language": "fr", "purpose": "reminders"}
    return str((await bearing(world, "POST", "addresses", json=new))["address_id"])


async def invitation(world: World) -> str:
    by = await world.write.vault.pseudonym(body_id(OWN), uuid.uuid4())
    email = f"{uuid.uuid4().hex}@example.org"
    await invite(world.write.identity, body_id(OWN), email, "member", "fr", by_role="operator", invited_by=by)
    listed = await world.write.identity.invitations.list(body_id(OWN))
    return str(next(one.invitation_id for one in listed if one.email == email))


async def member(world: World) -> str:
    who = Who(Standing.OWN, "member")
    await world.session(who)
    members = await world.write.identity.accounts.members(body_id(OWN))
    return str(next(one.membership_id for one in members if one.account_id == world.accounts[who]))


async def person(world: World) -> str:
    known = await world.write.vault.pseudonym(body_id(OWN), uuid.uuid4())
    await world.write.vault.rectify(body_id(OWN), known, Person("Zoé Abricot", None, None))
    return str(known)


async def token(world: World) -> str:
    new = {"name": "import", "role": "coordinator", "read": True}
    return str((await bearing(world, "POST", "service-tokens", json=new))["id"])


async def table(world: World) -> str:
    rows = (("Référence", "Date d’effet", "Programme"), (uuid.uuid4().hex[:8], "2024-04-01", "PASI"))
    sent = {"headers": {"content-type": "text/csv"}, "content": csv_of(*rows)}
    made = await bearing(world, "POST", "imports/agreements", **sent)
    await Acting(world.write).project()
    return str(made["import_id"])


async def plan(world: World) -> str:
    await Acting(world.write).project()  # of a body that is behind no step is shown
    return str(id_of("published"))


class Kept(NamedTuple):
    """What makes a record for an address, and what is sent there."""

    make: Callable[[World], Awaitable[str]]
    absent: str = str(UNKNOWN)
    """An id that nothing has."""
    body: dict[str, Any] | None = None


_OURS: Final = "/api/v1/partnerships/{slug}"
KEPT: Final = {
    f"GET {_OURS}/imports/{{import_id}}": Kept(table),
    f"POST {_OURS}/imports/{{import_id}}/undo": Kept(table, body={}),
    f"DELETE {_OURS}/addresses/{{address_id}}": Kept(address),
    f"DELETE {_OURS}/invitations/{{invitation_id}}": Kept(invitation),
    f"DELETE {_OURS}/members/{{membership_id}}": Kept(member),
    f"GET {_OURS}/people/{{person_id}}": Kept(person),
    f"PUT {_OURS}/people/{{person_id}}": Kept(person, body={"name": "Nobody"}),
    f"DELETE {_OURS}/service-tokens/{{token_id}}": Kept(token, absent="a" * ID_CHARACTERS),
    "GET /log/{log}/plans/{plan_id}/steps/{version}": Kept(plan),
}


async def under_ours(world: World, door: str, id_: str) -> tuple[int, str]:
    """What a neighbour is told at the door of their own body, by an id."""
    path = door.partition(" ")[2].format_map(
        defaultdict(lambda: id_, slug=STRANGER, log=body_id(STRANGER), version=1)
    )
    status, text = await told(world, Probe(door, path, body=KEPT[door].body), NEIGHBOUR)
    return status, text.replace(id_, "ID")


@pytest.mark.parametrize("door", KEPT)
async def test_under_the_own_address_anothers_record_is_like_none(world: World, door: str) -> None:
    theirs = await under_ours(world, door, await KEPT[door].make(world))

    assert theirs == await under_ours(world, door, KEPT[door].absent)
    assert theirs[0] == 404


@pytest.mark.parametrize("door", KEPT)
async def test_the_control_a_door_that_looks_in_another_body_finds_its_record(
    world: World, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    """What was refused before is still there: the refusal removed nothing."""
    made = await KEPT[door].make(world)
    assert (await under_ours(world, door, made))[0] == 404

    async def theirs(*_: Any) -> TenantId:
        return body_id(OWN)

    monkeypatch.setattr(admitting, "body_of", theirs)

    assert (await under_ours(world, door, made))[0] in (200, 201, 204)
    assert (await under_ours(world, door, KEPT[door].absent))[0] == 404
