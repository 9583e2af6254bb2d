"""Whatever may be asked without arguments is answered, for everybody."""

import pytest
from graphql import GraphQLObjectType, get_named_type, is_required_argument

from readapi.schema import schema
from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.readapi.conftest import Client

QUERY = schema._schema.query_type
assert isinstance(QUERY, GraphQLObjectType)
FREE = {
    name: field for name, field in QUERY.fields.items() if not any(map(is_required_argument, field.args.values()))
}
LISTS = [name for name, field in FREE.items() if "totalCount" in getattr(get_named_type(field.type), "fields", {})]


@pytest.mark.parametrize("name", FREE)
async def test_a_root_field_is_answered(client: Client, alpha: Viewer, name: str) -> None:
    for viewer in (ANONYMOUS, alpha):
        assert (await client.data(f"{{ {name} {{ __typename }} }}", viewer=viewer))[name]["__typename"]


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_counts_itself(client: Client, name: str) -> None:
    page = (await client.data(f"{{ {name} {{ totalCount nodes {{ __typename }} }} }}"))[name]

    assert page["totalCount"] >= len(page["nodes"])
