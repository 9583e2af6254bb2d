"""Committees read back: their terms on both clocks, and who sees them."""

from typing import Any

from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world_lines import uid

TERMS = """query ($slug: String!, $id: UUID!, $asOf: AsOfInput, $inForce: AsOfInput) {
  partnership(slug: $slug, asOf: $asOf) { committee(id: $id) {
    kind name { fr en } establishedOn status parent { id } asOf { effective }
    terms(asOf: $inForce) { number adoptedOn authority { kind reason } rules {
      quorum { share { numerator denominator moreThan } count of secondMeeting { presentMin withinDays } }
      decides majorities { motion threshold abstentionsCount castingVote }
      cadence { year meetingsMin meetingsMax yearlyForum } termOfOffice { months renewalsMax }
      eVote consentBetweenMeetings votingSeatsMax quotas { sector { code label { fr } } seatsMin seatsMax }
    } }
    termsVersions { number adoptedOn position version recordedAt sample }
  } }
}"""


async def committee(client: Client, name: str, viewer: Viewer = ANONYMOUS, **variables: Any) -> Any:
    given = {"slug": "alpha", "id": str(uid("alpha", name))} | variables
    return (await client.data(TERMS, given, viewer=viewer))["partnership"]["committee"]


async def test_the_terms_of_reference_come_back_as_they_were_adopted(client: Client) -> None:
    found = await committee(client, "committee public", asOf={"effective": "2021-03-01"})

    versions = found.pop("termsVersions")
    assert found == {
        "kind": "PARTNERSHIP_COUNCIL",
        "name": {"fr": "Conseil public (fr)", "en": "Conseil public (en)"},
        "establishedOn": "2021-01-01",
        "status": "ACTIVE",
        "parent": None,
        "asOf": {"effective": "2021-03-01"},
        "terms": {
            "number": 1,
            "adoptedOn": "2021-02-01",
            "authority": {"kind": "NONE", "reason": "NOT_REQUIRED"},
            "rules": {
                "quorum": {
                    "share": {"numerator": 1, "denominator": 2, "moreThan": True},
                    "count": None,
                    "of": "FILLED_SEATS",
                    "secondMeeting": {"presentMin": 1, "withinDays": None},
                },
                "decides": True,
                "majorities": [
                    {
                        "motion": motion,
                        "threshold": threshold,
                        "abstentionsCount": False,
                        "castingVote": False,
                    }
                    for motion, threshold in (("ORDINARY", "SIMPLE"), ("PLAN_ADOPTION", "TWO_THIRDS"))
                ],
                "cadence": {"year": "FISCAL", "meetingsMin": 3, "meetingsMax": 5, "yearlyForum": True},
                "termOfOffice": {"months": 24, "renewalsMax": 1},
                "eVote": False,
                "consentBetweenMeetings": False,
                "votingSeatsMax": None,
                "quotas": [
                    {"sector": {"code": "health", "label": {"fr": "Santé (fr)"}}, "seatsMin": 1, "seatsMax": 2}
                ],
            },
        },
    }
    assert [(version["number"], version["version"], version["sample"]) for version in versions] == [(1, "2", True)]


async def test_the_version_in_force_is_that_of_the_day_as_known_at_the_moment(client: Client) -> None:
    async def number(**variables: Any) -> int | None:
        terms = (await committee(client, "committee public", **variables))["terms"]
        return None if terms is None else int(terms["number"])

    assert await number() == 2
    assert await number(inForce={"effective": "2021-05-31"}) == 1
    assert await number(inForce={"effective": "2021-01-31"}) is None
    first, second = (await committee(client, "committee public"))["termsVersions"]
    for recorded in (second["recordedAt"], second["position"]):
        assert await number(asOf={"recorded": recorded}) == 2
    before = str(int(second["position"]) - 1)
    assert await number(asOf={"recorded": before}) == 1
    assert await number(asOf={"recorded": first["position"]}, inForce={"effective": "2021-01-31"}) is None


async def test_a_committee_is_seen_by_its_audience_and_so_are_its_terms(client: Client, alpha: Viewer) -> None:
    for name in ("committee funders", "committee tenant"):
        assert await committee(client, name) is None
        assert (await committee(client, name, alpha))["terms"]["number"] == 2
    assert await committee(client, "no such committee", alpha) is None


async def test_a_group_under_a_committee_that_is_hidden_stands_alone(client: Client, alpha: Viewer) -> None:
    assert (await committee(client, "group"))["parent"] is None
    inside = await committee(client, "group", alpha)
    assert inside["parent"] == {"id": str(uid("alpha", "committee tenant"))}


async def test_only_active_committees_are_listed_where_that_is_asked(client: Client) -> None:
    query = """query ($status: CommitteeStatus) { partnership(slug: "alpha") {
      committees(status: $status) { totalCount } } }"""

    async def count(status: str | None) -> int:
        found = await client.data(query, {"status": status})
        return int(found["partnership"]["committees"]["totalCount"])

    assert [await count(status) for status in (None, "ACTIVE", "DISSOLVED")] == [2, 2, 0]
