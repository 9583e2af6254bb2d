"""Committees, meetings and decisions of the bodies of the matrix, and what they know and take over."""

from collections.abc import Iterator
from typing import Any

from domain.values.printed import PERCENT
from services.importing import Entry
from tests.integration.readapi.world_lines import TERRITORY, Lines, both
from tests.integration.readapi.world_of_committees import FIRST
from tests.isolation.matrix_figures import DAY, ELSEWHERE, MINUTES, PUBLICATION, YEAR, cited, exact


def governance(of: Lines) -> Iterator[Entry]:
    committee = {"committee_id": of.id("full council")}
    established = {"kind": "partnership_council", "name": both("Conseil"), "audience": "public"}
    yield of.line("EstablishCommittee", "2022-01-01", committee | established)
    simple = {"threshold": "simple", "casting_vote": True}
    terms = FIRST | {
        "quorum": FIRST["quorum"] | {"second_meeting": {"present_min": 1, "within_days": 30}},
        "majorities": [{"motion": "ordinary", "majority": simple}],
        "voting_seats_max": 9,
        "consent_between_meetings": True,
    }
    yield of.line("AdoptTermsOfReference", "2022-01-02", committee | {"number": 1, "terms": terms})
    people = sorted(of.id(f"councillor {number}") for number in range(2))
    for number, person in enumerate(people, 1):
        seat = {"seat_id": of.id(f"full seat {number}")}
        made = {"number": number, "label": both(f"Siège {number}"), "right": "vote"}
        sector = {"sector": {"code": "health", "label": both("Santé")}}
        yield of.line("CreateSeat", "2022-01-03", committee | seat | made | sector)
        yield of.line("SeatMember", "2022-01-04", seat | {"person_id": person})
    meeting = {"meeting_id": of.id("full meeting")}
    convened = {
        "holds_on": "2022-02-10",
        "time_zone": "America/Moncton",
        "title": both("Réunion entière"),
        "place": both("Salle"),
        "cause": cited(of.slug, "full council", 1),
        "audience": "public",
    }
    yield of.line("ConveneMeeting", "2022-02-01", committee | meeting | convened)
    item = {"item_id": of.id("full item"), "title": both("Point")}
    yield of.line("SetAgenda", "2022-02-02", meeting | {"items": [item]})

    def held(command: str, **data: Any) -> Entry:
        return of.line(command, "2022-02-10", meeting | data, source=MINUTES)

    arrived = [
        {"person_id": person, "movement": "arrived", "at": "2022-02-10T14:00:00-04:00", "by": "in_person"}
        for person in people
    ]
    yield held("RecordAttendance", movements=arrived)
    motion = {"motion_id": of.id("full motion")}
    moved = {"title": both("Que l’on vote"), "moved_by": people[0], "seconded_by": people[1]}
    yield held("MoveMotion", **motion, **moved, item_id=of.id("full item"))
    votes = [
        {"person_id": person, "choice": choice}
        for person, choice in zip(people, ("in_favour", "against"), strict=True)
    ]
    at = "2022-02-10T15:00:00-04:00"
    yield held("RecordVote", **motion, ballot={"kind": "by_name", "votes": votes}, at=at)
    yield held("DecideMotion", **motion, at=at, casting_vote="in_favour")
    yield held("CloseMeeting", at="2022-02-10T16:00:00-04:00")
    for number in (1, 2):
        decision = {"decision_id": of.id(f"full decision {number}")}
        consent = {"kind": "consent", "opened_on": "2022-03-01", "consented": people}
        made = {"year": 2022, "title": both("Par consentement"), "basis": consent, "holds_until": "2030-01-01"}
        yield of.line(
            "MakeDecision", f"2022-03-0{number + 1}", committee | decision | made | {"audience": "public"}
        )
    by = {"decision_id": of.id("full decision 1"), "by_decision_id": of.id("full decision 2")}
    yield of.line("SupersedeDecision", "2022-03-10", by)
    yield from _called_again(of)
    yield from _irregular(of, people)


def _called_again(of: Lines) -> Iterator[Entry]:
    """A meeting that too few came to, the one that was called in its place, and minutes that this one adopted."""
    committee = {"committee_id": of.id("committee public")}
    for name, on, more, present, outcome in (
        ("full too few", "2022-05-10", {}, 1, "without_quorum"),
        ("full again", "2022-05-20", {"second_call_of": of.id("full too few")}, 1, "held"),
    ):
        meeting = {"meeting_id": of.id(name)}
        convened = {"holds_on": on, "time_zone": "America/Moncton", "audience": "public"}
        yield of.line("ConveneMeeting", on, committee | meeting | convened | more, source=MINUTES)
        counted = {"counted": {"present": present, "seats": 2}}
        yield of.line("RecordAttendance", on, meeting | counted, source=MINUTES)
        yield of.line("CloseMeeting", on, meeting | {"outcome": outcome}, source=MINUTES)
    meeting = {"meeting_id": of.id("meeting public")}
    adopted = {"revision": 1, "at_meeting_id": of.id("full again")}
    yield of.line("AdoptMinutes", "2022-05-20", meeting | adopted, source=MINUTES)


