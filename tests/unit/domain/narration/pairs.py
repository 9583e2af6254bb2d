"""Two states of one plan, of any kind: few ids, so that most subjects are in both and many differ."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from domain.ids import ElementId, TargetId
from domain.narration.codes import DIRECTIONS, INDICATOR_KINDS, LEVELS
from domain.plan.difference import ElementText, PlanText, TargetText
from domain.plan.events import ElementLink
from domain.values import Citation, Period, QualifiedValue, TerritoryCode, both, en, fr

ELEMENTS = [ElementId(UUID(int=number)) for number in range(1, 5)]
THEIRS = [ElementId(UUID(int=number)) for number in (101, 102)]
TARGETS = [TargetId(UUID(int=number)) for number in (201, 202)]
CITED = [Citation(log=UUID(int=301), stream=UUID(int=302), version=version) for version in (1, 17)]
PERIODS = [
    Period.fiscal_year(2019),
    Period.years(2019, 2020),
    Period.calendar_year(2019),
    Period.fiscal_years(2019, 2023),
    Period.custom(date(2019, 4, 1), date(2019, 9, 30)),
]
TEXTS = st.sampled_from(
    [
        fr("Accueillir"),
        fr("Retenir"),
        en("Welcome"),
        en("Retenir"),
        both(fr="Accueillir", en="Welcome", source="fr"),
        both(fr="Accueillir", en="Welcome", source="en"),
        both(fr="Accueillir", en="Welcome", source="fr", unofficial=("en",)),
        both(fr="Retenir", en="Keep", source="fr"),
        both(fr="Retenir", en="Welcome", source="en", unofficial=("fr",)),
    ]
)
FIGURES = st.sampled_from(
    [
        QualifiedValue(kind="exact", number=Decimal("21.5"), unit="percent", raw="21,5 %"),
        QualifiedValue(kind="exact", number=Decimal(34), unit="percent", raw="34 %"),
        QualifiedValue(kind="exact", number=Decimal(34), unit="percent"),
        QualifiedValue(kind="exact", number=Decimal(960), unit="entreprises", status="provisional"),
        QualifiedValue(kind="at_least", number=Decimal(4_500_000), unit="CAD", status="rounded", rounded_to=1_000),
        QualifiedValue(kind="estimate", number=Decimal(4_500_000), unit="CAD"),
        QualifiedValue(kind="range", number=Decimal(3), upper=Decimal(5)),
        QualifiedValue(kind="milestone", raw="Mise en œuvre"),
        QualifiedValue(kind="not_applicable", raw="s. o."),
        QualifiedValue(kind="missing", unit="CAD"),
        QualifiedValue(kind="missing"),
        QualifiedValue(kind="suppressed"),
    ]
)
PLACES = st.sampled_from(
    [
        TerritoryCode(scheme="qc-region", code="01", name=fr("Bas-Saint-Laurent")),
        TerritoryCode(scheme="qc-region", code="11"),
        TerritoryCode(scheme="sgc-csd", code="2423027", valid_to=date(2001, 12, 31)),
    ]
)
NUMBERS = st.sampled_from(["1", "1.2", "A", "12"])

_ELEMENT = st.builds(
    ElementText,
    level=st.sampled_from(sorted(LEVELS)),
    wording=TEXTS,
    rank=st.integers(0, 3),
    parent_id=st.none() | st.sampled_from(ELEMENTS),
    number=st.none() | NUMBERS,
    territory=st.none() | PLACES,
    indicator_kind=st.none() | st.sampled_from(sorted(INDICATOR_KINDS)),
    copied_from=st.none() | st.sampled_from(CITED),
)
_TARGET = st.builds(
    TargetText,
    indicator_id=st.sampled_from(ELEMENTS),
    unit=st.sampled_from(["percent", "CAD", "entreprises"]),
    direction=st.sampled_from(sorted(DIRECTIONS)),
    baseline=FIGURES,
    baseline_period=st.none() | st.sampled_from(PERIODS),
    definition=st.none() | st.sampled_from(CITED),
)
_LINKS = st.frozensets(
    st.builds(ElementLink, element_id=st.sampled_from(ELEMENTS), parent_element_id=st.sampled_from(THEIRS)),
    max_size=3,
)


@st.composite
def _plans(draw: st.DrawFn) -> PlanText:
    targets = draw(st.dictionaries(st.sampled_from(TARGETS), _TARGET, max_size=2))
    figures = {}
    if targets:
        cells = st.tuples(st.sampled_from(sorted(targets)), st.sampled_from(PERIODS))
        figures = draw(st.dictionaries(cells, FIGURES, max_size=3))
    return PlanText(
        title=draw(st.none() | TEXTS),
        elements=draw(st.dictionaries(st.sampled_from(ELEMENTS), _ELEMENT, max_size=3)),
        links=draw(st.dictionaries(st.sampled_from(CITED), _LINKS, max_size=2)),
        targets=targets,
        figures=figures,
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[PlanText, PlanText]:
    """An old and a new state; some of the new one's elements are kept as they were."""
    old, new = draw(_plans()), draw(_plans())
    kept = draw(st.sets(st.sampled_from(ELEMENTS), max_size=2))
    elements = {**new.elements, **{one: element for one, element in old.elements.items() if one in kept}}
    return old, PlanText(
        title=new.title, elements=elements, links=new.links, targets=new.targets, figures=new.figures
    )
