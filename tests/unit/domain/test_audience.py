from typing import get_args

from domain.audience import READS_BY_NO_GRANT, SEES, Audience, seen_inside, seen_outside
from domain.envelope import Role

DRAFT, TENANT, FUNDERS, PUBLIC = Audience


def test_every_role_has_its_line_and_no_other() -> None:
    assert set(SEES) == set(get_args(Role))
    assert set(SEES) >= READS_BY_NO_GRANT


def test_inside_of_a_body_each_audience_brings_the_wider_ones() -> None:
    assert seen_inside("coordinator") == {DRAFT, TENANT, FUNDERS, PUBLIC}
    assert seen_inside("member") == {TENANT, FUNDERS, PUBLIC}
    assert seen_inside("auditor") == {PUBLIC}


def test_a_role_without_a_line_works_on_no_drafts() -> None:
    assert seen_inside("calendar") == {TENANT, FUNDERS, PUBLIC}


def test_outside_a_grant_opens_what_is_for_funders_in_national_views_alone() -> None:
    assert seen_outside(granted=True, national=True) == {FUNDERS, PUBLIC}
    assert seen_outside(granted=True, national=False) == {PUBLIC}
    assert seen_outside(granted=False, national=True) == {PUBLIC}
