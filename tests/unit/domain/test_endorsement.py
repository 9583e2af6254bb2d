"""What endorsements refuse and record."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.audience import Audience
from domain.body import PARTNERSHIPS, SlugAdded
from domain.endorsement import (
    ENDORSEMENT,
    EndorsementRecorded,
    EndorsementWithdrawn,
    EndorsementWithdrawnError,
    RecordEndorsement,
    WithdrawEndorsement,
    record,
    withdraw,
)
from domain.ids import EndorsementId
from domain.published_aggregate import Publication
from domain.stream import COMMANDS
from domain.values import PartialDate, SealedText, en, fr
from tests.unit.domain.given import given
from tests.unit.domain.sequences import sequences, tell

ID = EndorsementId(UUID(int=22))
REPORT = Publication(title=fr("Rapport annuel"), locator="p. 3")
RECORD = RecordEndorsement(
    endorsement_id=ID,
    endorser=en("Town of Maple Valley"),
    publication=REPORT,
    kind="council_resolution",
    given=PartialDate.of(2023, 5),
)
RECORDED = EndorsementRecorded(
    endorser=en("Town of Maple Valley"),
    organisation_id=None,
    kind="council_resolution",
    given=PartialDate.of(2023, 5),
    plan_id=None,
    publication=REPORT,
    audience=Audience.PUBLIC,
)


def test_an_endorsement_names_who_gave_it_and_what_says_so() -> None:
    assert record(ENDORSEMENT.initial, RECORD) == [RECORDED]
    endorsement = given(ENDORSEMENT, RECORDED)
    assert (endorsement.endorser, endorsement.kind) == (en("Town of Maple Valley"), "council_resolution")


def test_without_a_source_that_names_it_there_is_none() -> None:
    unnamed = {"endorsement_id": str(ID), "endorser": {"en": "Town", "source": "en"}}

    with pytest.raises(msgspec.ValidationError, match="missing required field `publication`"):
        msgspec.convert(unnamed, RecordEndorsement)


def test_an_endorsement_is_withdrawn_once() -> None:
    note = SealedText.about(ID, "Le conseil a changé d’avis.")
    event = EndorsementWithdrawn(note=note)
    assert withdraw(given(ENDORSEMENT, RECORDED), WithdrawEndorsement(endorsement_id=ID, note=note)) == [event]

    with pytest.raises(EndorsementWithdrawnError):
        withdraw(given(ENDORSEMENT, RECORDED, event), WithdrawEndorsement(endorsement_id=ID))


def test_events_of_others_change_nothing() -> None:
    assert given(ENDORSEMENT, SlugAdded(slug="erables")) == ENDORSEMENT.initial


def test_partnerships_alone_are_endorsed() -> None:
    owners = {handled.owners for handled in COMMANDS.values() if handled.stream is ENDORSEMENT}
    assert owners == {PARTNERSHIPS}


@given_any(sequences(RECORD, st.just(WithdrawEndorsement(endorsement_id=ID))))
def test_whatever_is_sent_it_is_recorded_once_and_withdrawn_once(commands: list[tuple[Any, date]]) -> None:
    told = tell(ENDORSEMENT, commands)

    assert len(told.of(EndorsementRecorded)) <= 1
    assert len(told.of(EndorsementWithdrawn)) == told.end.state.withdrawn <= 1
