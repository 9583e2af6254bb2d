"""Fixture 8: one strategic indicator under three wordings, in three directorates, before and after the alignment.

The ministry and the directorates are fictional; the wordings are those of the regional plan of 2021-2022.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from domain.agreement import Programme
from domain.alignment import AlignIndicator, RealignIndicator, WithdrawAlignment
from domain.audience import Audience
from domain.ids import AlignmentId, ElementId, IndicatorId, PlanId, RequirementId, SubmissionId, TargetId, TenantId
from domain.indicator import DefineIndicator
from domain.plan.commands import AddPlanElement, AdoptPlanRevision, DraftPlan, PublishPlanRevision
from domain.requirement import ExemptPeriod, RequireSubmission
from domain.submission.commands import (
    ApproveSubmission,
    DraftSubmission,
    PublishSubmission,
    SubmitSubmission,
    ValidateSubmission,
)
from domain.target import SetBaseline, SetTarget, TieTarget
from domain.values import Citation, Combining, Period, QualifiedValue, TerritoryCode, fr
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.acting import Acting, acting
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world import Lines, both, uid

YEAR = Period.fiscal_year(2021)
COUNT = Combining(measure="flow", over_periods="sum", across_bodies="sum")
STRATEGIC = "Nombre d’entreprises ayant été accompagnées"
WORDINGS = {
    "direction-nord": "Nombre d’entreprises ayant été accompagnées",
    "direction-est": "Nombre d’entreprises ayant bénéficié du service aux entreprises du MIFI",
    "direction-sud": "Nombre d’entreprises ayant reçu un service d’accompagnement du MIFI",
}
REGIONS = {"direction-nord": "09", "direction-est": "01", "direction-sud": "05"}
SILENT, EXEMPT, OTHER = "direction-ouest", "direction-centre", "direction-voisine"
MINISTRY = TenantId(uid("ministere-imaginaire", "body"))
INDICATOR_ID = IndicatorId(uid("ministere-imaginaire", "indicator"))
CANONICAL = Citation(log=MINISTRY, stream=INDICATOR_ID, version=1)
FIGURES = {
    "direction-nord": QualifiedValue(kind="exact", number=Decimal(120), raw="120", unit="entreprises"),
    "direction-est": QualifiedValue(kind="at_least", number=Decimal(45), raw="plus de 45", unit="entreprises"),
    "direction-sud": QualifiedValue(kind="estimate", number=Decimal(30), raw="environ 30", unit="entreprises"),
}

NATIONAL = """query ($asOf: AsOfInput, $stage: SubmissionStage!, $partnerships: [String!]) {
  indicatorComparison(
    indicator: {owner: "ministere-imaginaire", id: "INDICATOR"},
    period: {kind: FISCAL_YEAR, start: "2021-04-01", end: "2022-03-31"},
    kinds: [REGIONAL_DIRECTORATE], asOf: $asOf, stage: $stage, partnerships: $partnerships) {
  indicator { wording { fr } owner { slug } }
  values { body { slug } territory { code } indicator { wording { fr } } value { kind number raw }
    stage comparability target { number } percentOfTarget { low high } sample }
  total { low high unit parts leftOut estimated provisional weakestKind }
  notAddable { reason message { en fr } }
  target { number } contribution { low high }
  reporting expected missing
  standings { body { slug } territory { code } state dueOn exempt }
  weakestComparability sample { included values } asOf { effective } } }""".replace("INDICATOR", str(INDICATOR_ID))


@dataclass
class Country:
    """The fictional country: who acts in it, and the moment before the alignments were recorded."""

    settings: DatabaseSettings
    before_the_act: datetime = field(default_factory=lambda: datetime.now(UTC))


def bodies() -> list[Any]:
    entries = []
    directorates = (*WORDINGS, SILENT, EXEMPT, OTHER)
    for slug in ("ministere-imaginaire", *directorates):
        of = Lines(slug)
        kind = "ministry" if slug.startswith("ministere") else "regional_directorate"
        body = {"body_id": of.id("body"), "slug": slug, "kind": kind, "name": both(slug)}
        entries.append(of.line("RegisterBody", "2020-01-01", body, body="commons"))
        opening = {"province": "QC", "time_zone": "America/Toronto", "default_language": "fr"}
        entries.append(of.line("OpenBody", "2020-01-01", body | opening))
    return entries


def defining(indicator_id: IndicatorId, wording: str) -> DefineIndicator:
    return DefineIndicator(
        definition_id=indicator_id,
        wording=fr(wording),
        unit="entreprises",
        kind="count",
        combining=COUNT,
        direction="increase",
        counted="other",
    )


def local(slug: str) -> IndicatorId:
    return IndicatorId(uid(slug, "indicator"))


async def report(people: Acting, slug: str, indicator: Citation, figure: QualifiedValue) -> None:
    """A partner submits, another adviser validates, the director approves and publishes."""
    body, of = uid(slug, "body"), SubmissionId(uid(slug, "submission"))
    territory = TerritoryCode(scheme="qc-region", code=REGIONS.get(slug, "16"))
    draft = DraftSubmission(submission_id=of, indicator=indicator, period=YEAR, territory=territory, value=figure)
    steps = (draft, SubmitSubmission(submission_id=of))
    await people.give(body, "2022-04-20", *steps, role="partner_reporter", person=1)
    await people.give(body, "2022-04-28", ValidateSubmission(submission_id=of), role="regional_adviser", person=2)
    out = (ApproveSubmission(submission_id=of), PublishSubmission(submission_id=of))
    await people.give(body, "2022-05-05", *out, role="plan_approver", person=3)


async def require(people: Acting, slug: str, indicator: Citation, territory: str | None) -> RequirementId:
    requirement_id = RequirementId(uid(slug, "requirement"))
    command = RequireSubmission(
        requirement_id=requirement_id,
        indicator=indicator,
        cadence="fiscal_year",
        first=YEAR,
        due_days=61,
        territory=None if territory is None else TerritoryCode(scheme="qc-region", code=territory),
        programme=Programme(code="plan-strategique", label=fr("Plan stratégique")),
        audience=Audience.PUBLIC,
    )
    await people.give(uid(slug, "body"), "2021-04-01", command)
    return requirement_id


async def set_target(people: Acting, slug: str, indicator: Citation, number: int) -> None:
    """A plan with one indicator, and its target for the year."""
    body, plan = uid(slug, "body"), PlanId(uid(slug, "plan"))
    element, target = ElementId(uid(slug, "element")), TargetId(uid(slug, "target"))
    figure = QualifiedValue(kind="exact", number=Decimal(number), unit="entreprises")
    await people.give(
        body,
        "2021-04-01",
        DraftPlan(plan_id=plan, kind="strategic_plan", title=fr("Plan"), period=Period.fiscal_years(2021, 2023)),
        AddPlanElement(plan_id=plan, element_id=element, level="objective", wording=fr("Accompagner"), rank=0),
        AdoptPlanRevision(plan_id=plan, number=1),
        PublishPlanRevision(plan_id=plan, number=1),
        SetBaseline(target_id=target, plan_id=plan, indicator_id=element, unit="entreprises", baseline=figure),
        SetTarget(target_id=target, period=YEAR, value=figure),
        TieTarget(target_id=target, indicator=indicator),
    )


async def fill(settings: DatabaseSettings) -> datetime:
    """Everything up to the national view without alignments, then the three alignments of 1 September 2022."""
    await bring_in(settings, bodies())
    async with acting(settings) as (people, _):
        await people.give(MINISTRY, "2021-04-01", defining(INDICATOR_ID, STRATEGIC))
        for slug, wording in WORDINGS.items():
            body, indicator_id = uid(slug, "body"), local(slug)
            await people.give(body, "2021-04-01", defining(indicator_id, wording))
            cited = Citation(log=body, stream=indicator_id, version=1)
            await require(people, slug, cited, REGIONS[slug])
            await report(people, slug, cited, FIGURES[slug])
        for slug in (SILENT, EXEMPT):
            requirement_id = await require(people, slug, CANONICAL, None)
            if slug == EXEMPT:
                exempt = ExemptPeriod(requirement_id=requirement_id, period=YEAR, reason="starting_up")
                await people.give(uid(slug, "body"), "2021-06-01", exempt)
        # A neighbour reports the same words and figure, and says that it is another indicator.
        neighbour, of_neighbour = uid(OTHER, "body"), local(OTHER)
        await people.give(neighbour, "2021-04-01", defining(of_neighbour, STRATEGIC))
        await report(
            people, OTHER, Citation(log=neighbour, stream=of_neighbour, version=1), FIGURES["direction-nord"]
        )
        await set_target(people, "ministere-imaginaire", CANONICAL, 600)
        north = Citation(log=uid("direction-nord", "body"), stream=local("direction-nord"), version=1)
        await set_target(people, "direction-nord", north, 160)
        await people.project()
        before = datetime.now(UTC)
        grades: dict[str, Any] = {
            "direction-nord": "exact",
            "direction-est": "partial",
            "direction-sud": "exact",
            OTHER: "none",
        }
        for slug, grade in grades.items():
            act = AlignIndicator(
                alignment_id=AlignmentId(uid(slug, "alignment")),
                definition_id=local(slug),
                canonical=CANONICAL,
                grade=grade,
            )
            await people.give(uid(slug, "body"), "2022-09-01", act, role="regional_adviser", person=2)
        await people.project()
    return before


@pytest.fixture(scope="module")
def country(server: EmbeddedServer, worker_name: str) -> Country:
    settings = make_database(server, f"entente_fixture_8_{worker_name}")
    return Country(settings, asyncio.run(fill(settings)))


@pytest.fixture
async def reading(country: Country) -> AsyncIterator[Client]:
    async with acting(country.settings) as (_, client):
        yield client


async def view(client: Client, viewer: Viewer = ANONYMOUS, **clock: Any) -> dict[str, Any]:
    """The national view."""
    found = await client.data(NATIONAL, {"asOf": clock or None, "stage": "PUBLISHED"}, viewer=viewer)
    comparison: dict[str, Any] = found["indicatorComparison"]
    return comparison


def states(comparison: dict[str, Any]) -> dict[str, str]:
    return {one["body"]["slug"]: one["state"] for one in comparison["standings"]}


async def test_before_the_act_three_wordings_are_three_indicators(reading: Client, country: Country) -> None:
    clocks: list[dict[str, Any]] = [
        {"effective": "2022-08-31"},
        {"recorded": country.before_the_act.isoformat()},
    ]
    for clock in clocks:
        before = await view(reading, **clock)

        assert before["indicator"] == {"wording": {"fr": STRATEGIC}, "owner": {"slug": "ministere-imaginaire"}}
        assert before["values"] == []
        assert before["weakestComparability"] is None
        assert (before["total"]["low"], before["total"]["parts"], before["total"]["weakestKind"]) == ("0", 0, None)
        assert states(before) == {SILENT: "NOT_VISIBLE", EXEMPT: "EXEMPT"}
        assert (before["reporting"], before["expected"]) == (0, 1)


async def test_after_the_act_they_are_one_with_the_weakest_of_all_it_is_made_of(reading: Client) -> None:
    after = await view(reading)

    assert [
        (one["body"]["slug"], one["territory"]["code"], one["value"]["raw"], one["comparability"])
        for one in after["values"]
    ] == [
        ("direction-est", "01", "plus de 45", "PARTIAL"),
        ("direction-nord", "09", "120", "EXACT"),
        ("direction-sud", "05", "environ 30", "EXACT"),
    ]
    assert {one["body"]["slug"]: one["indicator"]["wording"]["fr"] for one in after["values"]} == WORDINGS
    assert after["total"] == {
        "low": "195",
        "high": None,
        "unit": "entreprises",
        "parts": 3,
        "leftOut": 0,
        "estimated": "30",
        "provisional": False,
        "weakestKind": "AT_LEAST",
    }
    assert after["notAddable"] is None
    assert after["weakestComparability"] == "PARTIAL"
    assert after["sample"] == {"included": True, "values": 3}


async def test_who_is_in_it_and_who_is_not_and_why(reading: Client) -> None:
    after = await view(reading)

    assert states(after) == dict.fromkeys(WORDINGS, "REPORTED") | {
        SILENT: "NOT_VISIBLE",
        EXEMPT: "EXEMPT",
        OTHER: "NOT_COMPARABLE",
    }
    assert (after["reporting"], after["expected"], after["missing"]) == (3, 4, 0)
    silent = next(one for one in after["standings"] if one["body"]["slug"] == SILENT)
    assert (silent["dueOn"], silent["territory"], silent["exempt"]) == ("2022-05-31", None, None)
    exempt = next(one for one in after["standings"] if one["body"]["slug"] == EXEMPT)
    assert exempt["exempt"] == "STARTING_UP"


async def test_a_funder_who_may_see_unpublished_steps_learns_that_it_is_missing(
    reading: Client, country: Country
) -> None:
    ministry = Viewer(tenant_id=MINISTRY, role="regional_adviser")
    assert states(await view(reading, ministry))[SILENT] == "NOT_VISIBLE"
    with psycopg.connect(country.settings.admin_dsn, autocommit=True) as connection:
        grant = "INSERT INTO access.grant_now VALUES (%s, %s, '', 1)"
        connection.execute(grant, [uid(SILENT, "body"), MINISTRY])
        try:
            granted = await view(reading, ministry)
            early = await view(reading, ministry, effective="2022-05-31")
        finally:
            connection.execute("DELETE FROM access.grant_now WHERE grantee = %s", [MINISTRY])

    assert (states(granted)[SILENT], granted["missing"]) == ("MISSING", 1)
    assert (states(early)[SILENT], early["missing"]) == ("PENDING", 0)


async def test_a_total_contributes_to_the_ministry_s_target_and_a_region_has_only_its_own(reading: Client) -> None:
    after = await view(reading)

    assert (after["target"]["number"], after["contribution"]) == ("600", {"low": "32.5", "high": None})
    assert {one["body"]["slug"]: one["percentOfTarget"] for one in after["values"]} == {
        "direction-nord": {"low": "75.0", "high": "75.0"},
        "direction-est": None,
        "direction-sud": None,
    }


async def test_on_a_day_before_publication_nothing_counts(reading: Client) -> None:
    assert (await view(reading, effective="2022-09-01"))["total"]["parts"] == 3
    assert (await view(reading, effective="2022-05-04"))["values"] == []


async def test_an_alignment_changed_or_withdrawn_changes_the_view_from_that_day_on(country: Country) -> None:
    alignment = AlignmentId(uid("direction-est", "alignment"))
    async with acting(country.settings) as (people, client):
        body = uid("direction-est", "body")
        await people.give(body, "2022-10-01", RealignIndicator(alignment_id=alignment, grade="exact"))
        await people.give(body, "2022-11-01", WithdrawAlignment(alignment_id=alignment))
        await people.project()

        realigned = await view(client, effective="2022-10-15")
        now = await view(client)
        query = """{ partnership(slug: "direction-est") { alignments { totalCount nodes { grade status alignedOn
            actorRole indicator { wording { fr } } canonical { wording { fr } owner { slug } } } } } }"""
        (shown,) = (await client.data(query))["partnership"]["alignments"]["nodes"]

    assert (realigned["weakestComparability"], realigned["total"]["low"]) == ("EXACT", "195")
    assert (now["total"]["low"], now["total"]["high"], now["total"]["weakestKind"]) == ("150", "150", "ESTIMATE")
    assert "direction-est" not in states(now)
    assert (shown["grade"], shown["status"], shown["alignedOn"]) == ("EXACT", "WITHDRAWN", "2022-10-01")
    assert shown["canonical"] == {"wording": {"fr": STRATEGIC}, "owner": {"slug": "ministere-imaginaire"}}
    assert UUID(str(alignment))


async def test_what_cannot_be_added_has_no_total_and_says_why(country: Country) -> None:
    people_counted = IndicatorId(uid("ministere-imaginaire", "distinct"))
    cited = Citation(log=MINISTRY, stream=people_counted, version=1)
    distinct = Combining(measure="distinct", over_periods="not_addable", across_bodies="none")
    async with acting(country.settings) as (people, client):
        define = defining(people_counted, "Nombre d’entreprises distinctes")
        await people.give(MINISTRY, "2021-04-01", _with(define, distinct))
        for slug in ("direction-nord", "direction-sud"):
            body, of = uid(slug, "body"), SubmissionId(uid(slug, "distinct"))
            draft = DraftSubmission(submission_id=of, indicator=cited, period=YEAR, value=FIGURES[slug])
            await people.give(
                body, "2022-04-20", draft, SubmitSubmission(submission_id=of), role="partner_reporter"
            )
            validate = ValidateSubmission(submission_id=of)
            await people.give(body, "2022-09-01", validate, role="regional_adviser", person=2)
            out = (ApproveSubmission(submission_id=of), PublishSubmission(submission_id=of))
            await people.give(body, "2022-09-01", *out, role="plan_approver", person=3)
        await people.project()
        query = NATIONAL.replace(str(INDICATOR_ID), str(people_counted))
        found = (await client.data(query, {"stage": "PUBLISHED"}))["indicatorComparison"]

    assert [one["comparability"] for one in found["values"]] == ["SAME", "SAME"]
    assert found["total"] is None
    assert found["notAddable"]["reason"] == "DISTINCT"
    assert found["notAddable"]["message"]["fr"].startswith("Les valeurs comptent des personnes")


def _with(command: DefineIndicator, combining: Combining) -> DefineIndicator:
    return msgspec.structs.replace(command, combining=combining)


async def test_an_indicator_that_is_not_there_is_null(reading: Client) -> None:
    for owner, one in (
        ("nowhere", INDICATOR_ID),
        ("ministere-imaginaire", UUID(int=1)),
        ("commons", INDICATOR_ID),
    ):
        query = NATIONAL.replace(str(INDICATOR_ID), str(one)).replace("ministere-imaginaire", owner)
        assert (await reading.data(query, {"stage": "PUBLISHED"}))["indicatorComparison"] is None
