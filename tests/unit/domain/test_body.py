"""What the registry of bodies and a body's own log refuse and record."""

from datetime import date
from uuid import UUID

import msgspec
import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.body import (
    BODY,
    PARTNERSHIPS,
    REGISTRY,
    AddSlug,
    BodyKind,
    BodyOpened,
    BodyRegistered,
    BodyRenamed,
    CatchmentRepeatsError,
    CatchmentSet,
    ChangeLeadOrganisation,
    EnterPhase,
    EpochNumberError,
    EpochOpened,
    LeadOrganisation,
    LeadOrganisationChanged,
    OpenBody,
    OpenEpoch,
    PhaseEntered,
    RegisterBody,
    RegistryEntry,
    RenameBody,
    SetCatchment,
    SlugAdded,
    add_slug,
    change_lead_organisation,
    enter_phase,
    open_body,
    open_epoch,
    register,
    rename,
    set_catchment,
    slug_claim,
)
from domain.facts import Dated
from domain.ids import TenantId
from domain.stream import COMMANDS, Decided
from domain.values import CatchmentPart, PartialDate, Period, SealedText, TerritoryCode, en, fr
from tests.unit.domain.given import DAY, a_case, given, on, replaced
from tests.unit.domain.sequences import last_dated, sequences, tell

BODY_ID = TenantId(UUID(int=22))
REGISTERED = BodyRegistered(slug="erables", kind=BodyKind.LIP, name=en("Maple Valley LIP"))
TOWN = LeadOrganisation(name=en("Town of Maple Valley"), kind="municipal")
CENTRE = LeadOrganisation(name=fr("Centre L’Érablière"), kind="community")
OPENED = BodyOpened(
    kind=BodyKind.LIP,
    name=en("Maple Valley LIP"),
    slug="erables",
    province="ON",
    time_zone="America/Toronto",
    default_language="en",
    started=PartialDate.of(2010),
    attested=Period.fiscal_year(2010),
    lead_organisation=TOWN,
    phase="phase_1",
)
BARE = replaced(OPENED, lead_organisation=None, phase=None)
LATER, EARLIER = date(2025, 1, 1), date(2023, 1, 1)


def a_part(code: str, extent: str = "whole") -> CatchmentPart:
    return CatchmentPart(territory=TerritoryCode(scheme="sgc-csd", code=code), extent=extent)  # type: ignore[arg-type]  # a literal


# --- the registry ---------------------------------------------------------------------------------------------


def test_registering_a_body_claims_its_slug_and_opens_its_log() -> None:
    command = RegisterBody(body_id=BODY_ID, slug="erables", kind=BodyKind.LIP, name=en("Maple Valley LIP"))

    assert register(RegistryEntry(), command) == Decided(
        events=[REGISTERED], claims=["slug/erables"], opens=[BODY_ID]
    )
    assert slug_claim("erables") == "slug/erables"


def test_another_slug_is_claimed_too() -> None:
    entry = given(REGISTRY, REGISTERED)

    assert add_slug(entry, AddSlug(body_id=BODY_ID, slug="maples")) == Decided(
        events=[SlugAdded(slug="maples")], claims=["slug/maples"]
    )


@pytest.mark.parametrize("slug", ["erables", "maples"])
def test_a_slug_that_the_body_has_records_nothing(slug: str) -> None:
    entry = given(REGISTRY, REGISTERED, SlugAdded(slug="maples"))

    assert entry.slugs == ("erables", "maples")
    assert add_slug(entry, AddSlug(body_id=BODY_ID, slug=slug)) == []


def test_the_registry_belongs_to_the_commons_alone() -> None:
    assert COMMANDS["RegisterBody"].owners == frozenset({"commons"})
    assert COMMANDS["AddSlug"].owners == frozenset({"commons"})


# --- a body ---------------------------------------------------------------------------------------------------


def test_opening_a_body_says_all_that_is_known() -> None:
    command = OpenBody(
        body_id=BODY_ID,
        kind=BodyKind.LIP,
        name=en("Maple Valley LIP"),
        slug="erables",
        province="ON",
        time_zone="America/Toronto",
        default_language="en",
        started=PartialDate.of(2010),
        attested=Period.fiscal_year(2010),
        lead_organisation=TOWN,
        phase="phase_1",
    )

    assert open_body(BODY.initial, command, a_case()) == [OPENED]


