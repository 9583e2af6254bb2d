"""Endorsements, needs, practices and seats of an invented country, and what they are sorted by."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from domain import endorsement, organisation, practice, study, theme_list
from domain.audience import Audience
from domain.committee.terms import Sector
from domain.ids import COMMONS, OrganisationId, TenantId, ThemeListId
from domain.ports import Append
from domain.published_aggregate import Publication
from domain.seat import events as seat
from domain.sorting import Sorted
from domain.theme_list import OtherList, Theme
from domain.values import LocalizedText, both
from tests.comparison.telling import Said, Teller, later

THEMES: Final = ThemeListId(UUID("33333333-0000-7000-8000-000000000001"))
OTHER_THEMES: Final = ThemeListId(UUID("33333333-0000-7000-8000-000000000002"))
CODES: Final = ("housing", "health", "jobs", "schools", "welcome", "never_met")
_BEGUN: Final = date(2018, 5, 1)
_SECTORS: Final = ("health", "schools", "newcomers", "employers")


class Records:
    def __init__(self, teller: Teller, bodies: Sequence[TenantId]) -> None:
        self.teller = teller
        self.random = teller.random
        self.bodies = bodies
        self._organisations: list[OrganisationId] = [OrganisationId(teller.id()) for _ in range(6)]

    def told(self) -> Iterator[Append]:
        yield from self._lists()
        yield from self._registered()
        for tenant_id in self.bodies:
            for _ in range(self.random.randint(0, 3)):
                yield from self._endorsed(tenant_id)
            for _ in range(self.random.randint(0, 3)):
                yield from self._practice(tenant_id)
            for _ in range(self.random.randint(0, 2)):
                yield from self._studied(tenant_id)
            for number in range(self.random.randint(0, 6)):
                yield from self._seat(tenant_id, number + 1)

    def _lists(self) -> Iterator[Append]:
        for list_id in (THEMES, OTHER_THEMES):
            themes = tuple(Theme(code=code, label=_words(code)) for code in CODES[:-1])
            published = theme_list.ThemeListPublished(
                code=f"list-{str(list_id)[-1]}", title=_words("Themes"), themes=themes, publication=None
            )
            again = theme_list.ThemeListVersionPublished(
                number=2,
                themes=tuple(Theme(code=code, label=_words(f"{code} renamed")) for code in CODES[1:]),
                publication=None,
            )
            yield self.teller.tell(COMMONS, list_id, [(published, _BEGUN), (again, date(2020, 3, 1))])

    def _registered(self) -> Iterator[Append]:
        kinds: list[Any] = ["municipal", "education", "community"]
        for number, organisation_id in enumerate(self._organisations):
            said: list[Said] = [
                (
                    organisation.OrganisationRegistered(
                        kind=kinds[number % len(kinds)], name=_words(f"Organisation {number}")
                    ),
                    _BEGUN,
                )
            ]
            if number % 3 != 2:
                said.append((organisation.ListingConsented(), _BEGUN))
            yield self.teller.tell(COMMONS, organisation_id, said)

    def _endorsed(self, tenant_id: TenantId) -> Iterator[Append]:
        kind: Any = self.random.choice(("council_resolution", "letter", "membership"))
        recorded = endorsement.EndorsementRecorded(
            endorser=_words("A town"),
            organisation_id=self.random.choice([None, *self._organisations]),
            kind=kind,
            given=None,
            plan_id=self.teller.id() if self.teller.likely(0.3) else None,
            publication=Publication(title=_words("Minutes")),
            audience=self._audience(),
        )
        said = self._perhaps_gone(recorded, endorsement.EndorsementWithdrawn(note=None))
        yield self.teller.tell(tenant_id, self.teller.id(), said)

    def _practice(self, tenant_id: TenantId) -> Iterator[Append]:
        described = practice.PracticeDescribed(
            title=_words("A practice"),
            summary=_words("What is done"),
            sorted_by=self._sorted(),
            publication=None,
            audience=self._audience(),
        )
        said = self._perhaps_gone(described, practice.PracticeWithdrawn(note=None))
        if len(said) == 1 and self.teller.likely(0.3):
            revised = practice.PracticeRevised(
                title=_words("A practice"), summary=_words("What is done now"), sorted_by=self._sorted()
            )
            said.append((revised, later(said[0][1], self.random.randint(1, 400))))
        yield self.teller.tell(tenant_id, self.teller.id(), said)

    def _studied(self, tenant_id: TenantId) -> Iterator[Append]:
        audience = self._audience()
        recorded = study.StudyRecorded(
            title=_words("A study"),
            period=None,
            territory=None,
            method=None,
            findings=(),
            note=None,
            document_id=None,
            publication=None,
            audience=audience,
        )
        needs = [
            study.NeedIdentified(
                need_id=self.teller.id(), statement=_words("A need"), sorted_by=self._sorted(), audience=audience
            )
            for _ in range(self.random.randint(0, 3))
        ]
        (first, *gone) = self._perhaps_gone(recorded, study.StudyWithdrawn(note=None))
        said: list[Said] = [first, *((need, first[1]) for need in needs)]
        if needs and self.teller.likely(0.2):
            withdrawn = study.NeedWithdrawn(need_id=needs[0].need_id, note=None)
            said.append((withdrawn, later(first[1], 1)))
        yield self.teller.tell(tenant_id, self.teller.id(), [*said, *gone])

    def _seat(self, tenant_id: TenantId, number: int) -> Iterator[Append]:
        code = self.random.choice((*_SECTORS, None))
        words = f"{code} as we say" if self.teller.likely(0.2) else str(code)
        created = seat.SeatCreated(
            committee_id=self.teller.id(),
            number=number,
            label=_words("A seat"),
            sector=None if code is None else Sector(code=code, label=_words(words)),
            right="vote",
            ex_officio=False,
        )
        person = self.teller.id()
        day = self._day()
        said: list[Said] = [(created, day)]
        if self.teller.likely(0.7):
            until = later(day, 900) if self.teller.likely(0.5) else None
            said.append((seat.MemberSeated(person_id=person, represents=None, until=until), later(day, 20)))
            if self.teller.likely(0.3):
                ended = seat.TermEnded(person_id=person, reason="unstated", note=None)
                said.append((ended, later(day, self.random.randint(30, 800))))
        if self.teller.likely(0.1):
            said.append((seat.SeatAbolished(), later(day, self.random.randint(400, 1_200))))
        yield self.teller.tell(tenant_id, self.teller.id(), said)

    def _perhaps_gone(self, begun: Any, gone: Any) -> list[Said]:
        day = self._day()
        said: list[Said] = [(begun, day)]
        if self.teller.likely(0.2):
            said.append((gone, later(day, self.random.randint(1, 700))))
        return said

    def _day(self) -> date:
        return later(_BEGUN, self.random.randint(0, 1_000))

    def _sorted(self) -> Sorted | None:
        if self.teller.likely(0.2):
            return None
        themes = OTHER_THEMES if self.teller.likely(0.2) else THEMES
        codes = tuple(sorted(self.random.sample(CODES[:-1], self.random.randint(1, 3))))
        return Sorted(theme_list=OtherList(log=COMMONS, theme_list_id=themes, number=1), codes=codes)

    def _audience(self) -> Audience:
        return self.random.choices((Audience.PUBLIC, Audience.FUNDERS, Audience.TENANT), (60, 30, 10))[0]


def _words(text: str) -> LocalizedText:
    return both(en=text, fr=f"{text} (fr)", source="en")
