"""Values for the arguments of GraphQL: mostly about one body, its records and days on which something was."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull

DAYS: Final = ("2012-06-30", "2021-01-01", "2021-04-20", "2024-06-01", "2026-01-01", "2100-01-01")
MOMENTS: Final = ("1", "40", "9223372036854775807", "2026-03-31T17:00:00-04:00", "2150-01-01T00:00:00Z", "soon")
PERIODS: Final = (
    {"kind": "FISCAL_YEAR", "start": "2021-04-01", "end": "2022-03-31"},
    {"kind": "FISCAL_YEAR", "start": "2022-04-01", "end": "2023-03-31"},
    {"kind": "FISCAL_YEAR", "start": "2024-04-01", "end": "2025-03-31"},
)
_ABOUT_HIDDEN: Final = 0.6
_OF_THAT_BODY: Final = 0.9
"""How often a record that is asked for is one of the body that is asked about."""
_OPTIONAL_MEMBER: Final = 0.5
_READ_MODELS: Final[Mapping[str, tuple[str, ...]]] = {
    "Plan": ("plan",),
    "PlanDifference": ("plan",),
    "Agreement": ("agreement",),
    "Indicator": ("indicator",),
    "Submission": ("submission",),
    "Target": ("target",),
    "Decision": ("decision",),
    "Meeting": ("meeting",),
    "Committee": ("committee",),
    "Organisation": ("organisation",),
    "FrozenComparison": ("frozen_comparison",),
    "Document": ("document",),
    "Practice": ("practice",),
    "Study": ("study",),
    "ThemeFrequencies": ("theme_list",),
    "IndicatorComparison": ("indicator",),
    "IndicatorSeries": ("indicator",),
}
"""Whose ids an `id` of a field means, by the type that it gives."""
Record = tuple[str, UUID]
"""The slug of a body, and the id of one of its records."""


@dataclass
class Values:
    """Draws values. `about` is the record that a field with these arguments is to lead to."""

    random: Random
    slugs: tuple[str, ...]
    hidden: str
    """The body that has something to hide: most questions are about it."""
    records: Mapping[str, list[Record]]
    cursors: list[str] = field(default_factory=lambda: ["bm93aGVyZQ"])

    def __post_init__(self) -> None:
        self._everything = sorted({one for found in self.records.values() for one in found})
        self._body = self.hidden

    def about_another(self) -> None:
        """Choose about whom the next questions are."""
        self._body = self.hidden if self.random.random() < _ABOUT_HIDDEN else self.random.choice(self.slugs)

    def record(self, type_: str) -> Record:
        """One that a type of the schema is about."""
        tables = _READ_MODELS.get(type_, ())
        found = [one for table in tables for one in self.records.get(table, [])] or self._everything
        if self.random.random() < _OF_THAT_BODY:
            found = [one for one in found if one[0] == self._body] or found
        return self.random.choice(found)

    def value(self, name: str, type_: Any, about: Record) -> Any:
        random = self.random
        if isinstance(type_, GraphQLNonNull):
            return self.value(name, type_.of_type, about)
        if isinstance(type_, GraphQLList):
            singular = {"slugs": "slug", "partnerships": "slug", "programmes": "programme"}.get(name, name)
            return [self.value(singular, type_.of_type, about) for _ in range(random.choice((1, 1, 2)))]
        if isinstance(type_, GraphQLEnumType):
            return Code(random.choice(list(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            return self._input(type_, about)
        match type_.name:
            case "Int":
                return random.choice((2, 3, 5, 20)) if name == "first" else random.choice((1, 2, 3, 366))
            case "UUID":
                tables = [table for table in self.records if table == name]
                pool = [one for table in tables for one in self.records[table] if one[0] == self._body]
                return str(random.choice(pool)[1] if pool and random.random() < 0.7 else about[1])
            case "Boolean":
                return random.random() < 0.5
            case "Date":
                return random.choice(DAYS)
            case "BigInt":
                return str(random.choice((1, 3, 40, 200)))
        return self._string(name, about)

    def _string(self, name: str, about: Record) -> str:
        random = self.random
        match name:
            case "slug" | "owner" | "body" | "partnership":
                return about[0] if name == "owner" else self._body
            case "recorded":
                return random.choice(MOMENTS)
            case "after":
                return random.choice(self.cursors)
            case "programme":
                return random.choice(("pasi", "settlement-program", "none such"))
            case "stream":
                return random.choice(("plan", "agreement", "decision", "submission", "x"))
            case "vintage":
                return random.choice(("2016", "2021"))
            case "dimension":
                return random.choice(("sex", "age"))
        return random.choice(("welcome", "01", "x"))

    def _input(self, type_: GraphQLInputObjectType, about: Record) -> dict[str, Any]:
        if type_.name == "PeriodInput":
            period = self.random.choice(PERIODS)
            return {**period, "kind": Code(period["kind"])}
        return {
            name: self.value(name, one.type, about)
            for name, one in type_.fields.items()
            if isinstance(one.type, GraphQLNonNull) or self.random.random() < _OPTIONAL_MEMBER
        }


class Code(str):
    """A value of an enumeration: written without quotes."""

    __slots__ = ()


def literal(value: Any) -> str:
    if isinstance(value, Code):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(literal(one) for one in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(one)}" for name, one in value.items()) + "}"
    return json.dumps(value)


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return str(value) if isinstance(value, Code) else value
