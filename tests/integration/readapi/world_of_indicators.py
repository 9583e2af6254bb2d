"""Indicators of the look-alike bodies, with what is owed and reported of them."""

from collections.abc import Iterator

from domain.ids import COMMONS
from services.importing import Entry
from tests.integration.readapi.world_lines import TERRITORY, Lines, both, uid


def indicators(of: Lines) -> Iterator[Entry]:
    for audience in ("public", "funders", "tenant"):
        defined = {
            "definition_id": of.id(f"indicator {audience}"),
            "wording": both(f"Indicateur {audience}"),
            "unit": "entreprises",
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
            "plan_indicator": {"plan_id": of.id("published"), "element_id": of.id("published indicator")},
            "audience": audience,
        }
        yield of.line("DefineIndicator", "2021-04-01", defined)
    tied = {"log": of.id("body"), "stream": of.id("indicator public"), "version": 1}
    yield of.line("TieTarget", "2021-05-03", {"target_id": of.id("target published"), "indicator": tied})


def frozen(of: Lines) -> Iterator[Entry]:
    """Comparisons of the published figure, for all and for the body alone; as if it had granted itself."""
    logs = ((COMMONS, False), (uid(of.slug, "body"), True))
    for audience in ("public", "tenant"):
        asked = {
            "frozen_comparison_id": of.id("frozen" if audience == "public" else f"frozen {audience}"),
            "title": both("Comparaison"),
            "indicator": {"log": of.id("body"), "stream": of.id("indicator public"), "version": 1},
            "period": {"kind": "fiscal_year", "start": "2019-04-01", "end": "2020-03-31"},
            "as_of": "2021-12-31",
            "stage": "submitted",
            "sources": [{"log": str(log), "position": 1_000, "granted": granted} for log, granted in logs],
            "audience": audience,
        }
        yield of.line("FreezeComparison", "2021-12-31", asked)


def reports(of: Lines) -> Iterator[Entry]:
    """A requirement per audience; a draft, a figure that was submitted, and one that was published."""
    indicator = {"log": of.id("body"), "stream": of.id("indicator public"), "version": 1}
    period = {"kind": "fiscal_year", "start": "2020-04-01", "end": "2021-03-31"}
    for audience in ("public", "funders", "tenant"):
        required = {
            "requirement_id": of.id(f"requirement {audience}"),
            "indicator": indicator,
            "cadence": "fiscal_year",
            "first": period,
            "due_days": 91,
            "agreement_id": of.id("agreement public"),
            "audience": audience,
        }
        yield of.line("RequireSubmission", "2021-04-04", required)
        exempted = {"requirement_id": of.id(f"requirement {audience}"), "period": period, "reason": "starting_up"}
        yield of.line("ExemptPeriod", "2021-04-05", exempted)
    elsewhere = {"title": both("Rapport")}
    steps = ("SubmitSubmission", "ValidateSubmission", "ApproveSubmission", "PublishSubmission")
    for year, (name, taken) in enumerate((("drafted", 0), ("submitted", 1), ("out", 4)), start=2017):
        drafted = {
            "submission_id": of.id(f"submission {name}"),
            "indicator": indicator,
            "period": {"kind": "fiscal_year", "start": f"{year}-04-01", "end": f"{year + 1}-03-31"},
            "value": {"kind": "exact", "number": str(year), "unit": "entreprises"},
            "territory": TERRITORY,
        }
        yield of.line("DraftSubmission", "2021-06-01", drafted)
        for day, step in enumerate(steps[:taken], start=2):
            submission = {"submission_id": of.id(f"submission {name}")}
            yield of.line(step, f"2021-06-0{day}", submission, source=elsewhere)
