"""Seats read back: who sits where on which day, and that only members see it."""

from typing import Any

from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world_lines import uid

SEATS = """query ($slug: String!, $id: UUID!, $asOf: AsOfInput) {
  partnership(slug: $slug, asOf: $asOf) { committee(id: $id) {
    seats { number label { fr } sector { code } right exOfficio createdOn status vacant sample
      holder { personId since until alternateId breaches
        represents { name { fr } organisationId organisation { name { fr } current { name { fr } } } } }
      candidacies { personId stage since represents { name { fr } } sample } }
    composition { seats filled vacant votingSeats votingFilled
      sectors { sector { code } seats filled state quota { seatsMin seatsMax } } }
  } }
}"""


async def council(client: Client, viewer: Viewer, effective: str) -> Any:
    given = {"slug": "alpha", "id": str(uid("alpha", "committee public")), "asOf": {"effective": effective}}
    return (await client.data(SEATS, given, viewer=viewer))["partnership"]["committee"]


async def test_the_seats_of_a_committee_as_they_are_held_on_a_day(client: Client, alpha: Viewer) -> None:
    first, second, third = (await council(client, alpha, "2025-03-02"))["seats"]

    assert {name: first[name] for name in ("number", "label", "sector", "right", "exOfficio", "status")} == {
        "number": 1,
        "label": {"fr": "Siège 1 (fr)"},
        "sector": {"code": "health"},
        "right": "VOTE",
        "exOfficio": False,
        "status": "ACTIVE",
    }
    assert first["holder"] == {
        "personId": str(uid("alpha", "person 1")),
        "since": "2025-03-01",
        "until": "2027-02-28",  # 24 months, as the terms of reference say
        "alternateId": str(uid("alpha", "person 2")),
        "breaches": [],
        "represents": {
            "name": {"fr": "Bibliothèque (fr)"},
            "organisationId": str(uid("alpha", "library")),
            "organisation": {"name": {"fr": "library (fr)"}, "current": {"name": {"fr": "libraries (fr)"}}},
        },
    }
    assert (second["vacant"], second["holder"]) == (True, None)
    assert [(one["personId"], one["stage"], one["since"]) for one in third["candidacies"]] == [
        (str(uid("alpha", "person 1")), "NOMINATED", "2021-04-01"),
        (str(uid("alpha", "person 2")), "DECLINED", "2021-05-01"),
    ]
    assert third["candidacies"][0]["represents"] == {"name": {"fr": "Bibliothèque (fr)"}}


async def test_a_term_that_is_over_leaves_the_seat_vacant_without_any_event(client: Client, alpha: Viewer) -> None:
    vacant = {
        day: [seat["vacant"] for seat in (await council(client, alpha, day))["seats"]]
        for day in ("2021-02-28", "2021-03-01", "2022-02-28", "2022-03-01", "2027-02-28", "2027-03-01")
    }

    assert vacant == {
        "2021-02-28": [True, True, True],
        "2021-03-01": [True, False, True],
        "2022-02-28": [True, False, True],
        "2022-03-01": [True, True, True],
        "2027-02-28": [False, True, True],
        "2027-03-01": [True, True, True],
    }


async def test_the_composition_is_held_against_the_terms_in_force(client: Client, alpha: Viewer) -> None:
    def gauge(filled: int, state: str) -> dict[str, Any]:
        quota = {"seatsMin": 1, "seatsMax": 2}
        return {"sector": {"code": "health"}, "seats": 1, "filled": filled, "state": state, "quota": quota}

    numbers = {"seats": 3, "votingSeats": 2}
    assert (await council(client, alpha, "2025-03-02"))["composition"] == numbers | {
        "filled": 1,
        "vacant": 2,
        "votingFilled": 1,
        "sectors": [gauge(1, "WITHIN")],
    }
    assert (await council(client, alpha, "2022-03-01"))["composition"] == numbers | {
        "filled": 0,
        "vacant": 3,
        "votingFilled": 0,
        "sectors": [gauge(0, "BELOW")],
    }


async def test_only_members_of_the_body_see_who_sits_where(client: Client, alpha: Viewer, beta: Viewer) -> None:
    for viewer in (ANONYMOUS, beta):
        assert await council(client, viewer, "2025-03-02") == {"seats": [], "composition": None}
    member = Viewer(tenant_id=alpha.tenant_id, role="member")
    assert len((await council(client, member, "2025-03-02"))["seats"]) == 3
