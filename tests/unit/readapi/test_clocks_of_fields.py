"""Both clocks everywhere: every field that reads records takes `asOf`, or is in a list with its reason."""

from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_list_type

from readapi.schema import schema

ROOTS = ("Query", "Partnership")
CANNOT = {
    "Partnership.catchment": "part of the body's own row, which is read with the body's clocks",
    "Query.frozenComparison": "it is never changed, and has the clocks with which it was frozen",
}
"""Fields that give records and take no clocks, with the reason."""


def records(type_: GraphQLObjectType) -> dict[str, GraphQLField]:
    """Fields that give records: pages, lists of objects, and single objects that an argument chooses."""
    found = {}
    for name, field in type_.fields.items():
        named = get_named_type(field.type)
        if not isinstance(named, GraphQLObjectType):
            continue
        inner = field.type
        while hasattr(inner, "of_type") and not is_list_type(inner):
            inner = inner.of_type
        if type_.name == "Query" or is_list_type(inner) or named.name.endswith("Page") or field.args:
            found[f"{type_.name}.{name}"] = field
    return found


def every() -> dict[str, GraphQLField]:
    known = schema._schema.type_map
    found: dict[str, GraphQLField] = {}
    for root in ROOTS:
        type_ = known[root]
        assert isinstance(type_, GraphQLObjectType)
        found |= records(type_)
    return found


def test_every_field_that_reads_records_takes_both_clocks_or_says_why_not() -> None:
    without = {name for name, field in every().items() if "asOf" not in field.args}

    assert without == set(CANNOT)


def test_the_inventory_is_of_many_fields() -> None:
    found = every()

    assert len(found) > 40
    assert {"Query.partnerships", "Partnership.agreements", "Partnership.successors"} <= set(found)


def test_every_page_says_which_clocks_it_was_read_with() -> None:
    pages = [
        type_
        for name, type_ in schema._schema.type_map.items()
        if isinstance(type_, GraphQLObjectType) and name.endswith("Page")
    ]

    assert len(pages) > 25
    assert all("asOf" in page.fields for page in pages)
