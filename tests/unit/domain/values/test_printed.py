import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import Language, QuantityKind, UnreadableFigureError, parse_printed

NBSP, NARROW, THIN = "\u00a0", "\u202f", "\u2009"


@pytest.mark.parametrize(
    ("raw", "number", "unit"),
    [
        ("960", "960", None),
        ("1 200", "1200", None),
        (f"1{NBSP}200", "1200", None),
        (f"1{NARROW}200", "1200", None),
        (f"1{THIN}091{THIN}310", "1091310", None),
        ("45 %", "45", "percent"),
        (f"45{NBSP}%", "45", "percent"),
        ("45%", "45", "percent"),
        ("21,5 %", "21.5", "percent"),
        ("21.5 per cent", "21.5", "percent"),
        ("100,0 %", "100.0", "percent"),
        ("0,125", "0.125", None),
        ("1234,567", "1234.567", None),
        ("1 234,567", "1234.567", None),
        ("-2,3 %", "-2.3", "percent"),
        ("−2,3 %", "-2.3", "percent"),
        ("0", "0", None),
        ("900 000 $", "900000", "CAD"),
        ("12,50 $", "12.50", "CAD"),
        ("8,5 M$", "8500000", "CAD"),
        (f"8,5{NBSP}M$", "8500000", "CAD"),
        ("250 k$", "250000", "CAD"),
        ("1,25 G$", "1250000000", "CAD"),
        ("1,25 Md$", "1250000000", "CAD"),
        ("8,5 millions de dollars", "8500000", "CAD"),
        ("1,8 million de dollars", "1800000", "CAD"),
        ("2 milliards de dollars", "2000000000", "CAD"),
        ("1,2345678 M$", "1234567.8", "CAD"),
        ("1,8 million", "1800000", None),
        ("$14.8 million", "14800000", "CAD"),
        ("$ 14.8M", "14800000", "CAD"),
        ("$1.2 billion", "1200000000", "CAD"),
        ("$1,200", "1200", "CAD"),
        ("1,200,000.50", "1200000.50", None),
        ("1,200.5", "1200.5", None),
    ],
)
def test_an_exact_figure_is_read_with_its_printed_precision(raw: str, number: str, unit: str | None) -> None:
    figure = parse_printed(raw)

    assert (figure.kind, str(figure.number), figure.unit, figure.raw) == ("exact", number, unit, raw)


@pytest.mark.parametrize(
    ("raw", "kind", "number", "unit"),
    [
        ("plus de 4,5 M$", "at_least", 4_500_000, "CAD"),
        ("Plus de 4,5 millions de dollars", "at_least", 4_500_000, "CAD"),
        ("au moins 3", "at_least", 3, None),
        ("more than $4.5 million", "at_least", 4_500_000, "CAD"),
        ("over 80", "at_least", 80, None),
        ("moins de 30 000", "at_most", 30_000, None),
        ("jusqu’à 5", "at_most", 5, None),
        ("up to $5M", "at_most", 5_000_000, "CAD"),
        ("estimées à 1,8 M$", "estimate", 1_800_000, "CAD"),
        (f"estimées{NBSP}à{NBSP}1,8{NARROW}M$", "estimate", 1_800_000, "CAD"),
        ("estimé à 10 %", "estimate", 10, "percent"),
        ("environ 250", "estimate", 250, None),
        ("an estimated 250", "estimate", 250, None),
        ("estimated at $1.8 million", "estimate", 1_800_000, "CAD"),
    ],
)
def test_a_qualified_figure_is_read_with_its_qualifier(
    raw: str, kind: QuantityKind, number: int, unit: str | None
) -> None:
    figure = parse_printed(raw)

    assert (figure.kind, figure.number, figure.unit, figure.raw) == (kind, Decimal(number), unit, raw)


