"""What is asked of the body: the fields of the root and their arguments, and those below."""

from collections.abc import Mapping
from typing import Final

from readapi.schema import schema
from tests.isolation.matrix_figures import LAST_YEAR, LATER_YEAR, NEXT_YEAR, UNREPORTED, YEAR
from tests.isolation.matrix_labels import RECORD_TYPES
from tests.isolation.matrix_ways import Ways
from tests.isolation.matrix_world import FROZEN, FUNDER, OWN, PERIOD, id_of


def _asked_of(name: str, *periods: Mapping[str, str]) -> tuple[str, ...]:
    indicator = f'indicator: {{owner: "{OWN}", id: "{id_of(name)}"}}'
    written = [f'{{kind: FISCAL_YEAR, start: "{one["start"]}", end: "{one["end"]}"}}' for one in periods]
    return indicator, *written


def _roots() -> dict[str, tuple[str, ...]]:
    # Questions about this body alone: a member's is read inside of it, and everybody else's is a national one.
    only = f'partnerships: ["{OWN}"]'
    indicator, *periods = _asked_of("indicator public", YEAR, NEXT_YEAR, LATER_YEAR, LAST_YEAR, PERIOD, UNREPORTED)
    first, second, _, overlapping, submitted, unreported = periods
    years = f"periods: [{', '.join(periods[:4])}]"
    rate, _ = _asked_of("full rate", YEAR)
    groups = ("ALL", "BODY", "PROVINCE", "KIND", "PHASE", "LEAD_KIND", "TERRITORY")
    people = f'{{owner: "{OWN}", dataset: "{id_of("full dataset")}", vintage: "2021"}}'
    series = [f"({only}, {indicator}, {years}, by: {group})" for group in groups]
    series += [
        f'({only}, {rate}, {years}, dimension: "sex")',
        f"({only}, {indicator}, {years}, perThousandOf: {people})",
    ]
    return {
        "partnership": (
            f'(slug: "{OWN}")',
            f'(slug: "{OWN}", asOf: {{recorded: "30"}})',
            f'(slug: "{OWN}", asOf: {{recorded: "2150-01-01T00:00:00Z"}})',
        ),
        "partnerships": ("(first: 5, provinces: [PE], withSucceeded: true)",),
        "organisation": (f'(id: "{id_of("libraries")}")', f'(id: "{id_of("library")}")'),
        "catalogue": ("(first: 5)",),
        "themeLists": ("(first: 5)",),
        "agreementMatrix": (f"({only})", f'({only}, asOf: {{effective: "2020-06-01"}})'),  # then it had none
        "nationalFunding": (f"({only})", f'({only}, asOf: {{effective: "2022-12-31"}})'),  # all in one currency
        "nationalEndorsements": (f"({only})",),
        "sectorCoverage": (f"({only})",),
        "themeFrequency": (f'(themeList: {{owner: "{OWN}", id: "{id_of("themes")}"}}, {only})',),
        "indicatorComparison": (
            f"({only}, {indicator}, period: {submitted}, stage: SUBMITTED)",
            *(f"({only}, {indicator}, period: {period})" for period in (first, overlapping, unreported)),
            f"({only}, {rate}, period: {first})",
            f"({only}, {rate}, period: {second})",
        ),
        "indicatorSeries": tuple(series),
        "portraits": (
            f'({only}, measure: "admissions", by: "sex", perThousandOf: {people})',
            f'({only}, measure: "admissions", vintage: "2016")',  # which there is not
        ),
        "publishedSeries": tuple(f"({indicator}, {years}, by: {group})" for group in ("PROVINCE", "KIND")),
        "frozenComparison": tuple(f'(owner: "{OWN}", id: "{id_of(name)}")' for name in FROZEN),
    }


def _given() -> dict[str, tuple[str, ...]]:
    """The values of arguments below the root."""
    return {
        "first": ("5",),
        **{f"{type_}.steps": ("(first: 20)",) for type_ in ("Plan", "Agreement", "Indicator", "Committee")},
        "version": ("1",),
        "position": ("3",),
        "withinDays": ("366",),
        "Partnership.plan": tuple(f'(id: "{id_of(name)}")' for name in ("full plan", "published", "draft")),
        "Partnership.committee": tuple(
            f'(id: "{id_of(name)}")' for name in ("full council", "committee public", "committee tenant")
        ),
        "Partnership.meeting": tuple(
            f'(id: "{id_of(name)}")' for name in ("full meeting", "full again", "meeting public", "meeting tenant")
        ),
        "Partnership.decision": tuple(
            f'(id: "{id_of(name)}")' for name in ("full decision 1", "decision public", "decision tenant")
        ),
        "Plan.difference": ("(fromRevision: 1, toRevision: 2)",),
    }


_ENDS: Final = frozenset({"PartnershipPage.nodes"})
_AUDITS: Final = f'{{ partnership(slug: "{FUNDER}") {{ slug auditMandates(first: 5) {{ __typename nodes {{ '
AUDITS: Final = (
    _AUDITS + "id auditor { fr } bodyIds records period { start } endsOn status sample bodies { slug } } } } }"
)
"""Only a funder or a ministry opens audits: of these fields the funder is the body that is asked about."""

WAYS: Final = Ways(schema._schema, _roots(), _given(), _ENDS, RECORD_TYPES)
