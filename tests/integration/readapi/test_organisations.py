"""Organisations of the commons read back: names on both clocks, mergers, and what stays unlisted."""

from typing import Any

from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world_lines import uid

QUERY = """query ($id: UUID!, $asOf: AsOfInput) { organisation(id: $id, asOf: $asOf) {
  id kind name { fr } mergedOn sample mergedInto { id } current { id name { fr } } leads { slug }
} }"""


async def organisation(
    client: Client, name: str, viewer: Viewer = ANONYMOUS, effective: str = "2026-01-01"
) -> Any:
    given = {"id": str(uid("alpha", name)), "asOf": {"effective": effective}}
    return (await client.data(QUERY, given, viewer=viewer))["organisation"]


async def test_an_old_id_leads_to_what_it_became_part_of(client: Client) -> None:
    assert await organisation(client, "library") == {
        "id": str(uid("alpha", "library")),
        "kind": "EDUCATION",
        "name": {"fr": "library (fr)"},
        "mergedOn": "2024-01-01",
        "sample": True,
        "mergedInto": {"id": str(uid("alpha", "libraries"))},
        "current": {"id": str(uid("alpha", "libraries")), "name": {"fr": "libraries (fr)"}},
        "leads": [{"slug": "alpha"}],
    }
    before = await organisation(client, "library", effective="2023-12-31")
    assert (before["mergedOn"], before["mergedInto"]) == (None, None)
    assert before["current"]["id"] == str(uid("alpha", "library"))


async def test_what_did_not_consent_is_not_there_for_anybody(client: Client, alpha: Viewer) -> None:
    for viewer in (ANONYMOUS, alpha):
        assert await organisation(client, "shelter", viewer) is None
    assert await organisation(client, "no such organisation") is None
    assert await organisation(client, "library", effective="2019-12-31") is None


async def test_the_lead_organisation_of_a_body_is_the_one_in_the_commons(client: Client) -> None:
    query = """{ partnership(slug: "alpha") { leadOrganisation { name { fr } organisationId
      organisation { current { name { fr } leads { slug } } leads { slug } } } } }"""

    lead = (await client.data(query))["partnership"]["leadOrganisation"]

    assert lead == {
        "name": {"fr": "Bibliothèque (fr)"},
        "organisationId": str(uid("alpha", "library")),
        "organisation": {
            "current": {"name": {"fr": "libraries (fr)"}, "leads": []},
            "leads": [{"slug": "alpha"}],
        },
    }
