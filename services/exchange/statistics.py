"""A dataset as SDMX-CSV 2.0 (SDMX 3.0): one row for each figure of each vintage.

What the key of a figure says is in `domain.portrait.keys`. A dimension that a figure does not name is `_T`, the
total.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from domain.portrait.keys import AREA, ITEM, parted
from services.views.files import guarded

MEDIA_TYPE: Final = "application/vnd.sdmx.data+csv"
TOTAL: Final = "_T"
STATUS: Final = {
    "EXACT": "A",
    "AT_LEAST": "A",
    "AT_MOST": "A",
    "RANGE": "A",
    "MILESTONE": "A",
    "ESTIMATE": "E",
    "MISSING": "O",
    "SUPPRESSED": "Q",
    "NOT_APPLICABLE": "M",
}
"""Codes of SDMX's cross-domain code list of observation statuses; what is provisional is P."""
_HEAD: Final = ("STRUCTURE", "STRUCTURE_ID", "ACTION")
_MEASURES: Final = ("OBS_VALUE", "OBS_UPPER")
_ATTRIBUTES: Final = (
    *("OBS_STATUS", "QUALIFIER", "AS_PRINTED", "ROUNDED_TO", "UNIT_MEASURE", "DENOMINATOR", "DENOMINATOR_STATUS"),
    *("DENOMINATOR_UNIT", "NOTE_EN", "NOTE_FR", "AREA_SCHEME", "VINTAGE_STATUS", "SAMPLE", "CELL_KEY"),
)
OURS: Final = frozenset({AREA, ITEM, "VINTAGE", "TIME_PERIOD", *_HEAD, *_MEASURES, *_ATTRIBUTES})
"""Names of our columns, which no dimension of a dataset can have."""
_MONTHS_OF_QUARTER: Final = 3
_MONTHS: Final = 12


def sdmx_csv(dataset: Mapping[str, Any], vintage: str | None = None) -> bytes:
    """The file, in UTF-8: comma-separated, with plain numbers whatever the language is, as programs read it.

    Args:
        dataset: as the document `datasets` has it.
        vintage: only this one; None: all, withdrawn ones too, which say so.
    """
    vintages = [one for one in dataset["vintages"] if vintage in (None, one["vintage"])]
    dimensions = _dimensions(dataset, vintages)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*_HEAD, *dimensions, "TIME_PERIOD", *_MEASURES, *_ATTRIBUTES])
    for one in vintages:
        for row in _rows(dataset, one, dimensions):
            writer.writerow(row)
    return text.getvalue().encode()


def structure_id(dataset: Mapping[str, Any]) -> str:
    """The dataflow: each dataset has its own."""
    return f"ENTENTE:DF_{dataset['id'].replace('-', '_')}(1.0.0)"


def _dimensions(dataset: Mapping[str, Any], vintages: Sequence[Mapping[str, Any]]) -> list[str]:
    keys = [[parted(cell["key"], dataset["scheme"]) for cell in one["cells"]] for one in vintages]
    named = {name for one in keys for parts in one for name in parts}
    if any(len({tuple(sorted(parts.items())) for parts in one}) < len(one) for one in keys):
        named.add(ITEM)
    own = sorted(named - {AREA, ITEM})
    return ["VINTAGE", *(name for name in (AREA, *own, ITEM) if name in named)]


def _rows(
    dataset: Mapping[str, Any], vintage: Mapping[str, Any], dimensions: Sequence[str]
) -> Iterator[list[str]]:
    period = time_period(vintage["period"])
    seen: set[tuple[str, ...]] = set()
    for cell in vintage["cells"]:
        known = parted(cell["key"], dataset["scheme"]) | {"VINTAGE": vintage["vintage"]}
        place = tuple(known.get(name, TOTAL) for name in dimensions)
        if place in seen:  # the same parts in another order
            place = tuple({**known, ITEM: cell["key"]}.get(name, TOTAL) for name in dimensions)
        seen.add(place)
        value, whole, note = cell["value"], cell["denominator"], cell["note"] or {}
        cells = [
            *("dataflow", structure_id(dataset), "I", *place, period),
            *(value["number"], value["upper"]),
            *(status(value), value["kind"], value["raw"], value["roundedTo"], value["unit"]),
            *((None, None, None) if whole is None else (whole["number"], status(whole), whole["unit"])),
            *(note.get("en"), note.get("fr"), dataset["scheme"], vintage["status"]),
            *("Y" if dataset["sample"] else "N", cell["key"]),
        ]
        yield ["" if one is None else one if _number(one) else guarded(str(one)) for one in cells]


def _number(text: Any) -> bool:
    return isinstance(text, str) and text.removeprefix("-").replace(".", "", 1).isdigit()


def status(value: Mapping[str, Any]) -> str:
    """The status of an observation. A provisional one is so before anything else, if it has a number."""
    return "P" if value["status"] == "PROVISIONAL" and value["number"] is not None else STATUS[value["kind"]]


def time_period(period: Mapping[str, Any]) -> str:
    """A year, quarter or month as SDMX writes them, and else the first day with how long it lasts."""
    start, end = date.fromisoformat(period["start"]), date.fromisoformat(period["end"])
    months = (end.year - start.year) * _MONTHS + end.month - start.month + 1
    match period["kind"]:
        case "CALENDAR_YEAR":
            return f"{start.year}"
        case "MONTH":
            return f"{start:%Y-%m}"
        case "QUARTER" if start.month % _MONTHS_OF_QUARTER == 1:
            return f"{start.year}-Q{start.month // _MONTHS_OF_QUARTER + 1}"
        case "QUARTER" | "FISCAL_YEAR" | "YEARS":
            whole = months % _MONTHS == 0
            return f"{start}/P{months // _MONTHS}Y" if whole else f"{start}/P{months}M"
        case _:
            return f"{start}/P{(end - start).days + 1}D"
