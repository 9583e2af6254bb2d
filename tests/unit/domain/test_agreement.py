"""What agreements refuse and record."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.agreement import (
    AGREEMENT,
    OWNERS,
    AddObligation,
    AgreementAmended,
    AgreementEndedError,
    AgreementRenewed,
    AgreementSigned,
    AgreementTerminated,
    AlreadyRecordedError,
    AmendAgreement,
    AmendmentEmptyError,
    AmendmentNumberError,
    ContributionRecorded,
    FulfilObligation,
    ObligationAdded,
    ObligationFulfilled,
    ObligationMissingError,
    Party,
    Programme,
    RecordContribution,
    RenewAgreement,
    SignAgreement,
    Term,
    TermBackwardsError,
    TerminateAgreement,
    add_obligation,
    amend,
    fulfil_obligation,
    record_contribution,
    renew,
    sign,
    terminate,
)
from domain.audience import Audience
from domain.body import SlugAdded
from domain.facts import Dated
from domain.ids import AgreementId, ContributionId, ObligationId, PlanId
from domain.stream import COMMANDS
from domain.values import PartialDate, QualifiedValue, SealedText, TerritoryCode, en, fr
from tests.unit.domain.given import DAY, given, on, replaced
from tests.unit.domain.sequences import last_dated, sequences, tell

ID = AgreementId(UUID(int=22))
OBLIGATION, OTHER_OBLIGATION = ObligationId(UUID(int=31)), ObligationId(UUID(int=32))
CONTRIBUTION, OTHER_CONTRIBUTION = ContributionId(UUID(int=41)), ContributionId(UUID(int=42))
PROGRAMME = Programme(code="settlement-program", label=en("Settlement Program"))


def dollars(amount: int) -> QualifiedValue:
    return QualifiedValue(kind="exact", number=Decimal(amount), unit="CAD")


def a_term(start: int, end: int | None) -> Term:
    return Term(start=PartialDate.of(start), end=None if end is None else PartialDate.of(end))


SIGNED = AgreementSigned(
    programme=PROGRAMME,
    parties=(Party(name=en("Town of Maple Valley")),),
    purpose=fr("Secrétariat"),
    type="contribution",
    signed=PartialDate.of(2024, 3),
    term=a_term(2024, 2027),
    amount=dollars(1000),
    territory=TerritoryCode(scheme="sgc-pr", code="35"),
    tags=("secretariat",),
    plan_id=PlanId(UUID(int=5)),
    audience=Audience.PUBLIC,
)
BARE = replaced(SIGNED, term=None, amount=None, purpose=None)
ENDED = AgreementTerminated(reason=None)
BACKWARDS = a_term(2025, 2024)
INITIAL = AGREEMENT.initial


def added(obligation_id: ObligationId = OBLIGATION) -> ObligationAdded:
    return ObligationAdded(obligation_id=obligation_id, wording=fr("Rapport annuel"), due_on=date(2025, 6, 30))


def contributed(contribution_id: ContributionId = CONTRIBUTION) -> ContributionRecorded:
    return ContributionRecorded(
        contribution_id=contribution_id, source=fr("Municipalité"), in_kind=True, amount=dollars(5)
    )


def test_signing_records_all_that_is_known() -> None:
    command = SignAgreement(
        agreement_id=ID,
        programme=PROGRAMME,
        parties=SIGNED.parties,
        purpose=SIGNED.purpose,
        type="contribution",
        signed=SIGNED.signed,
        term=SIGNED.term,
        amount=SIGNED.amount,
        territory=SIGNED.territory,
        tags=SIGNED.tags,
        plan_id=SIGNED.plan_id,
        audience=Audience.PUBLIC,
    )

    assert sign(INITIAL, command) == [SIGNED]


def test_what_a_source_does_not_say_stays_unsaid() -> None:
    [event] = sign(INITIAL, SignAgreement(agreement_id=ID, programme=PROGRAMME))

    assert event == AgreementSigned(
        programme=PROGRAMME,
        parties=None,
        purpose=None,
        type="unstated",
        signed=None,
        term=None,
        amount=None,
        territory=None,
        tags=(),
        plan_id=None,
        audience=Audience.FUNDERS,
    )
    agreement = given(AGREEMENT, event)
    assert (agreement.programme, agreement.amount, agreement.term, agreement.purpose) == (
        PROGRAMME,
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    "term", [None, a_term(2024, None), Term(start=None, end=PartialDate.of(1999)), a_term(2024, 2024)]
)
def test_a_term_may_be_unknown_open_or_within_one_year(term: Term | None) -> None:
    assert len(sign(INITIAL, SignAgreement(agreement_id=ID, programme=PROGRAMME, term=term))) == 1


def test_a_term_that_ends_in_the_month_it_starts_may_be_right() -> None:
    term = Term(start=PartialDate.of(2024, 5, 20), end=PartialDate.of(2024, 5))

    assert len(sign(INITIAL, SignAgreement(agreement_id=ID, programme=PROGRAMME, term=term))) == 1


@pytest.mark.parametrize(
    ("decide", "command"),
    [
        (sign, SignAgreement(agreement_id=ID, programme=PROGRAMME, term=BACKWARDS)),
        (amend, AmendAgreement(agreement_id=ID, number=1, term=BACKWARDS)),
        (renew, RenewAgreement(agreement_id=ID, term=BACKWARDS)),
    ],
)
def test_a_term_does_not_end_before_it_starts(decide: Any, command: Any) -> None:
    with pytest.raises(TermBackwardsError) as refusal:
        decide(INITIAL if decide is sign else given(AGREEMENT, SIGNED), command)

    assert (refusal.value.start, refusal.value.end) == (PartialDate.of(2025), PartialDate.of(2024))
    assert refusal.value.message("en") == "The term ends (2024) before it starts (2025)."


def test_an_amendment_restates_what_it_changes() -> None:
    agreement = given(AGREEMENT, SIGNED)
    command = AmendAgreement(agreement_id=ID, number=1, amount=dollars(2000))

    assert amend(agreement, command) == [AgreementAmended(number=1, amount=dollars(2000), term=None, purpose=None)]


def test_what_an_amendment_leaves_out_stays() -> None:
    amendment = AgreementAmended(number=1, amount=dollars(2000), term=None, purpose=None)
    agreement = given(AGREEMENT, SIGNED, on("2025-01-01", amendment))

    assert agreement.amendments == 1
    assert agreement.amount == Dated(value=dollars(2000), on=date(2025, 1, 1))
    assert agreement.term == Dated(value=a_term(2024, 2027), on=DAY)
    assert agreement.purpose == Dated(value=fr("Secrétariat"), on=DAY)


def test_an_amendment_may_say_what_was_never_said() -> None:
    amendment = AgreementAmended(number=1, amount=None, term=a_term(2024, None), purpose=en("Office"))
    agreement = given(AGREEMENT, BARE, amendment)

    assert agreement.amount is None
    assert agreement.term == Dated(value=a_term(2024, None), on=DAY)
    assert agreement.purpose == Dated(value=en("Office"), on=DAY)


@pytest.mark.parametrize("number", [1, 3])
def test_amendments_are_numbered_without_a_gap(number: int) -> None:
    first = AgreementAmended(number=1, amount=dollars(2), term=None, purpose=None)

    with pytest.raises(AmendmentNumberError) as refusal:
        amend(given(AGREEMENT, SIGNED, first), AmendAgreement(agreement_id=ID, number=number, amount=dollars(3)))

    assert (refusal.value.number, refusal.value.expected) == (number, 2)


def test_an_amendment_changes_something() -> None:
    with pytest.raises(AmendmentEmptyError):
        amend(given(AGREEMENT, SIGNED), AmendAgreement(agreement_id=ID, number=1))


def test_a_renewal_gives_the_new_term() -> None:
    renewed = AgreementRenewed(term=a_term(2027, 2030))

    assert renew(given(AGREEMENT, SIGNED), RenewAgreement(agreement_id=ID, term=a_term(2027, 2030))) == [renewed]
    assert given(AGREEMENT, SIGNED, on("2027-04-01", renewed)).term == Dated(
        value=a_term(2027, 2030), on=date(2027, 4, 1)
    )


def test_an_agreement_ends_with_its_reason() -> None:
    reason = SealedText.about(ID, "À la demande des parties")

    assert terminate(given(AGREEMENT, SIGNED), TerminateAgreement(agreement_id=ID, reason=reason)) == [
        AgreementTerminated(reason=reason)
    ]


@pytest.mark.parametrize(
    ("decide", "command"),
    [
        (amend, AmendAgreement(agreement_id=ID, number=1, amount=dollars(2))),
        (renew, RenewAgreement(agreement_id=ID, term=a_term(2027, 2030))),
        (terminate, TerminateAgreement(agreement_id=ID)),
        (add_obligation, AddObligation(agreement_id=ID, obligation_id=OBLIGATION, wording=fr("Rapport"))),
    ],
)
def test_an_ended_agreement_is_not_changed(decide: Any, command: Any) -> None:
    with pytest.raises(AgreementEndedError):
        decide(given(AGREEMENT, SIGNED, ENDED), command)


def test_an_obligation_is_added_once() -> None:
    command = AddObligation(
        agreement_id=ID, obligation_id=OBLIGATION, wording=fr("Rapport annuel"), due_on=date(2025, 6, 30)
    )

    assert add_obligation(given(AGREEMENT, SIGNED), command) == [added()]
    with pytest.raises(AlreadyRecordedError) as refusal:
        add_obligation(given(AGREEMENT, SIGNED, added()), command)
    assert refusal.value.item_id == OBLIGATION


def test_an_obligation_is_fulfilled_once_even_after_the_end() -> None:
    command = FulfilObligation(agreement_id=ID, obligation_id=OBLIGATION)
    fulfilled = ObligationFulfilled(obligation_id=OBLIGATION)

    assert fulfil_obligation(given(AGREEMENT, SIGNED, added()), command) == [fulfilled]
    assert fulfil_obligation(given(AGREEMENT, SIGNED, added(), ENDED), command) == [fulfilled]
    assert fulfil_obligation(given(AGREEMENT, SIGNED, added(), fulfilled), command) == []


def test_an_obligation_that_is_not_there_is_not_fulfilled() -> None:
    with pytest.raises(ObligationMissingError) as refusal:
        fulfil_obligation(
            given(AGREEMENT, SIGNED, added()), FulfilObligation(agreement_id=ID, obligation_id=OTHER_OBLIGATION)
        )

    assert refusal.value.obligation_id == OTHER_OBLIGATION


def test_a_contribution_is_recorded_once_even_after_the_end() -> None:
    command = RecordContribution(
        agreement_id=ID,
        contribution_id=CONTRIBUTION,
        source=fr("Municipalité"),
        in_kind=True,
        amount=dollars(5),
    )

    assert record_contribution(given(AGREEMENT, SIGNED, ENDED), command) == [contributed()]
    with pytest.raises(AlreadyRecordedError) as refusal:
        record_contribution(given(AGREEMENT, SIGNED, contributed()), command)
    assert refusal.value.item_id == CONTRIBUTION


def test_events_of_others_change_nothing() -> None:
    assert given(AGREEMENT, SlugAdded(slug="erables")) == INITIAL


def test_all_but_the_commons_may_hold_agreements() -> None:
    agreements = {handled.owners for handled in COMMANDS.values() if handled.stream is AGREEMENT}

    assert agreements == {OWNERS}
    assert "commons" not in OWNERS


# --- any sequence ---------------------------------------------------------------------------------------------

TERMS = st.sampled_from([a_term(2024, 2026), a_term(2024, None), BACKWARDS])
MAYBE_TERM = st.none() | TERMS
AMOUNTS = st.integers(0, 3).map(dollars)
OBLIGATIONS = st.sampled_from([OBLIGATION, OTHER_OBLIGATION])
CONTRIBUTIONS = st.sampled_from([CONTRIBUTION, OTHER_CONTRIBUTION])


@given_any(
    sequences(
        SignAgreement(agreement_id=ID, programme=PROGRAMME, amount=dollars(1)),
        st.builds(
            AmendAgreement,
            agreement_id=st.just(ID),
            number=st.integers(1, 4),
            amount=st.none() | AMOUNTS,
            term=MAYBE_TERM,
        ),
        st.builds(RenewAgreement, agreement_id=st.just(ID), term=TERMS),
        st.builds(TerminateAgreement, agreement_id=st.just(ID)),
        st.builds(
            AddObligation, agreement_id=st.just(ID), obligation_id=OBLIGATIONS, wording=st.just(fr("Rapport"))
        ),
        st.builds(FulfilObligation, agreement_id=st.just(ID), obligation_id=OBLIGATIONS),
        st.builds(
            RecordContribution,
            agreement_id=st.just(ID),
            contribution_id=CONTRIBUTIONS,
            source=st.just(fr("Ville")),
            in_kind=st.booleans(),
            amount=AMOUNTS,
        ),
    )
)
def test_whatever_is_sent_an_agreement_stays_in_order(commands: list[tuple[SignAgreement, date]]) -> None:
    told = tell(AGREEMENT, commands)
    agreement = told.end.state

    amendments = told.of(AgreementAmended)
    assert [event.number for event in amendments] == list(range(1, len(amendments) + 1))
    assert all(event.amount or event.term or event.purpose for event in amendments)
    assert BACKWARDS not in [event.term for event in told.of(AgreementAmended, AgreementRenewed)]
    obligations = [event.obligation_id for event in told.of(ObligationAdded)]
    fulfilled = [event.obligation_id for event in told.of(ObligationFulfilled)]
    assert agreement.obligations == {each: each in fulfilled for each in obligations}
    assert len(set(obligations)) == len(obligations)
    assert len(set(fulfilled)) == len(fulfilled)
    contributions = [event.contribution_id for event in told.of(ContributionRecorded)]
    assert sorted(agreement.contributions) == sorted(contributions)
    kinds = [type(event.payload) for event in told.events]
    assert kinds.count(AgreementTerminated) == agreement.terminated <= 1
    if agreement.terminated:
        after = kinds[kinds.index(AgreementTerminated) + 1 :]
        assert set(after) <= {ObligationFulfilled, ContributionRecorded}
    amount = last_dated(told, (AgreementSigned, "amount"), (AgreementAmended, "amount"))
    term = last_dated(told, (AgreementAmended, "term"), (AgreementRenewed, "term"))
    assert (agreement.amount and agreement.amount.value) == amount
    assert (agreement.term and agreement.term.value) == term
