"""What the matrix of agreements must answer, worked out from a recomputed country."""

from collections import defaultdict
from typing import Any

from tests.comparison.expected import Views, spelled


def matrix(views: Views) -> dict[str, Any]:
    cells: dict[Any, int] = defaultdict(int)
    samples = {"agreement": 0, "mandate": 0}
    reporting = set()
    for one in views.now.agreements.values():
        if one.tenant in views.bodies and views.rights.sees(views.reader, one.tenant, one.audience, one.code):
            cells[one.unit, one.code, one.label, spelled(one.place)] += 1
            samples[one.unit] += one.sample
            reporting.add(one.tenant)
    missing = [body["slug"] for key, body in views.bodies.items() if key not in reporting]
    return {
        "cells": dict(cells),
        "total": sum(count for (unit, *_), count in cells.items() if unit == "agreement"),
        "mandatesTotal": sum(count for (unit, *_), count in cells.items() if unit == "mandate"),
        "reporting": len(reporting),
        "expected": len(views.bodies),
        "missing": (len(missing), sorted(missing)[:200]),
        "sample": (samples["agreement"], samples["mandate"]),
    }
