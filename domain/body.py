"""Bodies: partnerships, funders, ministries and the commons. Each owns one log."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from domain.case import Case, Need
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.facts import Dated, holds, latest
from domain.ids import OrganisationId, SuccessionId, TenantId
from domain.organisation import check_named, named
from domain.stream import Command, Decided, State, Stream
from domain.values import CatchmentPart, Language, LocalizedText, PartialDate, Period, SealedText


class BodyKind(StrEnum):
    LIP = "lip"
    ZIP = "zip"
    RIF = "rif"
    REGIONAL_DIRECTORATE = "regional_directorate"
    ROUNDTABLE = "roundtable"
    MUNICIPAL_PROGRAMME = "municipal_programme"
    SECTOR_COUNCIL = "sector_council"
    EMPLOYMENT_COUNCIL = "employment_council"
    FUNDER = "funder"
    MINISTRY = "ministry"
    COMMONS = "commons"


PARTNERSHIPS = frozenset(BodyKind) - {BodyKind.FUNDER, BodyKind.MINISTRY, BodyKind.COMMONS}

Province = Literal["NL", "PE", "NS", "NB", "QC", "ON", "MB", "SK", "AB", "BC", "YT", "NT", "NU"]
Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)", max_length=80)]
TimeZone = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_]+(/[A-Za-z_]+)+$(?!\n)", max_length=60)]
Phase = Literal["needs_assessment", "phase_1", "phase_2", "active"]


class LeadOrganisation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body that holds the contribution agreement or hosts the secretariat."""

    name: LocalizedText
    kind: Literal["municipal", "community", "workforce_or_economic_development", "education", "other", "unstated"]
    organisation_id: OrganisationId | None = None


# --- events -------------------------------------------------------------------------------------------------


@event("commons.BodyRegistered", lifecycle=True)
class BodyRegistered(Event, frozen=True, kw_only=True):
    """In the commons: a body has a permanent id and its first slug."""

    slug: str
    kind: BodyKind
    name: LocalizedText


@event("commons.SlugAdded")
class SlugAdded(Event, frozen=True, kw_only=True):
    """In the commons: another alias; the older ones keep leading to the same body."""

    slug: str


@event("body.Opened", lifecycle=True)
class BodyOpened(Event, frozen=True, kw_only=True):
    """The first event of every log."""

    kind: BodyKind
    name: LocalizedText
    slug: str
    province: Province | None
    time_zone: str
    default_language: Language
    started: PartialDate | None
    attested: Period | None
    lead_organisation: LeadOrganisation | None
    phase: Phase | None


@event("body.Renamed")
class BodyRenamed(Event, frozen=True, kw_only=True):
    name: LocalizedText


@event("body.LeadOrganisationChanged")
class LeadOrganisationChanged(Event, frozen=True, kw_only=True):
    lead_organisation: LeadOrganisation


@event("body.CatchmentSet")
class CatchmentSet(Event, frozen=True, kw_only=True):
    parts: tuple[CatchmentPart, ...]


@event("body.PhaseEntered")
class PhaseEntered(Event, frozen=True, kw_only=True):
    phase: Phase
    note: SealedText | None


SuccessionKind = Literal["succession", "split", "merger"]


@event("body.Succeeded", lifecycle=True)
class BodySucceeded(Event, frozen=True, kw_only=True):
    """From this day on others stand in the body's place. Its log stays, for replay and corrections."""

    succession_id: SuccessionId
    kind: SuccessionKind
    successors: tuple[TenantId, ...]
    illustrative: bool
    """The day or a successor is not attested by any source."""


EpochReason = Literal["restored_from_backup", "restored_to_a_moment", "events_lost", "key_lost"]


@event("body.EpochOpened")
class EpochOpened(Event, frozen=True, kw_only=True):
    """After a restore that lost events, the log is signed under a new name from here on.

    It cites the checkpoint with which the epoch before ended, so that nobody can pass over what is missing.
    """

    epoch: int
    ended_origin: str
    ended_size: int
    ended_root: str
    """Of the tree over those events, in hexadecimal."""
    kept: int
    """Events that the log had when the new epoch was opened."""
    reason: EpochReason


# --- commands -----------------------------------------------------------------------------------------------


class RegisterBody(Command, frozen=True, kw_only=True):
    """Give a body its permanent id and its slug, and open a log for it."""

    body_id: TenantId
    slug: Slug
    kind: BodyKind
    name: LocalizedText


