import re
from pathlib import Path
from uuid import UUID, uuid4

import pytest

import domain.areas  # noqa: F401
from domain.audience import LIMITED
from domain.envelope import Role
from domain.ids import COMMONS, OrganisationId, TenantId
from domain.stream import COMMANDS
from domain.submission.route import ROUTES
from readapi.viewer import OUTSIDER_ROLES
from services.authorisation import (
    GRAVE,
    OF_THE_READER,
    OUTSIDE_LOGS,
    ROLES,
    ROLES_INVITED_BY,
    ROLES_OF_COMMAND,
    ROLES_WITH_SECOND_FACTOR,
    check_may_invite,
    check_member,
    check_organisation,
    check_role,
)
from services.doors import DOORS
from services.identity.refusals import RoleNotInvitedError
from services.refusals.rights import (
    NotForLimitedError,
    NotForOutsidersError,
    OrganisationNeededError,
    RoleNotAllowedError,
)

FORMS = Path(__file__).parents[3] / "services" / "tables" / "forms"
BODY = TenantId(UUID(int=7))
OF_MACHINES = {"ListServiceTokens", "IssueServiceToken", "RevokeServiceToken"}
OF_PEOPLE = {"ListInvitations", "InvitePerson", "WithdrawInvitation", "ListMembers", "EndMembership"}


def test_every_command_is_named_and_no_other() -> None:
    assert set(ROLES_OF_COMMAND) == set(COMMANDS) | OUTSIDE_LOGS
    assert not OUTSIDE_LOGS & set(COMMANDS)


def test_only_coordinators_say_whom_the_body_writes_to() -> None:
    assert {ROLES_OF_COMMAND[name] for name in OUTSIDE_LOGS - OF_PEOPLE - OF_MACHINES} == {
        frozenset({"coordinator"})
    }


def test_coordinators_and_operators_say_who_is_a_member() -> None:
    assert {ROLES_OF_COMMAND[name] for name in OF_PEOPLE | OF_MACHINES} == {frozenset({"coordinator", "operator"})}


