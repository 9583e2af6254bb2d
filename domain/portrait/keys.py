"""What the key of a figure says: its place, its category in each dimension, and what it is a share of.

The key has parts between slashes. A part such as `sex.women` is a dimension with its category; where the dataset
names the scheme of its places, a first part without a point is the place. Whatever is not so is the figure's ITEM.
A dimension that a figure does not name is its total. `share.sex` marks a percentage of the figure without `sex`.
"""

import re
from typing import Final

AREA: Final = "REF_AREA"
ITEM: Final = "ITEM"
SHARE: Final = "SHARE"
MEASURE: Final = "MEASURE"
RESERVED: Final = frozenset(
    {
        *(AREA, ITEM, "VINTAGE", "TIME_PERIOD", "STRUCTURE", "STRUCTURE_ID", "ACTION", "OBS_VALUE", "OBS_UPPER"),
        *("OBS_STATUS", "QUALIFIER", "AS_PRINTED", "ROUNDED_TO", "UNIT_MEASURE", "DENOMINATOR"),
        *("DENOMINATOR_STATUS", "DENOMINATOR_UNIT", "NOTE_EN", "NOTE_FR", "AREA_SCHEME", "VINTAGE_STATUS"),
        *("SAMPLE", "CELL_KEY"),
    }
)
"""Names of the columns of an SDMX-CSV file, which no dimension of a dataset can have."""
_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")


def dimension(name: str) -> str:
    """The name of a dimension as SDMX writes it: `admission-class` is `ADMISSION_CLASS`."""
    return name.upper().replace("-", "_")


def parted(key: str, scheme: str | None) -> dict[str, str]:
    """The dimensions of a figure by its key, in the order of the key, the item last."""
    found: dict[str, str] = {}
    items = []
    for index, part in enumerate(key.split("/")):
        named, point, category = part.partition(".")
        name = dimension(named)
        if point and category and _NAME.fullmatch(name) and name not in (*RESERVED, *found):
            found[name] = category
        elif index == 0 and scheme is not None and not point:
            found[AREA] = part
        else:
            items.append(part)
    return found | ({ITEM: "/".join(items)} if items else {})
