"""The fields: documents that ask for each, what `access.toml` makes of everybody, and what they got.

Whoever sees most asks first, along every way through the schema that leads to something. What that shows has an
audience, so each field is there to be seen for some audiences; everybody has to see exactly those of them that
they are in.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from domain.audience import Audience, seen_inside, seen_outside
from tests.isolation.matrix_documents import AUDITS, WAYS
from tests.isolation.matrix_doors import sight
from tests.isolation.matrix_labels import FIELDS, Label, Labels, Seen, seen_in
from tests.isolation.matrix_ways import FEW, MANY, Way
from tests.isolation.matrix_world import World
from tests.isolation.standing import Standing, Who

STREAMED: Final = frozenset(one for one in FIELDS if one.startswith(("Subscription.", "Change.")))
"""Answered as events, and tried by themselves."""
OF_FUNDER: Final = frozenset(
    one for one in FIELDS if one.startswith("AuditMandate.") or one == "AuditMandatePage.nodes"
)
"""Only a funder or a ministry opens audits: of these fields the funder is the body that is asked about."""
MOST: Final = Who(Standing.OWN, "coordinator")
"""Who sees all that anybody sees of the body."""
_OF_THE_FUNDER: Final = Who(Standing.GRANTED, MOST.role)
_NOTHING_SMALL: Final = "no count is small enough; see tests/integration/readapi/test_confidentiality.py"
SILENT: Final[Mapping[str, str]] = dict.fromkeys(
    (
        *("QualifiedValue.withheld", "Withheld.message", "Withheld.reason"),
        *("IndicatorComparison.withheld", "SeriesPoint.withheld", "PublishedPoint.withheld"),
        *("WithheldFigures.count", "WithheldFigures.reason", "WithheldFigures.message"),
    ),
    _NOTHING_SMALL,
)
"""Fields of which the world of the matrix says nothing, with the reason; everybody asks for them all the same."""
OF_THE_READER: Final[Mapping[str, str]] = {
    "FigureTrace.hidden": "what is hidden from the very reader",
    "TraceHidden.kind": "what is hidden from the very reader",
    "TraceHidden.count": "what is hidden from the very reader",
    "PageInfo.endCursor": "of a page on which the reader sees something",
}
"""Fields that are there or not by what else the reader sees, with what they tell. Only more than that is wrong."""


@dataclass
class Explored:
    """What whoever sees most was shown."""

    shown: dict[str, Seen] = field(default_factory=dict)
    """By document."""
    audits: Seen = field(default_factory=dict)
    """What whoever sees most of the funder was shown there."""

    @property
    def silent(self) -> frozenset[str]:
        """The fields of which nothing is said."""
        said = {one for seen in self.shown.values() for one in seen} - OF_FUNDER
        return FIELDS - STREAMED - said - (self.audits.keys() & OF_FUNDER)

    def fewest(self) -> list[str]:
        """Documents that between them show every field for every audience: always the next that adds most."""
        left = {
            text: {(name, one) for name, those in seen.items() for one in those}
            for text, seen in self.shown.items()
        }
        found: list[str] = []
        while left:
            best = max(left, key=lambda text: len(left[text]))
            known = left[best]
            if not known:
                break
            found.append(best)
            left = {text: rest for text, those in left.items() if (rest := those - known)}
        return found

    def of(self, texts: Iterable[str]) -> Seen:
        """What some of the documents show."""
        found: Seen = defaultdict(set)
        for text in texts:
            for name, those in self.shown[text].items():
                found[name] |= those
        return found


async def explored(world: World, labels: Labels) -> Explored:
    """Ask along each way as long as it leads to something; of ways that end alike, along the first that does."""
    found = Explored()
    known: set[Any] = set()
    waiting: deque[Way] = deque(WAYS.first())  # the shortest first, and of these the pages
    while waiting:
        way = waiting.popleft()
        if way.key in known:
            continue
        leads_somewhere = False
        for text in WAYS.documents(way):
            asked_for, data = await _most(world, text)
            if data is not None:
                seen_in(data, labels, found.shown.setdefault(asked_for, {}))
                leads_somewhere = leads_somewhere or way.leads_somewhere(data)
        if leads_somewhere:
            known.add(way.key)
            waiting.extend(WAYS.beyond(way))
    _, body = await asked(world, AUDITS, _OF_THE_FUNDER)
    seen_in(body["data"], labels, found.audits)
    return found


async def _most(world: World, text: str) -> tuple[str, Mapping[str, Any] | None]:
    """A document, with shorter pages where it would cost too much, and what it shows to whoever sees most.

    None: it costs too much all the same; another way leads there.
    """
    for one in (text, text.replace(MANY, FEW)):
        _, body = await asked(world, one, MOST)
        if "errors" not in body:
            return one, body["data"]
        assert _codes(body) == {"TOO_COSTLY"}, (one, body["errors"])
    return text, None


async def asked(world: World, text: str, who: Who) -> tuple[int, dict[str, Any]]:
    """The status and the body of an answer to a document; asked again where the database had no time for it."""
    headers = {} if who.role is None else {"authorization": f"Bearer {await world.token(who)}"}
    for _ in range(_TRIES_MAX):
        answer = await world.client.post("/graphql", json={"query": text}, headers=headers)
        body: dict[str, Any] = answer.json()
        if not _codes(body) & {"TIMEOUT", "BUSY"}:
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    return answer.status_code, body


_TRIES_MAX: Final = 12
_PAUSE_SECONDS: Final = 1.0


def _codes(body: Mapping[str, Any]) -> set[str]:
    return {one["extensions"]["code"] for one in body.get("errors", ())}


def expected(most: Seen, name: str, who: Who, *, own: Standing = Standing.OWN) -> set[Label]:
    """For which audiences somebody has to see a field, of those for which there is something to see.

    `own` is the standing of the members of the body that is asked about; a funder grants nobody anything.
    """
    if who.standing is Standing.EXPIRED:
        return set()
    return {one for one in most.get(name, set()) if one.audience in _sees(who, one, own)}


def _sees(who: Who, label: Label, own: Standing) -> frozenset[Audience]:
    if own is Standing.OWN:
        return sight(who, national=label.national)
    return seen_inside(who.role) if who.standing is own else seen_outside(granted=False, national=False)


def is_as_declared(most: Seen, found: Seen, name: str, who: Who, *, own: Standing = Standing.OWN) -> bool:
    """Whether somebody sees of a field just what is theirs to see."""
    told = found.get(name, set())
    if name in OF_THE_READER and who.standing is not Standing.EXPIRED:
        return all(one.audience in _sees(who, one, own) for one in told)
    return told == expected(most, name, who, own=own)


async def found_by(world: World, labels: Labels, texts: Iterable[str], who: Who) -> Seen:
    """What somebody sees in all of these documents; with a claim that is over, a refusal of each."""
    seen: Seen = defaultdict(set)
    for text in texts:
        status, body = await asked(world, text, who)
        if who.standing is Standing.EXPIRED:
            assert (status, body.get("data")) == (401, None), (who, status)
            continue
        assert "errors" not in body, (who, text, body["errors"])
        seen_in(body["data"], labels, seen)
    return seen
