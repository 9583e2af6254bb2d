"""Mandated providers (mandataires): not agreements, and never in one total with them."""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from domain.agreement import OWNERS, Term
from domain.audience import Audience
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.facts import Dated, latest
from domain.ids import MandateId
from domain.stream import Command, State, Stream
from domain.values import LocalizedText, TerritoryCode

Mode = Literal["full_time", "part_time", "specialised", "online"]
Modes = Annotated[tuple[Mode, ...], msgspec.Meta(max_length=10)]


@event("provider.Mandated", lifecycle=True)
class ProviderMandated(Event, frozen=True, kw_only=True):
    """A provider receives a mandate; `name` is absent where the source gives only a count."""

    name: LocalizedText | None
    service: LocalizedText
    service_code: str
    modes: tuple[Mode, ...]
    territory: TerritoryCode | None
    term: Term | None
    audience: Audience


@event("provider.MandateChanged")
class MandateChanged(Event, frozen=True, kw_only=True):
    modes: tuple[Mode, ...] | None
    term: Term | None


@event("provider.MandateEnded", lifecycle=True)
class MandateEnded(Event, frozen=True, kw_only=True):
    pass


class MandateProvider(Command, frozen=True, kw_only=True):
    mandate_id: MandateId
    service: LocalizedText
    service_code: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,60}$(?!\n)")]
    name: LocalizedText | None = None
    modes: Modes = ()
    territory: TerritoryCode | None = None
    term: Term | None = None
    audience: Audience = Audience.FUNDERS


class ChangeMandate(Command, frozen=True, kw_only=True):
    """Restate the modes of service or the term; what is left out stays."""

    mandate_id: MandateId
    modes: Modes | None = None
    term: Term | None = None


class EndMandate(Command, frozen=True, kw_only=True):
    mandate_id: MandateId


@dataclass(eq=False)
class MandateEndedError(Refusal):
    code = "mandate_ended"
    en = "This mandate has ended."
    fr = "Ce mandat a pris fin."


class Mandate(State, frozen=True, kw_only=True):
    modes: Dated[tuple[Mode, ...]] | None = None
    term: Dated[Term] | None = None
    ended: bool = False


def evolve(mandate: Mandate, recorded: Recorded) -> Mandate:
    replace = msgspec.structs.replace
    match recorded.payload:
        case ProviderMandated(modes=modes, term=term):
            return replace(
                mandate,
                modes=latest(None, modes, recorded),
                term=None if term is None else latest(None, term, recorded),
            )
        case MandateChanged(modes=changed, term=term):
            return replace(
                mandate,
                modes=mandate.modes if changed is None else latest(mandate.modes, changed, recorded),
                term=mandate.term if term is None else latest(mandate.term, term, recorded),
            )
        case MandateEnded():
            return replace(mandate, ended=True)
    return mandate


MANDATE = Stream("provider", Mandate(), evolve)


@MANDATE.handles("mandate_id", creates=True, owners=OWNERS)
def mandate_provider(mandate: Mandate, command: MandateProvider) -> list[Event]:  # noqa: ARG001 - no past
    return [
        ProviderMandated(
            name=command.name,
            service=command.service,
            service_code=command.service_code,
            modes=command.modes,
            territory=command.territory,
            term=command.term,
            audience=command.audience,
        )
    ]


@MANDATE.handles("mandate_id", owners=OWNERS)
def change(mandate: Mandate, command: ChangeMandate) -> list[Event]:
    _check_running(mandate)
    if command.modes is None and command.term is None:
        return []
    return [MandateChanged(modes=command.modes, term=command.term)]


@MANDATE.handles("mandate_id", owners=OWNERS)
def end(mandate: Mandate, command: EndMandate) -> list[Event]:  # noqa: ARG001 - the id is all it carries
    _check_running(mandate)
    return [MandateEnded()]


def _check_running(mandate: Mandate) -> None:
    if mandate.ended:
        raise MandateEndedError
