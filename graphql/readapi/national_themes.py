"""How often themes are met across the country: in needs that studies identified, and in practices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import msgspec
import strawberry
from sqlalchemy import select

from projections.theme_cells import THEME_USE
from projections.theme_list import THEME
from readapi import text
from readapi.arguments import input_of
from readapi.asof import AsOf, echo, held
from readapi.body import BodyReference
from readapi.national_question import Coverage, coverage, few, records
from readapi.question import Question, slug_owner
from readapi.shapes import Facts, Found
from readapi.text import LocalizedText
from readapi.view import Part, View

_U, _T = THEME_USE.c, THEME.c
_codes = msgspec.json.Decoder(tuple[str, ...]).decode


@strawberry.input(description="A list of themes: who publishes it, and its id in that log.")
class ThemeListInput:
    owner: str = strawberry.field(description="The publisher's slug; `commons` for the shared lists.")
    id: UUID = strawberry.field(description="The list's id.")


@strawberry.type(description="How often one theme is met.")
class ThemeFrequency:
    code: str = strawberry.field(description="The theme, by the code that holds through all versions of its list.")
    label: LocalizedText | None = strawberry.field(description="Its label in the latest version that has it.")
    needs: int = strawberry.field(description="How many needs are sorted by it.")
    practices: int = strawberry.field(description="How many practices are sorted by it.")
    bodies: int = strawberry.field(description="How many bodies have a need or practice that is sorted by it.")


@strawberry.type(
    description=(
        "Themes by frequency on a day. A record that is sorted by several themes counts for each. Only what the "
        "reader may see is counted."
    )
)
class ThemeFrequencies:
    themes: list[ThemeFrequency] = strawberry.field(
        description="Every theme of the list, the most frequent first; also those that are met nowhere."
    )
    records: int = strawberry.field(description="How many needs and practices are sorted by the list.")
    unsorted: int = strawberry.field(
        description="How many are sorted by no list or another one, and are in no theme."
    )
    coverage: Coverage = strawberry.field(description="Who sorts a need or practice by the list.")
    as_of: AsOf = strawberry.field(description="The clocks that it was read with.")


@dataclass
class _Met:
    need: int = 0
    practice: int = 0
    bodies: set[UUID] = field(default_factory=set)


_USED: Final = (_U.entity_id, _U.part, _U.record, _U.list_log, _U.list_id, _U.codes, _U.status, _U.sample)
_LIST: Final = "theme_list"


def _asked(given: Any) -> ThemeListInput:
    return input_of(ThemeListInput, given)


def _parts(question: Question) -> dict[str, Part]:
    return {"themes": _themes(question), "uses": records(question, THEME_USE, *_USED)}


def _themes(question: Question) -> Part:
    """The themes of all versions in the author's order, each with its owner and its label."""
    owner = slug_owner(question, _LIST, lambda given: _asked(given).owner)
    label = (_T[f"label_{part}"] for part in ("en", "fr", "source", "unofficial"))
    statement = (
        select(_T.tenant_id, _T.code, *label)
        .where(
            _T.tenant_id == owner,
            _T.entity_id == question.parameter(_LIST, _T.entity_id.type, lambda given: _asked(given).id),
            *held(THEME, question.when),
            question.seen(THEME, by_all=True),
        )
        .order_by(_T.version_number, _T.rank)
    )
    return Part(statement, by_all=True)


def _told(facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found) -> ThemeFrequencies | None:
    """Count by theme; None where there is no such list that the reader may see.

    Raises:
        AnswerTooLargeError: more records than a view can be made of.
    """
    if not found["themes"]:
        return None
    uses = _recorded(few(found["uses"], THEME_USE))
    source = (found["themes"][0][0], _asked(facts.argument(_LIST)).id)
    labels = {code: text.localized(label) for _, code, *label in found["themes"]}  # the latest one stays
    met: dict[str, _Met] = {code: _Met() for code in labels}
    unsorted, samples, reporting, together = 0, 0, set(), 0
    for body, kind, log, list_id, codes, sample in uses:
        if (log, list_id) != source:
            unsorted += 1
            continue
        together += 1
        samples += sample
        reporting.add(body)
        for code in codes:
            one = met.setdefault(code, _Met())
            one.bodies.add(body)
            setattr(one, kind, getattr(one, kind) + 1)
    order = {code: rank for rank, code in enumerate(labels)}
    return ThemeFrequencies(
        themes=[
            ThemeFrequency(
                code=code, label=labels.get(code), needs=one.need, practices=one.practice, bodies=len(one.bodies)
            )
            for code, one in sorted(
                met.items(),
                key=lambda pair: (-pair[1].need - pair[1].practice, order.get(pair[0], len(order)), pair[0]),
            )
        ],
        records=together,
        unsorted=unsorted,
        coverage=coverage(bodies, reporting, samples),
        as_of=echo(facts.when),
    )


def _recorded(
    found: Sequence[Sequence[Any]],
) -> list[tuple[UUID, str, UUID | None, UUID | None, tuple[str, ...], bool]]:
    """Needs and practices that stand; the needs of a study stand while it does."""
    rows = [row for row in found if row[7] == "recorded"]
    studies = {(row[0], row[1]) for row in rows if row[3] == "study"}
    return [
        (row[0], row[3], row[4], row[5], _codes(row[6]), row[8])
        for row in rows
        if row[3] == "practice" or (row[3] == "need" and (row[0], row[1]) in studies)
    ]


THEME_FREQUENCY: Final = View(_parts, _told)