def test_an_opened_body_has_what_it_was_opened_with() -> None:
    body = given(BODY, OPENED)

    assert (body.kind, body.time_zone) == (BodyKind.LIP, "America/Toronto")
    assert body.name == Dated(value=en("Maple Valley LIP"), on=DAY)
    assert body.lead_organisation == Dated(value=TOWN, on=DAY)
    assert body.phase == Dated(value="phase_1", on=DAY)
    assert body.catchment is None


def test_what_is_not_known_at_the_opening_stays_unknown() -> None:
    body = given(BODY, BARE)

    assert (body.lead_organisation, body.phase) == (None, None)


def test_a_new_name_is_recorded() -> None:
    command = RenameBody(body_id=BODY_ID, name=fr("Les Érables"))

    assert rename(given(BODY, OPENED), command, a_case(day=DAY)) == [BodyRenamed(name=fr("Les Érables"))]


def test_the_name_that_a_body_has_records_nothing() -> None:
    command = RenameBody(body_id=BODY_ID, name=en("Maple Valley LIP"))

    assert rename(given(BODY, OPENED), command, a_case(day=LATER)) == []


def test_that_a_name_held_earlier_than_was_known_is_recorded() -> None:
    body = given(BODY, OPENED, on("2025-01-01", BodyRenamed(name=fr("Les Érables"))))
    command = RenameBody(body_id=BODY_ID, name=fr("Les Érables"))

    assert rename(body, command, a_case(day=date(2024, 12, 31))) == [BodyRenamed(name=fr("Les Érables"))]
    assert rename(body, command, a_case(day=date(2025, 1, 1))) == []


def test_an_earlier_name_learned_late_does_not_displace_the_later_one() -> None:
    body = given(
        BODY,
        OPENED,
        on("2025-01-01", BodyRenamed(name=fr("Les Érables"))),
        on("2024-06-01", BodyRenamed(name=fr("La Vallée"))),
    )

    assert body.name == Dated(value=fr("Les Érables"), on=LATER)


def test_a_new_lead_organisation_is_recorded_and_the_same_is_not() -> None:
    body = given(BODY, OPENED)

    case = a_case(day=LATER)
    to_centre = ChangeLeadOrganisation(body_id=BODY_ID, lead_organisation=CENTRE)
    to_town = ChangeLeadOrganisation(body_id=BODY_ID, lead_organisation=TOWN)

    assert change_lead_organisation(body, to_centre, case) == [LeadOrganisationChanged(lead_organisation=CENTRE)]
    assert change_lead_organisation(body, to_town, case) == []
    assert given(BODY, BARE, LeadOrganisationChanged(lead_organisation=CENTRE)).lead_organisation == Dated(
        value=CENTRE, on=DAY
    )


def test_a_phase_is_entered_with_its_note_and_once() -> None:
    note = SealedText.about(BODY_ID, "Après la consultation")
    body = given(BODY, OPENED)

    assert enter_phase(body, EnterPhase(body_id=BODY_ID, phase="active", note=note), a_case(day=LATER)) == [
        PhaseEntered(phase="active", note=note)
    ]
    assert enter_phase(body, EnterPhase(body_id=BODY_ID, phase="phase_1"), a_case(day=LATER)) == []
    assert given(BODY, BARE, PhaseEntered(phase="active", note=None)).phase == Dated(value="active", on=DAY)


def test_a_catchment_replaces_the_one_before() -> None:
    first, second = a_part("3599001"), a_part("3599002", "part")
    body = given(BODY, OPENED, CatchmentSet(parts=(first,)))

    assert set_catchment(body, SetCatchment(body_id=BODY_ID, parts=(second, first))) == [
        CatchmentSet(parts=(second, first))
    ]
    assert body.catchment == Dated(value=(first,), on=DAY)


def test_a_territory_stands_once_in_a_catchment() -> None:
    parts = (a_part("3599001"), a_part("3599002"), a_part("3599001", "part"))

    with pytest.raises(CatchmentRepeatsError) as refusal:
        set_catchment(BODY.initial, SetCatchment(body_id=BODY_ID, parts=parts))

    assert refusal.value.code_repeated == "3599001"


def test_the_same_code_of_two_schemes_is_two_territories() -> None:
    mrc = CatchmentPart(territory=TerritoryCode(scheme="mrc", code="35"), extent="whole")
    province = CatchmentPart(territory=TerritoryCode(scheme="sgc-pr", code="35"), extent="whole")

    assert len(set_catchment(BODY.initial, SetCatchment(body_id=BODY_ID, parts=(mrc, province)))) == 1


