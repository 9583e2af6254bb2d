"""A partnership that lets a funder read, then not, then again; and one that looks alike and lets another read."""

from collections.abc import Iterator
from typing import Any

from services.importing import Entry
from tests.integration.readapi.world_lines import Lines, both

GRANTING, ALIKE, FUNDER, OTHER = "entente-ouverte", "entente-pareille", "bailleur-un", "bailleur-deux"
YEAR = {"kind": "fiscal_year", "start": "2020-04-01", "end": "2021-03-31"}


def before() -> Iterator[Entry]:
    """Everything but the grants: what is owed and submitted, and agreements of two programmes, all for funders."""
    for slug in (FUNDER, OTHER):
        yield from _body(Lines(slug), "funder")
    for slug in (GRANTING, ALIKE):
        yield from _kept_for_funders(Lines(slug))


def stages() -> list[list[Entry]]:
    """Granted, revoked, and granted again, each on a day of its own; the look-alike says the same to the other."""
    found: list[list[Entry]] = [[], [], []]
    for slug, grantee in ((GRANTING, FUNDER), (ALIKE, OTHER)):
        of = Lines(slug, count=1_000)
        grant = {"grant_id": of.id("grant")}
        reader = Lines(grantee).id("body")
        found[0].append(of.line("GrantAccess", "2021-04-01", grant | {"grantee": reader}))
        found[1].append(of.line("RevokeAccess", "2021-06-01", grant))
        found[2].append(of.line("RestoreAccess", "2021-08-01", grant))
    # And, with the first, one programme to the other funder.
    of = Lines(GRANTING, count=2_000)
    one = {"grant_id": of.id("one programme"), "grantee": Lines(OTHER).id("body"), "programme": "first"}
    found[0].append(of.line("GrantAccess", "2021-04-01", one))
    return found


def _body(of: Lines, kind: str) -> Iterator[Entry]:
    body = {"body_id": of.id("body"), "slug": of.slug, "kind": kind, "name": both(of.slug)}
    yield of.line("RegisterBody", "2020-01-01", body, body="commons")
    opening = {"province": "ON", "time_zone": "America/Toronto", "default_language": "en"}
    yield of.line("OpenBody", "2020-01-01", body | opening)


def _kept_for_funders(of: Lines) -> Iterator[Entry]:
    yield from _body(of, "lip")
    defined = {
        "definition_id": of.id("indicator"),
        "wording": both("indicator"),
        "unit": "people",
        "kind": "count",
        "combining": {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"},
        "audience": "public",
    }
    yield of.line("DefineIndicator", "2020-02-01", defined)
    indicator = {"log": of.id("body"), "stream": of.id("indicator"), "version": 1}
    required = {
        "requirement_id": of.id("requirement"),
        "indicator": indicator,
        "cadence": "fiscal_year",
        "first": YEAR,
        "due_days": 30,
        "programme": {"code": "first", "label": both("first")},
    }
    yield of.line("RequireSubmission", "2020-02-02", required)
    value = {"kind": "exact", "number": "12", "unit": "people"}
    figure: dict[str, Any] = {"submission_id": of.id("figure")}
    yield of.line(
        "DraftSubmission", "2020-02-03", figure | {"indicator": indicator, "period": YEAR, "value": value}
    )
    yield of.line("SubmitSubmission", "2020-02-04", figure, source={"title": both("report")})
    for programme in ("first", "second"):
        signed = {
            "agreement_id": of.id(f"agreement {programme}"),
            "programme": {"code": programme, "label": both(programme)},
            "audience": "funders",
        }
        yield of.line("SignAgreement", "2020-02-05", signed)
