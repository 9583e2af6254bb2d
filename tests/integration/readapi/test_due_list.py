"""The due list: what is overdue or soon due, for members alone."""

from typing import Any

import pytest

from readapi import due_reports
from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world_lines import uid

QUERY = """query ($slug: String!, $within: Int, $asOf: AsOfInput) { partnership(slug: $slug) {
  dueList(withinDays: $within, asOf: $asOf) {
    kind dueOn overdue recordId sample wording { fr } agreement { id } committee { id } } } }"""


async def due(client: Client, viewer: Viewer, effective: str, within: int = 30, slug: str = "alpha") -> Any:
    given = {"slug": slug, "within": within, "asOf": {"effective": effective}}
    return (await client.data(QUERY, given, viewer=viewer))["partnership"]["dueList"]


async def test_terms_of_office_are_due_before_they_end_and_overdue_until_the_seat_is_filled_or_vacated(
    client: Client, alpha: Viewer
) -> None:
    def terms(items: Any) -> list[Any]:
        return [
            (one["recordId"], one["dueOn"], one["overdue"]) for one in items if one["kind"] == "TERM_OF_OFFICE"
        ]

    second = (str(uid("alpha", "seat 2")), "2022-02-28")
    assert terms(await due(client, alpha, "2022-01-28", within=30)) == []
    assert terms(await due(client, alpha, "2022-01-29", within=30)) == [(*second, False)]
    assert terms(await due(client, alpha, "2022-02-28")) == [(*second, False)]
    assert terms(await due(client, alpha, "2022-03-01")) == [(*second, True)]
    first = (str(uid("alpha", "seat 1")), "2027-02-28")
    assert terms(await due(client, alpha, "2027-02-01")) == [(*second, True), (*first, False)]


async def test_obligations_are_due_until_they_are_fulfilled(client: Client, alpha: Viewer) -> None:
    def owed(items: Any) -> list[Any]:
        return [one for one in items if one["kind"] == "OBLIGATION"]

    report = {
        "kind": "OBLIGATION",
        "dueOn": "2021-06-30",
        "overdue": False,
        "recordId": str(uid("alpha", "report due")),
        "sample": True,
        "wording": {"fr": "Rapport annuel (fr)"},
        "agreement": {"id": str(uid("alpha", "agreement tenant"))},
        "committee": None,
    }
    assert owed(await due(client, alpha, "2021-05-30", within=30)) == []
    assert owed(await due(client, alpha, "2021-05-31", within=30)) == [report]
    assert owed(await due(client, alpha, "2021-07-01")) == [report | {"overdue": True}]
    assert owed(await due(client, alpha, "2021-09-01")) == []  # fulfilled that day; the other has no date


async def test_only_members_of_the_body_see_what_it_owes(client: Client, alpha: Viewer, beta: Viewer) -> None:
    for viewer in (ANONYMOUS, beta):
        assert await due(client, viewer, "2022-03-01", within=366) == []
    ours = {one["recordId"] for one in await due(client, alpha, "2021-07-01", within=366)}
    theirs = {one["recordId"] for one in await due(client, beta, "2021-07-01", within=366, slug="beta")}
    audiences = ("public", "funders", "tenant")
    every = (
        "report due",
        "seat 2",
        *(f"{what} {who}" for what in ("requirement", "committee") for who in audiences),
    )
    assert ours == {str(uid("alpha", name)) for name in every}
    assert theirs == {str(uid("beta", name)) for name in every}


async def test_a_time_that_is_too_long_or_none_is_refused(client: Client, alpha: Viewer) -> None:
    for within in (0, 367):
        assert await client.codes(QUERY, {"slug": "alpha", "within": within}, viewer=alpha) == [
            "WITHIN_OUT_OF_RANGE"
        ]


async def test_more_requirements_than_are_looked_through_are_said_and_none_is_left_out(
    client: Client, alpha: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"slug": "alpha", "asOf": {"effective": "2021-07-01"}, "within": 366}
    reports = [one for one in await due(client, alpha, "2021-07-01", within=366) if one["kind"] == "REPORT"]
    required = len({one["recordId"] for one in reports})

    monkeypatch.setattr(due_reports, "REQUIREMENTS_MAX", required)
    assert await client.codes(QUERY, asked, viewer=alpha) == []
    monkeypatch.setattr(due_reports, "REQUIREMENTS_MAX", required - 1)
    assert await client.codes(QUERY, asked, viewer=alpha) == ["ANSWER_TOO_LARGE"]
