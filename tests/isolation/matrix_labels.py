"""Of what an answer shows, the audience: the narrowest of what is declared of the fields on the way to it, and of
the records on that way, as the database keeps them.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import psycopg
from graphql import GraphQLObjectType, get_named_type
from psycopg import sql
from strawberry.types.base import get_object_definition

from domain.audience import RECORDS, Audience, narrower
from readapi.access import audience_of, fields_of
from readapi.columns import BACKED
from readapi.schema import schema

CORE: Final = schema._schema
FIELDS: Final = frozenset(fields_of(CORE))
_OF_ONE_BODY: Final = frozenset({"partnership", "partnerships", "organisation", "catalogue", "themeLists"})

Seen = dict[str, set["Label"]]
"""By field: for whom it was seen."""


class Labels:
    """The audience of each record, as the database keeps it."""

    def __init__(self, admin_dsn: str) -> None:
        self.records: dict[str, Audience] = {}
        self.steps: dict[tuple[str, int], Audience] = {}
        self.revisions: dict[tuple[str, int], Audience] = {}
        with psycopg.connect(admin_dsn) as connection:
            for schema_name, table, columns in _with_audience(connection):
                for column in sorted(set(columns) & _IDS):
                    rows = connection.execute(
                        sql.SQL("SELECT DISTINCT {}, audience FROM {}").format(
                            sql.Identifier(column), sql.Identifier(schema_name, table)
                        )
                    )
                    for record, audience in rows:
                        self._widen(self.records, str(record), Audience(audience))
            for record, version, audience in connection.execute(
                "SELECT entity_id, version, audience FROM rm.step"
            ):
                self.steps[str(record), version] = Audience(audience)
            for record, number, audience in connection.execute(
                "SELECT entity_id, number, audience FROM rm.plan_revision"
            ):
                self.revisions[str(record), number] = Audience(audience)

    @staticmethod
    def _widen(known: dict[str, Audience], record: str, audience: Audience) -> None:
        """A record is as public as the most public of what is told of it."""
        before = known.get(record)
        if before is None or narrower(before, audience) is before:
            known[record] = audience

    def of(self, type_: str, found: Mapping[str, Any], record: str) -> Audience:
        """Of an object of an answer, by what tells it from others; `record` is the one that it is a part of."""
        match type_:
            case "Subject":  # the id of what an event is about, which comes with the event
                return Audience.PUBLIC
            case "ComparisonValue":
                stage = str(found.get("stage", "published")).lower()
                return RECORDS[f"submission.{stage}"] or Audience.PUBLIC
            case "PublishedFigure":  # it has the id of the submission, which is the body's own
                return RECORDS["submission.published"] or Audience.PUBLIC
            case "PlanDifference":
                sides = (self.revisions.get((record, number), Audience.PUBLIC) for number in (1, 2))
                return narrower(*sides)
            case "Step" if "version" in found:
                return self.steps.get((record, found["version"]), Audience.PUBLIC)
            case "PlanRevision" if "number" in found:
                return self.revisions.get((record, found["number"]), Audience.PUBLIC)
        return self.records.get(str(found.get("id")), Audience.PUBLIC)


_IDS: Final = frozenset({"entity_id", "element_id", "motion_id", "need_id", "obligation_id", "contribution_id"})


def _with_audience(connection: "psycopg.Connection[Any]") -> list[tuple[str, str, list[str]]]:
    rows = connection.execute(
        "SELECT table_schema, table_name, array_agg(column_name::text) FROM information_schema.columns"
        " WHERE table_schema = 'rm' OR (table_schema, table_name) = ('national', 'alignment')"
        " GROUP BY 1, 2 HAVING bool_or(column_name = 'audience')"
    )
    return [(str(schema_name), str(table), list(columns)) for schema_name, table, columns in rows]


class Label(NamedTuple):
    """For whom something is that an answer shows."""

    audience: Audience
    national: bool
    """Whether a grant opens it, if it is for funders."""

    def with_(self, other: "Label") -> "Label":
        """For whom something is that has to be for both."""
        if self.audience is other.audience:
            return Label(self.audience, self.national and other.national)
        return self if narrower(self.audience, other.audience) is self.audience else other


class Around(NamedTuple):
    """What holds an object of an answer."""

    label: Label
    record: str
    """The id of what it is a part of."""
    view: bool
    """Whether it is read in a national view, all of which a grant opens."""
    holder: str = "Query"
    """The type of what holds it."""


def seen_in(data: Mapping[str, Any], labels: Labels, seen: Seen) -> None:
    """Add what an answer shows."""
    assert CORE.query_type is not None
    for root, value in data.items():
        if root != "__typename":
            view = root not in _OF_ONE_BODY
            around = Around(Label(Audience.PUBLIC, national=view), "", view=view)
            _Reading(labels, seen).see(CORE.query_type, {root: value}, around)


_SCHEMAS: Final = {
    get_object_definition(cls, strict=True).name: reads.table.schema for cls, reads in BACKED.items()
}
RECORD_TYPES: Final = frozenset(_SCHEMAS)
"""Types that are rows of tables."""
_NATIONAL: Final = frozenset(name for name, schema_name in _SCHEMAS.items() if schema_name == "national")
"""Types of rows that a grant opens wherever they are read: their tables are those of national views."""
_OF_DRAFTS: Final = frozenset({"SubmissionStep.value", "SubmissionStep.denominator"})
_DRAFTING: Final = frozenset({"DRAFT", "REDRAFT"})
"""Steps that are told to all members, and their figures to those who draft."""


class _Reading(NamedTuple):
    """Goes through an answer, and notes of each field that says something for whom that is."""

    labels: Labels
    seen: Seen

    def see(self, type_: GraphQLObjectType, found: Mapping[str, Any], around: Around) -> None:
        """Note an object, and all below it."""
        own = around.label.with_(self._of(type_, found, around))
        record = str(found.get("id", around.record))
        for name, value in found.items():
            if name == "__typename" or value is None or value == []:
                continue
            field = f"{type_.name}.{name}"
            declared = audience_of(field) or Audience.PUBLIC
            if field in _OF_DRAFTS and found.get("act") in _DRAFTING:
                declared = RECORDS["submission.draft"] or Audience.DRAFT
            label = own.with_(Label(declared, self._is_opened(type_, around)))
            below = get_named_type(type_.fields[name].type)
            if not isinstance(below, GraphQLObjectType):
                self.seen.setdefault(field, set()).add(label)
                continue
            inside = Around(label, record, around.view, type_.name)
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    self.seen.setdefault(field, set()).add(label.with_(self._of(below, one, inside)))
                    self.see(below, one, inside)

    def _of(self, type_: GraphQLObjectType, found: Mapping[str, Any], around: Around) -> Label:
        """Of an object by itself. What the adoption of a revision changed is for whoever that step is for."""
        if (around.holder, type_.name) == ("Step", "PlanDifference"):
            return Label(Audience.PUBLIC, national=True)
        return Label(self.labels.of(type_.name, found, around.record), self._is_opened(type_, around))

    @staticmethod
    def _is_opened(type_: GraphQLObjectType, around: Around) -> bool:
        return around.view or type_.name in _NATIONAL
