from decimal import Decimal

import msgspec
import pytest
from hypothesis import given

from domain.values import QualifiedValue, QuantityKind, Ratio, fr
from tests.unit.domain.values.strategies import quantities

WITH_NUMBER: list[QuantityKind] = ["exact", "at_least", "at_most", "estimate"]
WITHOUT_NUMBER: list[QuantityKind] = ["milestone", "not_applicable", "missing", "suppressed"]


def exact(number: str) -> QualifiedValue:
    return QualifiedValue(kind="exact", number=Decimal(number))


def test_a_figure_keeps_its_text_its_unit_its_status_and_its_step_of_rounding() -> None:
    students = QualifiedValue(
        kind="exact", number=Decimal(970), raw="970", status="provisional", rounded_to=5, unit="permis"
    )

    assert msgspec.json.encode(students) == (
        b'{"kind":"exact","number":"970","upper":null,"raw":"970","status":"provisional","rounded_to":5,'
        b'"unit":"permis"}'
    )
    assert students.has_number


def test_zero_missing_not_applicable_and_suppressed_are_four_different_things() -> None:
    zero = exact("0")
    absent = [QualifiedValue(kind=kind) for kind in ("missing", "not_applicable", "suppressed")]

    assert len({zero, *absent}) == 4
    assert zero.has_number
    assert not any(value.has_number for value in absent)


def test_printed_precision_is_kept() -> None:
    written = msgspec.json.encode(exact("1.30"))

    assert b'"number":"1.30"' in written
    assert str(msgspec.json.decode(written, type=QualifiedValue).number) == "1.30"


@pytest.mark.parametrize("kind", [*WITH_NUMBER, "range"])
def test_a_figure_needs_its_number(kind: QuantityKind) -> None:
    with pytest.raises(ValueError, match=f"a figure of kind '{kind}' needs its number"):
        QualifiedValue(kind=kind)


@pytest.mark.parametrize("kind", WITHOUT_NUMBER)
def test_where_there_is_no_figure_there_is_no_number_and_nothing_to_round(kind: QuantityKind) -> None:
    with pytest.raises(ValueError, match=f"a figure of kind '{kind}' has no number"):
        QualifiedValue(kind=kind, number=Decimal(1), raw="1")
    with pytest.raises(ValueError, match=f"a figure of kind '{kind}' has no number"):
        QualifiedValue(kind=kind, upper=Decimal(1), raw="1")
    with pytest.raises(ValueError, match=f"a figure of kind '{kind}' has nothing to round"):
        QualifiedValue(kind=kind, raw="x", status="rounded")
    with pytest.raises(ValueError, match=f"a figure of kind '{kind}' has nothing to round"):
        QualifiedValue(kind=kind, raw="x", rounded_to=5)


def test_a_missing_figure_may_be_missing_for_now() -> None:
    assert QualifiedValue(kind="missing", status="provisional").status == "provisional"


def test_a_milestone_is_its_text() -> None:
    assert QualifiedValue(kind="milestone", raw="Mise en œuvre").raw == "Mise en œuvre"
    with pytest.raises(ValueError, match="a milestone is its text"):
        QualifiedValue(kind="milestone")


@pytest.mark.parametrize("kind", WITH_NUMBER)
def test_an_upper_end_belongs_to_a_range_only(kind: QuantityKind) -> None:
    with pytest.raises(ValueError, match=rf"an upper end belongs to a range .* the kind is '{kind}'"):
        QualifiedValue(kind=kind, number=Decimal(1), upper=Decimal(2))


def test_a_range_has_two_ends_and_goes_upwards() -> None:
    with pytest.raises(ValueError, match="the kind is 'range'"):
        QualifiedValue(kind="range", number=Decimal(5_000))
    for upper in (5_000, 4_999):
        with pytest.raises(ValueError, match=f"a range goes upwards; got 5000 to {upper}"):
            QualifiedValue(kind="range", number=Decimal(5_000), upper=Decimal(upper))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_a_number_is_finite(number: str) -> None:
    with pytest.raises(ValueError, match=r"number is .* expected a finite Decimal"):
        exact(number)


def test_a_binary_fraction_is_no_number_here() -> None:
    with pytest.raises(ValueError, match=r"number is 0\.1; expected a finite Decimal"):
        QualifiedValue(kind="exact", number=0.1)  # type: ignore[arg-type] # what a careless caller would pass


def test_numbers_have_28_digits_22_of_them_before_the_decimals() -> None:
    largest = "9" * 22 + "." + "9" * 6

    assert str(exact(largest).number) == largest
    with pytest.raises(ValueError, match="at most 22 digits before the decimals"):
        exact("1" + "0" * 22)
    with pytest.raises(ValueError, match="with at most 6 decimals"):
        exact("0.1234567")
    with pytest.raises(ValueError, match="write it plainly"):
        exact("1E+3")
    with pytest.raises(ValueError, match="a zero has no sign"):
        exact("-0")


@given(value=quantities())
def test_a_stored_number_reads_plainly(value: QualifiedValue) -> None:
    written = msgspec.json.decode(msgspec.json.encode(value))

    assert "E" not in (written["number"] or "")
    assert "E" not in (written["upper"] or "")


def test_the_step_of_rounding_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least 1; got 0"):
        QualifiedValue(kind="exact", number=Decimal(5), rounded_to=0)


def test_texts_beside_a_figure_are_not_blank_and_hold_no_control_character() -> None:
    with pytest.raises(ValueError, match="the printed text is blank"):
        QualifiedValue(kind="missing", raw="")
    with pytest.raises(ValueError, match="the printed text has 501 characters"):
        QualifiedValue(kind="missing", raw="x" * 501)
    with pytest.raises(ValueError, match=r"the unit holds the control character U\+000A"):
        QualifiedValue(kind="missing", unit="a\nb")


def test_a_ratio_keeps_both_figures_and_what_it_is_a_share_of() -> None:
    commitment = Ratio(
        numerator=exact("25"), denominator=exact("34"), of=fr("PLI abordant ce sujet dans leurs rapports")
    )

    assert (commitment.numerator.number, commitment.denominator.number) == (Decimal(25), Decimal(34))
    assert commitment.of.missing == ("en",)


def test_a_milestone_is_no_side_of_a_ratio() -> None:
    milestone = QualifiedValue(kind="milestone", raw="Mise en œuvre")

    with pytest.raises(ValueError, match="the numerator is a milestone"):
        Ratio(numerator=milestone, denominator=exact("34"), of=fr("PLI"))
    with pytest.raises(ValueError, match="the denominator is a milestone"):
        Ratio(numerator=exact("25"), denominator=milestone, of=fr("PLI"))
