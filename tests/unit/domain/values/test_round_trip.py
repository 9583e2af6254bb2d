"""Values are stored in events for ever: what is written must be read back, and nothing else be taken for it."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import values
from tests.unit.domain.values import strategies

STRATEGIES: dict[type[msgspec.Struct], st.SearchStrategy[Any]] = {
    values.CatchmentPart: strategies.catchment_parts(),
    values.Citation: strategies.citations(),
    values.Combining: strategies.combinings(),
    values.KindCounts: strategies.kind_counts(),
    values.LocalizedText: strategies.localized_texts(),
    values.Money: strategies.moneys(),
    values.PartialDate: strategies.partial_dates(),
    values.Period: strategies.periods(),
    values.QualifiedValue: strategies.quantities(milestones=True),
    values.Ratio: strategies.ratios(),
    values.SealedText: strategies.sealed_texts(),
    values.TerritoryCode: strategies.territory_codes(),
    values.Total: strategies.totals(),
}
EVERY_TYPE = pytest.mark.parametrize("value_type", STRATEGIES, ids=lambda value_type: value_type.__name__)


def test_every_struct_of_the_package_is_tried_here() -> None:
    public = [getattr(values, name) for name in values.__all__]
    structs = {one for one in public if isinstance(one, type) and issubclass(one, msgspec.Struct)}

    assert structs == set(STRATEGIES)


@EVERY_TYPE
@given(data=st.data())
def test_a_value_is_read_back_as_written(value_type: type[msgspec.Struct], data: st.DataObject) -> None:
    value = data.draw(STRATEGIES[value_type])
    written = msgspec.json.encode(value)

    read = msgspec.json.Decoder(value_type).decode(written)

    assert read == value
    assert msgspec.json.encode(read) == written


@EVERY_TYPE
@given(data=st.data())
def test_a_member_nobody_defined_is_refused(value_type: type[msgspec.Struct], data: st.DataObject) -> None:
    members = msgspec.to_builtins(data.draw(STRATEGIES[value_type]))

    with pytest.raises(msgspec.ValidationError, match="unknown field `surprise`"):
        msgspec.convert(members | {"surprise": 1}, value_type)


@EVERY_TYPE
def test_a_value_is_frozen_and_needs_its_field_names(value_type: type[msgspec.Struct]) -> None:
    settings = value_type.__struct_config__

    assert settings.frozen
    assert settings.forbid_unknown_fields
    assert not settings.omit_defaults
    with pytest.raises(TypeError, match="Extra positional arguments"):
        value_type("by position")


@pytest.mark.parametrize(
    ("value_type", "written"),
    [
        (values.PartialDate, b'{"value":2000}'),
        (values.Money, b'{"minor":"100","currency":"CAD"}'),
        (values.Money, b'{"minor":1.5,"currency":"CAD"}'),
        (values.Money, b'{"minor":100,"currency":"USD"}'),
        (values.LocalizedText, b'{"en":"Plan","source":"de"}'),
        (values.SealedText, b'{"subject":"00000000-0000-0000-0000-000000000001","text":null}'),
        (values.Period, b'{"kind":"decade","start":"2020-01-01","end":"2029-12-31"}'),
        (values.QualifiedValue, b'{"kind":"guess","number":"1"}'),
        (values.TerritoryCode, b'{"scheme":"postal","code":"2410"}'),
    ],
)
def test_another_json_type_or_an_unknown_word_is_refused(value_type: type[msgspec.Struct], written: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(written, type=value_type)


def test_a_broken_rule_inside_an_event_is_refused_with_its_path() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"no text in it - at `\$\.name`"):
        msgspec.json.decode(
            b'{"scheme":"mrc","code":"100","name":{"en":"Rimouski","source":"fr"}}', type=values.TerritoryCode
        )
