"""Which requests may share a call, and the arguments of one."""

import uuid
from uuid import UUID

import msgspec

from domain.access import GrantChange
from domain.ids import CommandId, PersonId, StreamId, TenantId
from domain.jobs import JobRow
from domain.ports import Append, Guard, NewEvent
from infra.log.batch import Footprint, arguments, job_queues

TENANT, OTHER = TenantId(UUID(int=1)), TenantId(UUID(int=2))
PERSON = PersonId(UUID(int=3))
STREAM, ELSEWHERE = StreamId(UUID(int=4)), StreamId(UUID(int=5))


def an_append(
    *,
    tenant_id: TenantId = TENANT,
    stream_id: StreamId | None = None,
    command_id: CommandId | None = None,
    guards: tuple[Guard, ...] = (),
    claims: tuple[str, ...] = (),
    grants: tuple[GrantChange, ...] = (),
    jobs: tuple[JobRow, ...] = (),
    opens: tuple[TenantId, ...] = (),
) -> Append:
    return Append(
        tenant_id=tenant_id,
        stream_id=stream_id or StreamId(uuid.uuid4()),
        expected_version=0,
        events=(NewEvent(version=1, type="test.Noted", state=b"{}"),),
        principal=PERSON,
        command_id=command_id or CommandId(uuid.uuid4()),
        fingerprint=bytes(32),
        guards=guards,
        claims=claims,
        grants=grants,
        jobs=jobs,
        opens=opens,
    )


def admitted(*appends: Append) -> list[bool]:
    footprint = Footprint()
    return [footprint.admits(append) for append in appends]


def test_different_streams_go_together() -> None:
    assert admitted(an_append(), an_append(), an_append()) == [True, True, True]


def test_a_stream_goes_once_and_keeps_its_order() -> None:
    first, second, third = (an_append(stream_id=STREAM) for _ in range(3))

    assert admitted(first, second, third) == [True, False, False]


def test_the_same_stream_id_of_two_tenants_is_two_streams() -> None:
    assert admitted(an_append(stream_id=STREAM), an_append(tenant_id=OTHER, stream_id=STREAM)) == [True, True]


def test_one_that_waits_holds_back_those_that_need_what_it_needs() -> None:
    waits = an_append(stream_id=STREAM, claims=("slug/a",))

    assert admitted(an_append(stream_id=STREAM), waits, an_append(claims=("slug/a",))) == [True, False, False]


def test_a_command_goes_once() -> None:
    command_id = CommandId(uuid.uuid4())

    assert admitted(an_append(command_id=command_id), an_append(command_id=command_id)) == [True, False]


def test_a_claim_goes_once_per_tenant() -> None:
    claims = ("slug/a",)

    assert admitted(an_append(claims=claims), an_append(claims=claims)) == [True, False]
    assert admitted(an_append(claims=claims), an_append(tenant_id=OTHER, claims=claims)) == [True, True]


def test_guards_may_be_shared() -> None:
    guards = (Guard(stream_id=STREAM, version=3),)

    assert admitted(an_append(guards=guards), an_append(guards=guards)) == [True, True]


def test_a_guarded_stream_is_not_written_beside_its_guard() -> None:
    guarding = an_append(guards=(Guard(stream_id=STREAM, version=3),))
    writing = an_append(stream_id=STREAM)

    assert admitted(guarding, writing) == [True, False]
    assert admitted(writing, guarding) == [True, False]


def test_a_grant_changes_once() -> None:
    grants = (GrantChange(grantee=OTHER, programme="settlement", granted=True),)

    assert admitted(an_append(grants=grants), an_append(grants=grants)) == [True, False]


def test_conditions_and_effects_name_their_request_from_one() -> None:
    plain = an_append()
    rich = an_append(
        guards=(Guard(stream_id=ELSEWHERE, version=3),),
        claims=("slug/a",),
        opens=(OTHER,),
        jobs=(JobRow(actor="send", queue="mail", args=("7",)),),
        grants=(GrantChange(grantee=OTHER, programme="settlement", granted=False),),
    )

    *_, conditions, effects = arguments([plain, rich])

    assert msgspec.json.decode(conditions) == {
        "guards": [{"r": 2, "stream": str(ELSEWHERE), "version": 3}],
        "claims": [{"r": 2, "key": "slug/a"}],
    }
    assert msgspec.json.decode(effects) == {
        "opens": [{"r": 2, "tenant": str(OTHER)}],
        "jobs": [{"r": 2, "actor": "send", "queue": "mail", "args": ["7"]}],
        "grants": [{"r": 2, "grantee": str(OTHER), "programme": "settlement", "granted": False}],
    }
    assert job_queues([plain, rich]) == {"mail"}


def test_nothing_beside_the_events_is_null() -> None:
    *_, conditions, effects = arguments([an_append()])

    assert conditions is None
    assert effects is None
