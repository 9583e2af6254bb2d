"""What submissions refuse and record: one figure per address, and steps in turn by different people."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.audience import Audience, narrower
from domain.body import BODY, BodyKind, BodyOpened, SlugAdded
from domain.envelope import Actor, Role, Source
from domain.errors import CitationUnknownError, Refusal
from domain.event import Event
from domain.ids import PersonId, RequirementId, StreamId, SubmissionId, TenantId
from domain.indicator import INDICATOR, IndicatorRetired, IndicatorRetiredError
from domain.requirement import REQUIREMENT
from domain.stream import COMMANDS, Command, Loaded
from domain.submission.commands import (
    ApproveSubmission,
    CorrectSubmission,
    DraftSubmission,
    PublishSubmission,
    RedraftSubmission,
    ResubmitSubmission,
    ReturnSubmission,
    SubmitSubmission,
    ValidateSubmission,
)
from domain.submission.events import (
    Cut,
    SubmissionApproved,
    SubmissionCorrected,
    SubmissionDrafted,
    SubmissionPublished,
    SubmissionRedrafted,
    SubmissionResubmitted,
    SubmissionReturned,
    SubmissionSubmitted,
    SubmissionValidated,
)
from domain.submission.refusals import (
    CutRepeatedError,
    CutUnknownError,
    FigureSidesError,
    NotWhatIsRequiredError,
    RouteRoleError,
    SamePersonError,
    StepOutOfTurnError,
    UnitMismatchError,
    ValueKindError,
)
from domain.submission.route import COUNCIL, DIRECTORATE, ROUTES
from domain.submission.rules import OWNERS
from domain.submission.state import SUBMISSION
from domain.values import Citation, Period, QualifiedValue, TerritoryCode, en, fr
from tests.unit.domain.given import TENANT, Streams, given, loaded, on, ordered, recorded
from tests.unit.domain.sequences import DAYS, sequences, tell
from tests.unit.domain.test_indicator import DEFINED, SHARE, defined
from tests.unit.domain.test_requirement import REQUIRED

ID = SubmissionId(UUID(int=60))
OF: dict[str, Any] = {"submission_id": ID}
INDICATOR_ID, REQUIREMENT_ID = StreamId(UUID(int=40)), RequirementId(UUID(int=50))
CITED = Citation(log=TENANT, stream=INDICATOR_ID, version=1)
QUARTER = Period.quarter(2024, 2)
ANNUAL = Source(title=fr("Rapport annuel"))
GASPESIE = TerritoryCode(scheme="qc-region", code="11")
NEW = Loaded(state=SUBMISSION.initial)


def somebody(number: int, role: Role) -> Actor:
    return Actor(id=PersonId(UUID(int=number)), role=role)


COORDINATOR, CHAIR, OFFICER = somebody(2, "coordinator"), somebody(3, "chair"), somebody(4, "programme_officer")
PARTNER, ADVISER = somebody(5, "partner_reporter"), somebody(6, "regional_adviser")
OTHER_ADVISER, DIRECTOR = somebody(7, "regional_adviser"), somebody(8, "plan_approver")


def opened(kind: BodyKind) -> BodyOpened:
    return BodyOpened(
        slug="maple-valley",
        kind=kind,
        name=en("Maple Valley"),
        province="ON",
        time_zone="America/Toronto",
        default_language="en",
        lead_organisation=None,
        phase=None,
        started=None,
        attested=None,
    )


def there(kind: BodyKind = BodyKind.LIP, *indicator: Event) -> Streams:
    return {
        StreamId(TENANT): loaded(BODY, opened(kind)),
        INDICATOR_ID: loaded(INDICATOR, *(indicator or (DEFINED,))),
        StreamId(REQUIREMENT_ID): loaded(REQUIREMENT, REQUIRED),
    }


def enterprises(number: int) -> QualifiedValue:
    return QualifiedValue(kind="exact", number=Decimal(number), unit="entreprises")


def drafting(**changes: Any) -> DraftSubmission:
    said: dict[str, Any] = {"indicator": CITED, "period": QUARTER, "value": enterprises(40)}
    return DraftSubmission(**(OF | said | changes))


def drafted(kind: BodyKind = BodyKind.LIP, **changes: Any) -> SubmissionDrafted:
    (event,) = ordered(NEW, drafting(**changes), others=there(kind)).events
    assert isinstance(event, SubmissionDrafted)
    return event


class Told:
    """A submission whose steps are taken one after the other, live unless a source is given."""

    def __init__(self, kind: BodyKind = BodyKind.LIP) -> None:
        self.there = there(kind)
        self.loaded = SUBMISSION.fold(None, [recorded(drafted(kind), 1, date(2024, 7, 1), actor=COORDINATOR)])

    def step(self, command: Command, actor: Actor, *, source: Source | None = None) -> list[Event]:
        day = date(2024, 7, 1)
        decided = ordered(self.loaded, command, day=day, others=self.there, actor=actor, source=source)
        for event in decided.events:
            again = recorded(event, self.loaded.version + 1, day, actor=actor)
            self.loaded = SUBMISSION.fold(self.loaded, [again])
        self.breaches = tuple(decided.breaches)
        return list(decided.events)

    @property
    def state(self) -> Any:
        return self.loaded.state

    def until(self, stage: str) -> "Told":
        """Take every step up to a stage, as a council does."""
        steps: list[tuple[str, Command, Actor]] = [
            ("submitted", SubmitSubmission(**OF), COORDINATOR),
            ("validated", ValidateSubmission(**OF), CHAIR),
            ("approved", ApproveSubmission(**OF), OFFICER),
            ("published", PublishSubmission(**OF), OFFICER),
        ]
        for reached, command, actor in steps:
            self.step(command, actor)
            if reached == stage:
                return self
        return self


# --- the address ----------------------------------------------------------------------------------------------


def test_a_figure_has_an_address_that_no_other_has() -> None:
    cuts = (Cut(dimension="sex", category="women"),)
    decided = ordered(NEW, drafting(territory=GASPESIE, cuts=cuts), others=there())

    assert list(decided.claims) == [
        f"submission/{TENANT}/{INDICATOR_ID}/2024-04-01/2024-06-30/qc-region:11/sex=women"
    ]
    whole = ordered(NEW, drafting(), others=there())
    assert list(whole.claims) == [f"submission/{TENANT}/{INDICATOR_ID}/2024-04-01/2024-06-30/all/total"]


def test_whichever_version_of_the_indicator_is_cited_the_address_is_the_same() -> None:
    later = Citation(log=TENANT, stream=INDICATOR_ID, version=7)

    one, other = (ordered(NEW, drafting(indicator=cited), others=there()).claims for cited in (CITED, later))

    assert one == other


def test_a_figure_may_be_of_an_indicator_in_another_log() -> None:
    ministry = TenantId(UUID(int=900))
    cited = Citation(log=ministry, stream=INDICATOR_ID, version=1)
    elsewhere: Streams = {
        StreamId(TENANT): loaded(BODY, opened(BodyKind.LIP)),
        (ministry, INDICATOR_ID): loaded(INDICATOR, DEFINED),
    }

    assert len(ordered(NEW, drafting(indicator=cited), others=elsewhere).events) == 1
    with pytest.raises(CitationUnknownError):
        ordered(NEW, drafting(indicator=cited), others=there())


@pytest.mark.parametrize(
    ("cuts", "refusal"),
    [
        ((Cut(dimension="sex", category="others"),), CutUnknownError),
        ((Cut(dimension="age", category="women"),), CutUnknownError),
        ((Cut(dimension="sex", category="women"), Cut(dimension="sex", category="men")), CutRepeatedError),
    ],
)
def test_categories_are_those_of_the_indicator(cuts: tuple[Cut, ...], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        drafted(cuts=cuts)


def test_nothing_new_is_reported_of_a_retired_indicator_but_history_is() -> None:
    retired = there(BodyKind.LIP, DEFINED, IndicatorRetired(note=None))

    with pytest.raises(IndicatorRetiredError):
        ordered(NEW, drafting(), others=retired)
    assert ordered(NEW, drafting(), others=retired, source=ANNUAL).breaches == ("indicator_retired",)


def test_a_figure_answers_what_is_required() -> None:
    assert drafted(requirement_id=REQUIREMENT_ID).requirement_id == REQUIREMENT_ID


@pytest.mark.parametrize(
    "changes",
    [{"period": Period.quarter(2024, 1)}, {"territory": GASPESIE}, {"period": Period.fiscal_year(2024)}],
)
def test_a_figure_for_something_else_does_not_answer_it(changes: dict[str, Any]) -> None:
    with pytest.raises(NotWhatIsRequiredError):
        drafted(requirement_id=REQUIREMENT_ID, **changes)


# --- the figure -----------------------------------------------------------------------------------------------


def test_a_figure_is_in_the_unit_of_its_indicator() -> None:
    people = QualifiedValue(kind="exact", number=Decimal(3), unit="people")
    with pytest.raises(UnitMismatchError) as refusal:
        drafted(value=people)
    assert (refusal.value.unit, refusal.value.expected) == ("people", "entreprises")

    assert ordered(NEW, drafting(value=people), others=there(), source=ANNUAL).breaches == ("unit_mismatch",)


@pytest.mark.parametrize("kind", ["missing", "not_applicable", "suppressed"])
def test_no_figure_is_a_figure_of_its_own_kind(kind: Any) -> None:
    assert drafted(value=QualifiedValue(kind=kind)).value.kind == kind


def test_a_milestone_is_no_count_and_a_count_no_milestone() -> None:
    with pytest.raises(ValueKindError):
        drafted(value=QualifiedValue(kind="milestone", raw="Mise en œuvre"))
    alone = defined(kind="milestone", combining=SHARE_OF_NOTHING, dimensions=())
    with pytest.raises(ValueKindError):
        ordered(NEW, drafting(), others=there(BodyKind.LIP, alone))


SHARE_OF_NOTHING = type(SHARE)(measure="stock", over_periods="last", across_bodies="none")
PROPORTION = defined(kind="proportion", combining=SHARE, denominator=fr("toutes"), denominator_unit="entreprises")


def test_a_proportion_comes_with_its_denominator_and_a_count_without() -> None:
    of_shares = there(BodyKind.LIP, PROPORTION)
    both = drafting(denominator=enterprises(60))

    assert len(ordered(NEW, both, others=of_shares).events) == 1
    for command, others in ((drafting(), of_shares), (both, there())):
        with pytest.raises(FigureSidesError):
            ordered(NEW, command, others=others)
    assert len(ordered(NEW, drafting(value=QualifiedValue(kind="missing")), others=of_shares).events) == 1


# --- the steps ------------------------------------------------------------------------------------------------


def test_a_council_s_figure_is_submitted_validated_approved_and_published() -> None:
    told = Told().until("published")

    assert (told.state.stage, told.state.published) == ("published", enterprises(40))
    assert told.state.route == COUNCIL


def test_a_directorate_s_figure_takes_another_route() -> None:
    told = Told(BodyKind.REGIONAL_DIRECTORATE)
    assert told.state.route == DIRECTORATE

    told.step(SubmitSubmission(**OF), ADVISER)
    with pytest.raises(SamePersonError):
        told.step(ValidateSubmission(**OF), ADVISER)
    told.step(ValidateSubmission(**OF), OTHER_ADVISER)
    with pytest.raises(RouteRoleError):
        told.step(ApproveSubmission(**OF), OTHER_ADVISER)
    told.step(ApproveSubmission(**OF), DIRECTOR)

    assert told.state.stage == "approved"


def test_a_partner_submits_for_a_directorate() -> None:
    told = Told(BodyKind.REGIONAL_DIRECTORATE)

    told.step(SubmitSubmission(**OF), PARTNER)
    told.step(ValidateSubmission(**OF), ADVISER)

    assert told.state.stage == "validated"


def test_whoever_submitted_neither_validates_nor_approves_in_whatever_role() -> None:
    told = Told().until("submitted")
    same_as_chair = Actor(id=COORDINATOR.id, role="chair")
    with pytest.raises(SamePersonError):
        told.step(ValidateSubmission(**OF), same_as_chair)
    told.step(ValidateSubmission(**OF), CHAIR)

    with pytest.raises(SamePersonError):
        told.step(ApproveSubmission(**OF), Actor(id=COORDINATOR.id, role="programme_officer"))

    assert told.state.stage == "validated"


@pytest.mark.parametrize(
    ("command", "role"),
    [
        (SubmitSubmission(**OF), "chair"),
        (SubmitSubmission(**OF), "operator"),
    ],
)
def test_a_step_is_taken_by_whom_the_route_names(command: Command, role: Role) -> None:
    with pytest.raises(RouteRoleError) as refusal:
        Told().step(command, somebody(9, role))

    assert (refusal.value.act, refusal.value.role, refusal.value.route) == ("submit", role, "council")


def test_a_returned_figure_is_mended_and_submitted_again() -> None:
    told = Told().until("submitted")
    told.step(ReturnSubmission(**OF, reason="no_evidence"), CHAIR)
    assert told.state.stage == "returned"

    (event,) = told.step(ResubmitSubmission(**OF, value=enterprises(39)), COORDINATOR)

    assert isinstance(event, SubmissionResubmitted)
    assert (told.state.stage, told.state.value) == ("submitted", enterprises(39))


def test_resubmitted_without_a_figure_it_is_the_one_that_was_there() -> None:
    told = Told().until("submitted")
    told.step(ReturnSubmission(**OF, reason="incomplete"), CHAIR)

    (event,) = told.step(ResubmitSubmission(**OF), COORDINATOR)

    assert isinstance(event, SubmissionResubmitted)
    assert event.value == enterprises(40)


def test_an_officer_may_return_what_was_already_approved() -> None:
    told = Told().until("approved")

    told.step(ReturnSubmission(**OF, reason="inconsistent"), OFFICER)

    assert told.state.stage == "returned"


def test_a_draft_is_changed_until_it_is_submitted() -> None:
    told = Told()

    assert told.step(RedraftSubmission(**OF, value=enterprises(40)), COORDINATOR) == []
    told.step(RedraftSubmission(**OF, value=enterprises(41)), COORDINATOR)
    assert told.state.value == enterprises(41)
    told.until("submitted")
    with pytest.raises(StepOutOfTurnError):
        told.step(RedraftSubmission(**OF, value=enterprises(42)), COORDINATOR)


def test_a_correction_reopens_at_submitted_and_what_was_published_counts_until_it_is_replaced() -> None:
    told = Told().until("published")

    told.step(CorrectSubmission(**OF, value=enterprises(38), reason="late_information"), COORDINATOR)

    assert (told.state.stage, told.state.value, told.state.published) == (
        "submitted",
        enterprises(38),
        enterprises(40),
    )
    with pytest.raises(SamePersonError):
        told.step(ValidateSubmission(**OF), Actor(id=COORDINATOR.id, role="chair"))
    told.step(ValidateSubmission(**OF), CHAIR)
    told.step(ApproveSubmission(**OF), OFFICER)
    assert told.state.published == enterprises(40)
    told.step(PublishSubmission(**OF), OFFICER)
    assert told.state.published == enterprises(38)


@pytest.mark.parametrize(
    ("stage", "commands"),
    [
        ("draft", (ValidateSubmission(**OF), ApproveSubmission(**OF), PublishSubmission(**OF))),
        ("submitted", (SubmitSubmission(**OF), ApproveSubmission(**OF), PublishSubmission(**OF))),
        ("validated", (ValidateSubmission(**OF), PublishSubmission(**OF), ResubmitSubmission(**OF))),
        ("approved", (ApproveSubmission(**OF), SubmitSubmission(**OF))),
        ("published", (PublishSubmission(**OF), ReturnSubmission(**OF, reason="other"), SubmitSubmission(**OF))),
    ],
)
def test_steps_are_taken_in_turn(stage: str, commands: tuple[Command, ...]) -> None:
    told = Told() if stage == "draft" else Told().until(stage)

    for command in commands:
        with pytest.raises(StepOutOfTurnError) as refusal:
            told.step(command, OFFICER)
        assert refusal.value.stage == stage


def test_history_from_elsewhere_keeps_the_rules_that_it_broke() -> None:
    told = Told()
    operator = somebody(20, "operator")

    told.step(SubmitSubmission(**OF), operator, source=ANNUAL)
    assert list(told.breaches) == ["role_not_in_route"]
    told.step(ApproveSubmission(**OF), operator, source=ANNUAL)
    assert list(told.breaches) == ["step_out_of_turn", "role_not_in_route", "same_person"]
    told.step(PublishSubmission(**OF), operator, source=ANNUAL)
    assert list(told.breaches) == ["role_not_in_route"]
    assert told.state.stage == "published"


def test_history_too_submits_only_what_is_a_draft() -> None:
    told = Told().until("published")

    for command in (SubmitSubmission(**OF), ValidateSubmission(**OF)):
        with pytest.raises(StepOutOfTurnError):
            told.step(command, CHAIR, source=ANNUAL)


def test_every_kind_of_body_that_reports_has_a_route() -> None:
    assert set(ROUTES) == OWNERS == set(BodyKind) - {BodyKind.COMMONS}
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is SUBMISSION} == {OWNERS}


def test_in_no_route_one_role_alone_takes_a_figure_from_submission_to_approval() -> None:
    for route in ROUTES.values():
        roles = {step.act: set(step.roles) for step in route.steps}
        assert not roles["submit"] & roles["approve"], route.code


def test_events_of_others_change_nothing() -> None:
    assert given(SUBMISSION, SlugAdded(slug="erables")) == SUBMISSION.initial


def test_a_narrower_audience_is_the_one_with_fewer_people() -> None:
    assert narrower(Audience.PUBLIC, Audience.FUNDERS) is Audience.FUNDERS
    assert narrower(Audience.DRAFT, Audience.TENANT) is Audience.DRAFT


def test_a_late_step_does_not_come_before_the_last() -> None:
    state = given(SUBMISSION, on("2024-07-01", drafted()), on("2024-07-02", SubmissionSubmitted()))

    assert state.stage == "submitted"


# --- any sequence ---------------------------------------------------------------------------------------------

FIGURES = st.sampled_from([enterprises(1), enterprises(2), QualifiedValue(kind="missing")])
ACTORS = st.builds(
    somebody, st.integers(2, 4), st.sampled_from(("coordinator", "chair", "programme_officer", "coordinator"))
)
COMMANDS_SENT = st.one_of(
    st.builds(RedraftSubmission, submission_id=st.just(ID), value=FIGURES),
    st.builds(SubmitSubmission, submission_id=st.just(ID)),
    st.builds(ReturnSubmission, submission_id=st.just(ID), reason=st.just("other")),
    st.builds(ResubmitSubmission, submission_id=st.just(ID), value=st.none() | FIGURES),
    st.builds(ValidateSubmission, submission_id=st.just(ID)),
    st.builds(ApproveSubmission, submission_id=st.just(ID)),
    st.builds(PublishSubmission, submission_id=st.just(ID)),
    st.builds(CorrectSubmission, submission_id=st.just(ID), value=FIGURES, reason=st.just("other")),
)
AFTER: dict[type[Event], set[type[Event]]] = {
    SubmissionDrafted: {SubmissionRedrafted, SubmissionSubmitted},
    SubmissionRedrafted: {SubmissionRedrafted, SubmissionSubmitted, SubmissionResubmitted},
    SubmissionSubmitted: {SubmissionValidated, SubmissionReturned},
    SubmissionResubmitted: {SubmissionValidated, SubmissionReturned},
    SubmissionCorrected: {SubmissionValidated, SubmissionReturned},
    SubmissionReturned: {SubmissionRedrafted, SubmissionResubmitted},
    SubmissionValidated: {SubmissionApproved, SubmissionReturned},
    SubmissionApproved: {SubmissionPublished, SubmissionReturned},
    SubmissionPublished: {SubmissionCorrected},
}
SENT = st.lists(st.tuples(COMMANDS_SENT, DAYS.map(lambda day: max(day, date(2024, 4, 1))), ACTORS), max_size=40)


@given_any(SENT)
def test_whatever_is_sent_steps_follow_one_another_and_no_one_reviews_the_own(sent: list[Any]) -> None:
    ordered_by_day = sorted(sent, key=lambda one: one[1])
    told = tell(SUBMISSION, [(drafting(), date(2024, 4, 1), COORDINATOR), *ordered_by_day], others=there())

    submitter = None
    for before, event in zip(told.events, told.events[1:], strict=False):
        assert type(event.payload) in AFTER[type(before.payload)]
        actor = event.envelope.actor
        if isinstance(event.payload, SubmissionSubmitted | SubmissionResubmitted | SubmissionCorrected):
            submitter = actor.id
        if isinstance(event.payload, SubmissionValidated | SubmissionApproved):
            assert actor.id != submitter
    state = told.end.state
    out = told.of(SubmissionPublished)
    assert (state.published is not None) == bool(out)


@given_any(sequences(drafting(), COMMANDS_SENT))
def test_whatever_is_sent_on_whatever_days_dates_keep_their_order(commands: list[Any]) -> None:
    told = tell(SUBMISSION, commands, others=there())

    assert told.end.state.stage in (None, "draft", "submitted")
