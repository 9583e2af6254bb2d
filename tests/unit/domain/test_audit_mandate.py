"""What audit mandates refuse and record."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.audience import Audience
from domain.audit_mandate import (
    AUDIT_MANDATE,
    OWNERS,
    AuditAuthorityError,
    AuditedTwiceError,
    AuditEndError,
    AuditMandateClosed,
    AuditMandateClosedError,
    AuditMandateExtended,
    AuditMandateOpened,
    AuditScope,
    CloseAuditMandate,
    ExtendAuditMandate,
    OpenAuditMandate,
    close,
    extend,
)
from domain.body import PARTNERSHIPS, BodyKind, SlugAdded
from domain.envelope import ByInstrument, Source
from domain.errors import Refusal, StreamMissingError
from domain.facts import Dated
from domain.ids import AuditMandateId, StreamId, TenantId
from domain.stream import COMMANDS, Decided, Loaded
from domain.values import Period, SealedText, en, fr
from tests.unit.domain.given import DAY, a_case, given, loaded, on, ordered, recorded
from tests.unit.domain.sequences import sequences
from tests.unit.domain.test_access_grant import opened

ID = AuditMandateId(UUID(int=22))
AUDITED, OTHER = TenantId(UUID(int=50)), TenantId(UUID(int=51))
INSTRUMENT = ByInstrument(office=en("Comptroller"), number="A-7", dated=DAY)
SCOPE = AuditScope(bodies=(AUDITED,), records=("plan", "agreement"), period=Period.fiscal_year(2023))
LAST, LATER = date(2024, 12, 31), date(2025, 6, 30)
OPEN = OpenAuditMandate(audit_mandate_id=ID, auditor=en("Audit branch"), scope=SCOPE, ends_on=LAST)
OPENED = AuditMandateOpened(auditor=en("Audit branch"), scope=SCOPE, ends_on=LAST, audience=Audience.PUBLIC)


def told(command: Any, past: Loaded[Any] | None = None, *, day: date = DAY, **changes: Any) -> Decided:
    others: Any = {(body, StreamId(body)): opened(BodyKind.LIP) for body in (AUDITED, OTHER)}
    start = past or Loaded(state=AUDIT_MANDATE.initial)
    return ordered(start, command, day=day, others=others, **({"authority": INSTRUMENT} | changes))


def test_a_mandate_says_whose_records_which_and_until_when() -> None:
    assert list(told(OPEN).events) == [OPENED]
    mandate = given(AUDIT_MANDATE, OPENED)
    assert (mandate.scope, mandate.ends_on, mandate.closed) == (SCOPE, Dated(value=LAST, on=DAY), False)


def test_it_is_opened_and_extended_by_a_decision_or_an_instrument() -> None:
    none = a_case().authority
    with pytest.raises(AuditAuthorityError):
        told(OPEN, authority=none)
    with pytest.raises(AuditAuthorityError):
        told(ExtendAuditMandate(audit_mandate_id=ID, ends_on=LATER), loaded(AUDIT_MANDATE, OPENED), authority=none)
    assert told(OPEN, authority=none, source=Source(title=fr("Rapport"))).events  # history, as it was written


def test_it_does_not_end_before_it_begins() -> None:
    with pytest.raises(AuditEndError) as refusal:
        told(OpenAuditMandate(audit_mandate_id=ID, auditor=en("A"), scope=SCOPE, ends_on=date(2024, 3, 31)))

    assert (refusal.value.ends_on, refusal.value.after) == (date(2024, 3, 31), DAY)
    whole_day = OpenAuditMandate(audit_mandate_id=ID, auditor=en("A"), scope=SCOPE, ends_on=DAY)
    assert told(whole_day).events


def test_its_scope_names_bodies_that_exist_and_each_once() -> None:
    twice = AuditScope(bodies=(AUDITED, OTHER, AUDITED), period=SCOPE.period)
    unknown = AuditScope(bodies=(TenantId(UUID(int=52)),), period=SCOPE.period)

    with pytest.raises(AuditedTwiceError) as refusal:
        told(OpenAuditMandate(audit_mandate_id=ID, auditor=en("A"), scope=twice, ends_on=LAST))
    assert refusal.value.body == AUDITED
    with pytest.raises(StreamMissingError):
        told(OpenAuditMandate(audit_mandate_id=ID, auditor=en("A"), scope=unknown, ends_on=LAST))


def test_it_is_extended_and_never_shortened() -> None:
    mandate = given(AUDIT_MANDATE, OPENED)
    case = a_case(authority=INSTRUMENT)

    longer = ExtendAuditMandate(audit_mandate_id=ID, ends_on=LATER)
    assert extend(mandate, longer, case) == [AuditMandateExtended(ends_on=LATER)]
    assert extend(mandate, ExtendAuditMandate(audit_mandate_id=ID, ends_on=LAST), case) == []
    with pytest.raises(AuditEndError):
        extend(mandate, ExtendAuditMandate(audit_mandate_id=ID, ends_on=date(2024, 12, 30)), case)
    extended = given(AUDIT_MANDATE, OPENED, on("2024-10-01", AuditMandateExtended(ends_on=LATER)))
    assert extended.ends_on == Dated(value=LATER, on=date(2024, 10, 1))


def test_its_authority_closes_it_once_and_for_all() -> None:
    note = SealedText.about(ID, "Rapport déposé.")
    mandate = given(AUDIT_MANDATE, OPENED)
    command = CloseAuditMandate(audit_mandate_id=ID, note=note)

    assert close(mandate, command) == [AuditMandateClosed(note=note)]
    closed = given(AUDIT_MANDATE, OPENED, AuditMandateClosed(note=None))
    with pytest.raises(AuditMandateClosedError):
        close(closed, command)
    with pytest.raises(AuditMandateClosedError):
        extend(closed, ExtendAuditMandate(audit_mandate_id=ID, ends_on=LATER), a_case(authority=INSTRUMENT))


def test_those_who_are_audited_have_no_order_about_it() -> None:
    owners = {handled.owners for handled in COMMANDS.values() if handled.stream is AUDIT_MANDATE}

    assert owners == {OWNERS}
    assert not OWNERS & PARTNERSHIPS


def test_events_of_others_change_nothing() -> None:
    assert given(AUDIT_MANDATE, SlugAdded(slug="erables")) == AUDIT_MANDATE.initial


@given_any(
    sequences(
        OPEN,
        st.builds(ExtendAuditMandate, audit_mandate_id=st.just(ID), ends_on=st.sampled_from([DAY, LAST, LATER])),
        st.builds(CloseAuditMandate, audit_mandate_id=st.just(ID)),
    )
)
def test_whatever_is_sent_a_mandate_has_one_end_that_never_moves_back(commands: list[tuple[Any, date]]) -> None:
    state: Loaded[Any] = Loaded(state=AUDIT_MANDATE.initial)
    ends: list[date] = []
    for command, day in commands:
        try:
            decided = told(command, state, day=day)
        except Refusal:
            continue
        assert not (state.state.closed and decided.events)
        events = [recorded(event, state.version + n, day) for n, event in enumerate(decided.events, 1)]
        state = AUDIT_MANDATE.fold(state, events)
        if state.state.ends_on is not None:
            ends.append(state.state.ends_on.value)
    assert ends == sorted(ends)
