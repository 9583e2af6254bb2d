"""Operations over the schema, with arguments, aliases, fragments, directives and variables.

Any selection of fields with a shape in SQL, or any selection of all of it.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_required_argument,
)
from hypothesis import strategies as st

from readapi.columns import COLUMN, Group
from readapi.fields import SHAPE
from readapi.schema import schema
from readapi.shapes import OfAll, OfBodies
from tests.integration.readapi.world import ALIKE, uid

CORE = schema._schema
SLUGS = (*ALIKE, "alpha-old", "drcneq", "mifi", "nowhere")
PLANS = [str(uid(slug, plan)) for slug in ALIKE for plan in ("published", "adopted", "draft", "no such plan")]
MOMENTS = ("1", "9", "20", "9223372036854775807", "2026-03-31T17:00:00-04:00", "2150-01-01T00:00:00.25Z", "soon")
DAYS = ("2012-06-30", "2021-01-01", "2021-02-15", "2021-04-20", "2021-06-02", "2100-01-01", "1800-01-01")
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "slug": st.sampled_from(SLUGS),
    "id": st.sampled_from(PLANS),
    "plan": st.sampled_from(PLANS),
    "first": st.integers(1, 6),
    "programme": st.sampled_from(("pasi", "none such")),
    "territory": st.sampled_from(("01", "99")),
    "stream": st.sampled_from(("plan", "agreement", "")),
    "kinds": st.lists(st.sampled_from(("ZIP", "LIP", "MINISTRY", "REGIONAL_DIRECTORATE")), max_size=3),
    "provinces": st.lists(st.sampled_from(("NB", "QC", "ON")), max_size=2),
    "orderBy": st.sampled_from(("NAME_EN", "NAME_FR")),
    "level": st.sampled_from(("ACTION", "INDICATOR")),
    "asOf": st.fixed_dictionaries(
        {}, optional={"effective": st.sampled_from(DAYS), "recorded": st.sampled_from(MOMENTS)}
    ),
}
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "String": st.sampled_from(("pasi", "")),
    "Int": st.integers(0, 3),
    "Boolean": st.booleans(),
    "UUID": st.sampled_from(PLANS),
    "Date": st.sampled_from(DAYS),
}
"""For arguments that have nothing of their own above."""
LEFT_OUT = frozenset({"after", "revision"})
"""Cursors have a test of their own; a revision by its number is the executor's."""
SPANS = st.sampled_from(
    (
        {"kind": "FISCAL_YEAR", "start": "2019-04-01", "end": "2020-03-31"},
        {"kind": "FISCAL_YEAR", "start": "2018-04-01", "end": "2019-03-31"},
        {"kind": "FISCAL_YEAR", "start": "2019-04-01", "end": "2019-12-31"},
    )
)
"""The last one is no fiscal year."""
INDICATORS = [str(uid("alpha", f"indicator {audience}")) for audience in ("public", "funders", "tenant")]
FROZEN = [str(uid("alpha", name)) for name in ("frozen", "frozen tenant")] * 3
OWNERS = st.sampled_from(("alpha", "alpha", "beta", "commons", "nowhere"))
OF_WHOLE: dict[str, st.SearchStrategy[Any]] = {
    "partnerships": st.lists(st.sampled_from(SLUGS), max_size=3),
    "programmes": st.lists(st.sampled_from(("pasi", "none such")), max_size=2),
    "themeList": st.fixed_dictionaries({"owner": OWNERS, "id": st.just(str(uid("alpha", "themes")))}),
    "indicator": st.fixed_dictionaries({"owner": OWNERS, "id": st.sampled_from(INDICATORS)}),
    "period": SPANS,
    "periods": st.lists(SPANS, max_size=3),
    "perThousandOf": st.fixed_dictionaries(
        {
            "owner": OWNERS,
            "dataset": st.just(str(uid("alpha", "dataset public"))),
            "vintage": st.sampled_from(("a", "b")),
        }
    ),
    "dimension": st.sampled_from(("sex", "sex", "age")),
    "measure": st.sampled_from(("admissions", "admissions", "temporary")),
    "by": st.sampled_from(("sex", "Sex", "ref-area", "age")),
    "where": st.lists(
        st.fixed_dictionaries(
            {"dimension": st.sampled_from(("year", "YEAR")), "category": st.sampled_from(("2019", "2018"))}
        ),
        max_size=2,
    ),
    "vintage": st.sampled_from(("a", "b")),
    "position": st.sampled_from(("1", "20", "40")),
    "owner": OWNERS,
    "id": st.sampled_from((*PLANS, *FROZEN)),
    "fromAsOf": VALUES["asOf"],
    "toAsOf": VALUES["asOf"],
}
"""What only fields without a shape take, or views."""


