"""Fixture 9: a quorum with a "second meeting" fallback; seven consensus decisions of one assembly replayed."""

from typing import Any

from domain.ids import TenantId
from readapi.viewer import Viewer
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world_lines import uid
from tests.integration.readapi.world_of_an_assembly import ITEMS, SLUG

MEMBER = Viewer(tenant_id=TenantId(uid(SLUG, "body")), role="coordinator")
NBSP = "\N{NO-BREAK SPACE}"


def is_(name: str) -> str:
    return str(uid(SLUG, name))


async def network(client: Client, fields: str, **variables: Any) -> Any:
    """Fields of the network, asked by one of its members."""
    declared = "".join(f", ${name}: {TYPES[name]}" for name in variables)
    at = "slug: $slug" + (", asOf: $asOf" if "asOf" in variables else "")
    asked = f"query ($slug: String!{declared}) {{ partnership({at}) {{ {fields} }} }}"
    return (await client.data(asked, {"slug": SLUG} | variables, viewer=MEMBER))["partnership"]


TYPES = {"id": "UUID!", "asOf": "AsOfInput"}
MEETING = """meeting(id: $id) { holdsOn status committee { id }
  secondCallOf { id status closingQuorum { reached words { en } } }
  quorum { reached verdict { rule present seats required secondCall terms words { en fr } } }
  motions { rank title { fr } method status quorum { rule reached } majority { reached words { en fr } }
    breaches } }"""


async def test_four_of_thirteen_are_no_quorum_and_the_meeting_is_called_again(client: Client) -> None:
    first = (await network(client, MEETING, id=is_("first")))["meeting"]

    assert (first["holdsOn"], first["status"], first["secondCallOf"]) == ("2017-05-12", "WITHOUT_QUORUM", None)
    (moment,) = first["quorum"]
    assert moment == {
        "reached": False,
        "verdict": {
            "rule": "SHARE",
            "present": 4,
            "seats": 13,
            "required": 7,
            "secondCall": False,
            "terms": 1,
            "words": {
                "en": "4 of 13 voting seats present; quorum is a majority of the seats, 7: not reached",
                "fr": (
                    "4 des 13 sièges votants présents; le quorum est la majorité des sièges, soit 7"
                    f"{NBSP}: non atteint"
                ),
            },
        },
    }


async def test_at_the_second_meeting_those_present_are_the_quorum_and_agree_on_seven_items(client: Client) -> None:
    second = (await network(client, MEETING, id=is_("second")))["meeting"]

    assert (second["holdsOn"], second["status"]) == ("2017-05-26", "HELD")
    assert second["secondCallOf"] == {
        "id": is_("first"),
        "status": "WITHOUT_QUORUM",
        "closingQuorum": {
            "reached": False,
            "words": {"en": "4 of 13 voting seats present; quorum is a majority of the seats, 7: not reached"},
        },
    }
    (moment,) = second["quorum"]
    assert moment["verdict"]["words"] == {
        "en": "5 of 13 voting seats present; at a second meeting, quorum is those present, at least 1: reached",
        "fr": (
            "5 des 13 sièges votants présents; à une deuxième réunion, les personnes présentes forment le quorum "
            f"(au moins 1){NBSP}: atteint"
        ),
    }
    assert [(motion["rank"], motion["title"]["fr"]) for motion in second["motions"]] == list(enumerate(ITEMS, 1))
    for motion in second["motions"]:
        assert (motion["method"], motion["status"], motion["breaches"]) == ("CONSENSUS", "CARRIED", [])
        assert motion["quorum"] == {"rule": "SECOND_MEETING", "reached": True}
        assert motion["majority"] == {
            "reached": True,
            "words": {
                "en": "consensus of the 5 present: no objection, reached",
                "fr": f"consensus (5 sièges présents){NBSP}: aucune opposition, atteint",
            },
        }


DECISIONS = """decisions(first: 10) { totalCount nodes { year number title { fr } method madeOn standing status
  quorum { words { en } } majority { words { en } } committee { id } meeting { id } motion { rank }
  caused { stream type streamId } } }"""


async def test_the_seven_decisions_are_numbered_and_each_tells_what_it_led_to(client: Client) -> None:
    decisions = (await network(client, DECISIONS))["decisions"]

    assert decisions["totalCount"] == 7
    oldest_first = list(reversed(decisions["nodes"]))
    assert [(one["year"], one["number"], one["title"]["fr"]) for one in oldest_first] == [
        (2017, number, title) for number, title in enumerate(ITEMS, 1)
    ]
    for one in oldest_first:
        assert (one["method"], one["madeOn"], one["meeting"]["id"]) == ("CONSENSUS", "2017-05-26", is_("second"))
        assert one["motion"]["rank"] == one["number"]
        assert one["committee"]["id"] == is_("assembly")
        assert one["quorum"]["words"]["en"].startswith("5 of 13 voting seats present")
    caused = {one["number"]: [(act["type"], act["streamId"]) for act in one["caused"]] for one in oldest_first}
    assert caused == {
        1: [],
        2: [("decision.Rescinded", is_("decision 5"))],
        3: [("committee.Dissolved", is_("permanent"))],
        4: [("committee.Established", is_("group")), ("committee.TermsAdopted", is_("group"))],
        5: [("committee.Renamed", is_("group"))],
        6: [("agreement.Signed", is_("agreement"))],
        7: [("plan.RevisionAdopted", is_("plan"))],
    }


