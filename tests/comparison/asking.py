"""What the product answers: its views asked over HTTP, and their answers in the form that is compared."""

import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

import httpx

from benchmarks.in_process import Reads
from domain.confidentiality import Confidentiality
from domain.ids import TenantId
from infra.database import Database
from infra.settings import DatabaseSettings
from readapi.endpoint import ReadSettings
from readapi.exchange import Scope as AsgiScope
from readapi.mounting import graphql_handler
from readapi.viewer import ANONYMOUS, Viewer
from tests.comparison import withheld
from tests.comparison.recomputed import PeriodKey, Reader, When

_PATIENT_MS: Final = 300_000
"""A busy machine is slow, which is no fault of what is compared."""
_PATIENT: Final = ReadSettings(
    execution_timeout=timedelta(milliseconds=2 * _PATIENT_MS),
    statement_timeout_ms=_PATIENT_MS,
    confidentiality=Confidentiality(key=withheld.KEY),
)
_VALUE: Final = "kind number upper unit"
_COMPARISON: Final = f"""
    values {{ body {{ slug }} territory {{ scheme code }} indicator {{ id }} value {{ {_VALUE} status }}
      denominator {{ {_VALUE} }} stage comparability target {{ {_VALUE} }} percentOfTarget {{ low high }} sample }}
    total {{ low high unit numerator {{ low high }} denominator {{ low high }} parts leftOut estimated
      provisional rounded weakestKind }}
    notAddable {{ reason }} target {{ {_VALUE} }} contribution {{ low high }}
    reporting expected missing weakestComparability withheld {{ count reason }} sample {{ values }}
    standings {{ body {{ slug }} territory {{ scheme code }} state dueOn exempt }}"""
COMPARISON: Final = f"""query ($owner: String!, $id: UUID!, $start: Date!, $end: Date!, $asOf: AsOfInput,
    $stage: SubmissionStage!) {{
  indicatorComparison(indicator: {{owner: $owner, id: $id}}, stage: $stage, asOf: $asOf,
    period: {{kind: QUARTER, start: $start, end: $end}}) {{ {_COMPARISON} }} }}"""
FROZEN: Final = f"""query ($id: UUID!) {{ frozenComparison(owner: "funder", id: $id) {{
  accessEnded {{ slug }} comparison {{ {_COMPARISON} }} }} }}"""
MATRIX: Final = """query ($asOf: AsOfInput) { agreementMatrix(asOf: $asOf) {
  columns { scheme code } total mandatesTotal reporting expected
  rows { programme { code label { en } } counts elsewhere }
  mandates { programme { code label { en } } counts elsewhere }
  missing { count bodies { slug } } sample { agreements mandates } } }"""
REFUSALS: Final = frozenset({"ANSWER_TOO_LARGE", "POPULATION_UNKNOWN"})
"""What may be answered in place of a view; everything else is a fault."""
Answer = dict[str, Any]