def test_nobody_lets_in_those_who_review_what_they_submit() -> None:
    invited = ROLES_INVITED_BY["coordinator"]
    reviewing = {"regional_adviser", "plan_approver", "programme_officer", "operator", "system"}
    reading = {"funder_analyst", "auditor"}

    assert not invited & (reviewing | reading)
    assert invited | reviewing | reading == set(ROLES)
    assert set(ROLES_INVITED_BY) == {"coordinator", "operator"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("invited", ROLES)
@pytest.mark.parametrize("tenant_id", [BODY, COMMONS])
def test_operators_are_of_the_commons_and_nobody_else_is(role: Role, invited: Role, tenant_id: TenantId) -> None:
    allowed = invited in ROLES_INVITED_BY.get(role, ()) and (invited == "operator") == (tenant_id == COMMONS)
    if allowed:
        check_may_invite(role, invited, tenant_id)
    else:
        with pytest.raises(RoleNotInvitedError):
            check_may_invite(role, invited, tenant_id)


def test_whoever_decides_for_others_comes_in_by_two_factors() -> None:
    assert set(ROLES) - {"member", "partner_reporter", "system"} == ROLES_WITH_SECOND_FACTOR


@pytest.mark.parametrize("role", sorted(OUTSIDER_ROLES))
def test_who_reads_from_outside_gives_no_order_and_passes_no_member_s_door(role: Role) -> None:
    assert not [name for name, roles in ROLES_OF_COMMAND.items() if role in roles]
    with pytest.raises(NotForOutsidersError):
        check_member(role)


def test_everybody_else_passes_the_doors_of_members() -> None:
    for role in set(ROLES) - OUTSIDER_ROLES - LIMITED:
        check_member(role)


@pytest.mark.parametrize("role", sorted(LIMITED))
def test_who_is_there_for_one_organisation_passes_only_the_doors_that_say_so(role: Role) -> None:
    check_member(role, limited=True)
    with pytest.raises(NotForLimitedError):
        check_member(role)
    with pytest.raises(OrganisationNeededError):
        check_organisation(role, None)
    check_organisation(role, OrganisationId(uuid4()))


def test_no_other_role_is_given_for_an_organisation() -> None:
    for role in set(ROLES) - LIMITED:
        check_organisation(role, None)
        with pytest.raises(OrganisationNeededError):
            check_organisation(role, OrganisationId(uuid4()))


def test_every_command_has_a_role_that_exists() -> None:
    for name, roles in ROLES_OF_COMMAND.items():
        assert roles, name
        assert roles <= set(ROLES), name


def test_only_operators_register_and_open_bodies() -> None:
    of_the_commons = {
        *("RegisterBody", "AddSlug", "OpenBody", "OpenEpoch"),
        *("RegisterOrganisation", "RenameOrganisation", "MergeOrganisation"),
        *("ConsentToListing", "WithdrawListing"),
    }
    for name in of_the_commons:
        assert ROLES_OF_COMMAND[name] == {"operator"}
    of_everybody = {"PublishThemeList", "PublishThemeListVersion", "CrosswalkThemeLists", "RetireThemeList"}
    of_everybody |= {"DefineIndicator", "ReviseIndicator", "RetireIndicator"}
    of_everybody |= {"RegisterDataset", "PublishVintage", "WithdrawVintage"}
    of_everybody |= {"NameCategories", "TieClaim", "WithdrawClaim"}
    given = {name for name, roles in ROLES_OF_COMMAND.items() if "operator" in roles}
    assert given == of_the_commons | of_everybody | OF_PEOPLE | OF_MACHINES


REVIEWS = {"ReturnSubmission", "ValidateSubmission", "ApproveSubmission"}


def test_coordinators_give_every_order_of_their_body_but_the_steps_that_review_their_own() -> None:
    for name, roles in ROLES_OF_COMMAND.items():
        assert ("coordinator" in roles) != (roles == {"operator"} or name in REVIEWS), name


def test_whoever_takes_a_step_in_a_route_passes_the_door() -> None:
    commands = {
        "submit": ("DraftSubmission", "RedraftSubmission", "SubmitSubmission", "ResubmitSubmission"),
        "return": ("ReturnSubmission",),
        "validate": ("ValidateSubmission",),
        "approve": ("ApproveSubmission",),
        "publish": ("PublishSubmission",),
        "correct": ("CorrectSubmission",),
    }
    for route in ROUTES.values():
        assert {step.act for step in route.steps} == set(commands)
        for step in route.steps:
            for name in commands[step.act]:
                assert set(step.roles) <= ROLES_OF_COMMAND[name], (route.code, name)


@pytest.mark.parametrize("role", ROLES)
def test_the_table_is_what_is_asked(role: Role) -> None:
    for name, roles in ROLES_OF_COMMAND.items():
        if role in roles:
            check_role(role, name)
        else:
            with pytest.raises(RoleNotAllowedError):
                check_role(role, name)


def test_a_command_outside_the_table_is_nobody_s() -> None:
    with pytest.raises(RoleNotAllowedError):
        check_role("coordinator", "Unheard")


def test_every_grave_act_is_an_action_of_the_table_or_of_a_door_and_says_so() -> None:
    doors = {door.grave for door in DOORS.values() if door.grave is not None}

    assert set(ROLES_OF_COMMAND) >= GRAVE - OF_THE_READER
    assert not OF_THE_READER & set(ROLES_OF_COMMAND)
    assert doors == {"TakePack"}
    assert doors <= OF_THE_READER


def test_what_cannot_be_undone_or_opens_a_body_is_grave() -> None:
    assert {name for name in ROLES_OF_COMMAND if name.startswith("Erase")} <= GRAVE
    assert {name for name in ROLES_OF_COMMAND if name.endswith(("Access", "AuditMandate"))} <= GRAVE


def test_no_table_brings_a_grave_act_in() -> None:
    text = "".join(path.read_text() for path in FORMS.glob("*.py"))

    assert [name for name in GRAVE if re.search(rf"\b{name}\b", text)] == []
    assert re.search(r"\bDraftPlan\b", text)
