"""Meetings and decisions read back: who sees the people, what a secret ballot never tells, both clocks."""

from typing import Any

from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world_lines import uid

MEETING = """query ($slug: String!, $id: UUID!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  meeting(id: $id) {
    kind title { fr } holdsOn startsAt timeZone venue { fr } mode status closedAt closingQuorum { present reached }
    committee { name { fr } } agenda { title { fr } } minutes { status revision languages adoptedAtId }
    attendance { personId movement at by } quorum { at reached verdict { present } }
    motions { title { fr } ballot inFavour against abstentions status method decidedOn breaches
      quorum { present reached } majority { reached } people { personId voted choice recused dissented } }
  } } }"""
SHORT = """query ($slug: String!, $id: UUID!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  meeting(id: $id) { status agenda { id } motions { status } minutes { status } } } }"""
DECISION = """query ($slug: String!, $id: UUID!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  decision(id: $id) { method standing approvedBy { office { fr } number dated } toBeRatifiedBy { fr }
    ratification { on by { office { fr } number } } meeting { id } motion { title { fr } } answers { personId }
    caused { type } } } }"""


async def meeting(
    client: Client, name: str, viewer: Viewer = ANONYMOUS, *, query: str = MEETING, **more: Any
) -> Any:
    given = {"slug": "alpha", "id": str(uid("alpha", name))} | more
    return (await client.data(query, given, viewer=viewer))["partnership"]["meeting"]


def person(number: int) -> str:
    return str(uid("alpha", f"member {number}"))


async def test_a_public_meeting_shows_its_course_and_none_of_its_people(client: Client) -> None:
    found = await meeting(client, "meeting public")

    motions = found.pop("motions")
    assert found == {
        "kind": "REGULAR",
        "title": {"fr": "Réunion public (fr)"},
        "holdsOn": "2021-03-10",
        "startsAt": "2021-03-10T18:00:00+00:00",
        "timeZone": "America/Moncton",
        "venue": None,
        "mode": "HYBRID",
        "status": "HELD",
        "closedAt": "2021-03-10T20:30:00+00:00",
        "closingQuorum": {"present": 0, "reached": False},
        "committee": {"name": {"fr": "Conseil public (fr)"}},
        "agenda": [{"title": {"fr": "Plan (fr)"}}],
        "minutes": {"status": "DRAFT", "revision": 1, "languages": ["FR"], "adoptedAtId": None},
        "attendance": [],
        "quorum": [
            {"at": None, "reached": True, "verdict": {"present": 2}},
            {"at": "2021-03-10T19:00:00+00:00", "reached": False, "verdict": {"present": 0}},
        ],
    }
    carried, lost = motions
    assert (carried["ballot"], carried["method"], carried["status"]) == ("CONSENSUS", "CONSENSUS", "CARRIED")
    assert carried["quorum"] == {"present": 2, "reached": True}
    assert (lost["ballot"], lost["inFavour"], lost["against"], lost["status"]) == ("SECRET", 1, 1, "NOT_CARRIED")
    # Nobody holds a seat here, so that the members whom the minutes name have no vote by the register.
    assert lost["breaches"] == ["no_quorum"]
    assert carried["people"] == lost["people"] == []


async def test_members_see_who_was_there_and_never_what_a_secret_ballot_hides(
    client: Client, alpha: Viewer, beta: Viewer
) -> None:
    found = await meeting(client, "meeting tenant", alpha)

    assert [one["personId"] for one in found["attendance"]] == [person(number) for number in range(3)]
    assert {one["by"] for one in found["attendance"]} == {"ONLINE"}
    _, lost = found["motions"]
    people = {one.pop("personId"): one for one in lost["people"]}
    assert people == {
        person(0): {"voted": True, "choice": None, "recused": False, "dissented": True},
        person(1): {"voted": True, "choice": None, "recused": False, "dissented": False},
        person(2): {"voted": False, "choice": None, "recused": True, "dissented": False},
    }
    assert await meeting(client, "meeting tenant") is None
    assert await meeting(client, "meeting tenant", beta) is None


async def test_a_meeting_is_read_as_it_stood_on_any_day(client: Client) -> None:
    async def stood(day: str) -> Any:
        return await meeting(client, "meeting public", query=SHORT, asOf={"effective": day})

    assert await stood("2021-02-28") is None
    noticed, held, minuted = await stood("2021-03-01"), await stood("2021-03-10"), await stood("2021-03-15")
    assert (noticed["status"], noticed["agenda"], noticed["motions"]) == ("CONVENED", [], [])
    assert [motion["status"] for motion in held["motions"]] == ["CARRIED", "NOT_CARRIED"]
    assert (held["status"], len(held["agenda"]), held["minutes"]["status"]) == ("HELD", 1, "NONE")
    assert minuted["minutes"]["status"] == "DRAFT"


async def test_meetings_are_listed_by_committee(client: Client, alpha: Viewer) -> None:
    query = """query ($slug: String!, $committee: UUID) { partnership(slug: $slug) {
      meetings(committee: $committee) { totalCount nodes { id } } decisions(committee: $committee, year: 2021)
      { totalCount } } }"""
    only = {"slug": "alpha", "committee": str(uid("alpha", "committee tenant"))}

    every = (await client.data(query, {"slug": "alpha"}, viewer=alpha))["partnership"]
    some = (await client.data(query, only, viewer=alpha))["partnership"]

    assert (every["meetings"]["totalCount"], every["decisions"]["totalCount"]) == (2, 3)
    assert [node["id"] for node in some["meetings"]["nodes"]] == [str(uid("alpha", "meeting tenant"))]
    assert some["decisions"]["totalCount"] == 1


async def decision(client: Client, name: str, viewer: Viewer = ANONYMOUS, **more: Any) -> Any:
    given = {"slug": "alpha", "id": str(uid("alpha", name))} | more
    return (await client.data(DECISION, given, viewer=viewer))["partnership"]["decision"]


async def test_an_office_s_decision_has_an_instrument_and_waits_for_its_ratification(
    client: Client, alpha: Viewer
) -> None:
    found = await decision(client, "decision office", alpha)
    before = await decision(client, "decision office", alpha, asOf={"effective": "2021-05-01"})

    assert found == {
        "method": "ADMINISTRATIVE",
        "standing": "IN_FORCE",
        "approvedBy": {"office": {"fr": "Direction (fr)"}, "number": "2021-4", "dated": "2021-03-30"},
        "toBeRatifiedBy": {"fr": "Conseil municipal (fr)"},
        "ratification": {"on": "2021-05-02", "by": {"office": {"fr": "Conseil municipal (fr)"}, "number": "C-9"}},
        "meeting": None,
        "motion": None,
        "answers": [],
        "caused": [],
    }
    assert (before["standing"], before["ratification"]) == ("TO_BE_RATIFIED", None)


async def test_a_published_decision_is_public_and_what_it_caused_is_its_members(
    client: Client, alpha: Viewer, beta: Viewer
) -> None:
    public, member = await decision(client, "decision public"), await decision(client, "decision public", alpha)

    assert (public["standing"], public["motion"]["title"]["fr"]) == ("IN_FORCE", "Que le plan soit adopté (fr)")
    assert public["caused"] == []
    assert [act["type"] for act in member["caused"]] == ["agreement.ObligationAdded"]
    assert (await decision(client, "decision tenant", alpha))["standing"] == "RESCINDED"
    for viewer in (ANONYMOUS, beta):
        assert await decision(client, "decision tenant", viewer) is None