@dataclass
class Operation:
    """A document with its variables."""

    text: str
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Writing:
    draw: Any
    declared: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    names: int = 0
    whole: bool = False
    """Whether all fields are for the asking, or those with a shape alone."""
    below_view: bool = False

    def chance(self, one_in: int) -> bool:
        return bool(self.draw(st.integers(1, one_in)) == 1)

    def name(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    def value(self, name: str, argument: GraphQLArgument) -> str:
        """An argument's value: as a literal, or in a variable."""
        value = self.draw(self.strategy(name, argument))
        if self.chance(3) or isinstance(value, dict) or (isinstance(value, list) and dict in map(type, value)):
            variable = self.name("v")
            self.declared.append(f"${variable}: {argument.type}")
            self.variables[variable] = value
            return f"${variable}"
        return literal(value, quoted=not isinstance(get_named_type(argument.type), GraphQLEnumType))

    def strategy(self, name: str, argument: GraphQLArgument) -> st.SearchStrategy[Any]:
        type_ = get_named_type(argument.type)
        if self.whole and isinstance(type_, GraphQLEnumType) and type_.name not in ("BodyKind", "Province"):
            one = st.sampled_from(sorted(type_.values))
            return st.lists(one, max_size=2) if is_list_type(get_nullable_type(argument.type)) else one
        if self.whole and name in OF_WHOLE:
            return OF_WHOLE[name]
        return VALUES[name] if name in VALUES else BY_TYPE[named(argument)]

    def takes(self, name: str, argument: GraphQLArgument) -> bool:
        if self.whole:
            return name != "after"
        return name not in LEFT_OUT and (name in VALUES or named(argument) in BY_TYPE)

    def directive(self) -> str:
        if not self.chance(8):
            return ""
        kind = self.draw(st.sampled_from(("skip", "include")))
        truth = self.draw(st.booleans())
        if self.chance(2):
            variable = self.name("b")
            self.declared.append(f"${variable}: Boolean!")
            self.variables[variable] = truth
            return f" @{kind}(if: ${variable})"
        return f" @{kind}(if: {json.dumps(truth)})"

    def arguments(self, field_: GraphQLField) -> str:
        given = []
        for name, argument in field_.args.items():
            if not self.takes(name, argument):
                continue
            if is_required_argument(argument) or name == "first" or self.chance(4):
                given.append(f"{name}: {self.value(name, argument)}")
        return f"({', '.join(given)})" if given else ""

    def selection(self, type_: GraphQLObjectType, depth: int) -> str:
        """One field at least that is always there, so that no object is left empty."""
        fields = [(name, one) for name, one in type_.fields.items() if self.selects(type_, one)]
        if depth <= 0:
            fields = [
                (name, one) for name, one in fields if not isinstance(get_named_type(one.type), GraphQLObjectType)
            ]
        parts = ["__typename"]
        if fields:
            for name, one in self.draw(st.lists(st.sampled_from(fields), max_size=4)):
                parts.append(self.field(type_, name, one, depth))
        return "{ " + " ".join(parts) + " }"

    def selects(self, type_: GraphQLObjectType, field_: GraphQLField) -> bool:
        if self.below_view:
            return is_gathered(field_)
        return self.whole or has_shape(type_, field_)

    def field(self, type_: GraphQLObjectType, name: str, field_: GraphQLField, depth: int) -> str:
        # One name with two sets of arguments needs two response keys.
        alias = f"{self.name('a')}: " if field_.args or self.chance(4) else ""
        inner = get_named_type(field_.type)
        below = f" {self.selection(inner, depth - 1)}" if isinstance(inner, GraphQLObjectType) else ""
        written = f"{alias}{name}{self.arguments(field_)}{self.directive()}{below}"
        match self.draw(st.integers(1, 12)):
            case 1:
                return f"... on {type_.name}{self.directive()} {{ {written} }}"
            case 2:
                fragment = self.name("F")
                self.fragments.append(f"fragment {fragment} on {type_.name} {{ {written} }}")
                return f"...{fragment}{self.directive()}"
        return written


def named(argument: GraphQLArgument) -> str:
    """The name of an argument's type; of a list, none that is known here."""
    return "" if is_list_type(get_nullable_type(argument.type)) else get_named_type(argument.type).name


def literal(value: Any, *, quoted: bool = True) -> str:
    """A value as a document writes it."""
    if isinstance(value, list):
        return f"[{', '.join(literal(one, quoted=quoted) for one in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(one)}" for name, one in value.items()) + "}"
    return json.dumps(value) if quoted or isinstance(value, int) else str(value)


