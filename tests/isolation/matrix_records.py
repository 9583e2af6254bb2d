"""What the bodies of the matrix record beyond what other tests have of them, so that fields say something."""

from collections.abc import Iterator

from services.importing import Entry
from tests.integration.readapi.world_lines import TERRITORY, Lines, both, uid
from tests.isolation.matrix_committees import governance, knowledge
from tests.isolation.matrix_figures import (
    ALIKE_WORDING,
    CITED,
    DAY,
    FIGURES,
    LAST_DAY,
    LATER_YEAR,
    MINUTES,
    NEXT_YEAR,
    PUBLICATION,
    STEPS,
    YEAR,
    cited,
    exact,
)


def records(of: Lines, other: str, funder: str) -> Iterator[Entry]:
    """Facts of every area; `other` is the body that looks alike, which has recorded its own by then."""
    yield from _body(of, other)
    yield from _plans(of, other)
    yield from _money(of, funder)
    yield from _measures(of, funder)
    yield from governance(of)
    yield from knowledge(of, other)


def _body(of: Lines, other: str) -> Iterator[Entry]:
    body = {"body_id": of.id("body")}
    part = {"territory": TERRITORY, "extent": "whole"}
    yield of.line("SetCatchment", "2020-03-01", body | {"parts": [part]})
    yield of.line("EnterPhase", "2020-03-01", body | {"phase": "active"})
    proposed = {"succession_id": of.id("proposal"), "kind": "merger", "successors": [str(uid(other, "body"))]}
    yield of.line("ProposeSuccession", "2023-06-01", proposed)


def forebears(heir: str) -> Iterator[Entry]:
    """Two bodies that became part of a third: one whose beginning is known, and one that a source names."""
    successor = Lines(heir, count=60_000)
    for name, known in (("first", {"started": {"value": "2015"}}), ("second", {"attested": YEAR})):
        of = Lines(f"{heir}-{name}")
        body = {"body_id": of.id("body"), "slug": of.slug, "kind": "zip", "name": both("Partenariat d’avant")}
        yield of.line("RegisterBody", "2020-01-01", body, body="commons")
        opening = {"province": "PE", "time_zone": "America/Moncton", "default_language": "fr"}
        yield of.line("OpenBody", "2020-01-01", body | opening | known)
        succession = {"succession_id": of.id("merger")}
        merger = {"kind": "merger", "successors": [str(uid(heir, "body"))], "illustrative": True}
        yield of.line("ProposeSuccession", "2022-01-15", succession | merger)
        taken = succession | {"predecessor": of.id("body")}
        yield successor.line("AcceptSuccession", "2022-02-01", taken)
        yield of.line("SucceedBody", "2022-04-01", succession | {"body_id": of.id("body")})


def _plans(of: Lines, other: str) -> Iterator[Entry]:
    plan = {"plan_id": of.id("full plan")}
    drafted = {"kind": "action_plan", "title": both("Plan entier"), "period": YEAR}
    yield of.line("DraftPlan", "2022-01-01", plan | drafted | {"agreement_id": of.id("agreement public")})
    for rank, (level, above) in enumerate(
        (("orientation", None), ("objective", "orientation"), ("indicator", "objective"))
    ):
        element = {
            "element_id": of.id(f"full {level}"),
            "level": level,
            "wording": both(f"full {level}"),
            "rank": rank,
            "number": str(rank + 1),
            "parent_id": None if above is None else of.id(f"full {above}"),
            "territory": TERRITORY if level == "objective" else None,
            "indicator_kind": "count" if level == "indicator" else None,
            "copied_from": cited(other, "published", 2) if level == "objective" else None,
        }
        yield of.line("AddPlanElement", "2022-01-02", plan | element)
    links = [{"element_id": of.id("full objective"), "parent_element_id": str(uid(other, "published objective"))}]
    parent = cited(other, "published", 9)
    yield of.line("AlignPlanToParent", "2022-01-03", plan | {"parent": parent, "links": links})
    yield of.line("AdoptPlanRevision", "2022-02-01", plan | {"number": 1}, authority=CITED)
    published = {"number": 1, "source_published_on": "2022-02-20"}
    yield of.line("PublishPlanRevision", "2022-03-01", plan | published)
    target = {"target_id": of.id("full target"), "plan_id": of.id("full plan")}
    baseline = {
        "indicator_id": of.id("full indicator"),
        "unit": "entreprises",
        "direction": "increase",
        "baseline": exact("10"),
        "baseline_period": {"kind": "fiscal_year", "start": "2021-04-01", "end": "2022-03-31"},
    }
    yield of.line("SetBaseline", "2022-03-02", target | baseline)
    aim = {"target_id": of.id("full target")}
    yield of.line("SetTarget", "2022-03-03", aim | {"period": YEAR, "value": exact("40")})
    yield of.line("SetTarget", "2022-03-04", aim | {"period": NEXT_YEAR, "value": exact("20")})
    tie = {"indicator": cited(of.slug, "indicator public")}
    yield of.line("TieTarget", "2022-03-05", aim | tie)
    added = {
        "element_id": of.id("full action"),
        "level": "action",
        "wording": both("full action"),
        "rank": 9,
        "parent_id": of.id("full objective"),
    }
    yield of.line("AddPlanElement", "2022-04-02", plan | added)
    reworded = {"element_id": of.id("full orientation"), "wording": both("full orientation again")}
    yield of.line("RewordPlanElement", "2022-04-03", plan | reworded)
    other_link = {
        "element_id": of.id("full orientation"),
        "parent_element_id": str(uid(other, "published objective")),
    }
    yield of.line("AlignPlanToParent", "2022-04-04", plan | {"parent": parent, "links": [other_link]})
    yield of.line("AdoptPlanRevision", "2022-05-01", plan | {"number": 2}, authority=CITED)
    yield of.line("PublishPlanRevision", "2022-05-02", plan | {"number": 2})
    progress = {"element_id": of.id("full action"), "progress": "under_way"}
    yield of.line("RecordPlanProgress", "2022-06-01", plan | progress)


