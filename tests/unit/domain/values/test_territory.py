from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import CatchmentPart, TerritoryCode, TerritoryScheme, any_share_ground, fr, may_share_ground

MATANE = TerritoryCode(scheme="mrc", code="080", name=fr("Matane"), valid_to=date(2013, 12, 31))


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("sgc-pr", "24"),
        ("sgc-cd", "2410"),
        ("sgc-csd", "2410043"),
        ("qc-region", "01"),
        ("qc-region", "17"),
        ("mrc", "100"),
        ("named", "toronto-east"),
    ],
)
def test_a_code_has_the_form_of_its_scheme(scheme: TerritoryScheme, code: str) -> None:
    assert TerritoryCode(scheme=scheme, code=code).key == (scheme, code)


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("sgc-pr", "QC"),
        ("sgc-cd", "241"),
        ("sgc-csd", "241004"),
        ("qc-region", "1"),
        ("qc-region", "00"),
        ("qc-region", "18"),
        ("mrc", "1"),
        ("named", "Toronto East"),
        ("named", "-east"),
        ("named", ""),
        ("named", "a" * 81),
        ("sgc-cd", "2410\n"),
        ("sgc-cd", "٢٤١٠"),
    ],
)
def test_a_code_of_another_form_is_refused(scheme: TerritoryScheme, code: str) -> None:
    with pytest.raises(ValueError, match=f"is not a code of {scheme}"):
        TerritoryCode(scheme=scheme, code=code)


def test_a_code_is_valid_on_both_its_ends_and_open_where_none_is_given() -> None:
    dated = TerritoryCode(scheme="mrc", code="080", valid_from=date(2014, 1, 1), valid_to=date(2014, 6, 30))

    assert [dated.valid_on(date(*day)) for day in ((2013, 12, 31), (2014, 1, 1), (2014, 6, 30), (2014, 7, 1))] == [
        False,
        True,
        True,
        False,
    ]
    assert MATANE.valid_on(date(1982, 1, 1))
    assert TerritoryCode(scheme="mrc", code="080").valid_on(date(2050, 1, 1))


def test_a_code_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends on 2013-12-31, before it begins on 2014-01-01"):
        TerritoryCode(scheme="mrc", code="080", valid_from=date(2014, 1, 1), valid_to=date(2013, 12, 31))


def test_a_catchment_holds_a_territory_whole_or_in_part() -> None:
    east_toronto = CatchmentPart(territory=TerritoryCode(scheme="sgc-cd", code="3520"), extent="part")

    assert east_toronto.territory.key == ("sgc-cd", "3520")
    assert east_toronto.extent == "part"


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (("sgc-cd", "3520"), ("sgc-cd", "3520"), True),
        (("sgc-cd", "3520"), ("sgc-cd", "3510"), False),
        (("sgc-cd", "3520"), ("sgc-pr", "35"), True),
        (("sgc-csd", "3520005"), ("sgc-cd", "3510"), False),
        (("mrc", "2401"), ("sgc-cd", "2401"), True),
        (("mrc", "2401"), ("sgc-cd", "2402"), False),
        (("mrc", "910"), ("qc-region", "11"), True),
        (("qc-region", "11"), ("sgc-pr", "35"), False),
        (("qc-region", "11"), ("sgc-cd", "2403"), True),
        (("named", "downtown"), ("sgc-pr", "35"), True),
        (("named", "downtown"), ("named", "harbour"), False),
    ],
)
def test_places_share_ground_or_may(one: tuple[Any, str], other: tuple[Any, str], *, shared: bool) -> None:
    first, second = (TerritoryCode(scheme=scheme, code=code) for scheme, code in (one, other))

    assert may_share_ground(first, second) is shared
    assert may_share_ground(second, first) is shared


SOME = st.sampled_from(
    [
        ("sgc-pr", "24"),
        ("sgc-pr", "35"),
        ("sgc-cd", "2401"),
        ("sgc-cd", "3520"),
        ("sgc-csd", "3520005"),
        ("sgc-csd", "3510010"),
        ("mrc", "2401"),
        ("mrc", "910"),
        ("qc-region", "11"),
        ("named", "downtown"),
        ("named", "harbour"),
    ]
)


@given(st.lists(SOME, max_size=6))
def test_of_many_places_some_share_ground_when_a_pair_does(codes: list[tuple[Any, str]]) -> None:
    places = [TerritoryCode(scheme=scheme, code=code) for scheme, code in codes]

    assert any_share_ground(places) is any(may_share_ground(*pair) for pair in combinations(places, 2))