class Product:
    """The read API, asked by one reader after another."""

    def __init__(self, database: Database, owners: dict[str, str]) -> None:
        self._viewer = ANONYMOUS
        self.owners = owners
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)
        """How long each answer took, by view."""
        mounted: Any = graphql_handler(Reads(database, timeout_ms=_PATIENT_MS), _PATIENT, viewer_of=self._viewing)
        transport = httpx.ASGITransport(app=mounted)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://testserver")

    def _viewing(self, _: AsgiScope) -> Viewer:
        return self._viewer

    async def ask(self, query: str, variables: Answer, reader: Reader, when: When) -> Any:
        if reader.tenant is None:
            self._viewer = ANONYMOUS
        else:
            self._viewer = Viewer(tenant_id=TenantId(UUID(reader.tenant)), role="programme_officer")
        on, known = when
        as_of = {"effective": on.isoformat()} | ({} if known is None else {"recorded": known.isoformat()})
        began = time.perf_counter()
        answer = await self.http.post("/graphql", json={"query": query, "variables": variables | {"asOf": as_of}})
        body = answer.json()
        for view in body["data"] or ():
            self.seconds[view].append(time.perf_counter() - began)
        if "errors" in body:
            (code,) = {error["extensions"]["code"] for error in body["errors"]}
            if code in REFUSALS:
                return code
            raise AssertionError(f"{variables}: {body['errors']}")
        (found,) = body["data"].values()
        return found

    async def comparison(
        self,
        indicator: tuple[str, str],
        period: PeriodKey,
        least: str,
        reader: Reader,
        when: When,
    ) -> Answer | str | None:
        variables = {
            "owner": self.owners[indicator[0]],
            "id": indicator[1],
            "start": period[0],
            "end": period[1],
            "stage": least.upper(),
        }
        found = await self.ask(COMPARISON, variables, reader, when)
        return _comparison(found) if isinstance(found, dict) else found

    async def frozen(self, id_: str, reader: Reader, when: When) -> Answer:
        found = await self.ask(FROZEN, {"id": id_}, reader, when)
        compared = found["comparison"]
        return {
            "accessEnded": [one["slug"] for one in found["accessEnded"]],
            "comparison": None if compared is None else _comparison(compared),
        }

    async def matrix(self, reader: Reader, when: When) -> Answer:
        found = await self.ask(MATRIX, {}, reader, when)
        cells = {}
        for unit, rows in (("agreement", found["rows"]), ("mandate", found["mandates"])):
            for row in rows:
                at = [*map(place, found["columns"]), ""]
                for where, count in zip(at, [*row["counts"], row["elsewhere"]], strict=True):
                    if count:
                        cells[unit, row["programme"]["code"], row["programme"]["label"]["en"], where] = count
        return {
            "cells": cells,
            "missing": (found["missing"]["count"], [one["slug"] for one in found["missing"]["bodies"]]),
            "sample": (found["sample"]["agreements"], found["sample"]["mandates"]),
        } | {name: found[name] for name in ("total", "mandatesTotal", "reporting", "expected")}


@asynccontextmanager
async def product(settings: DatabaseSettings, owners: dict[str, str]) -> AsyncIterator[Product]:
    """`owners` says by which slug the owner of an indicator is asked for."""
    async with Database(settings) as database:
        made = Product(database, owners)
        async with made.http:
            yield made


def _comparison(found: Answer) -> Answer:
    total = found["total"]
    return {
        "values": [_value_of(one) for one in found["values"]],
        "total": None if total is None else total_of(total),
        "notAddable": None if found["notAddable"] is None else found["notAddable"]["reason"],
        "target": quantity(found["target"]),
        "contribution": ends(found["contribution"]),
        "standings": sorted(
            (one["body"]["slug"], place(one["territory"]), one["state"], one["dueOn"], one["exempt"])
            for one in found["standings"]
        ),
        "withheld": {one["reason"]: one["count"] for one in found["withheld"]},
        "sample": found["sample"]["values"],
    } | {name: found[name] for name in ("reporting", "expected", "missing", "weakestComparability")}


def total_of(total: Answer) -> Answer:
    numbers = {name: exactly(total[name]) for name in ("low", "high", "estimated")}
    sides = {name: ends(total[name]) for name in ("numerator", "denominator")}
    return total | numbers | sides


def _value_of(one: Answer) -> Answer:
    value = one["value"]
    return {
        "body": one["body"]["slug"],
        "territory": place(one["territory"]),
        "indicator": None if one["indicator"] is None else one["indicator"]["id"],
        "value": (*quantity(value), value["status"]),
        "denominator": quantity(one["denominator"]),
        "target": quantity(one["target"]),
        "percentOfTarget": ends(one["percentOfTarget"]),
    } | {name: one[name] for name in ("stage", "comparability", "sample")}


def quantity(value: Answer | None) -> Any:
    if value is None:
        return None
    return (value["kind"], exactly(value["number"]), exactly(value["upper"]), value["unit"])


def ends(found: Answer | None) -> tuple[Fraction | None, Fraction | None] | None:
    return None if found is None else (exactly(found["low"]), exactly(found["high"]))


def exactly(number: str | None) -> Fraction | None:
    return None if number is None else Fraction(number)


def place(territory: Answer | None) -> str:
    if territory is None:
        return ""
    return f"{territory['scheme'].lower().replace('_', '-')}/{territory['code']}"
