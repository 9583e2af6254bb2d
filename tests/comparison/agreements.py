"""Agreements, mandates and access grants of an invented country."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from domain import agreement, provider
from domain.access import EVERY_PROGRAMME, GrantChange
from domain.access_grant import AccessGranted, AccessRestored, AccessRevoked
from domain.audience import Audience
from domain.ids import TenantId
from domain.ports import Append
from domain.values import LocalizedText, TerritoryCode, both
from tests.comparison.forms import figure
from tests.comparison.telling import Teller, later

PROGRAMMES: Final = ("settlement", "communities", "rural-pilot", "mission")
_BEGUN: Final = date(2018, 3, 1)


class Agreements:
    def __init__(self, teller: Teller, bodies: Sequence[TenantId], funder: TenantId) -> None:
        self.teller = teller
        self.random = teller.random
        self.bodies = bodies
        self.funder = funder
        self._open: list[tuple[TenantId, Any, bool]] = []

    def begun(self) -> Iterator[Append]:
        for number, tenant_id in enumerate(self.bodies):
            yield from self._granted(tenant_id, one_programme=number % 3 == 1)
            for _ in range(self.random.randint(0, 3)):
                yield from self._signed(tenant_id, later(_BEGUN, self.random.randint(0, 500)))
            if self.teller.likely(0.3):
                yield from self._mandated(tenant_id, later(_BEGUN, self.random.randint(0, 500)))

    def goes_on(self, day: date) -> Iterator[Append]:
        """Some end, some begin."""
        for tenant_id in self.bodies:
            if self.teller.likely(0.1):
                yield from self._signed(tenant_id, day)
        for ended in self.random.sample(self._open, len(self._open) // 20):
            self._open.remove(ended)
            tenant_id, stream, mandate = ended
            event: Any = provider.MandateEnded() if mandate else agreement.AgreementTerminated(reason=None)
            yield self.teller.tell(tenant_id, stream, [(event, later(day, self.random.randint(600, 700)))])

    def _granted(self, tenant_id: TenantId, *, one_programme: bool) -> Iterator[Append]:
        """All, one programme, nothing; or what was given and taken back, perhaps given again."""
        if self.teller.likely(0.2):
            return
        programme = self.random.choice(PROGRAMMES) if one_programme else None
        stream = self.teller.id()
        events: list[Any] = [AccessGranted(grantee=self.funder, programme=programme, agreement_id=None)]
        if self.teller.likely(0.2):
            events.append(AccessRevoked(reason=None))
            if self.teller.likely(0.4):
                events.append(AccessRestored(agreement_id=None))
        for event in events:
            change = GrantChange(
                grantee=self.funder,
                programme=programme or EVERY_PROGRAMME,
                granted=not isinstance(event, AccessRevoked),
            )
            yield self.teller.tell(tenant_id, stream, [(event, _BEGUN)], grants=[change])

    def _signed(self, tenant_id: TenantId, day: date) -> Iterator[Append]:
        code = self.random.choice(PROGRAMMES)
        words = self.random.choice((code, code, code, f"{code} as renamed"))
        signed = agreement.AgreementSigned(
            programme=agreement.Programme(code=code, label=both(en=words, fr=words, source="en")),
            parties=None,
            purpose=None,
            type="contribution",
            signed=None,
            term=None,
            amount=None if self.teller.likely(0.15) else figure(self.random, "CAD"),
            territory=self._place(),
            tags=(),
            plan_id=None,
            audience=self._audience(),
        )
        stream = self.teller.id()
        self._open.append((tenant_id, stream, False))
        yield self.teller.tell(tenant_id, stream, [(signed, day)])
        for _ in range(self.random.choice((0, 0, 1, 2))):
            given = agreement.ContributionRecorded(
                contribution_id=self.teller.id(),
                source=self._source(),
                in_kind=self.teller.likely(0.4),
                amount=figure(self.random, "CAD"),
            )
            yield self.teller.tell(tenant_id, stream, [(given, later(day, self.random.randint(-20, 400)))])
        if self.teller.likely(0.2):
            amended = agreement.AgreementAmended(
                number=1, amount=figure(self.random, "CAD"), term=None, purpose=None
            )
            yield self.teller.tell(tenant_id, stream, [(amended, later(day, self.random.randint(0, 300)))])

    def _source(self) -> LocalizedText:
        words = self.random.choice(("A province", "A city", "A foundation"))
        return both(en=words, fr=f"{words} (fr)", source="en")

    def _mandated(self, tenant_id: TenantId, day: date) -> Iterator[Append]:
        service = both(en="French courses", fr="Francisation", source="en")
        mandated = provider.ProviderMandated(
            name=None,
            service=service,
            service_code="francisation",
            modes=("full_time",),
            territory=self._place(),
            term=None,
            audience=self._audience(),
        )
        stream = self.teller.id()
        self._open.append((tenant_id, stream, True))
        yield self.teller.tell(tenant_id, stream, [(mandated, day)])

    def _place(self) -> TerritoryCode | None:
        number = self.random.randint(0, 17)
        return None if number == 0 else TerritoryCode(scheme="qc-region", code=f"{number:02d}")

    def _audience(self) -> Audience:
        return self.random.choices((Audience.PUBLIC, Audience.FUNDERS, Audience.TENANT), (60, 30, 10))[0]