class AddSlug(Command, frozen=True, kw_only=True):
    """Give a registered body another slug; the older ones stay valid."""

    body_id: TenantId
    slug: Slug


class OpenBody(Command, frozen=True, kw_only=True):
    """Write the first event of a body's own log.

    `started` is unknown where no source says it; `attested` is then the period for which one names the body.
    """

    body_id: TenantId
    kind: BodyKind
    name: LocalizedText
    slug: Slug
    province: Province | None
    time_zone: TimeZone
    default_language: Language
    started: PartialDate | None = None
    attested: Period | None = None
    lead_organisation: LeadOrganisation | None = None
    phase: Phase | None = None


class RenameBody(Command, frozen=True, kw_only=True):
    body_id: TenantId
    name: LocalizedText


class ChangeLeadOrganisation(Command, frozen=True, kw_only=True):
    body_id: TenantId
    lead_organisation: LeadOrganisation


class SetCatchment(Command, frozen=True, kw_only=True):
    """State the territory served, whole: the parts replace those before."""

    body_id: TenantId
    parts: Annotated[tuple[CatchmentPart, ...], msgspec.Meta(min_length=1, max_length=200)]


class EnterPhase(Command, frozen=True, kw_only=True):
    body_id: TenantId
    phase: Phase
    note: SealedText | None = None


class OpenEpoch(Command, frozen=True, kw_only=True):
    """Sign a body's log under a new name, because a restore lost events that had been signed. For operators."""

    body_id: TenantId
    epoch: Annotated[int, msgspec.Meta(ge=2, le=1_000)]
    ended_origin: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    ended_size: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    ended_root: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
    kept: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    reason: EpochReason


# --- rules --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class CatchmentRepeatsError(Refusal):
    code_repeated: str
    code = "catchment_repeats"
    en = "The territory {code_repeated} is named twice in this catchment."
    fr = "Le territoire {code_repeated} figure deux fois dans ce bassin de desserte."


@dataclass(eq=False)
class EpochNumberError(Refusal):
    epoch: int
    expected: int
    code = "epoch_number"
    en = "Epoch {epoch} cannot be opened: the next is {expected}."
    fr = "L’époque {epoch} ne peut être ouverte : la prochaine est {expected}."


class RegistryEntry(State, frozen=True, kw_only=True):
    """A body as the commons knows it."""

    slugs: tuple[str, ...] = ()


class Body(State, frozen=True, kw_only=True):
    """A body as its own log knows it."""

    kind: BodyKind | None = None
    name: Dated[LocalizedText] | None = None
    lead_organisation: Dated[LeadOrganisation] | None = None
    catchment: Dated[tuple[CatchmentPart, ...]] | None = None
    phase: Dated[Phase] | None = None
    time_zone: str | None = None
    default_language: Language | None = None
    succession: SuccessionId | None = None
    """The one by which others took its place."""
    epoch: int = 1


def evolve_entry(entry: RegistryEntry, recorded: Recorded) -> RegistryEntry:
    match recorded.payload:
        case BodyRegistered(slug=slug) | SlugAdded(slug=slug):
            return msgspec.structs.replace(entry, slugs=(*entry.slugs, slug))
    return entry


def evolve(body: Body, recorded: Recorded) -> Body:
    replace = msgspec.structs.replace
    match recorded.payload:
        case BodyOpened() as opened:
            lead, phase = opened.lead_organisation, opened.phase
            return replace(
                body,
                kind=opened.kind,
                name=latest(None, opened.name, recorded),
                lead_organisation=None if lead is None else latest(None, lead, recorded),
                phase=None if phase is None else latest(None, phase, recorded),
                time_zone=opened.time_zone,
                default_language=opened.default_language,
            )
        case BodyRenamed(name=name):
            return replace(body, name=latest(body.name, name, recorded))
        case LeadOrganisationChanged(lead_organisation=lead_organisation):
            return replace(body, lead_organisation=latest(body.lead_organisation, lead_organisation, recorded))
        case CatchmentSet(parts=parts):
            return replace(body, catchment=latest(body.catchment, parts, recorded))
        case PhaseEntered(phase=entered):
            return replace(body, phase=latest(body.phase, entered, recorded))
        case BodySucceeded(succession_id=succession_id):
            return replace(body, succession=succession_id)
        case EpochOpened(epoch=epoch):
            return replace(body, epoch=epoch)
    return body