def has_shape(type_: GraphQLObjectType, field_: GraphQLField) -> bool:
    """Whether a field is read from a table or declares its shape; values inside others always do."""
    definition = field_.extensions["strawberry-definition"]
    source = definition.metadata.get(COLUMN)
    if isinstance(source, Group):
        return source.shape is not None
    if source is not None or SHAPE in definition.metadata:
        return True
    return (
        definition.base_resolver is None
        or (type_.name, definition.python_name) == ("Period", "label")
        or (type_.name.endswith("Page") and definition.python_name == "total_count")
    )


def is_view(field_: GraphQLField) -> bool:
    """Whether a root field is made of gathered rows."""
    return isinstance(field_.extensions["strawberry-definition"].metadata.get(SHAPE), OfAll | OfBodies)


def is_gathered(field_: GraphQLField) -> bool:
    """Whether a field is read from its value, or worked out of nothing else."""
    resolver = field_.extensions["strawberry-definition"].base_resolver
    return resolver is None or (resolver.info_parameter is None and not resolver.arguments)


@st.composite
def whole_operations(draw: Any, root_field: str) -> Operation:
    """An operation over all of the schema, with a root field and sometimes another.

    Under a view it mostly asks for what was gathered.
    """
    writing = _Writing(draw, whole=True)
    root = CORE.query_type
    assert root is not None
    body = "{ "
    for name in (root_field, *draw(st.lists(st.sampled_from(sorted(root.fields)), max_size=1))):
        writing.below_view = is_view(root.fields[name]) and not writing.chance(8)
        body += writing.field(root, name, root.fields[name], depth=4) + " "
    body += "}"
    declared = f"({', '.join(writing.declared)})" if writing.declared else ""
    return Operation(f"query Whole{declared} {body} {' '.join(writing.fragments)}", writing.variables)


@st.composite
def operations(draw: Any) -> Operation:
    """An operation whose every field has a shape in SQL."""
    writing = _Writing(draw)
    root = CORE.query_type
    assert root is not None
    body = "{ "
    for _ in range(draw(st.integers(1, 2))):
        name = draw(st.sampled_from(("partnership", "partnership", "partnerships")))
        body += writing.field(root, name, root.fields[name], depth=5) + " "
    body += "}"
    declared = f"({', '.join(writing.declared)})" if writing.declared else ""
    return Operation(f"query Generated{declared} {body} {' '.join(writing.fragments)}", writing.variables)
