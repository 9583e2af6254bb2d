"""The difference between two revisions in words, for those who may see both."""

from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.readapi.conftest import ALPHA, BETA, Client
from tests.integration.readapi.world_lines import ALIKE, uid

QUERY = """query ($slug: String!, $plan: UUID!, $from: Int, $to: Int, $toAsOf: AsOfInput) {
  partnership(slug: $slug) { plan(id: $plan) {
    difference(fromRevision: $from, toRevision: $to, toAsOf: $toAsOf) {
      fromRevision { number } toRevision { number }
      changes { subject kind elementId targetId period { label { fr } }
        facts { field before { en fr } after { en fr } } words { en fr missing } } } } } }"""
OURS, OTHER = ALIKE


async def test_a_member_reads_what_a_revision_changed_in_both_languages(client: Client) -> None:
    asked = {"slug": OURS, "plan": str(uid(OURS, "published")), "from": 1, "to": 2}

    found = await client.data(QUERY, asked, viewer=Viewer(ALPHA, "member"))

    reworded, gone = found["partnership"]["plan"]["difference"]["changes"]
    assert (reworded["subject"], reworded["kind"]) == ("ELEMENT", "CHANGED")
    assert reworded["elementId"] == str(uid(OURS, "published action"))
    assert [fact["field"] for fact in reworded["facts"]] == ["wording"]
    assert "“published action (en)” becomes “Secret (en)”" in reworded["words"]["en"]
    assert "«\u00a0published action (fr)\u00a0» devient «\u00a0Secret (fr)\u00a0»" in reworded["words"]["fr"]
    assert reworded["words"]["missing"] == []
    assert (gone["subject"], gone["kind"]) == ("ELEMENT", "WITHDRAWN")
    assert gone["elementId"] == str(uid(OURS, "published spare"))
    assert gone["words"]["fr"].startswith("Action retirée. ")
    assert all(fact["after"] is None for fact in gone["facts"])


async def test_targets_are_read_at_the_clocks_of_a_side(client: Client) -> None:
    asked = {"slug": OURS, "plan": str(uid(OURS, "published")), "from": 2, "toAsOf": {"effective": "2021-12-31"}}

    found = await client.data(QUERY, asked, viewer=Viewer(ALPHA, "member"))

    difference = found["partnership"]["plan"]["difference"]
    assert difference["fromRevision"] == difference["toRevision"] == {"number": 2}
    target, value = difference["changes"]
    assert (target["subject"], target["kind"]) == ("TARGET", "ADDED")
    assert target["targetId"] == value["targetId"] == str(uid(OURS, "target published"))
    assert "800 accompagnements" in target["words"]["en"]
    assert (value["subject"], value["period"]["label"]["fr"]) == ("TARGET_VALUE", "2021-2022")
    assert "Mise en œuvre" in value["words"]["fr"]


async def test_a_revision_that_a_reader_may_not_see_has_no_difference_for_them(client: Client) -> None:
    asked = {"slug": OURS, "plan": str(uid(OURS, "published")), "from": 1, "to": 2}

    for viewer in (ANONYMOUS, Viewer(BETA, "member")):
        found = await client.data(QUERY, asked, viewer=viewer)
        assert found["partnership"]["plan"]["difference"] is None

    first = await client.data(QUERY, asked | {"from": 0, "to": 1})
    said = str(first["partnership"]["plan"]["difference"]["changes"])
    assert "published spare" in said
    assert "Secret" not in said
    assert str(uid(OTHER, "published spare")) not in said
