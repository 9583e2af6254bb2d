"""Portraits across territories: the sample's, and all of them recomputed from the raw events."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest

from readapi.persisted import stored
from tests.comparison.raw import Raw, events
from tests.integration.filled import Filled
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world import uid

PORTRAITS = next(document for document in stored().values() if "query Portraits(" in document)
YEAR_2019 = [{"dimension": "year", "category": "2019"}]
DRCNEQ = ["drcneq"]


async def portraits(client: Client, viewer: Any = None, **asked: Any) -> dict[str, Any]:
    given = {"measure": "admissions", "partnerships": DRCNEQ} | asked
    found: dict[str, Any] = (await client.data(PORTRAITS, given, **({"viewer": viewer} if viewer else {})))[
        "portraits"
    ]
    return found


def numbers(found: dict[str, Any]) -> dict[str, dict[str | None, str]]:
    return {
        one["territory"]["code"]: {
            cell["category"]: cell["value"]["number"]
            for cell in ([one["total"]] if one["total"] else []) + one["cells"]
        }
        for one in found["territories"]
    }


def shares(found: dict[str, Any]) -> dict[str, dict[str | None, tuple[str, str]]]:
    return {
        one["territory"]["code"]: {
            cell["category"]: (cell["share"]["number"], cell["denominator"]["number"])
            for cell in one["cells"]
            if cell["share"]
        }
        for one in found["territories"]
    }


# --- one question by each dimension -------------------------------------------------------------------------


async def test_regions_stand_beside_each_other_with_what_is_known_of_each(client: Client) -> None:
    found = await portraits(client)

    assert numbers(found) == {
        "01": {None: "769"},
        "03": {None: "14259"},
        "11": {None: "176"},
        "12": {None: "1118"},
    }
    assert found["label"] == {"en": None, "fr": "personnes immigrantes admises"}
    assert {one["vintage"] for one in found["territories"]} == {"2020-06"}
    assert {one["total"]["value"]["status"] for one in found["territories"]} == {"PROVISIONAL"}
    assert (found["coverage"]["reporting"], found["coverage"]["expected"]) == (1, 1)
    assert found["absent"] == {"count": 0, "places": []}


async def test_sexes_have_their_percentages_with_their_denominators(client: Client) -> None:
    found = await portraits(client, by="sex", where=YEAR_2019)

    assert shares(found)["01"] == {"women": ("45.2", "135"), "men": ("54.8", "135")}
    assert shares(found)["03"] == {"women": ("50.0", "2288"), "men": ("50.0", "2288")}
    assert [(one["code"], one["label"]["fr"], one["territories"]) for one in found["categories"]] == [
        ("women", "Femmes", 2),
        ("men", "Hommes", 2),
    ]


async def test_a_region_without_such_a_table_is_named_and_keeps_its_total(client: Client) -> None:
    found = await portraits(client, by="sex", where=YEAR_2019)

    assert numbers(found)["12"] == {None: "158"}
    assert [(one["territory"]["code"], one["reason"]) for one in found["absent"]["places"]] == [
        ("11", "NO_FIGURES"),
        ("12", "NO_FIGURES"),
    ]


@pytest.mark.parametrize(
    ("by", "where", "categories"),
    [
        ("mrc", [], 15),
        ("year", [], 5),
        ("category", YEAR_2019, 4),
        ("french", [*YEAR_2019, {"dimension": "declared", "category": "yes"}], 2),
        ("permit", YEAR_2019, 3),
    ],
)
async def test_every_dimension_of_the_annex_can_be_asked_by(
    client: Client, by: str, where: list[Any], categories: int
) -> None:
    measure = "temporary" if by == "permit" else "admissions"
    found = await portraits(client, measure=measure, by=by, where=where)

    assert len(found["categories"]) == categories
    assert found["byLabel"]["fr"] is not None
    assert all(one["outcome"] in {"HOLDS", "ROUNDING"} for row in found["territories"] for one in row["checks"])


async def test_the_sums_of_a_table_are_beside_it_and_a_column_of_99_9_is_no_error(client: Client) -> None:
    found = await portraits(client, by="category", where=YEAR_2019)
    (row,) = [one for one in found["territories"] if one["territory"]["code"] == "03"]

    assert [(one["outcome"], one["found"], one["expected"]) for one in row["checks"] if one["kind"] == "SUM"] == [
        ("HOLDS", "2288", "2288"),
        ("ROUNDING", "99.9", "100.0"),
    ]
    assert len([one for one in row["checks"] if one["kind"] == "SHARE"]) == 5


async def test_claims_are_beside_the_figures_with_what_became_of_them(client: Client) -> None:
    found = await portraits(client, measure="immigrants", where=[{"dimension": "year", "category": "2016"}])
    claims = {
        one["territory"]["code"]: Counter((claim["verdict"], claim["concerns"]) for claim in one["claims"])
        for one in found["territories"]
    }

    assert claims["03"] == {
        ("DISAGREES", True): 1,
        ("ROUNDED", False): 2,
        ("NOT_CHECKABLE", False): 1,
    }
    (disagreeing,) = [
        claim for one in found["territories"] for claim in one["claims"] if claim["verdict"] == "DISAGREES"
    ]
    assert disagreeing["found"] == "3.3"
    assert disagreeing["words"]["fr"] == "Le texte dit 5\xa0%, mais les chiffres donnent 3,3\xa0%."


async def test_figures_are_told_per_thousand_people_of_a_vintage_that_has_the_place(client: Client) -> None:
    alpha = {"owner": "alpha", "dataset": str(uid("alpha", "portrait public")), "vintage": "a"}
    found = await portraits(client, perThousandOf=alpha)
    per = {one["territory"]["code"]: one["total"]["perThousand"] for one in found["territories"]}

    assert per["01"] == {"low": "64083.3", "high": "64083.4"}  # 769 of 12 invented people
    assert per["03"] is None
    assert found["population"]["vintage"] == "a"


# --- who has none -------------------------------------------------------------------------------------------


async def test_who_has_no_portrait_is_said_for_the_whole_country(client: Client) -> None:
    found = await portraits(client, partnerships=None)
    reasons = Counter(one["reason"] for one in found["absent"]["places"])

    assert found["coverage"]["reporting"] + found["coverage"]["missing"]["count"] == found["coverage"]["expected"]
    assert found["absent"]["count"] >= found["coverage"]["missing"]["count"]
    assert reasons["NO_DATASET"] > 30


async def test_a_vintage_that_is_not_there_leaves_every_place_out_and_says_so(client: Client) -> None:
    found = await portraits(client, vintage="1999")

    assert found["territories"] == []
    assert {one["reason"] for one in found["absent"]["places"]} == {"NO_VINTAGE"}
    assert found["absent"]["count"] == 4


async def test_before_it_was_known_there_is_none(client: Client) -> None:
    found = await portraits(client, asOf={"effective": "2020-01-01"})
    assert found["territories"] == []


async def test_more_categories_than_a_list_holds_are_refused(client: Client) -> None:
    asked = {"where": [{"dimension": "year", "category": "2019"}] * 101}
    assert await client.codes(PORTRAITS, asked) == ["LIST_TOO_LONG"]


# --- from the raw events, by other means --------------------------------------------------------------------


async def test_every_table_is_what_the_raw_events_make(client: Client, filled: Filled) -> None:
    raw = await events(filled.settings.admin_dsn)
    slugs = {one.stream: one.data["slug"] for one in raw if one.type == "commons.BodyRegistered"}
    compared = 0
    for owner in ("drcneq", "mifi"):
        for by, where in (
            *((None, ()), ("year", ()), ("mrc", ()), ("sex", ("year.2019",)), ("category", ("year.2019",))),
            *(("french", ("year.2019", "declared.yes")), ("declared", ("year.2019",))),
        ):
            expected = recomputed([one for one in raw if slugs.get(one.tenant) == owner], by, where)
            asked = [dict(zip(("dimension", "category"), one.split("."), strict=True)) for one in where]
            found = await portraits(client, by=by, where=asked, partnerships=[owner])
            assert numbers(found) == expected, (owner, by)
            compared += sum(map(len, expected.values()))
    assert compared > 90


def recomputed(raw: list[Raw], by: str | None, where: tuple[str, ...]) -> dict[str, dict[str | None, str]]:
    """The counts of admissions by place and category, of keys split by hand."""
    found: dict[str, dict[str | None, str]] = defaultdict(dict)
    for event in raw:
        if event.type != "dataset.VintagePublished":
            continue
        for cell in event.data["cells"]:
            place, *rest = cell["key"].split("/")
            if "." in place or "measure.admissions" not in rest or any(one.startswith("share.") for one in rest):
                continue
            left = set(rest) - {"measure.admissions", *where}
            if not set(where) <= set(rest) or len(left) > 1:
                continue
            (part,) = left or {None}
            if part is not None and part.split(".")[0] != by:
                continue
            category = None if part is None else part.split(".")[1]
            found[place][category] = str(Decimal(cell["value"]["number"]))
    return dict(found)


async def test_what_is_compared_with_the_raw_events_would_tell_a_difference(filled: Filled) -> None:
    raw = await events(filled.settings.admin_dsn)
    published = [one for one in raw if one.type == "dataset.VintagePublished"]
    first = recomputed(published, "sex", ("year.2019",))
    for event in published:
        for cell in event.data["cells"]:
            if cell["key"] == "01/measure.admissions/year.2019/sex.women":
                cell["value"]["number"] = "62"

    assert recomputed(published, "sex", ("year.2019",)) != first
