from decimal import Decimal

import pytest

from domain.values import QualifiedValue, QuantityKind, both, fr, money_wording, parse_printed, total

NBSP = "\u00a0"


def worded(*printed: str) -> tuple[str | None, str | None]:
    """Both wordings, with no-break spaces shown as "~"."""
    words = money_wording(total([parse_printed(raw, "CAD") for raw in printed], "CAD"))
    assert words.missing == ()
    return tuple(text.replace(NBSP, "~") for text in (words.en or "", words.fr or ""))  # type: ignore[return-value] # two


def test_the_synthesis_of_2012_2013_is_worded_as_its_readers_would() -> None:
    summed = total([parse_printed(raw) for raw in ("8,5 M$", "plus de 4,5 M$", "estimées à 1,8 M$")], "CAD")

    words = money_wording(summed, estimated_note=both(en="in kind", fr="en nature", source="fr"))

    assert words.en == f"at least $14.8{NBSP}million, including $1.8{NBSP}million estimated, in kind"
    assert words.fr == f"au moins 14,8{NBSP}M$, dont 1,8{NBSP}M$ estimés, en nature"


@pytest.mark.parametrize(
    ("printed", "english", "french"),
    [
        (["8,5 M$"], "$8.5~million", "8,5~M$"),
        (["au moins 3 $"], "at least $3", "au moins 3~$"),
        (["au plus 3 $"], "at most $3", "au plus 3~$"),
        (["5 000 à 6 000 $"], "between $5,000 and $6,000", "entre 5~000~$ et 6~000~$"),
        (["au moins 3 $", "au plus 5 $"], "an amount without known bounds", "un montant sans bornes connues"),
        (["environ 2 $"], "an estimated $2", "2~$ estimés"),
        (["environ 1 $"], "an estimated $1", "1~$ estimé"),
        (["1 $", "environ 1 $"], "$2, including $1 estimated", "2~$, dont 1~$ estimé"),
        (["3 $", "–"], "$3; left out: 1 missing", "3~$; non compté~: 1 manquant"),
        (
            ["3 $", "–", "–", "x"],
            "$3; left out: 2 missing and 1 suppressed",
            "3~$; non compté~: 2 manquants et 1 masqué",
        ),
        (["–"], "no figure; left out: 1 missing", "aucune valeur; non compté~: 1 manquant"),
        (["s. o."], "no figure", "aucune valeur"),
        ([], "no figure", "aucune valeur"),
    ],
)
def test_what_is_uncertain_is_said(printed: list[str], english: str, french: str) -> None:
    assert worded(*printed) == (english, french)


def test_a_provisional_sum_says_so() -> None:
    claim = QualifiedValue(kind="exact", number=Decimal(3), unit="CAD", status="provisional")

    words = money_wording(total([claim], "CAD"))

    assert (words.en, words.fr) == ("$3 (provisional)", f"3{NBSP}$ (provisoire)")


@pytest.mark.parametrize(
    ("amount", "english", "french"),
    [
        ("0", "$0", "0~$"),
        ("999999", "$999,999", "999~999~$"),
        ("1000000", "$1~million", "1~M$"),
        ("1250000", "$1.25~million", "1,25~M$"),
        ("1255000", "$1,255,000", "1~255~000~$"),
        ("14812345.5", "$14,812,345.50", "14~812~345,50~$"),
        ("2000000.00", "$2~million", "2~M$"),
        ("1250000000", "$1,250~million", "1~250~M$"),
        ("0.125", "$0.125", "0,125~$"),
        ("-1500000", "−$1.5~million", "−1,5~M$"),
    ],
)
def test_an_amount_is_never_rounded(amount: str, english: str, french: str) -> None:
    value = QualifiedValue(kind="exact", number=Decimal(amount), unit="CAD")

    words = money_wording(total([value], "CAD"))

    assert (words.en or "").replace(NBSP, "~") == english
    assert (words.fr or "").replace(NBSP, "~") == french


@pytest.mark.parametrize("kind", ["exact", "at_least"])
def test_the_note_belongs_to_an_estimated_part_and_is_left_out_without_one(kind: QuantityKind) -> None:
    value = QualifiedValue(kind=kind, number=Decimal(3), unit="CAD")

    assert "nature" not in (money_wording(total([value], "CAD"), estimated_note=fr("en nature")).fr or "")


def test_a_note_that_lacks_a_language_is_shown_in_its_other_one() -> None:
    estimate = parse_printed("environ 3 $")

    assert (
        money_wording(total([estimate], "CAD"), estimated_note=fr("en nature")).en == "an estimated $3, en nature"
    )


def test_a_sum_that_is_not_of_dollars_has_no_wording_here() -> None:
    with pytest.raises(ValueError, match="the sum is in 'percent'; wording exists for 'CAD'"):
        money_wording(total([], "percent"))
