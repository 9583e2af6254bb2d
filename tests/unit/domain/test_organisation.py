"""What organisations refuse and record, and how records of any log name them."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.body import BODY, BodyKind, ChangeLeadOrganisation, LeadOrganisation, OpenBody
from domain.case import Need
from domain.errors import StreamMissingError
from domain.ids import COMMONS, OrganisationId, StreamId, TenantId
from domain.organisation import (
    ORGANISATION,
    ConsentToListing,
    ListingConsented,
    ListingWithdrawn,
    MergeOrganisation,
    OrganisationMerged,
    OrganisationMergedError,
    OrganisationRegistered,
    OrganisationRenamed,
    OwnMergerError,
    RegisterOrganisation,
    RenameOrganisation,
    WithdrawListing,
    named,
)
from domain.stream import COMMANDS, Loaded
from domain.values import en, fr
from tests.unit.domain.given import loaded, on, ordered
from tests.unit.domain.sequences import last_dated, sequences, tell

ID, OTHER = OrganisationId(UUID(int=61)), OrganisationId(UUID(int=62))
REGISTERED = OrganisationRegistered(name=en("Valley Library"), kind="education")
MERGED = OrganisationMerged(into_id=OTHER)
MERGE = MergeOrganisation(organisation_id=ID, into_id=OTHER)


def test_an_organisation_is_registered_in_the_commons_alone() -> None:
    command = RegisterOrganisation(organisation_id=ID, name=en("Valley Library"), kind="education")

    assert ordered(loaded(ORGANISATION), command).events == [REGISTERED]
    for name in ("RegisterOrganisation", "RenameOrganisation", "MergeOrganisation", "ConsentToListing"):
        assert COMMANDS[name].owners == frozenset({"commons"})


def test_the_name_that_it_has_records_nothing() -> None:
    past = loaded(ORGANISATION, REGISTERED)

    assert ordered(past, RenameOrganisation(organisation_id=ID, name=en("Valley Library"))).events == []
    renamed = ordered(past, RenameOrganisation(organisation_id=ID, name=fr("Bibliothèque")))
    assert renamed.events == [OrganisationRenamed(name=fr("Bibliothèque"))]


def test_an_organisation_is_listed_once_it_consents_and_until_it_withdraws() -> None:
    past = loaded(ORGANISATION, REGISTERED)
    consenting, withdrawing = ConsentToListing(organisation_id=ID), WithdrawListing(organisation_id=ID)

    assert not past.state.listed
    assert ordered(past, withdrawing).events == []
    assert ordered(past, consenting).events == [ListingConsented()]
    listed = loaded(ORGANISATION, REGISTERED, ListingConsented())
    assert ordered(listed, consenting).events == []
    assert ordered(listed, withdrawing).events == [ListingWithdrawn()]


def test_an_organisation_becomes_part_of_another_that_is_registered() -> None:
    past = loaded(ORGANISATION, REGISTERED)

    assert ordered(past, MERGE, others={StreamId(OTHER): past}).events == [MERGED]
    with pytest.raises(StreamMissingError):
        ordered(past, MERGE)
    with pytest.raises(OwnMergerError):
        ordered(past, MergeOrganisation(organisation_id=ID, into_id=ID))


def test_no_chain_of_mergers_comes_back() -> None:
    free, merged = loaded(ORGANISATION, REGISTERED), loaded(ORGANISATION, REGISTERED, on("2024-06-01", MERGED))

    for past, other in ((merged, free), (free, merged)):
        with pytest.raises(OrganisationMergedError) as refusal:
            ordered(past, MERGE, day=date(2024, 7, 1), others={StreamId(OTHER): other})
        assert (refusal.value.into_id, refusal.value.merged_on) == (OTHER, date(2024, 6, 1))


def test_a_merged_one_keeps_its_last_name_and_may_still_leave_the_list() -> None:
    past = loaded(ORGANISATION, REGISTERED, ListingConsented(), on("2024-06-01", MERGED))
    renaming = RenameOrganisation(organisation_id=ID, name=fr("Bibliothèque"))

    with pytest.raises(OrganisationMergedError):
        ordered(past, renaming, day=date(2024, 6, 1))
    assert ordered(past, renaming, day=date(2024, 5, 31)).events
    withdrawing = WithdrawListing(organisation_id=ID)
    assert ordered(past, withdrawing, day=date(2024, 6, 1)).events == [ListingWithdrawn()]


def test_a_body_names_a_lead_organisation_that_is_registered_or_none_at_all() -> None:
    body_id = TenantId(UUID(int=1))
    lead = LeadOrganisation(name=en("Valley Library"), kind="education", organisation_id=ID)
    opening = OpenBody(
        body_id=body_id,
        kind=BodyKind.LIP,
        name=en("Maple Valley"),
        slug="maple-valley",
        province="ON",
        time_zone="America/Toronto",
        default_language="en",
        lead_organisation=lead,
    )
    registered: dict[Any, Loaded[Any]] = {(COMMONS, StreamId(ID)): loaded(ORGANISATION, REGISTERED)}

    opened = ordered(loaded(BODY), opening, others=registered)
    assert len(opened.events) == 1
    with pytest.raises(StreamMissingError):
        ordered(loaded(BODY), opening)
    past = loaded(BODY, opened.events[0])
    elsewhere = LeadOrganisation(name=en("Another"), kind="other", organisation_id=OTHER)
    with pytest.raises(StreamMissingError):
        ordered(past, ChangeLeadOrganisation(body_id=body_id, lead_organisation=elsewhere), others=registered)
    unregistered = LeadOrganisation(name=en("Another"), kind="other")
    change = ChangeLeadOrganisation(body_id=body_id, lead_organisation=unregistered)
    assert len(ordered(past, change).events) == 1


def test_organisations_are_read_in_the_log_of_the_commons() -> None:
    assert [*named(None, ID)] == [Need(ORGANISATION, StreamId(ID), log=COMMONS)]


SEQUENCES = sequences(
    RegisterOrganisation(organisation_id=ID, name=en("Valley Library")),
    st.builds(RenameOrganisation, organisation_id=st.just(ID), name=st.sampled_from([en("A"), fr("B")])),
    st.builds(ConsentToListing, organisation_id=st.just(ID)),
    st.builds(WithdrawListing, organisation_id=st.just(ID)),
)


@given_any(SEQUENCES)
def test_whatever_is_sent_consent_alternates_with_withdrawal(
    commands: list[tuple[RegisterOrganisation, date]],
) -> None:
    told = tell(ORGANISATION, commands)
    organisation = told.end.state

    listings = told.of(ListingConsented, ListingWithdrawn)
    assert [type(one) for one in listings] == [ListingConsented, ListingWithdrawn] * (len(listings) // 2) + (
        [ListingConsented] * (len(listings) % 2)
    )
    assert organisation.listed == (len(listings) % 2 == 1)
    name = last_dated(told, (OrganisationRegistered, "name"), (OrganisationRenamed, "name"))
    assert (organisation.name and organisation.name.value) == name
