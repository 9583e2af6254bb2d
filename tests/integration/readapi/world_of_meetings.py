"""The meetings and decisions of the bodies that look alike: a public meeting and one for members, brought in from
their minutes; a decision of each, one of an office, and what they allowed."""

from collections.abc import Iterator
from typing import Any

from services.importing import Entry
from tests.integration.readapi.world_lines import Lines, both

MINUTES: dict[str, Any] = {"title": both("Procès-verbal"), "locator": "p. 3"}


def meetings(of: Lines) -> Iterator[Entry]:
    for audience in ("public", "tenant"):
        yield from _meeting(of, audience)
        yield from _decision(of, audience)
    yield of.line("PublishDecision", "2021-04-01", {"decision_id": of.id("decision public")})
    office = {
        "decision_id": of.id("decision office"),
        "year": 2021,
        "title": both("Approbation"),
        "basis": {"kind": "office", "office": both("Direction"), "number": "2021-4", "dated": "2021-03-30"},
        "ratified_by": both("Conseil municipal"),
    }
    yield of.line("MakeDecision", "2021-04-02", office)
    ratified = {"decision_id": of.id("decision office"), "office": both("Conseil municipal"), "number": "C-9"}
    yield of.line("RatifyDecision", "2021-05-02", ratified)
    yield of.line("RescindDecision", "2021-09-01", {"decision_id": of.id("decision tenant")})


def _meeting(of: Lines, audience: str) -> Iterator[Entry]:
    """Two of three voting members, by the minutes; one motion carried, and one that a secret ballot lost."""
    name = f"meeting {audience}"
    meeting = {"meeting_id": of.id(name)}
    convened = {
        "committee_id": of.id(f"committee {audience}"),
        "holds_on": "2021-03-10",
        "starts_at": "2021-03-10T14:00:00-04:00",
        "time_zone": "America/Moncton",
        "title": both(f"Réunion {audience}"),
        "mode": "hybrid",
        "audience": audience,
    }
    yield of.line("ConveneMeeting", "2021-03-01", meeting | convened)
    items = [{"item_id": of.id(f"{name} item"), "title": both("Plan")}]
    yield of.line("SetAgenda", "2021-03-02", meeting | {"items": items})
    people = [of.id(f"member {number}") for number in range(3)]

    def held(command: str, **data: Any) -> Entry:
        return of.line(command, "2021-03-10", meeting | data, source=MINUTES)

    def noted(person: str, movement: str, hour: str) -> dict[str, Any]:
        at = f"2021-03-10T{hour}:00-04:00"
        return {"person_id": person, "movement": movement, "at": at, "by": "online"}

    yield held("RecordAttendance", counted={"present": 2, "seats": 3})
    yield held("MoveMotion", motion_id=of.id(f"{name} carried"), title=both("Que le plan soit adopté"))
    yield held("RecordConsensus", motion_id=of.id(f"{name} carried"))
    yield held("DecideMotion", motion_id=of.id(f"{name} carried"))
    yield held("RecordAttendance", movements=[noted(person, "arrived", "15:00") for person in people])
    yield held("MoveMotion", motion_id=of.id(f"{name} lost"), title=both("Que le lieu change"))
    yield held("RecordRecusal", motion_id=of.id(f"{name} lost"), person_id=people[2])
    secret = {"kind": "secret", "voted": people[:2], "tally": {"in_favour": 1, "against": 1}}
    yield held("RecordVote", motion_id=of.id(f"{name} lost"), ballot=secret)
    yield held("DecideMotion", motion_id=of.id(f"{name} lost"))
    yield held("RecordDissent", motion_id=of.id(f"{name} lost"), person_id=people[0])
    yield held("CloseMeeting", at="2021-03-10T16:30:00-04:00")
    text = {"subject": of.id(name), "text": "Présents : trois membres."}
    yield of.line("DraftMinutes", "2021-03-15", meeting | {"text_fr": text})


def _decision(of: Lines, audience: str) -> Iterator[Entry]:
    """The decision that rests on the carried motion, and an obligation of an agreement that it allows."""
    name = f"meeting {audience}"
    decision = of.id(f"decision {audience}")
    made = {
        "decision_id": decision,
        "committee_id": of.id(f"committee {audience}"),
        "year": 2021,
        "title": both("Le plan est adopté"),
        "basis": {
            "kind": "meeting",
            "meeting_id": of.id(name),
            "meeting_version": 6,
            "motion_id": of.id(f"{name} carried"),
        },
    }
    yield of.line("MakeDecision", "2021-03-10", made)
    cited = {"kind": "decision", "decision": {"log": of.id("body"), "stream": decision, "version": 1}}
    owed = {
        "agreement_id": of.id(f"agreement {audience}"),
        "obligation_id": of.id(f"owed by decision {audience}"),
        "wording": both("Bilan"),
    }
    yield of.line("AddObligation", "2021-04-20", owed, authority=cited)
