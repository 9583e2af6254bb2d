"""Tables of the regional action plan 2021-2022 (annex 2), as printed: facts to check figures with.

Of each row the count and the percentage. The tables of Chaudière-Appalaches and of Gaspésie–Îles-de-la-Madeleine
are not at hand as data.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from domain.dataset.events import Cell
from domain.values import QualifiedValue

Row = tuple[int, str]
Column = Mapping[str, Row]

BAS_SAINT_LAURENT: Final[Mapping[str, Column]] = {
    "year": {
        "": (769, "100.0"),
        "2015": (110, "14.3"),
        "2016": (149, "19.4"),
        "2017": (194, "25.2"),
        "2018": (181, "23.5"),
        "2019": (135, "17.6"),
    },
    "mrc": {
        "": (769, "100.0"),
        "2407": (25, "3.3"),
        "2408": (58, "7.5"),
        "2409": (16, "2.1"),
        "2410": (477, "62.0"),
        "2411": (6, "0.8"),
        "2412": (110, "14.3"),
        "2413": (9, "1.2"),
        "2414": (68, "8.8"),
    },
    "category": {
        "": (135, "100.0"),
        "economic": (46, "34.1"),
        "family": (36, "26.7"),
        "refugee": (52, "38.5"),
        "other": (1, "0.7"),
    },
    "sex": {"": (135, "100.0"), "women": (61, "45.2"), "men": (74, "54.8")},
    "french": {"": (119, "100.0"), "yes": (98, "82.4"), "no": (21, "17.6")},
    "declared": {"": (135, "100.0"), "yes": (119, ""), "no": (16, "11.9")},
}
CAPITALE_NATIONALE: Final[Mapping[str, Column]] = {
    "year": {
        "": (14259, "100.0"),
        "2015": (2959, "20.8"),
        "2016": (3449, "24.2"),
        "2017": (2816, "19.7"),
        "2018": (2747, "19.3"),
        "2019": (2288, "16.0"),
    },
    "mrc": {
        "": (14259, "100.0"),
        "2415": (23, "0.2"),
        "2416": (45, "0.3"),
        "2420": (6, "0.0"),
        "2421": (50, "0.4"),
        "2422": (74, "0.5"),
        "2423": (13848, "97.1"),
        "2434": (213, "1.5"),
    },
    "category": {
        "": (2288, "100.0"),
        "economic": (1410, "61.6"),
        "family": (524, "22.9"),
        "refugee": (342, "14.9"),
        "other": (12, "0.5"),
    },
    "sex": {"": (2288, "100.0"), "women": (1143, "50.0"), "men": (1145, "50.0")},
    "french": {"": (2193, "100.0"), "yes": (1710, "78.0"), "no": (483, "22.0")},
    "declared": {"": (2288, "100.0"), "yes": (2193, ""), "no": (95, "4.2")},
}
QUEBEC: Final[Mapping[str, Column]] = {
    "year": {
        "": (246301, "100.0"),
        "2015": (48966, "19.9"),
        "2016": (53247, "21.6"),
        "2017": (52400, "21.3"),
        "2018": (51123, "20.8"),
        "2019": (40565, "16.5"),
    },
    "category": {
        "": (40565, "100.0"),
        "economic": (23129, "57.0"),
        "family": (9686, "23.9"),
        "refugee": (7248, "17.9"),
        "other": (502, "1.2"),
    },
    "sex": {"": (40565, "100.0"), "women": (20577, "50.7"), "men": (19988, "49.3")},
    "french": {"": (39912, "100.0"), "yes": (19871, "49.8"), "no": (20041, "50.2")},
    "declared": {"": (40565, "100.0"), "yes": (39912, ""), "no": (653, "1.6")},
}
IMMIGRANT_POPULATION_2016: Final = 1_091_310
"""Of Québec as the map prints it."""
ON_THE_MAP: Final = (
    *(2965, 6265, 2135, 30705, 37040, 116935, 25960, 1610, 5720, 17580, 7320, 41895, 2450, 950),
    *(644680, 147110),
)
"""By region, rounded to 5; one value stands for two regions, and most labels are lost."""

_STEMS: Final = {
    "year": "",
    "mrc": "",
    "category": "/year.2019",
    "sex": "/year.2019",
    "french": "/year.2019/declared.yes",
    "declared": "/year.2019",
}


def people(number: int, *, rounded_to: int | None = None) -> QualifiedValue:
    return QualifiedValue(kind="exact", number=Decimal(number), rounded_to=rounded_to, unit="people")


def per_cent(number: str) -> QualifiedValue:
    return QualifiedValue(kind="exact", number=Decimal(number), unit="percent")


def admissions(place: str, tables: Mapping[str, Column]) -> tuple[Cell, ...]:
    """The figures of a portrait's tables of admissions, each once."""
    return tuple({cell.key: cell for cell in _cells(place, tables)}.values())


def _cells(place: str, tables: Mapping[str, Column]) -> Iterator[Cell]:
    for dimension, column in tables.items():
        stem = f"{place}/measure.admissions{_STEMS[dimension]}"
        for category, (count, share) in column.items():
            key = f"{stem}/{dimension}.{category}" if category else stem
            yield Cell(key=key, value=people(count))
            if share:
                whole = people(column[""][0])
                yield Cell(key=f"{key}/share.{dimension}", value=per_cent(share), denominator=whole)


def on_the_map() -> tuple[Cell, ...]:
    total = Cell(key="measure.immigrants", value=people(IMMIGRANT_POPULATION_2016, rounded_to=5))
    return total, *(
        Cell(key=f"{index:02}/measure.immigrants", value=people(value, rounded_to=5))
        for index, value in enumerate(ON_THE_MAP, start=1)
    )
