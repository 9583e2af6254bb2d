"""Stored events as projections read them: all that was recorded, and no check left out at the doors."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from domain.agreement import AgreementSigned, Programme, SignAgreement
from domain.audience import Audience
from domain.body import BodyRenamed
from domain.envelope import WithoutAuthority
from domain.event import EVENTS, UnknownEventError, decode, encode
from domain.ids import TenantId
from domain.ports import Row
from domain.values import Citation, LocalizedText, PartialDate, Period, QualifiedValue, TerritoryCode, fr
from projections.reading import StoredId, believed, read_id, reader, see
from services.decoding import decode_command
from services.refusals import FieldsInvalidError
from tests.golden.examples import EXAMPLES
from tests.unit.projections.histories import START, Log, random_log

TENANT = TenantId(UUID(int=1))
ON = date(2024, 1, 1)


def rows() -> Iterator[Row]:
    for position, example in enumerate(EXAMPLES, 1):
        yield Row(TENANT, position, TENANT, position, example.payload.TYPE, START, example.stored(position))
    for seed in range(6):
        yield from random_log(TENANT, seed, 120).rows


def renamed(type_: str = "body.Renamed", *, schema: int = 1) -> Row:
    row = Log(TENANT).append(TENANT, BodyRenamed(name=fr("Nom")), ON)
    state = row.state.replace(b'"schema":1', b'"schema":%d' % schema)
    return Row(TENANT, 1, TENANT, 3, type_, START, state)


def test_events_are_read_as_they_were_recorded() -> None:
    types = set()
    for row in rows():
        envelope, payload = decode(row.state)
        seen = see(row)
        assert isinstance(seen.payload, type(payload))
        assert encode(seen.payload) == encode(payload)
        assert isinstance(seen.authority, type(envelope.authority))
        assert msgspec.json.encode(seen.authority) == msgspec.json.encode(envelope.authority)
        assert seen.without_authority == isinstance(envelope.authority, WithoutAuthority)
        assert (seen.on, seen.sample) == (envelope.effective_on, envelope.sample)
        assert (seen.command_id, seen.causation_id) == (envelope.command_id, envelope.causation_id)
        assert seen.breaches == envelope.breaches
        assert msgspec.json.encode(seen.source) == msgspec.json.encode(envelope.source)
        place = (seen.stream_id, seen.version, seen.position, seen.at)
        assert place == (row.stream_id, row.version, row.position, row.recorded_at)
        types.add(row.type)
    assert types == {name for name in EVENTS if not name.startswith("test")}


WRONG: list[tuple[type[Any], dict[str, Any]]] = [
    (LocalizedText, {"fr": " ", "source": "fr"}),
    (LocalizedText, {"fr": "a\u202eb", "source": "fr"}),
    (LocalizedText, {"fr": "a", "source": "en"}),
    (PartialDate, {"value": "2024-02-30"}),
    (Period, {"kind": "month", "start": "2024-01-02", "end": "2024-01-31"}),
    (QualifiedValue, {"kind": "exact"}),
    (TerritoryCode, {"scheme": "qc-region", "code": "18"}),
    (Citation, {"log": str(TENANT), "stream": str(TENANT), "version": 0}),
]


@pytest.mark.parametrize(("cls", "data"), WRONG)
def test_what_is_believed_when_read_again_is_refused_everywhere_else(cls: type[Any], data: dict[str, Any]) -> None:
    raw = msgspec.json.encode(data)
    again: Any = reader(cls)(raw)
    assert isinstance(again, cls)

    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw, type=cls)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(data, cls)
    with pytest.raises(ValueError):  # noqa: PT011 - each says something else
        cls(**{name: getattr(again, name) for name in cls.__struct_fields__})


def test_commands_are_checked_whatever_projections_have_read() -> None:
    for row in rows():
        see(row)
    programme = {"code": "mrc", "label": {"fr": "MRC", "source": "fr"}}
    right = {"agreement_id": str(UUID(int=1)), "programme": programme}
    assert type(decode_command(SignAgreement, right).programme) is Programme
    for wrong in (
        {"programme": {**programme, "label": {"fr": " ", "source": "fr"}}},
        {"programme": {**programme, "code": "NOT A CODE"}},
        {"signed": {"value": "2024-13"}},
        {"amount": {"kind": "range", "number": "2", "upper": "1"}},
        {"territory": {"scheme": "qc-region", "code": "99"}},
    ):
        with pytest.raises(FieldsInvalidError):
            decode_command(SignAgreement, {**right, **wrong})


def test_a_type_that_checks_nothing_is_left_as_it_is() -> None:
    assert believed(Audience) is Audience
    assert believed(tuple[int, ...]) == tuple[int, ...]
    assert believed(AgreementSigned) is not AgreementSigned
    assert believed(AgreementSigned) is believed(AgreementSigned)


def test_an_id_is_read_as_the_driver_has_it_and_is_the_same_id() -> None:
    plain = UUID("0190a1b2-0000-7000-8000-00000000000f")
    read = read_id(msgspec.json.encode(plain))

    assert type(read) is StoredId
    assert isinstance(read, UUID)
    assert (read, hash(read), {plain: 1}[read], {read: 1}[plain]) == (plain, hash(plain), 1, 1)
    assert msgspec.json.encode(read) == msgspec.json.encode(plain)

    cited = Citation(log=plain, stream=plain, version=3)
    assert type(reader(Citation)(msgspec.json.encode(cited)).log) is StoredId
    with pytest.raises(msgspec.ValidationError):
        read_id(b'"0190a1b2-0000-7000-8000-00000000000"')


@pytest.mark.parametrize("state", [b'{"v":1,"type":"body.Renamed"}', b"{", b""])
def test_what_cannot_be_read_is_refused(state: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        see(Row(TENANT, 1, TENANT, 1, "body.Renamed", START, state))


def test_a_column_that_names_another_type_than_the_envelope_is_refused() -> None:
    with pytest.raises(UnknownEventError, match=r"body\.Opened.*body\.Renamed"):
        see(renamed("body.Opened"))


def test_a_newer_schema_is_not_guessed() -> None:
    with pytest.raises(UnknownEventError):
        see(renamed(schema=2))


def test_an_older_schema_is_brought_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    envelope, _ = decode(renamed().state)
    newer = BodyRenamed(name=fr("Autre"))
    monkeypatch.setattr("projections.reading.decode", lambda _: (envelope, newer))

    seen = see(renamed(schema=0))

    assert seen.payload is newer
    assert (seen.on, seen.version, seen.authority) == (ON, 3, envelope.authority)
