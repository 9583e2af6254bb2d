"""What the key of a figure says."""

from domain.portrait.keys import dimension, parted


def test_without_a_scheme_no_part_of_a_key_is_a_place() -> None:
    assert parted("01/sex.women", None) == {"SEX": "women", "ITEM": "01"}
    assert parted("01/sex.women", "MRC") == {"REF_AREA": "01", "SEX": "women"}
    assert parted("01/temporary/students", "MRC") == {"REF_AREA": "01", "ITEM": "temporary/students"}


def test_a_part_that_would_take_anothers_column_is_an_item() -> None:
    assert parted("a-b.x/a_b.y/vintage.z/9.q", None) == {"A_B": "x", "ITEM": "a_b.y/vintage.z/9.q"}


def test_a_dimension_is_one_however_it_is_written() -> None:
    assert dimension("admission-class") == dimension("ADMISSION_CLASS") == "ADMISSION_CLASS"
