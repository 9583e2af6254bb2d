"""The API's codes are the domain's."""

from enum import Enum
from typing import Any, get_args

import pytest

from domain import (
    activity,
    agreement,
    alignment,
    body,
    endorsement,
    envelope,
    exceptions,
    indicator,
    organisation,
    requirement,
    succession,
    target,
    theme_list,
    values,
)
from domain.committee import rules as committee
from domain.committee import terms
from domain.plan import events as plan
from domain.seat import events as seat
from domain.seat import state
from domain.submission import events as submission
from domain.values import growth
from projections import comparison, series
from readapi import codes, governance_codes, series_codes

LITERALS: list[tuple[type[Enum], Any]] = [
    (series_codes.GrowthUnit, growth.GrowthUnit),
    (series_codes.NoGrowthReason, growth.NoGrowthReason),
    (series_codes.GrowthCaveat, growth.GrowthCaveat),
    (series_codes.NoPerThousandReason, series.NoPerPeopleReason),
    (codes.Language, values.Language),
    (codes.Province, body.Province),
    (codes.AlignmentGrade, alignment.Grade),
    (codes.Comparability, comparison.Comparability),
    (codes.ReportingState, comparison.State),
    (codes.NotAddableReason, values.NotAddableReason),
    (codes.ReportingCadence, requirement.Cadence),
    (codes.ExemptionReason, requirement.ExemptionReason),
    (codes.SubmissionStage, submission.Stage),
    (codes.Measure, values.Measure),
    (codes.OverPeriods, values.OverPeriods),
    (codes.AcrossBodies, values.AcrossBodies),
    (codes.Phase, body.Phase),
    (codes.LeadKind, body.LeadOrganisation.__annotations__["kind"]),
    (codes.PeriodKind, values.PeriodKind),
    (codes.TerritoryScheme, values.TerritoryScheme),
    (codes.CatchmentExtent, values.CatchmentExtent),
    (codes.QuantityKind, values.QuantityKind),
    (codes.QuantityStatus, values.QuantityStatus),
    (codes.PlanKind, plan.PlanKind),
    (codes.Level, plan.Level),
    (codes.IndicatorKind, plan.IndicatorKind),
    (codes.Progress, plan.Progress),
    (codes.AuthorityReason, envelope.WithoutAuthority.__annotations__["reason"]),
    (codes.AgreementType, agreement.AgreementType),
    (codes.Direction, indicator.Direction),
    (codes.SuccessionKind, body.SuccessionKind),
    (codes.SuccessionStatus, succession.SuccessionStatus),
    (governance_codes.CommitteeKind, committee.CommitteeKind),
    (governance_codes.MotionKind, terms.MotionKind),
    (governance_codes.Threshold, terms.Threshold),
    (governance_codes.YearKind, terms.Year),
    (governance_codes.QuorumBase, terms.Quorum.__annotations__["of"]),
    (governance_codes.OrganisationKind, organisation.OrganisationKind),
    (governance_codes.SeatRight, seat.SeatRight),
    (governance_codes.CandidacyStage, state.Stage),
    (codes.ThemeRelation, theme_list.Relation),
    (codes.EndorsementKind, endorsement.EndorsementKind),
    (codes.ActivityKind, activity.ActivityKind),
    (governance_codes.ExceptionKind, exceptions.Kind),
    (codes.WarningKind, target.Warning_.__annotations__["kind"]),
]


@pytest.mark.parametrize(("enum", "literal"), LITERALS, ids=lambda given: getattr(given, "__name__", ""))
def test_a_code_list_is_complete(enum: type[Enum], literal: Any) -> None:
    assert [member.value for member in enum] == list(get_args(literal))


def test_a_step_s_reasons_are_those_of_returns_and_corrections() -> None:
    reasons = {*get_args(submission.ReturnReason), *get_args(submission.CorrectionReason)}

    assert {reason.value for reason in codes.StepReason} == reasons


def test_the_kinds_of_bodies_are_the_domain_s() -> None:
    assert {kind.value for kind in codes.BodyKind} == {kind.value for kind in body.BodyKind}
    assert {kind.value for kind in codes.PARTNERSHIP_KINDS} == {kind.value for kind in body.PARTNERSHIPS}