def _irregular(of: Lines, people: list[str]) -> Iterator[Entry]:
    """What a document tells that broke a rule: too few consented, one who sits twice, a decision that fell."""
    basis = {"kind": "consent", "opened_on": "2022-06-01", "consented": people[:1]}
    made = {"decision_id": of.id("full decision 3"), "year": 2022, "title": both("À trop peu"), "basis": basis}
    committee = {"committee_id": of.id("full council")}
    yield of.line("MakeDecision", "2022-06-02", committee | made | {"audience": "public"}, source=MINUTES)
    seat = {"seat_id": of.id("full seat 3")}
    created = {"number": 3, "label": both("Siège 3"), "right": "vote"}
    yield of.line("CreateSeat", "2022-06-03", committee | seat | created)
    yield of.line("SeatMember", "2022-06-04", seat | {"person_id": people[0]}, source=MINUTES)
    fallen = {"kind": "decision", "decision": cited(of.slug, "full decision 1")}
    owed = {
        "agreement_id": of.id("full agreement public"),
        "obligation_id": of.id("full owed"),
        "wording": both("Bilan"),
    }
    yield of.line("AddObligation", "2022-06-05", owed, authority=fallen, source=MINUTES)


def knowledge(of: Lines, other: str) -> Iterator[Entry]:
    facts = {
        "held_on": "2022-05-01",
        "label": both("Atelier"),
        "place": TERRITORY,
        "people": exact("12", "personnes"),
        "tags": ["welcome"],
    }
    session = {"activity_id": of.id("full session"), "facts": facts, "audience": "public"}
    yield of.line("RecordSession", "2022-05-02", session)
    themes = [
        {"code": "life", "label": both("Vie")},
        {"code": "work_more", "label": both("Emploi"), "parent_code": "life"},
    ]
    listed = {"theme_list_id": of.id("full themes"), "code": "full", "title": both("Thèmes entiers")}
    yield of.line("PublishThemeList", "2022-01-01", listed | {"themes": themes, "publication": PUBLICATION})
    endorsed = {
        "endorsement_id": of.id("full endorsement"),
        "endorser": both("Bibliothèque"),
        "organisation_id": of.id("libraries"),
        "given": DAY,
        "plan_id": of.id("full plan"),
        "publication": PUBLICATION,
    }
    yield of.line("RecordEndorsement", "2022-02-02", endorsed)
    taken = {
        "practice_id": of.id("full practice"),
        "adopted_from": cited(other, "practice public"),
        "title": both("Pratique reprise"),
        "summary": both("Comme ailleurs"),
    }
    yield of.line("AdoptPractice", "2022-05-03", taken)
    described = {
        "practice_id": of.id("full own practice"),
        "title": both("Pratique") | {"unofficial": ["en"]},
        "summary": both("Ainsi"),
        "publication": PUBLICATION,
    }
    yield of.line("DescribePractice", "2022-05-03", described)
    study = {
        "study_id": of.id("full study"),
        "title": both("Étude entière"),
        "period": YEAR,
        "territory": TERRITORY,
        "method": both("Sondage"),
        "findings": [both("Oui")],
        "publication": PUBLICATION,
    }
    yield of.line("RecordStudy", "2022-05-04", study)
    dataset = {"dataset_id": of.id("full dataset")}
    places = {"title": both("Population"), "publication": PUBLICATION, "scheme": TERRITORY["scheme"]}
    yield of.line("RegisterDataset", "2022-05-05", dataset | places)
    cells = [{"key": TERRITORY["code"], "value": exact("50000", "personnes")}]
    yield of.line("PublishVintage", "2022-05-06", dataset | {"vintage": "2021", "period": YEAR, "cells": cells})
    yield from _portrait(of)


def _portrait(of: Lines) -> Iterator[Entry]:
    """Two places, one of them broken down, with sums and shares, and what is said of them."""
    dataset = {"dataset_id": of.id("full portrait")}
    places = {"title": both("Portrait"), "publication": PUBLICATION, "scheme": TERRITORY["scheme"]}
    yield of.line("RegisterDataset", "2022-05-07", dataset | places)
    key, women = f"{TERRITORY['code']}/measure.admissions", f"{TERRITORY['code']}/measure.admissions/sex.women"
    share = {
        "value": exact("40", PERCENT),
        "denominator": exact("10", "personnes"),
        "note": both("Sans les autres"),
    }
    cells = [
        {"key": key, "value": exact("10", "personnes")},
        {"key": women, "value": exact("4", "personnes")},
        {"key": f"{key}/sex.men", "value": exact("6", "personnes")},
        {"key": f"{women}/share.sex"} | share,
        {"key": f"{key}/sex.men/share.sex", "value": exact("60", PERCENT)},  # of what is not said
        {"key": f"{ELSEWHERE['code']}/measure.admissions", "value": exact("7", "personnes")},
    ]
    yield of.line("PublishVintage", "2022-05-08", dataset | {"vintage": "2021", "period": YEAR, "cells": cells})
    names = [
        {"dimension": "measure", "category": "admissions", "name": both("Admissions")},
        {"dimension": "sex", "name": both("Sexe")},
        {"dimension": "sex", "category": "women", "name": both("Femmes")},
    ]
    yield of.line("NameCategories", "2022-05-09", dataset | {"names": names})
    said = {"vintage": "2021", "text": both("Deux sur cinq"), "publication": PUBLICATION}
    for name, tie in (("full claim", {"cells": [women], "of": [key]}), ("full hearsay", {})):
        claim = {"claim_id": of.id(name), "stated": exact("40", PERCENT), "tie": tie}
        yield of.line("TieClaim", "2022-05-10", dataset | said | claim)
