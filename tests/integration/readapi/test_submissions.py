"""What a body owes and reports, step by step, read back on both clocks and by whom."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.errors import ClaimTakenError
from domain.ids import RequirementId, SubmissionId, TenantId
from domain.requirement import EndRequirement
from domain.submission.commands import (
    ApproveSubmission,
    CorrectSubmission,
    DraftSubmission,
    PublishSubmission,
    ResubmitSubmission,
    ReturnSubmission,
    SubmitSubmission,
    ValidateSubmission,
)
from domain.submission.refusals import RouteRoleError, SamePersonError
from domain.values import Citation, Period, QualifiedValue
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.viewer import ANONYMOUS, Viewer
from services.refusals.orders import GuardBrokenError
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.acting import Acting, acting
from tests.integration.readapi.conftest import ALPHA, Client
from tests.integration.readapi.world import ALIKE, alone, uid

YEAR = Period.fiscal_year(2022)
MEMBER = Viewer(tenant_id=ALPHA, role="coordinator")
CITED = Citation(log=ALPHA, stream=uid("alpha", "indicator public"), version=1)
STEPS = """query ($asOf: AsOfInput) { partnership(slug: "alpha", asOf: $asOf) {
  submissions(indicator: "%s") { nodes { id stage value { number } published corrections submittedOn route
    indicator { wording { fr } } history { act stage actorRole reason breaches value { number } } } }
  publishedFigures(first: 5) { nodes { id value { number } publishedOn edition period { label { fr } } } } } }"""
OWED = """query ($asOf: AsOfInput, $until: Date) { partnership(slug: "alpha", asOf: $asOf) {
  requirements { totalCount nodes { id cadence dueDays endedOn indicator { unit } agreement { id }
    owed(until: $until) { period { label { fr } } dueOn exempt } } } } }"""


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    made = make_database(server, f"entente_submissions_{worker_name}")
    asyncio.run(bring_in(made, [entry for slug in ALIKE for entry in alone(slug)]))
    return made


@pytest.fixture
async def people(settings: DatabaseSettings) -> AsyncIterator[tuple[Acting, Client]]:
    async with acting(settings) as both:
        yield both


def enterprises(number: int) -> QualifiedValue:
    return QualifiedValue(kind="exact", number=Decimal(number), unit="entreprises")


async def drafted(write: Acting, number: int, period: Period = YEAR) -> SubmissionId:
    submission_id = SubmissionId(UUID(int=number))
    draft = DraftSubmission(submission_id=submission_id, indicator=CITED, period=period, value=enterprises(40))
    await write.give(ALPHA, "2023-04-10", draft)
    return submission_id


async def published(write: Acting, submission_id: SubmissionId, on: str) -> None:
    await write.give(ALPHA, on, ValidateSubmission(submission_id=submission_id), role="chair", person=2)
    steps = (ApproveSubmission(submission_id=submission_id), PublishSubmission(submission_id=submission_id))
    await write.give(ALPHA, on, *steps, role="programme_officer", person=3)


async def seen(client: Client, viewer: Viewer = MEMBER, **clock: Any) -> dict[str, Any]:
    query = STEPS % CITED.stream
    found = (await client.data(query, {"asOf": clock or None}, viewer=viewer))["partnership"]
    return {
        "working": {UUID(one["id"]).int: one for one in found["submissions"]["nodes"]},
        "out": {UUID(one["id"]).int: one for one in found["publishedFigures"]["nodes"]},
    }


async def test_a_figure_is_returned_mended_published_and_corrected(people: tuple[Acting, Client]) -> None:
    write, client = people
    one = await drafted(write, 7)
    await write.give(ALPHA, "2023-04-11", SubmitSubmission(submission_id=one))
    back = ReturnSubmission(submission_id=one, reason="no_evidence")
    await write.give(ALPHA, "2023-04-20", back, role="chair", person=2)
    await write.give(ALPHA, "2023-04-25", ResubmitSubmission(submission_id=one, value=enterprises(41)))
    await published(write, one, "2023-05-02")
    correction = CorrectSubmission(submission_id=one, value=enterprises(38), reason="late_information")
    corrected = await write.give(ALPHA, "2023-09-01", correction)
    await write.project()

    found = await seen(client)
    working, out = found["working"][7], found["out"][7]
    assert (working["stage"], working["value"]["number"], working["corrections"]) == ("SUBMITTED", "38", 1)
    assert (working["published"], working["submittedOn"], working["route"]) == (True, "2023-04-11", "council")
    assert (out["value"]["number"], out["edition"], out["publishedOn"]) == ("41", 1, "2023-05-02")
    assert [(step["act"], step["stage"], step["actorRole"], step["reason"]) for step in working["history"]] == [
        ("DRAFT", "DRAFT", "coordinator", None),
        ("SUBMIT", "SUBMITTED", "coordinator", None),
        ("RETURN", "RETURNED", "chair", "NO_EVIDENCE"),
        ("RESUBMIT", "SUBMITTED", "coordinator", None),
        ("VALIDATE", "VALIDATED", "chair", None),
        ("APPROVE", "APPROVED", "programme_officer", None),
        ("PUBLISH", "PUBLISHED", "programme_officer", None),
        ("CORRECT", "SUBMITTED", "coordinator", "LATE_INFORMATION"),
    ]
    assert working["indicator"]["wording"]["fr"] == "Indicateur public (fr)"
    # On a day, and as known at a moment.
    assert (await seen(client, effective="2023-04-21"))["working"][7]["stage"] == "RETURNED"
    assert 7 not in (await seen(client, effective="2023-05-01"))["out"]
    before = await seen(client, effective="2023-12-31", recorded=str(corrected.position - 1))
    assert before["working"][7]["stage"] == "PUBLISHED"

    await published(write, one, "2023-10-01")
    await write.project()
    now = (await seen(client))["out"][7]
    assert (now["value"]["number"], now["edition"]) == ("38", 2)
    assert (await seen(client, effective="2023-09-30"))["out"][7]["value"]["number"] == "41"


async def test_others_see_what_is_published_and_no_step(people: tuple[Acting, Client]) -> None:
    write, client = people
    one = await drafted(write, 8, Period.fiscal_year(2010))
    await write.give(ALPHA, "2023-04-11", SubmitSubmission(submission_id=one))
    await write.project()
    for viewer in (ANONYMOUS, Viewer(tenant_id=TenantId(uid("beta", "body")), role="coordinator")):
        found = await seen(client, viewer)
        assert found["working"] == {}
        assert 8 not in found["out"]

    await published(write, one, "2023-05-02")
    await write.project()

    assert (await seen(client, ANONYMOUS))["out"][8]["value"]["number"] == "40"
    assert (await seen(client, ANONYMOUS))["working"] == {}


async def test_a_draft_is_for_its_authors(people: tuple[Acting, Client]) -> None:
    write, client = people
    await drafted(write, 9, Period.fiscal_year(2011))
    await write.project()

    assert (await seen(client))["working"][9]["stage"] == "DRAFT"
    assert 9 not in (await seen(client, Viewer(tenant_id=ALPHA, role="member")))["working"]


async def test_no_two_submissions_have_one_address(people: tuple[Acting, Client]) -> None:
    write, _ = people
    period = Period.fiscal_year(2012)
    await drafted(write, 10, period)

    with pytest.raises(ClaimTakenError):
        await drafted(write, 11, period)


async def test_two_who_draft_one_address_at_once_do_not_both(people: tuple[Acting, Client]) -> None:
    write, _ = people
    period = Period.fiscal_year(2013)

    answers = await asyncio.gather(
        *(drafted(write, number, period) for number in range(20, 26)), return_exceptions=True
    )

    assert sum(isinstance(answer, UUID) for answer in answers) == 1
    assert all(isinstance(answer, UUID | ClaimTakenError | GuardBrokenError) for answer in answers)


async def test_a_refused_step_records_nothing(people: tuple[Acting, Client]) -> None:
    write, client = people
    one = await drafted(write, 12, Period.fiscal_year(2014))
    await write.give(ALPHA, "2023-04-11", SubmitSubmission(submission_id=one))

    with pytest.raises(SamePersonError):
        await write.give(ALPHA, "2023-04-12", ValidateSubmission(submission_id=one), role="chair", person=1)
    with pytest.raises(RouteRoleError):
        await write.give(ALPHA, "2023-04-12", ValidateSubmission(submission_id=one), role="coordinator", person=2)
    await write.project()

    assert len((await seen(client))["working"][12]["history"]) == 2


async def test_what_is_owed_is_worked_out_from_the_requirement(people: tuple[Acting, Client]) -> None:
    write, client = people
    query = {"until": "2022-06-01"}
    (public,) = (await client.data(OWED, query))["partnership"]["requirements"]["nodes"]
    everything = (await client.data(OWED, query, viewer=MEMBER))["partnership"]["requirements"]

    assert everything["totalCount"] == 3
    assert public["id"] == str(uid("alpha", "requirement public"))
    assert (public["cadence"], public["dueDays"], public["indicator"]["unit"]) == (
        "FISCAL_YEAR",
        91,
        "entreprises",
    )
    assert public["agreement"]["id"] == str(uid("alpha", "agreement public"))
    assert [(one["period"]["label"]["fr"], one["dueOn"], one["exempt"]) for one in public["owed"]] == [
        ("2020-2021", "2021-06-30", "STARTING_UP"),
        ("2021-2022", "2022-06-30", None),
        ("2022-2023", "2023-06-30", None),
    ]

    ended = EndRequirement(requirement_id=RequirementId(uid("alpha", "requirement public")))
    await write.give(ALPHA, "2022-04-01", ended)
    await write.project()

    (after,) = (await client.data(OWED, query))["partnership"]["requirements"]["nodes"]
    assert after["endedOn"] == "2022-04-01"
    assert [one["period"]["label"]["fr"] for one in after["owed"]] == ["2020-2021", "2021-2022"]
    still = query | {"asOf": {"effective": "2022-03-31"}}
    assert (await client.data(OWED, still))["partnership"]["requirements"]["nodes"] == [public]
