"""Which sectors sit at the tables of partnerships across the country: seats and whether they are held."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import strawberry

from projections.seat_cells import SEAT_SECTOR
from readapi import text
from readapi.asof import AsOf, echo
from readapi.body import BodyReference
from readapi.national_question import Coverage, coverage, few, records
from readapi.question import Question
from readapi.shapes import Facts, Found
from readapi.text import LocalizedText
from readapi.view import Part, View

_S = SEAT_SECTOR.c
_LABEL = tuple(_S[f"sector_label_{part}"] for part in ("en", "fr", "source", "unofficial"))


@strawberry.type(description="The seats of one sector.")
class SectorSeats:
    code: str | None = strawberry.field(description="The sector; null: seats that are of none.")
    label: LocalizedText | None = strawberry.field(description="How most bodies call it.")
    seats: int = strawberry.field(description="How many seats there are.")
    held: int = strawberry.field(description="How many of them somebody holds on the day.")
    bodies: int = strawberry.field(description="How many bodies have such a seat.")
    bodies_held: int = strawberry.field(description="How many bodies have one that is held.")


@strawberry.type(
    description=(
        "Seats of committees by sector on a day. Partnerships name their sectors themselves: what has one code is "
        "one sector here. Only what the reader may see is counted."
    )
)
class SectorCoverage:
    sectors: list[SectorSeats] = strawberry.field(description="By the number of bodies, the most first.")
    seats: int = strawberry.field(description="All seats.")
    held: int = strawberry.field(description="How many of them are held.")
    coverage: Coverage = strawberry.field(description="Who has a seat that the reader sees.")
    as_of: AsOf = strawberry.field(description="The clocks that it was read with.")


@dataclass
class _Sector:
    labels: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    seats: list[UUID] = field(default_factory=list)
    held: list[UUID] = field(default_factory=list)

    def told(self, code: str | None) -> SectorSeats:
        label = min(self.labels, key=lambda one: (-self.labels[one], str(one)))
        return SectorSeats(
            code=code,
            label=text.localized(label),
            seats=len(self.seats),
            held=len(self.held),
            bodies=len(set(self.seats)),
            bodies_held=len(set(self.held)),
        )


_COLUMNS: Final = (_S.sector_code, *_LABEL, _S.status, _S.held, _S.held_until, _S.sample)


def _parts(question: Question) -> dict[str, Part]:
    return {"seats": records(question, SEAT_SECTOR, *_COLUMNS)}


def _told(facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found) -> SectorCoverage:
    """Count seats by sector.

    Raises:
        AnswerTooLargeError: more seats than a view can be made of.
    """
    by_code: dict[str | None, _Sector] = {}
    reporting: set[UUID] = set()
    samples = 0
    for body, code, *rest in few(found["seats"], SEAT_SECTOR):
        label, (status, held, until, sample) = tuple(rest[: len(_LABEL)]), rest[len(_LABEL) :]
        if status != "active":
            continue
        sector = by_code.setdefault(code, _Sector())
        sector.labels[label] += 1
        sector.seats.append(body)
        if held and (until is None or until >= facts.when.effective):
            sector.held.append(body)
        reporting.add(body)
        samples += bool(sample)
    sectors = [sector.told(code) for code, sector in by_code.items()]
    return SectorCoverage(
        sectors=sorted(sectors, key=lambda one: (one.code is None, -one.bodies, one.code or "")),
        seats=sum(one.seats for one in sectors),
        held=sum(one.held for one in sectors),
        coverage=coverage(bodies, reporting, samples),
        as_of=echo(facts.when),
    )


SECTOR_COVERAGE: Final = View(_parts, _told)
