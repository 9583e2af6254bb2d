"""What grants of access refuse and record, and what they change in the same transaction."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.access import GrantChange
from domain.access_grant import (
    ACCESS_GRANT,
    OWNERS,
    AccessGranted,
    AccessRestored,
    AccessRevoked,
    AccessRevokedError,
    GrantAccess,
    GrantAgreementError,
    GrantAheadError,
    GranteeKindError,
    RestoreAccess,
    RevokeAccess,
)
from domain.agreement import AGREEMENT, AgreementSigned, AgreementTerminated, Programme
from domain.audience import Audience
from domain.body import BODY, BodyKind, BodyOpened, SlugAdded
from domain.errors import Refusal, StreamMissingError
from domain.event import Event
from domain.ids import AccessGrantId, AgreementId, StreamId, TenantId
from domain.stream import COMMANDS, Decided, Loaded
from domain.values import SealedText, fr
from tests.unit.domain.given import DAY, given, loaded, ordered, recorded
from tests.unit.domain.sequences import sequences

ID = AccessGrantId(UUID(int=22))
FUNDER, NEIGHBOUR = TenantId(UUID(int=50)), TenantId(UUID(int=51))
AGREEMENT_ID = AgreementId(UUID(int=60))
GRANT = GrantAccess(grant_id=ID, grantee=FUNDER, programme="settlement")
GRANTED = AccessGranted(grantee=FUNDER, programme="settlement", agreement_id=None)
REVOKE = RevokeAccess(grant_id=ID)
NOTHING: Loaded[Any] = Loaded(state=ACCESS_GRANT.initial)


def opened(kind: BodyKind) -> Loaded[Any]:
    return loaded(
        BODY,
        BodyOpened(
            kind=kind,
            name=fr("Organisme"),
            slug="organisme",
            province=None,
            time_zone="America/Toronto",
            default_language="fr",
            started=None,
            attested=None,
            lead_organisation=None,
            phase=None,
        ),
    )


def signed(programme: str, *more: Event) -> Loaded[Any]:
    first = AgreementSigned(
        programme=Programme(code=programme, label=fr("Programme")),
        parties=None,
        purpose=None,
        type="contribution",
        signed=None,
        term=None,
        amount=None,
        territory=None,
        tags=(),
        plan_id=None,
        audience=Audience.FUNDERS,
    )
    return loaded(AGREEMENT, first, *more)


def told(past: Loaded[Any], command: Any, *, day: date = DAY, agreement: Loaded[Any] | None = None) -> Decided:
    others: dict[Any, Loaded[Any]] = {
        (FUNDER, StreamId(FUNDER)): opened(BodyKind.FUNDER),
        (NEIGHBOUR, StreamId(NEIGHBOUR)): opened(BodyKind.LIP),
    }
    if agreement is not None:
        others[StreamId(AGREEMENT_ID)] = agreement
    return ordered(past, command, day=day, others=others, today=DAY)


def change(*, granted: bool) -> GrantChange:
    return GrantChange(grantee=FUNDER, programme="settlement", granted=granted)


def test_a_grant_opens_the_programme_with_its_very_events() -> None:
    decided = told(NOTHING, GRANT)

    assert list(decided.events) == [GRANTED]
    assert list(decided.grants) == [change(granted=True)]
    assert list(decided.claims) == [f"access/{FUNDER}/settlement"]


def test_a_grant_without_programme_is_for_all_of_them() -> None:
    decided = told(NOTHING, GrantAccess(grant_id=ID, grantee=FUNDER))

    assert list(decided.events) == [AccessGranted(grantee=FUNDER, programme=None, agreement_id=None)]
    assert list(decided.grants) == [GrantChange(grantee=FUNDER, programme="", granted=True)]


def test_only_funders_and_ministries_of_the_register_are_granted_access() -> None:
    with pytest.raises(GranteeKindError) as refusal:
        told(NOTHING, GrantAccess(grant_id=ID, grantee=NEIGHBOUR))
    assert refusal.value.grantee == NEIGHBOUR
    with pytest.raises(StreamMissingError):
        told(NOTHING, GrantAccess(grant_id=ID, grantee=TenantId(UUID(int=52))))


@pytest.mark.parametrize("past", [[], [GRANTED], [GRANTED, AccessRevoked(reason=None)]])
def test_access_never_changes_ahead_of_its_day(past: list[Event]) -> None:
    command = {0: GRANT, 1: REVOKE, 2: RestoreAccess(grant_id=ID)}[len(past)]
    start = loaded(ACCESS_GRANT, *past) if past else NOTHING

    with pytest.raises(GrantAheadError):
        told(start, command, day=date(2024, 4, 2))
    assert told(start, command).events


def test_who_does_not_know_the_day_changes_nothing() -> None:
    with pytest.raises(GrantAheadError):
        ordered(loaded(ACCESS_GRANT, GRANTED), REVOKE)


def test_a_grant_names_the_agreement_that_it_follows_from() -> None:
    command = GrantAccess(grant_id=ID, grantee=FUNDER, programme="settlement", agreement_id=AGREEMENT_ID)

    (event,) = told(NOTHING, command, agreement=signed("settlement")).events
    assert isinstance(event, AccessGranted)
    assert event.agreement_id == AGREEMENT_ID
    for other in (
        signed("another"),
        signed("settlement", AgreementTerminated(reason=None)),
    ):
        with pytest.raises(GrantAgreementError):
            told(NOTHING, command, agreement=other)
    with pytest.raises(StreamMissingError):
        told(NOTHING, command)


def test_a_revocation_closes_it_with_its_very_events_and_is_made_once() -> None:
    reason = SealedText.about(ID, "L’entente a pris fin.")
    decided = told(loaded(ACCESS_GRANT, GRANTED), RevokeAccess(grant_id=ID, reason=reason))

    assert list(decided.events) == [AccessRevoked(reason=reason)]
    assert list(decided.grants) == [change(granted=False)]
    with pytest.raises(AccessRevokedError):
        told(loaded(ACCESS_GRANT, GRANTED, AccessRevoked(reason=None)), REVOKE)


def test_a_revoked_grant_is_given_anew_and_one_in_force_stays_as_it_is() -> None:
    restore = RestoreAccess(grant_id=ID, agreement_id=AGREEMENT_ID)
    revoked = loaded(ACCESS_GRANT, GRANTED, AccessRevoked(reason=None))

    decided = told(revoked, restore, agreement=signed("settlement"))
    assert list(decided.events) == [AccessRestored(agreement_id=AGREEMENT_ID)]
    assert list(decided.grants) == [change(granted=True)]
    with pytest.raises(GrantAgreementError):
        told(revoked, restore, agreement=signed("another"))
    in_force = told(loaded(ACCESS_GRANT, GRANTED), RestoreAccess(grant_id=ID))
    assert (list(in_force.events), list(in_force.grants)) == ([], [])


def test_events_of_others_change_nothing() -> None:
    assert given(ACCESS_GRANT, SlugAdded(slug="erables")) == ACCESS_GRANT.initial


def test_partnerships_alone_grant_access() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is ACCESS_GRANT} == {OWNERS}
    assert BodyKind.FUNDER not in OWNERS


@given_any(
    sequences(
        GRANT,
        st.just(REVOKE),
        st.just(RestoreAccess(grant_id=ID)),
        st.just(RestoreAccess(grant_id=ID, agreement_id=AGREEMENT_ID)),
    )
)
def test_whatever_is_sent_the_row_is_there_exactly_while_the_grant_is_in_force(
    commands: list[tuple[Any, date]],
) -> None:
    state: Loaded[Any] = NOTHING
    rows: set[tuple[TenantId, str]] = set()
    for command, day in commands:
        try:
            decided = told(state, command, day=day, agreement=signed("settlement"))
        except Refusal:
            continue
        events = [recorded(event, state.version + n, day) for n, event in enumerate(decided.events, 1)]
        state = ACCESS_GRANT.fold(state, events)
        for each in decided.grants:
            (rows.add if each.granted else rows.remove)((each.grantee, each.programme))
        assert rows == ({(FUNDER, "settlement")} if state.state.in_force else set())