REGISTRY = Stream("registry", RegistryEntry(), evolve_entry, prefix="commons")
BODY = Stream("body", Body(), evolve, schema=2)


@REGISTRY.handles("body_id", creates=True, owners=[BodyKind.COMMONS])
def register(entry: RegistryEntry, command: RegisterBody) -> Decided:  # noqa: ARG001 - the rules need only the claim
    """Claim the slug for ever; two bodies never share one."""
    return Decided(
        events=[BodyRegistered(slug=command.slug, kind=command.kind, name=command.name)],
        claims=[slug_claim(command.slug)],
        opens=[command.body_id],
    )


@REGISTRY.handles("body_id", owners=[BodyKind.COMMONS])
def add_slug(entry: RegistryEntry, command: AddSlug) -> Decided | list[Event]:
    """Add an alias; one that the body already has records nothing."""
    if command.slug in entry.slugs:
        return []
    return Decided(events=[SlugAdded(slug=command.slug)], claims=[slug_claim(command.slug)])


def slug_claim(slug: str) -> str:
    """The key in the commons that says whose slug it is."""
    return f"slug/{slug}"


def _lead(_: Body, command: OpenBody | ChangeLeadOrganisation, __: object) -> list[Need]:
    lead = command.lead_organisation
    return [] if lead is None else [*named(lead.organisation_id)]


@BODY.handles("body_id", creates=True, needs=_lead)
def open_body(body: Body, command: OpenBody, case: Case) -> list[Event]:  # noqa: ARG001 - a new log has no past
    """Write the first event of a log.

    Raises:
        StreamMissingError: the lead organisation is said to be registered in the commons, and is not.
    """
    if command.lead_organisation is not None:
        check_named(case, command.lead_organisation.organisation_id)
    return [
        BodyOpened(
            kind=command.kind,
            name=command.name,
            slug=command.slug,
            province=command.province,
            time_zone=command.time_zone,
            default_language=command.default_language,
            started=command.started,
            attested=command.attested,
            lead_organisation=command.lead_organisation,
            phase=command.phase,
        )
    ]


@BODY.handles("body_id")
def rename(body: Body, command: RenameBody, case: Case) -> list[Event]:
    """Change the name; the name that it already has on that day records nothing."""
    if holds(body.name, command.name, case.on):
        return []
    return [BodyRenamed(name=command.name)]


@BODY.handles("body_id", needs=_lead)
def change_lead_organisation(body: Body, command: ChangeLeadOrganisation, case: Case) -> list[Event]:
    check_named(case, command.lead_organisation.organisation_id)
    if holds(body.lead_organisation, command.lead_organisation, case.on):
        return []
    return [LeadOrganisationChanged(lead_organisation=command.lead_organisation)]


@BODY.handles("body_id", owners=PARTNERSHIPS)
def set_catchment(body: Body, command: SetCatchment) -> list[Event]:  # noqa: ARG001 - replaces whatever was there
    """Set the territory served.

    Raises:
        CatchmentRepeatsError: a territory is named twice.
    """
    seen: set[tuple[str, str]] = set()
    for part in command.parts:
        key = (part.territory.scheme, part.territory.code)
        if key in seen:
            raise CatchmentRepeatsError(code_repeated=part.territory.code)
        seen.add(key)
    return [CatchmentSet(parts=command.parts)]


@BODY.handles("body_id", owners=PARTNERSHIPS)
def enter_phase(body: Body, command: EnterPhase, case: Case) -> list[Event]:
    if holds(body.phase, command.phase, case.on):
        return []
    return [PhaseEntered(phase=command.phase, note=command.note)]


@BODY.handles("body_id", owners=BodyKind)
def open_epoch(body: Body, command: OpenEpoch) -> list[Event]:
    """Record that the log goes on under a new name; the epoch that it is already in records nothing.

    Raises:
        EpochNumberError: epochs are numbered 1, 2, 3 without a gap.
    """
    if command.epoch == body.epoch:
        return []
    if command.epoch != body.epoch + 1:
        raise EpochNumberError(epoch=command.epoch, expected=body.epoch + 1)
    return [
        EpochOpened(
            epoch=command.epoch,
            ended_origin=command.ended_origin,
            ended_size=command.ended_size,
            ended_root=command.ended_root,
            kept=command.kept,
            reason=command.reason,
        )
    ]
