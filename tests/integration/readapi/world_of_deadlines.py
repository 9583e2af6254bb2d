"""Sherbrooke's roundtable as the sample has it, with what only tests say of it: meetings, a forum, figures owed.

None of it is ever shipped: the meetings and figures of a real partnership are its own to tell.
"""

from collections.abc import Iterator
from typing import Any

from services.cli.bringing_in import sample_files
from services.importing import Entry, read_files
from tests.integration.readapi.world_lines import Lines, both

SLUG = "sherbrooke"
COMMITTEES = "fd118dd4-7fea-5162-9354-5b268155d34f"
BODY = "9271280d-d52c-5569-9f66-db89ac3286e9"
NOTES: dict[str, Any] = {"title": both("Compte rendu")}


def deadlines() -> Iterator[Entry]:
    yield from read_files(path for path in sample_files() if path.stem.endswith(SLUG))
    of = Lines(SLUG)
    for name, on, kind in (
        ("winter", "2019-02-12", "regular"),
        ("spring", "2019-05-14", "regular"),
        ("forum of 2020", "2020-10-08", "forum"),
    ):
        yield from _held(of, name, on, kind)
    yield from _required(of)


def _held(of: Lines, name: str, on: str, kind: str) -> Iterator[Entry]:
    meeting = {"meeting_id": of.id(name)}
    convened = {"committee_id": COMMITTEES, "holds_on": on, "time_zone": "America/Toronto", "kind": kind}
    yield of.line("ConveneMeeting", on, meeting | convened, source=NOTES)
    yield of.line("CloseMeeting", on, meeting, source=NOTES)


def _required(of: Lines) -> Iterator[Entry]:
    """A figure for each quarter of 2021, thirty days later: one for women alone, one returned, one exempt."""
    defined = {
        "definition_id": of.id("indicator"),
        "wording": both("Personnes accueillies"),
        "unit": "personnes",
        "kind": "count",
        "combining": {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"},
        "dimensions": [
            {
                "code": "sex",
                "label": both("Sexe"),
                "categories": [
                    {"code": "women", "label": both("Femmes")},
                    {"code": "men", "label": both("Hommes")},
                ],
            }
        ],
        "audience": "public",
    }
    yield of.line("DefineIndicator", "2021-01-01", defined)
    indicator = {"log": BODY, "stream": of.id("indicator"), "version": 1}
    quarters = [
        {"kind": "quarter", "start": start, "end": end}
        for start, end in (
            ("2021-01-01", "2021-03-31"),
            ("2021-04-01", "2021-06-30"),
            ("2021-07-01", "2021-09-30"),
        )
    ]
    required = {
        "requirement_id": of.id("requirement"),
        "indicator": indicator,
        "cadence": "quarter",
        "first": quarters[0],
        "due_days": 30,
        "programme": {"code": "imaginaire", "label": both("Programme imaginaire")},
    }
    yield of.line("RequireSubmission", "2021-01-02", required)
    exempted = {"requirement_id": of.id("requirement"), "period": quarters[1], "reason": "no_activity"}
    yield of.line("ExemptPeriod", "2021-06-01", exempted)

    def drafted(name: str, **more: Any) -> Entry:
        figure = {"kind": "exact", "number": "12", "unit": "personnes"}
        said = {"submission_id": of.id(name), "indicator": indicator, "period": quarters[0], "value": figure}
        return of.line("DraftSubmission", "2021-04-10", said | more)

    def step(command: str, on: str, name: str, **more: Any) -> Entry:
        return of.line(command, on, {"submission_id": of.id(name)} | more, source=NOTES)

    yield drafted("women", cuts=[{"dimension": "sex", "category": "women"}])
    yield step("SubmitSubmission", "2021-04-11", "women")
    yield drafted("all")
    yield step("SubmitSubmission", "2021-04-20", "all")
    yield step("ReturnSubmission", "2021-05-10", "all", reason="incomplete")
