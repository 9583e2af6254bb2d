"""Two bodies that look alike, each with something for every audience, as lines of an import."""

from collections.abc import Iterator

from services.importing import Entry
from tests.integration.readapi.world_lines import ALIKE, IRCC, TERRITORY, Lines, both, uid
from tests.integration.readapi.world_of_committees import due, governance, organisations
from tests.integration.readapi.world_of_indicators import frozen, indicators, reports
from tests.integration.readapi.world_of_knowledge import knowledge
from tests.integration.readapi.world_of_meetings import meetings

__all__ = ["ALIKE", "Lines", "alone", "both", "lines", "uid"]


def lines(slug: str) -> Iterator[Entry]:
    """Everything that a body records; `beta` says the same as `alpha`, under its own ids."""
    yield from alone(slug)
    yield from _access(Lines(slug, count=10_000))


def alone(slug: str) -> Iterator[Entry]:
    """All of it that needs no body of the sample."""
    of = Lines(slug)
    body = {"body_id": of.id("body"), "slug": slug, "kind": "zip", "name": both("Partenariat jumeau")}
    yield of.line("RegisterBody", "2020-01-01", body, body="commons")
    yield from organisations(of)
    lead = {"name": both("Bibliothèque"), "kind": "education", "organisation_id": of.id("library")}
    opening = {
        "lead_organisation": lead,
        "province": "NB",
        "time_zone": "America/Moncton",
        "default_language": "fr",
    }
    yield of.line("OpenBody", "2020-01-01", body | opening)
    yield of.line("AddSlug", "2020-02-01", {"body_id": of.id("body"), "slug": f"{slug}-old"}, body="commons")
    yield from _plans(of)
    yield from _agreements(of)
    yield from _targets(of)
    yield from indicators(of)
    yield from reports(of)
    yield from _published(of)
    yield from _lists(of)
    yield from knowledge(of)
    yield from governance(of)
    yield from due(of)
    yield from meetings(of)
    yield from frozen(of)


def _plans(of: Lines) -> Iterator[Entry]:
    period = {"kind": "fiscal_year", "start": "2021-04-01", "end": "2022-03-31"}
    for name in ("published", "adopted", "draft"):
        draft = {"plan_id": of.id(name), "kind": "action_plan", "title": both(f"Plan {name}"), "period": period}
        yield of.line("DraftPlan", "2021-01-01", draft)
        yield from _cascade(of, name)
    yield of.line("AdoptPlanRevision", "2021-02-01", {"plan_id": of.id("published"), "number": 1})
    yield of.line("PublishPlanRevision", "2021-03-01", {"plan_id": of.id("published"), "number": 1})
    reword = {"plan_id": of.id("published"), "element_id": of.id("published action"), "wording": both("Secret")}
    yield of.line("RewordPlanElement", "2021-04-01", reword)
    gone = {"plan_id": of.id("published"), "element_id": of.id("published spare")}
    yield of.line("WithdrawPlanElement", "2021-04-02", gone)
    yield of.line("AdoptPlanRevision", "2021-05-01", {"plan_id": of.id("published"), "number": 2})
    yield of.line("AdoptPlanRevision", "2021-02-01", {"plan_id": of.id("adopted"), "number": 1})
    done = {"plan_id": of.id("published"), "element_id": of.id("published action"), "progress": "under_way"}
    yield of.line("RecordPlanProgress", "2021-06-01", done)


def _cascade(of: Lines, plan: str) -> Iterator[Entry]:
    above: str | None = None
    for level in ("orientation", "objective", "action", "expected_result", "indicator"):
        element = {
            "plan_id": of.id(plan),
            "element_id": of.id(f"{plan} {level}"),
            "level": level,
            "wording": both(f"{plan} {level}"),
            "rank": 1,
            "parent_id": above,
            "territory": TERRITORY if level == "action" else None,
            "indicator_kind": "count" if level == "indicator" else None,
        }
        yield of.line("AddPlanElement", "2021-01-02", element)
        above = of.id(f"{plan} {level}")
    spare = {
        "plan_id": of.id(plan),
        "element_id": of.id(f"{plan} spare"),
        "level": "action",
        "wording": both(f"{plan} spare"),
        "rank": 2,
        "parent_id": of.id(f"{plan} objective"),
    }
    yield of.line("AddPlanElement", "2021-01-02", spare)