@pytest.mark.parametrize(
    ("raw", "lower", "upper", "unit"),
    [
        ("5 000 à 6 000", 5_000, 6_000, None),
        ("de 5 000 à 6 000", 5_000, 6_000, None),
        ("entre 5 et 6 %", 5, 6, "percent"),
        ("5 % à 6 %", 5, 6, "percent"),
        ("4,5 à 5 M$", 4_500_000, 5_000_000, "CAD"),
        ("900 000 $ à 1,2 M$", 900_000, 1_200_000, "CAD"),
        ("$4 to $5 million", 4_000_000, 5_000_000, "CAD"),
        ("4 to $5 million", 4_000_000, 5_000_000, "CAD"),
        ("from 3 to 5", 3, 5, None),
        ("between 3 and 5", 3, 5, None),
        ("-5 à -3", -5, -3, None),
    ],
)
def test_a_range_is_read_with_both_ends(raw: str, lower: int, upper: int, unit: str | None) -> None:
    figure = parse_printed(raw)

    assert figure.kind == "range"
    assert (figure.number, figure.upper, figure.unit) == (Decimal(lower), Decimal(upper), unit)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("s. o.", "not_applicable"),
        (f"s.{NBSP}o.", "not_applicable"),
        ("S.O.", "not_applicable"),
        ("sans objet", "not_applicable"),
        ("...", "not_applicable"),
        ("Mise en œuvre", "milestone"),
        ("Mise en oeuvre", "milestone"),
        ("–", "missing"),
        ("—", "missing"),
        ("-", "missing"),
        ("n. d.", "missing"),
        ("..", "missing"),
        ("x", "suppressed"),
    ],
)
def test_what_stands_in_a_figures_place_is_read_as_what_it_is(raw: str, kind: QuantityKind) -> None:
    figure = parse_printed(raw, "percent")

    assert (figure.kind, figure.number, figure.raw, figure.unit) == (kind, None, raw, "percent")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "texte",
        "17 % 2018",  # a share and the year it is of
        "800 accompagnements",  # a unit the caller did not name
        "25 Membres",
        "environ 5 à 6",  # qualified twice
        "plus de",
        "5 à 6 à 7",
        "6 à 5",
        "5 à 5",
        "5 % à 6 $",
        "2013-2014",  # a year, or a range
        "3–5",
        "007",
        "1 20",
        "1 2000",
        "1,20,000",
        "1,200 000",
        "5,",
        ",5",
        "4,5 M",  # million of what
        "250 k",
        "5 millions %",
        "$5 %",
        "1 billion $",
        "n/a",  # not applicable, or not available
        "-0",
        "0,1234567",
        "1" * 30,
        "9" * 501,
        "٣",
        "1/3",
    ],
)
def test_what_is_not_certain_is_refused_and_never_guessed(raw: str) -> None:
    with pytest.raises(UnreadableFigureError, match="cannot read the figure") as refusal:
        parse_printed(raw)

    assert refusal.value.raw == raw.strip()[: 50 if len(raw) > 500 else None]


@pytest.mark.parametrize(
    ("raw", "language", "number"),
    [
        ("1,200", "en", "1200"),
        ("1,200", "fr", "1.200"),
        ("1.200", "en", "1.200"),
        ("plus de 1,200", "fr", "1.200"),
        ("1,200 to 1,300", "en", "1200"),
    ],
)
def test_a_comma_before_three_digits_is_read_by_the_language_told(
    raw: str, language: Language, number: str
) -> None:
    assert str(parse_printed(raw, language=language).number) == number


@pytest.mark.parametrize(("raw", "language"), [("1,200", None), ("1.200", None), ("1.200", "fr")])
def test_untold_it_is_refused(raw: str, language: Language | None) -> None:
    with pytest.raises(UnreadableFigureError, match="may group digits or mark decimals; tell the language"):
        parse_printed(raw, language=language)


def test_the_columns_unit_completes_a_bare_figure_and_reads_its_own_noun() -> None:
    assert parse_printed("960", "entreprises").unit == "entreprises"
    assert parse_printed("800 accompagnements", "accompagnements").unit == "accompagnements"
    assert parse_printed("25 Membres", "membres").unit == "membres"
    assert parse_printed("1,2 million d’entreprises", "entreprises").number == Decimal(1_200_000)
    assert parse_printed("45 %", "percent").unit == "percent"
    assert parse_printed("$5", "CAD").unit == "CAD"


@pytest.mark.parametrize(
    ("raw", "unit", "reason"),
    [
        ("45 %", "CAD", "printed in 'percent' where 'CAD' is expected"),
        ("$5", "percent", "printed in 'CAD' where 'percent' is expected"),
        ("$5 %", None, "printed in 'percent' where 'CAD' is expected"),
        ("800 accompagnements", "entreprises", "'accompagnements' is no unit known here"),
    ],
)
def test_a_printed_unit_that_contradicts_the_column_is_refused(raw: str, unit: str | None, reason: str) -> None:
    with pytest.raises(UnreadableFigureError, match=reason):
        parse_printed(raw, unit)


def test_the_text_is_kept_as_given_but_for_line_breaks_and_outer_spaces() -> None:
    assert parse_printed(f" 1{NARROW}200\n").raw == f"1{NARROW}200"
    assert parse_printed("Mise\nen œuvre").raw == "Mise en œuvre"
    decomposed = unicodedata.normalize("NFD", "estimées à 5")
    assert parse_printed(decomposed).raw == decomposed


@given(number=st.integers(0, 10**15), space=st.sampled_from((" ", NBSP, NARROW, THIN)))
def test_any_number_grouped_in_the_french_way_is_read_back(number: int, space: str) -> None:
    assert parse_printed(f"{number:,}".replace(",", space)).number == number


@given(text=st.text(alphabet="0123456789 ,.$%MkàdeetoxXàs-–−\u00a0\n", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        figure = parse_printed(text)
    except UnreadableFigureError:
        return
    assert figure.raw is not None
    assert parse_printed(figure.raw) == figure
