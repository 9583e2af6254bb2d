"""Portraits of places across the country: one dimension of their datasets side by side, with what is checked."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
import strawberry

from domain.dataset.events import CategoryName, Cell, Tie
from domain.portrait.checks import Check, check
from domain.portrait.keys import AREA, MEASURE, dimension
from domain.portrait.rows import Asked, Row, Shown, places, rows
from domain.portrait.words import Names
from domain.values import NotAddableError, QualifiedValue, total
from domain.values.arithmetic import RatioTotal
from projections.dataset import DATASET, DATASET_CLAIM, DATASET_VINTAGE
from readapi import figures, text
from readapi.arguments import input_of
from readapi.asof import AsOf, echo
from readapi.body import BodyReference
from readapi.codes import TerritoryScheme
from readapi.comparison_parts import Ends, ends
from readapi.figures import Territory
from readapi.national_question import MISSING_MAX, Coverage, coverage, few, records
from readapi.paging import bounded
from readapi.population import Chosen, catchment_parts, catchments, population, population_parts
from readapi.portrait import (
    PortraitCategory,
    PortraitFilterInput,
    PortraitMissing,
    PortraitTerritory,
    cell_of,
    check_of,
    claim_of,
)
from readapi.portrait_codes import PortraitAbsence
from readapi.published_aggregate import Publication, publication
from readapi.question import Question
from readapi.series_parts import PER, Population
from readapi.shapes import Facts, Found
from readapi.text import LocalizedText
from readapi.view import Part, View

_D, _V, _C = DATASET.c, DATASET_VINTAGE.c, DATASET_CLAIM.c
_TEXT: Final = ("en", "fr", "source", "unofficial")
_PRINTED: Final = (*(f"{of}_{part}" for of in ("title", "publisher") for part in _TEXT), "published", "locator")
_cells = msgspec.json.Decoder(tuple[Cell, ...]).decode
_names = msgspec.json.Decoder(tuple[CategoryName, ...]).decode
_stated = msgspec.json.Decoder(QualifiedValue).decode
_tie = msgspec.json.Decoder(Tie).decode
_OF: Final = "per_thousand_of"


@strawberry.type(description="How many places are left out, and which they are.")
class PortraitAbsences:
    count: int = strawberry.field(description="How many there are.")
    places: list[PortraitMissing] = strawberry.field(
        description=f"Which they are, by body and code; the first {MISSING_MAX} of them."
    )


@strawberry.type(
    description=(
        "One dimension of portraits, place by place. Of each dataset it is the latest vintage that stands, unless "
        "one is asked for. Nothing is added up across places, since sources differ. Only what the reader may see "
        "is in it."
    )
)
class PortraitComparison:
    measure: str | None = strawberry.field(description="What is counted, by its code in the keys.")
    label: LocalizedText | None = strawberry.field(description="What a source calls it.")
    by: str | None = strawberry.field(description="The dimension; null: totals alone.")
    by_label: LocalizedText | None = strawberry.field(description="What a source calls it.")
    categories: list[PortraitCategory] = strawberry.field(
        description="The categories that are met, in the order in which the first place that has them prints them."
    )
    territories: list[PortraitTerritory] = strawberry.field(description="The places, by scheme, code and dataset.")
    coverage: Coverage = strawberry.field(description="Whose datasets have such figures.")
    absent: PortraitAbsences = strawberry.field(description="Places that have none, with the reason.")
    population: Population | None = strawberry.field(description="The population, where one was chosen.")
    as_of: AsOf = strawberry.field(description="The clocks that it was read with.")


class _Vintage(NamedTuple):
    """A vintage of a dataset, with what else is said of both."""

    body: UUID
    dataset: UUID
    scheme: str | None
    names: Names
    title: LocalizedText | None
    publication: Publication | None
    sample: bool
    code: str
    period: figures.Period
    cells: tuple[Cell, ...]
    claims: tuple[tuple[UUID, tuple[LocalizedText | None, Publication | None, QualifiedValue, Tie]], ...]


def _parts(question: Question) -> dict[str, Part]:
    named, printed = [_D[f"name_{part}"] for part in _TEXT], [_D[part] for part in _PRINTED]
    period = [_V[f"period_{part}"] for part in ("kind", "start", "end")]
    said = [_C[f"text_{part}"] for part in _TEXT] + [_C[part] for part in _PRINTED]
    return {
        **population_parts(question, _OF),
        **catchment_parts(question),
        "datasets": records(question, DATASET, _D.entity_id, _D.scheme, _D.names, _D.sample, *named, *printed),
        "vintages": records(question, DATASET_VINTAGE, _V.entity_id, _V.vintage, _V.status, _V.cells, *period),
        "claims": records(
            question,
            DATASET_CLAIM,
            *(_C.entity_id, _C.claim_id, _C.vintage, _C.status, _C.stated, _C.tie, *said),
        ),
    }


def _told(facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found) -> PortraitComparison:
    """Put the portraits side by side.

    Raises:
        AnswerTooLargeError: more records than a view can be made of.
        PopulationUnknownError: the population that was chosen is not there.
        ListTooLongError: too many categories.
    """
    chosen = population(facts.argument(_OF), found)
    asked = _asked(facts)
    standing, wanted = _vintages(found, facts.argument("vintage"))
    shown = [(one, row) for one in wanted for row in rows(one.cells, one.scheme, asked) if one.scheme is not None]
    shown.sort(key=lambda pair: (pair[0].scheme or "", pair[1].place, str(pair[0].dataset)))
    told = [(one, row) for one, row in shown if row.cells or asked.by is None]
    return PortraitComparison(
        measure=asked.measure,
        label=_label(wanted, (MEASURE, asked.measure)) if asked.measure else None,
        by=None if asked.by is None else asked.by.lower(),
        by_label=None if asked.by is None else _label(wanted, (asked.by, None)),
        categories=_categories(shown, asked),
        territories=_territories(shown, asked, bodies, chosen),
        coverage=coverage(bodies, {one.body for one, _ in told}, sum(one.sample for one, _ in told)),
        absent=_absent(bodies, found, told, standing, wanted),
        population=None if chosen is None else chosen.population,
        as_of=echo(facts.when),
    )


def _asked(facts: Facts) -> Asked:
    filters = [input_of(PortraitFilterInput, one) for one in facts.argument("where") or ()]
    where = [(dimension(one.dimension), one.category) for one in filters]
    by = facts.argument("by")
    return Asked(
        measure=facts.argument("measure"),
        by=None if by is None else dimension(by),
        where=bounded("where", where) or (),
    )


def _vintages(found: Found, asked: str | None) -> tuple[list[_Vintage], list[_Vintage]]:
    """All that stand, and of each dataset the one that is asked for, or else the latest."""
    claims: dict[tuple[UUID, UUID, str], list[Any]] = {}
    for row in few(found["claims"], DATASET_CLAIM):
        body, dataset, claim, vintage, status, stated, tie, *said = row
        if status == "recorded":
            told = (text.localized(said[:4]), publication(said[4:]), _stated(stated), _tie(tie))
            claims.setdefault((body, dataset, vintage), []).append((claim, told))
    datasets = {(row[0], row[1]): row[2:] for row in few(found["datasets"], DATASET)}
    standing: list[_Vintage] = []
    for body, dataset, vintage, status, cells, *period in few(found["vintages"], DATASET_VINTAGE):
        about = datasets.get((body, dataset))
        span = figures.period(period)
        if about is None or span is None or status != "recorded":
            continue
        scheme, names, sample, *said = about
        standing.append(
            _Vintage(
                body=body,
                dataset=dataset,
                scheme=scheme,
                names=_named(names),
                title=text.localized(said[:4]),
                publication=publication(said[4:]),
                sample=sample,
                code=vintage,
                period=span,
                cells=_cells(cells),
                claims=tuple(sorted(claims.get((body, dataset, vintage), ()), key=lambda one: str(one[0]))),
            )
        )
    standing.sort(key=lambda one: (str(one.body), str(one.dataset), one.period.end, one.code))
    if asked is not None:
        return standing, [one for one in standing if one.code == asked]
    latest = {(one.body, one.dataset): one for one in standing}
    return standing, list(latest.values())


def _named(names: str | None) -> Names:
    listed = () if names is None else _names(names)
    return {(dimension(one.dimension), one.category): one.name for one in listed}


def _label(wanted: Sequence[_Vintage], what: tuple[str, str | None]) -> LocalizedText | None:
    """What the first dataset that names it calls something."""
    return next((text.of(one.names[what]) for one in wanted if what in one.names), None)


def _categories(shown: Sequence[tuple[_Vintage, Row]], asked: Asked) -> list[PortraitCategory]:
    if asked.by is None:
        return []
    met: dict[str, list[_Vintage]] = {}
    for one, row in shown:
        for cell in row.cells:
            met.setdefault(cell.category or "", []).append(one)
    return [
        PortraitCategory(code=code, label=_label(having, (asked.by, code)), territories=len(having))
        for code, having in met.items()
    ]


def _territories(
    shown: Sequence[tuple[_Vintage, Row]],
    asked: Asked,
    bodies: Mapping[UUID, BodyReference],
    chosen: Chosen | None,
) -> list[PortraitTerritory]:
    checked: dict[tuple[UUID, UUID, str], list[Check]] = {}
    told = []
    for one, row in shown:
        key = (one.body, one.dataset, one.code)
        if key not in checked:
            checked[key] = check(one.cells, one.scheme)
        told.append(_territory(one, row, bodies[one.body], checked[key], (asked, chosen)))
    return told


def _territory(
    one: _Vintage, row: Row, body: BodyReference, checks: Sequence[Check], about: tuple[Asked, Chosen | None]
) -> PortraitTerritory:
    asked, chosen = about

    def told(shown: Shown) -> Any:
        name = None if asked.by is None or shown.category is None else one.names.get((asked.by, shown.category))
        label = None if name is None else text.of(name)
        return cell_of(shown, label, _per_thousand(shown.cell.value, one.scheme, row.place, chosen))

    figures_shown = (*([row.total] if row.total else []), *row.cells)
    keys = {shown.cell.key for shown in figures_shown}
    keys |= {shown.share.key for shown in figures_shown if shown.share is not None}
    by_key = {cell.key: cell for cell in one.cells}
    return PortraitTerritory(
        territory=_place(one.scheme, row.place, one.names.get((AREA, row.place))),
        body=body,
        dataset=one.dataset,
        title=one.title,
        publication=one.publication,
        vintage=one.code,
        period=one.period,
        sample=one.sample,
        total=None if row.total is None else told(row.total),
        cells=[told(shown) for shown in row.cells],
        checks=[check_of(found, one.names) for found in checks if _is_shown(found, keys, asked)],
        claims=[claim_of(claim_id, said, by_key, keys) for claim_id, said in one.claims],
    )


def _is_shown(found: Check, keys: set[str], asked: Asked) -> bool:
    """Whether a finding is about the figures of a row, and not about one of them in another table."""
    if found.kind == "share":
        return found.keys[0] in keys
    return found.over == asked.by and keys.issuperset(found.keys)


def _place(scheme: str | None, code: str, name: Any) -> Territory:
    assert scheme is not None
    return Territory(scheme=TerritoryScheme(scheme), code=code, name=None if name is None else text.of(name))


def _per_thousand(value: QualifiedValue, scheme: str | None, place: str, chosen: Chosen | None) -> Ends | None:
    people = None if chosen is None or scheme is None else chosen.ground.people.get((scheme, place))
    if chosen is None or people is None or not people.has_number or not value.has_number:
        return None
    try:
        above = total([value], value.unit or "")
        below = total([people], chosen.ground.unit or people.unit or "")
    except NotAddableError:
        return None
    return ends(*RatioTotal(numerator=above, denominator=below).per(PER))


def _absent(
    bodies: Mapping[UUID, BodyReference],
    found: Found,
    told: Sequence[tuple[_Vintage, Row]],
    standing: Sequence[_Vintage],
    wanted: Sequence[_Vintage],
) -> PortraitAbsences:
    there = {(one.scheme, row.place) for one, row in told}
    having = {one.body for one, _ in told}
    known, asked = _places(standing), _places(wanted)
    absent: list[PortraitMissing] = []

    def note(body: BodyReference, territory: Territory | None, *, any_vintage: bool, this_vintage: bool) -> None:
        reason = (
            PortraitAbsence.NO_FIGURES
            if this_vintage
            else PortraitAbsence.NO_VINTAGE
            if any_vintage
            else PortraitAbsence.NO_DATASET
        )
        absent.append(PortraitMissing(body=body, territory=territory, reason=reason))

    served_by = catchments(found)
    for key, body in sorted(bodies.items(), key=lambda pair: pair[1].slug):
        served = sorted((part.territory for part in served_by.get(key, ())), key=lambda one: one.key)
        for territory in served:
            if territory.key not in there:
                note(
                    body,
                    _place(*territory.key, territory.name),
                    any_vintage=territory.key in known,
                    this_vintage=territory.key in asked,
                )
        if not served and key not in having:
            note(
                body,
                None,
                any_vintage=any(one.body == key for one in standing),
                this_vintage=any(one.body == key for one in wanted),
            )
    return PortraitAbsences(count=len(absent), places=absent[:MISSING_MAX])


def _places(vintages: Sequence[_Vintage]) -> set[tuple[str | None, str]]:
    return {(one.scheme, place) for one in vintages for place in places(one.cells, one.scheme)}


NATIONAL_PORTRAITS: Final = View(_parts, _told)