def _agreements(of: Lines) -> Iterator[Entry]:
    for audience in ("public", "funders", "tenant"):
        name = f"agreement {audience}"
        signed = {
            "agreement_id": of.id(name),
            "programme": {"code": "pasi", "label": both("Programme")},
            "parties": [{"name": both("Ville")}],
            "amount": {"kind": "at_least", "number": "1000.50", "raw": "au moins 1 000,50 $", "unit": "CAD"},
            "territory": TERRITORY,
            "tags": ["welcome"],
            "plan_id": of.id("draft"),
            "audience": audience,
        }
        yield of.line("SignAgreement", "2021-04-01", signed)
        owed = {"agreement_id": of.id(name), "obligation_id": of.id(f"{name} owed"), "wording": both("Rapport")}
        yield of.line("AddObligation", "2021-04-02", owed)
        given = {
            "agreement_id": of.id(name),
            "contribution_id": of.id(f"{name} given"),
            "source": both("Ville"),
            "in_kind": True,
            "amount": {"kind": "estimate", "number": "250", "unit": "CAD"},
        }
        yield of.line("RecordContribution", "2021-04-03", given)
        mandate = {
            "mandate_id": of.id(f"mandate {audience}"),
            "name": both("Mandataire"),
            "service": both("Francisation"),
            "service_code": "francisation",
            "modes": ["full_time"],
            "territory": TERRITORY,
            "audience": audience,
        }
        yield of.line("MandateProvider", "2021-04-01", mandate)


def _targets(of: Lines) -> Iterator[Entry]:
    for plan in ("published", "draft"):
        target = of.id(f"target {plan}")
        baseline = {
            "target_id": target,
            "plan_id": of.id(plan),
            "indicator_id": of.id(f"{plan} indicator"),
            "unit": "entreprises",
            "direction": "increase",
            "baseline": {
                "kind": "exact",
                "number": "800",
                "raw": "800 accompagnements",
                "unit": "accompagnements",
            },
        }
        yield of.line("SetBaseline", "2021-05-01", baseline)
        value = {
            "target_id": target,
            "period": {"kind": "fiscal_year", "start": "2021-04-01", "end": "2022-03-31"},
            "value": {"kind": "milestone", "raw": "Mise en œuvre"},
        }
        yield of.line("SetTarget", "2021-05-02", value)


def _published(of: Lines) -> Iterator[Entry]:
    for audience in ("public", "funders", "tenant"):
        printed = {
            "aggregate_id": of.id(f"printed {audience}"),
            "measure_code": "commitment",
            "measure": both("Engagement"),
            "period": {"kind": "fiscal_year", "start": "2021-04-01", "end": "2022-03-31"},
            "figure": {"value": {"kind": "at_least", "number": "3", "raw": "plus de 3"}},
            "publication": {"title": both("Synthèse")},
            "audience": audience,
        }
        yield of.line("RecordPublishedAggregate", "2022-06-01", printed)


def _access(of: Lines) -> Iterator[Entry]:
    """IRCC, of the sample, may read; it is there before the look-alikes are."""
    granted = {"grant_id": of.id("grant"), "grantee": IRCC, "programme": "jumeau"}
    yield of.line("GrantAccess", "2021-04-01", granted)
    yield of.line("RevokeAccess", "2022-04-01", {"grant_id": of.id("grant")})


def _lists(of: Lines) -> Iterator[Entry]:
    themes = [{"code": "work", "label": both("Emploi")}, {"code": "homes", "label": both("Logement")}]
    listed = {"theme_list_id": of.id("themes"), "code": "twins", "title": both("Thèmes"), "themes": themes}
    yield of.line("PublishThemeList", "2021-01-01", listed)
    other = {"log": of.id("body"), "theme_list_id": of.id("themes"), "number": 1}
    link = {"code": "work", "other_code": "homes", "relation": "related"}
    crosswalk = {"theme_list_id": of.id("themes"), "number": 1, "other": other, "links": [link]}
    yield of.line("CrosswalkThemeLists", "2021-01-02", crosswalk)
    for audience in ("public", "tenant"):
        endorsed = {
            "endorsement_id": of.id(f"endorsed {audience}"),
            "endorser": both("Ville"),
            "publication": {"title": both("Rapport")},
            "audience": audience,
        }
        yield of.line("RecordEndorsement", "2021-02-01", endorsed)
    recorded = {"held_on": "2021-03-01", "label": both("Soirée")}
    for audience in ("public", "tenant"):
        session = {"activity_id": of.id(f"session {audience}"), "facts": recorded, "audience": audience}
        yield of.line("RecordSession", "2021-03-02", session)
