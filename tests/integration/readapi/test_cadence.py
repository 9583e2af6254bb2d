"""A committee's cadence, worked out from its meetings: below three to five, and the forum missing."""

from typing import Any

from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world_lines import uid

QUERY = """query ($id: UUID!, $asOf: AsOfInput) { partnership(slug: "alpha", asOf: $asOf) { committee(id: $id) {
  cadence { year { start end } meetings forums state forumMissing words { en fr } } } } }"""


async def cadence(client: Client, viewer: Viewer, effective: str, name: str = "committee public") -> Any:
    given = {"id": str(uid("alpha", name)), "asOf": {"effective": effective}}
    return (await client.data(QUERY, given, viewer=viewer))["partnership"]["committee"]["cadence"]


async def test_one_meeting_of_three_to_five_and_no_forum_yet(client: Client, alpha: Viewer) -> None:
    assert await cadence(client, alpha, "2021-03-10") == {
        "year": {"start": "2020-04-01", "end": "2021-03-31"},
        "meetings": 1,
        "forums": 0,
        "state": "BELOW",
        "forumMissing": True,
        "words": {
            "en": "1 of 3–5 held, no forum yet",
            "fr": "1 réunion tenue sur 3 à 5, aucun forum pour l’instant",
        },
    }


async def test_a_meeting_does_not_count_before_it_is_held_nor_in_the_next_year(
    client: Client, alpha: Viewer
) -> None:
    assert (await cadence(client, alpha, "2021-03-09"))["meetings"] == 0
    assert (await cadence(client, alpha, "2021-04-01"))["meetings"] == 0
    assert (await cadence(client, alpha, "2021-03-31"))["words"]["en"] == "1 of 3–5 held, no forum"


async def test_without_terms_there_is_no_cadence_and_nobody_else_sees_one(client: Client, alpha: Viewer) -> None:
    assert await cadence(client, alpha, "2021-03-10", "group") is None
    assert await cadence(client, alpha, "2021-01-31") is None
    assert await cadence(client, ANONYMOUS, "2021-03-10") is None
