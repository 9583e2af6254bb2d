"""Any value of each type, for property tests here and in the aggregates that hold them."""

import unicodedata
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from domain.values import (
    CatchmentPart,
    Citation,
    Combining,
    KindCounts,
    Language,
    LocalizedText,
    Money,
    PartialDate,
    Period,
    QualifiedValue,
    QuantityKind,
    QuantityStatus,
    Ratio,
    SealedText,
    TerritoryCode,
    Total,
    total,
)

DIRECTIONAL = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LANGUAGES: st.SearchStrategy[Language] = st.sampled_from(("en", "fr"))
STATUSES: st.SearchStrategy[QuantityStatus | None] = st.sampled_from((None, "provisional", "rounded", "final"))


def lines(characters_max: int = 60) -> st.SearchStrategy[str]:
    """Composed text of one line that is not blank."""
    characters = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=DIRECTIONAL)
    texts = st.text(characters, min_size=1, max_size=characters_max)
    return (
        texts.map(lambda text: unicodedata.normalize("NFC", text))
        .filter(str.strip)
        .filter(lambda text: len(text) <= characters_max)
    )


def decimals() -> st.SearchStrategy[Decimal]:
    """Decimals as kept: 22 digits and 6 decimals at most, with their scale."""
    return st.builds(
        lambda digits, scale: Decimal(f"{digits}E-{scale}") if digits else Decimal(f"0E-{scale}"),
        st.integers(-(10**22) + 1, 10**22 - 1),
        st.integers(0, 6),
    )


@st.composite
def localized_texts(draw: st.DrawFn) -> LocalizedText:
    source = draw(LANGUAGES)
    texts: dict[Language, str] = {source: draw(lines())}
    other: Language = "fr" if source == "en" else "en"
    unofficial: tuple[Language, ...] = ()
    if draw(st.booleans()):
        texts[other] = draw(lines())
        unofficial = (other,) if draw(st.booleans()) else ()
    return LocalizedText(en=texts.get("en"), fr=texts.get("fr"), source=source, unofficial=unofficial)


def sealed_texts() -> st.SearchStrategy[SealedText]:
    return st.one_of(
        st.builds(SealedText.about, st.uuids(), lines()),
        st.builds(SealedText.gone, st.uuids()),
        st.builds(
            SealedText.sealed,
            st.uuids(),
            key_id=st.uuids(),
            nonce=st.binary(min_size=12, max_size=12),
            ciphertext=st.binary(min_size=17, max_size=200),
        ),
    )


def partial_dates() -> st.SearchStrategy[PartialDate]:
    return st.builds(
        lambda day, length: PartialDate(value=day.isoformat()[:length]), st.dates(), st.sampled_from((4, 7, 10))
    )


def periods() -> st.SearchStrategy[Period]:
    years = st.integers(1, 9_900)
    spans = st.tuples(years, st.integers(2, 50)).map(lambda span: (span[0], span[0] + span[1]))
    return st.one_of(
        st.builds(Period.fiscal_year, years),
        st.builds(Period.calendar_year, years),
        st.builds(Period.quarter, years, st.integers(1, 4)),
        st.builds(Period.month, years, st.integers(1, 12)),
        spans.map(lambda span: Period.years(*span)),
        spans.map(lambda span: Period.fiscal_years(*span)),
        st.tuples(st.dates(), st.dates()).map(lambda days: Period.custom(min(days), max(days))),
    )


@st.composite
def territory_codes(draw: st.DrawFn) -> TerritoryCode:
    first: date | None = draw(st.none() | st.dates())
    last: date | None = draw(st.none() | st.dates(min_value=first or date.min))
    return TerritoryCode(
        scheme="sgc-cd",
        code=f"{draw(st.integers(1_000, 9_999))}",
        name=draw(st.none() | localized_texts()),
        valid_from=first,
        valid_to=last,
    )


def catchment_parts() -> st.SearchStrategy[CatchmentPart]:
    return st.builds(CatchmentPart, territory=territory_codes(), extent=st.sampled_from(("whole", "part")))


def moneys() -> st.SearchStrategy[Money]:
    return st.builds(Money, minor=st.integers(-(2**63), 2**63 - 1), currency=st.just("CAD"))


def citations() -> st.SearchStrategy[Citation]:
    return st.builds(Citation, log=st.uuids(), stream=st.uuids(), version=st.integers(1, 2**63 - 1))


@st.composite
def quantities(draw: st.DrawFn, *, unit: str | None = "CAD", milestones: bool = False) -> QualifiedValue:
    numbered: tuple[QuantityKind, ...] = ("exact", "at_least", "at_most", "estimate", "range")
    absent: tuple[QuantityKind, ...] = ("not_applicable", "missing", "suppressed")
    kind = draw(st.sampled_from(numbered + absent + (("milestone",) if milestones else ())))
    if kind not in numbered:
        raw = draw(lines()) if kind == "milestone" else draw(st.none() | lines())
        return QualifiedValue(kind=kind, raw=raw, unit=draw(st.sampled_from((None, unit))))
    ends = sorted(draw(st.lists(decimals(), min_size=2, max_size=2, unique=True)))
    return QualifiedValue(
        kind=kind,
        number=ends[0],
        upper=ends[1] if kind == "range" else None,
        raw=draw(st.none() | lines()),
        status=draw(STATUSES),
        rounded_to=draw(st.none() | st.integers(1, 1_000)),
        unit=unit,
    )


def ratios() -> st.SearchStrategy[Ratio]:
    return st.builds(Ratio, numerator=quantities(), denominator=quantities(), of=localized_texts())


def totals() -> st.SearchStrategy[Total]:
    return st.lists(quantities(), max_size=5).map(lambda values: total(values, "CAD"))


def kind_counts() -> st.SearchStrategy[KindCounts]:
    return totals().map(lambda summed: summed.counts)


def combinings() -> st.SearchStrategy[Combining]:
    return st.builds(
        Combining,
        measure=st.sampled_from(("flow", "stock", "distinct")),
        over_periods=st.sampled_from(("sum", "ratio_of_sums", "last", "not_addable")),
        across_bodies=st.sampled_from(("sum", "ratio_of_sums", "none")),
    )
