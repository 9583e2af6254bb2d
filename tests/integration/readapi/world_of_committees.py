"""The organisations and committees of the bodies that look alike."""

from collections.abc import Iterator
from typing import Any

from services.importing import Entry
from tests.integration.readapi.world_lines import Lines, both

SIMPLE: dict[str, Any] = {"motion": "ordinary", "majority": {"threshold": "simple"}}
FIRST: dict[str, Any] = {
    "quorum": {
        "share": {"numerator": 1, "denominator": 2, "more_than": True},
        "second_meeting": {"present_min": 1},
    },
    "majorities": [SIMPLE, {"motion": "plan_adoption", "majority": {"threshold": "two_thirds"}}],
    "cadence": {"year": "fiscal", "meetings_min": 3, "meetings_max": 5, "yearly_forum": True},
    "term_of_office": {"months": 24, "renewals_max": 1},
    "quotas": [{"sector": {"code": "health", "label": both("Santé")}, "seats_min": 1, "seats_max": 2}],
}
SECOND = FIRST | {"quorum": {"count": 2}, "e_vote": True}


def organisations(of: Lines) -> Iterator[Entry]:
    """In the commons: a library that became part of a listed one, and one that never agreed to be listed."""
    for name, listed in (("library", True), ("libraries", True), ("shelter", False)):
        organisation = {"organisation_id": of.id(name)}
        named = organisation | {"name": both(name), "kind": "education"}
        yield of.line("RegisterOrganisation", "2020-01-01", named, body="commons")
        if listed:
            yield of.line("ConsentToListing", "2020-01-02", organisation, body="commons")
    merger = {"organisation_id": of.id("library"), "into_id": of.id("libraries")}
    yield of.line("MergeOrganisation", "2024-01-01", merger, body="commons")


def governance(of: Lines) -> Iterator[Entry]:
    for audience in ("public", "funders", "tenant"):
        name = f"committee {audience}"
        committee = {"committee_id": of.id(name)}
        established = {"kind": "partnership_council", "name": both(f"Conseil {audience}"), "audience": audience}
        yield of.line("EstablishCommittee", "2021-01-01", committee | established)
        yield of.line("AdoptTermsOfReference", "2021-02-01", committee | {"number": 1, "terms": FIRST})
        yield of.line("AdoptTermsOfReference", "2021-06-01", committee | {"number": 2, "terms": SECOND})
    yield from _seats(of)
    part = {"kind": "working_group", "name": both("Groupe"), "audience": "public"}
    under = {"committee_id": of.id("group"), "parent_id": of.id("committee tenant")}
    yield of.line("EstablishCommittee", "2021-03-01", part | under)


def due(of: Lines) -> Iterator[Entry]:
    """An obligation with a day by which it is due, fulfilled two months late."""
    report = {"agreement_id": of.id("agreement tenant"), "obligation_id": of.id("report due")}
    owed = {"wording": both("Rapport annuel"), "due_on": "2021-06-30"}
    yield of.line("AddObligation", "2021-04-05", report | owed)
    yield of.line("FulfilObligation", "2021-09-01", report)


def _seats(of: Lines) -> Iterator[Entry]:
    """Three seats of the public committee: one held, one whose term is over, one with candidates."""
    committee = {"committee_id": of.id("committee public")}
    for number, right in enumerate(("vote", "vote", "observer"), 1):
        seat = committee | {"seat_id": of.id(f"seat {number}"), "number": number, "label": both(f"Siège {number}")}
        sector = {"code": "health", "label": both("Santé")} if number == 1 else None
        yield of.line("CreateSeat", "2021-02-02", seat | {"right": right, "sector": sector})
    first, second, third = ({"seat_id": of.id(f"seat {number}")} for number in (1, 2, 3))
    person, other = {"person_id": of.id("person 1")}, {"person_id": of.id("person 2")}
    represents = {"represents": {"name": both("Bibliothèque"), "organisation_id": of.id("library")}}
    yield of.line("SeatMember", "2025-03-01", first | person | represents)
    yield of.line("NameAlternate", "2025-03-02", first | other)
    yield of.line("SeatMember", "2021-03-01", second | other | {"until": "2022-02-28"})
    yield of.line("ExpressInterest", "2021-03-01", third | person | represents)
    yield of.line("NominateCandidate", "2021-04-01", third | person)
    yield of.line("NominateCandidate", "2021-04-01", third | other)
    yield of.line("CloseCandidacy", "2021-05-01", third | other | {"outcome": "declined"})