def test_partnerships_are_the_bodies_that_serve_a_territory() -> None:
    assert frozenset(BodyKind) - PARTNERSHIPS == {"funder", "ministry", "commons"}
    assert COMMANDS["SetCatchment"].owners == PARTNERSHIPS
    assert COMMANDS["EnterPhase"].owners == PARTNERSHIPS
    assert COMMANDS["RenameBody"].owners is None


# --- any sequence ---------------------------------------------------------------------------------------------

OPEN = OpenBody(
    body_id=BODY_ID,
    kind=BodyKind.LIP,
    name=en("Maple Valley LIP"),
    slug="erables",
    province="ON",
    time_zone="America/Toronto",
    default_language="en",
)
NAMES = st.sampled_from([en("Maple Valley LIP"), fr("Les Érables"), fr("La Vallée")])
CODES = st.lists(st.sampled_from(["3599001", "3599002", "3599003"]), min_size=1, max_size=3)


@given_any(
    sequences(
        OPEN,
        st.builds(RenameBody, body_id=st.just(BODY_ID), name=NAMES),
        st.builds(
            ChangeLeadOrganisation, body_id=st.just(BODY_ID), lead_organisation=st.sampled_from([TOWN, CENTRE])
        ),
        st.builds(EnterPhase, body_id=st.just(BODY_ID), phase=st.sampled_from(["phase_1", "active"])),
        CODES.map(lambda codes: SetCatchment(body_id=BODY_ID, parts=tuple(a_part(code) for code in codes))),
    )
)
def test_whatever_is_sent_a_body_is_what_its_latest_facts_say(commands: list[tuple[OpenBody, date]]) -> None:
    told = tell(BODY, commands)
    body = told.end.state

    assert [type(event.payload) for event in told.events[:1]] == [BodyOpened] * min(1, len(told.events))
    assert len(told.of(BodyOpened)) <= 1
    expected = {
        "name": last_dated(told, (BodyOpened, "name"), (BodyRenamed, "name")),
        "lead_organisation": last_dated(told, (LeadOrganisationChanged, "lead_organisation")),
        "phase": last_dated(told, (PhaseEntered, "phase")),
        "catchment": last_dated(told, (CatchmentSet, "parts")),
    }
    for fact, value in expected.items():
        known = getattr(body, fact)
        assert (None if known is None else known.value) == value
    for parts in told.of(CatchmentSet):
        assert len({part.territory.key for part in parts.parts}) == len(parts.parts)


@given_any(
    sequences(
        RegisterBody(body_id=BODY_ID, slug="erables", kind=BodyKind.LIP, name=en("Maple Valley LIP")),
        st.builds(AddSlug, body_id=st.just(BODY_ID), slug=st.sampled_from(["erables", "maples", "vallee"])),
    )
)
def test_whatever_is_sent_a_body_never_loses_or_repeats_a_slug(
    commands: list[tuple[RegisterBody, date]],
) -> None:
    told = tell(REGISTRY, commands)

    slugs = told.end.state.slugs
    assert list(slugs) == [event.slug for event in told.of(BodyRegistered, SlugAdded)]
    assert len(set(slugs)) == len(slugs)


# --- epochs of the log ----------------------------------------------------------------------------------------

OPEN_EPOCH = OpenEpoch(
    body_id=BODY_ID,
    epoch=2,
    ended_origin="entente.example/log/one",
    ended_size=12,
    ended_root="0a" * 32,
    kept=9,
    reason="restored_from_backup",
)
EPOCH_OPENED = EpochOpened(
    epoch=2,
    ended_origin="entente.example/log/one",
    ended_size=12,
    ended_root="0a" * 32,
    kept=9,
    reason="restored_from_backup",
)


def test_a_new_epoch_cites_the_checkpoint_of_the_one_that_ended() -> None:
    assert open_epoch(given(BODY, BARE), OPEN_EPOCH) == [EPOCH_OPENED]
    assert given(BODY, BARE, EPOCH_OPENED).epoch == 2


def test_opening_the_present_epoch_again_records_nothing() -> None:
    assert open_epoch(given(BODY, BARE, EPOCH_OPENED), OPEN_EPOCH) == []


def test_epochs_follow_each_other_without_a_gap() -> None:
    with pytest.raises(EpochNumberError) as refusal:
        open_epoch(given(BODY, BARE), msgspec.structs.replace(OPEN_EPOCH, epoch=3))

    assert (refusal.value.epoch, refusal.value.expected) == (3, 2)