def _money(of: Lines, funder: str) -> Iterator[Entry]:
    for audience in ("public", "tenant"):
        signed = {
            "agreement_id": of.id(f"full agreement {audience}"),
            "programme": {"code": f"full-{audience}", "label": both("Programme entier")},
            "parties": [{"name": both("Ville")}],
            "purpose": both("Accueil"),
            "signed": DAY,
            "term": {"start": DAY, "end": LAST_DAY},
            "amount": {"kind": "range", "number": "10", "upper": "20", "unit": "CAD", "rounded_to": 5},
            "territory": TERRITORY,
            "audience": audience,
        }
        yield of.line("SignAgreement", "2022-04-01", signed, authority=CITED, source=MINUTES)
    for number, unit in enumerate(("CAD", "EUR")):
        # Of one programme and one source, in two currencies: neither has a sum.
        name = f"full agreement in {unit}"
        signed = {
            "agreement_id": of.id(name),
            "programme": {"code": "full-mixed", "label": both("Programme mixte")},
            "amount": exact("7", unit),
            "audience": "public",
        }
        yield of.line("SignAgreement", "2023-04-01", signed)
        given = {
            "agreement_id": of.id(name),
            "contribution_id": of.id(f"{name} given"),
            "source": both("Comté"),
            "in_kind": False,
            "amount": exact("3", unit),
        }
        yield of.line("RecordContribution", f"2023-04-0{number + 2}", given)
    paid = {
        "agreement_id": of.id("full agreement public"),
        "contribution_id": of.id("full paid"),
        "source": both("Ville"),
        "in_kind": False,
        "amount": exact("4", "CAD"),
    }
    yield of.line("RecordContribution", "2022-04-02", paid)
    granted = {
        "grant_id": of.id("full grant"),
        "grantee": str(uid(funder, "body")),
        "programme": "full-public",
        "agreement_id": of.id("full agreement public"),
    }
    yield of.line("GrantAccess", "2022-04-02", granted)
    printed = {
        "aggregate_id": of.id("full printed"),
        "measure_code": "share",
        "measure": both("Part"),
        "period": YEAR,
        "figure": {"ratio": {"numerator": exact("2"), "denominator": exact("5"), "of": both("Entreprises")}},
        "publication": PUBLICATION,
        "territory": TERRITORY,
    }
    yield of.line("RecordPublishedAggregate", "2023-05-01", printed)
    funded = {
        "aggregate_id": of.id("full funded"),
        "measure_code": "funded",
        "measure": both("Financement"),
        "figure": {
            "value": exact("9", "CAD"),
            "funded": exact("3", "partnerships"),
            "reports_received": exact("2", "partnerships"),
        },
    }
    yield of.line("RecordPublishedAggregate", "2023-05-01", printed | funded)