async def test_a_decision_is_replayed_as_it_stood_on_any_day_and_as_it_was_known(client: Client) -> None:
    fields = "decision(id: $id) { standing status endedOn position: year }"

    async def fifth(day: str, recorded: str | None = None) -> Any:
        as_of = {"effective": day} | ({} if recorded is None else {"recorded": recorded})
        return (await network(client, fields, id=is_("decision 5"), asOf=as_of))["decision"]

    before, after = await fifth("2018-01-14"), await fifth("2018-01-15")
    timeline = (await network(client, "timeline(first: 200) { nodes { type position streamId } }"))["timeline"]
    made = {
        line["streamId"]: int(line["position"]) for line in timeline["nodes"] if line["type"] == "decision.Made"
    }
    as_known_then = await fifth("2018-01-15", str(made[is_("decision 7")]))

    assert (before["standing"], before["status"], before["endedOn"]) == ("IN_FORCE", "MADE", None)
    assert (after["standing"], after["status"], after["endedOn"]) == ("RESCINDED", "RESCINDED", "2018-01-15")
    assert (as_known_then["standing"], as_known_then["endedOn"]) == ("IN_FORCE", None)
    assert await fifth("2017-05-25") is None
    assert await fifth("2018-01-15", str(made[is_("decision 5")] - 1)) is None


async def test_from_any_event_one_walks_to_the_decision_and_the_meeting(client: Client) -> None:
    walk = """timeline(first: 200) { nodes { type act { authority { decided { number standing
      meeting { id secondCallOf { id } } } } } } }
      plan(id: $id) { revision { number authority { kind decided { number quorum { reached } meeting { id } } } } }
      agreements { nodes { acts { type authority { decided { number } } withoutAuthority } } }
      committees { nodes { id terms { authority { decided { number } } } } }"""
    found = await network(client, walk, id=is_("plan"))

    decided = {
        line["type"]: line["act"]["authority"]["decided"]
        for line in found["timeline"]["nodes"]
        if line["act"] is not None and line["act"]["authority"]["decided"] is not None
    }
    assert {type_: one["number"] for type_, one in decided.items()} == {
        "committee.Dissolved": 3,
        "committee.Established": 4,
        "committee.TermsAdopted": 4,
        "agreement.Signed": 6,
        "plan.RevisionAdopted": 7,
        "decision.Rescinded": 2,
        "committee.Renamed": 5,
    }
    assert all(
        one["meeting"] == {"id": is_("second"), "secondCallOf": {"id": is_("first")}} for one in decided.values()
    )
    assert found["plan"]["revision"]["authority"] == {
        "kind": "DECISION",
        "decided": {"number": 7, "quorum": {"reached": True}, "meeting": {"id": is_("second")}},
    }
    (agreement,) = found["agreements"]["nodes"]
    assert agreement["acts"] == [
        {"type": "agreement.Signed", "authority": {"decided": {"number": 6}}, "withoutAuthority": False},
        {"type": "agreement.Amended", "authority": {"decided": None}, "withoutAuthority": True},
    ]
    terms = {one["id"]: one["terms"] for one in found["committees"]["nodes"]}
    assert terms[is_("group")] == {"authority": {"decided": {"number": 4}}}


async def test_what_has_no_authority_and_what_broke_a_rule_is_listed_for_auditors(client: Client) -> None:
    without = await network(client, "acts(only: WITHOUT_AUTHORITY) { nodes { type withoutAuthority } }")
    broken = await network(
        client, "acts(only: WITH_BREACH) { nodes { type breaches authority { decided { number } } } }"
    )

    assert [act["type"] for act in without["acts"]["nodes"]] == [
        "agreement.Amended",
        "committee.TermsAdopted",
        "committee.Established",
    ]
    # Of the other committee its minutes say that nobody had to allow it.
    every = await network(client, "acts { nodes { type authority { reason } withoutAuthority } }")
    assert [
        (act["type"], act["authority"]["reason"], act["withoutAuthority"]) for act in every["acts"]["nodes"][-2:]
    ] == [
        ("committee.Established", "NOT_REQUIRED", False),
        ("committee.Established", "NOT_STATED_IN_SOURCE", True),
    ]
    # Renamed by a decision that had been rescinded by then, as minutes tell.
    assert broken["acts"]["nodes"] == [
        {
            "type": "committee.Renamed",
            "breaches": ["decision_not_in_force"],
            "authority": {"decided": {"number": 5}},
        }
    ]
