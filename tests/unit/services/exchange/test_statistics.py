"""A dataset as SDMX-CSV: every figure comes back with its key, its value and its status."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.portrait.keys import RESERVED
from services.exchange.statistics import OURS, sdmx_csv, status, time_period

DATASET = "0f0e0d0c-0000-0000-0000-000000000000"


def value(kind: str = "EXACT", number: str | None = "12", **more: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("upper", "raw", "status", "roundedTo"))
    return {"kind": kind, "number": number, "unit": "people", **nothing, **more}


def cell(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "value": value(), "denominator": None, "note": None} | more


def dataset(*cells: dict[str, Any], scheme: str | None = "QC_REGION", **more: Any) -> dict[str, Any]:
    period = {"kind": "CALENDAR_YEAR", "start": "2019-01-01", "end": "2019-12-31"}
    vintage = {"vintage": "2020-06", "period": period, "status": "RECORDED", "cells": list(cells)} | more
    return {"id": DATASET, "scheme": scheme, "sample": False, "vintages": [vintage]}


def read(of: dict[str, Any], vintage: str | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sdmx_csv(of, vintage).decode(), newline="")))


def test_a_row_has_its_structure_its_dimensions_its_value_and_its_attributes() -> None:
    noted = cell("01/sex.women", denominator=value(number="135"), note={"en": "rounded", "fr": None})
    first, second = read(dataset(noted, cell("01")))

    assert list(first)[:7] == ["STRUCTURE", "STRUCTURE_ID", "ACTION", "VINTAGE", "REF_AREA", "SEX", "TIME_PERIOD"]
    assert (first["STRUCTURE"], first["ACTION"]) == ("dataflow", "I")
    assert first["STRUCTURE_ID"] == "ENTENTE:DF_0f0e0d0c_0000_0000_0000_000000000000(1.0.0)"
    assert (first["REF_AREA"], first["SEX"], first["TIME_PERIOD"]) == ("01", "women", "2019")
    assert (first["OBS_VALUE"], first["OBS_STATUS"], first["UNIT_MEASURE"]) == ("12", "A", "people")
    assert (first["DENOMINATOR"], first["NOTE_EN"], first["AREA_SCHEME"]) == ("135", "rounded", "QC_REGION")
    assert second["SEX"] == "_T"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (value(), "A"),
        (value("ESTIMATE"), "E"),
        (value("AT_LEAST", status="PROVISIONAL"), "P"),
        (value("MISSING", None), "O"),
        (value("SUPPRESSED", None), "Q"),
        (value("SUPPRESSED", None, status="PROVISIONAL"), "Q"),
        (value("NOT_APPLICABLE", None), "M"),
    ],
)
def test_the_status_of_a_figure_is_a_code_of_the_standard(given: dict[str, Any], code: str) -> None:
    assert status(given) == code
    (row,) = read(dataset(cell("01", value=given)))
    assert (row["OBS_STATUS"], row["OBS_VALUE"], row["QUALIFIER"]) == (code, given["number"] or "", given["kind"])


@pytest.mark.parametrize(
    ("kind", "start", "end", "written"),
    [
        ("CALENDAR_YEAR", "2019-01-01", "2019-12-31", "2019"),
        ("MONTH", "2019-12-01", "2019-12-31", "2019-12"),
        ("QUARTER", "2019-04-01", "2019-06-30", "2019-Q2"),
        ("FISCAL_YEAR", "2019-04-01", "2020-03-31", "2019-04-01/P1Y"),
        ("YEARS", "2015-01-01", "2019-12-31", "2015-01-01/P5Y"),
        ("CUSTOM", "2019-01-05", "2019-01-11", "2019-01-05/P7D"),
    ],
)
def test_a_period_is_written_as_the_standard_writes_it(kind: str, start: str, end: str, written: str) -> None:
    assert time_period({"kind": kind, "start": start, "end": end}) == written


def test_no_dimension_can_take_the_name_of_a_column() -> None:
    assert OURS == RESERVED


def test_one_vintage_alone_is_given_where_it_is_asked_for() -> None:
    both = dataset(cell("01"))
    both["vintages"].append(both["vintages"][0] | {"vintage": "2021-06", "status": "WITHDRAWN"})

    assert [row["VINTAGE_STATUS"] for row in read(both)] == ["RECORDED", "WITHDRAWN"]
    assert [row["VINTAGE"] for row in read(both, "2021-06")] == ["2021-06"]


def test_a_text_that_would_be_a_formula_is_a_text() -> None:
    (row,) = read(dataset(cell("01", note={"en": "=1+1", "fr": "-"}, value=value(number="-3"))))

    assert (row["NOTE_EN"], row["NOTE_FR"], row["OBS_VALUE"]) == ("'=1+1", "'-", "-3")


keys = st.lists(
    st.sampled_from(["01", "sex.women", "sex.men", "year.2019", "total", "a.b.c", "a-b.x", "a_b.x", "vintage.x"]),
    min_size=1,
    max_size=4,
).map("/".join)


@given(st.lists(keys, unique=True, min_size=1, max_size=8), st.sampled_from([None, "QC_REGION"]))
def test_every_figure_comes_back_and_no_two_share_their_dimensions(keys: list[str], scheme: str | None) -> None:
    numbers = {key: Decimal(index) / 4 for index, key in enumerate(keys)}
    rows = read(dataset(*(cell(key, value=value(number=str(numbers[key]))) for key in keys), scheme=scheme))

    assert {row["CELL_KEY"]: Decimal(row["OBS_VALUE"]) for row in rows} == numbers
    heads = list(rows[0])
    dimensions = heads[heads.index("ACTION") + 1 : heads.index("OBS_VALUE")]
    assert len({tuple(row[name] for name in dimensions) for row in rows}) == len(rows)