def _measures(of: Lines, funder: str) -> Iterator[Entry]:
    categories = [{"code": code, "label": both(code)} for code in ("women", "men")]
    # Of people, the public would see figures by place rounded, and the body as they are.
    of_enterprises = {"definition_id": of.id("indicator public"), "counted": "other"}
    yield of.line("ReviseIndicator", "2021-04-02", of_enterprises)
    rate = {
        "definition_id": of.id("full rate"),
        "wording": both("Taux"),
        "description": both("Part des entreprises"),
        "unit": "entreprises",
        "kind": "rate",
        "combining": {
            "measure": "flow",
            "over_periods": "ratio_of_sums",
            "across_bodies": "ratio_of_sums",
        },
        "denominator": both("Entreprises"),
        "denominator_unit": "entreprises",
        "dimensions": [{"code": "sex", "label": both("Sexe"), "categories": categories}],
        "source_rule": "sessions",
        "audience": "public",
    }
    yield of.line("DefineIndicator", "2022-04-01", rate)
    aligned = {
        "alignment_id": of.id("full alignment"),
        "definition_id": of.id("indicator tenant"),
        "canonical": cited(funder, "canon"),
        "grade": "exact",
    }
    yield of.line("AlignIndicator", "2022-04-02", aligned)
    required = {
        "requirement_id": of.id("full requirement"),
        "indicator": cited(of.slug, "full rate"),
        "cadence": "fiscal_year",
        "first": YEAR,
        "due_days": 30,
        "territory": TERRITORY,
        "programme": {"code": "full-public", "label": both("Programme entier")},
        "audience": "public",
    }
    yield of.line("RequireSubmission", "2022-04-03", required)
    exempted = {"requirement_id": of.id("full requirement"), "period": NEXT_YEAR, "reason": "no_activity"}
    yield of.line("ExemptPeriod", "2022-04-04", exempted)
    for name, more in (
        ("whole", {"requirement_id": of.id("full requirement"), "territory": TERRITORY}),
        ("women", {"cuts": [{"dimension": "sex", "category": "women"}]}),
    ):
        figure = {"submission_id": of.id(f"full figure {name}")}
        drafted = {
            "indicator": cited(of.slug, "full rate"),
            "period": YEAR,
            "value": exact("3"),
            "denominator": exact("6"),
        }
        yield of.line("DraftSubmission", "2023-04-01", figure | drafted | more)
        for day, step in enumerate(STEPS, start=2):
            yield of.line(step, f"2023-04-0{day}", figure, source=MINUTES)
    for name, year, value, territory in FIGURES:
        figure = {"submission_id": of.id(f"full figure {name}")}
        drafted = {
            "indicator": cited(of.slug, "indicator public"),
            "period": year,
            "value": value,
            "territory": territory,
        }
        yield of.line("DraftSubmission", "2024-04-01", figure | drafted)
        for day, step in enumerate(STEPS, start=2):
            yield of.line(step, f"2024-04-0{day}", figure, source=MINUTES)
    yield from _unpublished(of)
    ended = {"requirement_id": of.id("requirement public")}
    yield of.line("EndRequirement", "2024-05-01", ended)
    alike = {
        "definition_id": of.id("full alike"),
        "wording": ALIKE_WORDING,
        "unit": "entreprises",
        "kind": "count",
        "combining": {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"},
        "counted": "other",
        "audience": "public",
    }
    yield of.line("DefineIndicator", "2024-05-02", alike)


def _unpublished(of: Lines) -> Iterator[Entry]:
    """A figure that was returned, and one of an indicator that is aligned with another."""
    for name, indicator, last in (
        ("returned", "indicator public", ("ReturnSubmission", {"reason": "incomplete"})),
        ("aligned", "indicator tenant", ("ValidateSubmission", {})),
    ):
        figure = {"submission_id": of.id(f"full figure {name}")}
        drafted = {"indicator": cited(of.slug, indicator), "period": LATER_YEAR, "value": exact("5")}
        yield of.line("DraftSubmission", "2025-04-01", figure | drafted)
        yield of.line("SubmitSubmission", "2025-04-02", figure, source=MINUTES)
        command, more = last
        yield of.line(command, "2025-04-03", figure | more, source=MINUTES)


def afterwards(of: Lines, other: str) -> Iterator[Entry]:
    """What rests on records of the other body, once it has them."""
    adoption = {"practice_id": of.id("practice public"), "by": cited(other, "full practice")}
    yield of.line("RecordAdoption", "2022-05-10", adoption)


def of_funder(of: Lines) -> Iterator[Entry]:
    """An indicator for others to align with, which comes first."""
    canon = {
        "definition_id": of.id("canon"),
        "wording": both("Canon"),
        "unit": "entreprises",
        "kind": "count",
        "combining": {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"},
        "audience": "public",
    }
    yield of.line("DefineIndicator", "2021-01-02", canon)
    alike = {"definition_id": of.id("canon alike"), "wording": ALIKE_WORDING}
    yield of.line("DefineIndicator", "2021-01-02", canon | alike)


def audits(of: Lines, about: str) -> Iterator[Entry]:
    """An audit mandate of each audience."""
    for audience in ("public", "tenant"):
        opened = {
            "audit_mandate_id": of.id(f"audit {audience}"),
            "auditor": both("Direction de l’audit"),
            "scope": {"bodies": [str(uid(about, "body"))], "records": ["plan"], "period": YEAR},
            "ends_on": "2035-03-31",
            "audience": audience,
        }
        yield of.line("OpenAuditMandate", "2022-06-01", opened, authority=CITED)
