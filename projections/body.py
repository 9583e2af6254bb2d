"""The registry of bodies, and the slugs that lead to them."""

from typing import Any, Final

from sqlalchemy import Table

from domain.audience import RECORDS, Audience
from domain.body import (
    BodyOpened,
    BodyRegistered,
    BodyRenamed,
    BodySucceeded,
    CatchmentSet,
    EpochOpened,
    LeadOrganisation,
    LeadOrganisationChanged,
    PhaseEntered,
    SlugAdded,
)
from domain.values import LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import date_value, json_value, localized_values, period_values, sort_key
from projections.core import Work, note
from projections.projection import Projection
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    code,
    day,
    flag,
    json_text,
    key_text,
    localized,
    period,
    plain,
    position,
    shape,
    uuid,
)

REGISTRY: Final[Table] = bitemporal(
    "national",
    "registry",
    [
        code("slug"),
        code("kind"),
        *localized("name"),
        code("sort_en"),
        code("sort_fr"),
        code("province", nullable=True),
        code("time_zone"),
        code("default_language"),
        *localized("lead_name"),
        code("lead_kind", nullable=True),
        uuid("lead_organisation_id"),
        code("phase", nullable=True),
        code("started", nullable=True),
        *period("attested", nullable=True),
        json_text("catchment"),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
    indexes=[("sort_en", "tenant_id"), ("sort_fr", "tenant_id")],
)
"""Every body as its own log describes it. `started` may stop at the year or month; null where no source says it,
and `attested_*` is then the period for which one names the body. `sort_*` order names without marks or case.
`status` is open, or succeeded from the day on which others took the body's place."""

SLUG: Final[Table] = plain(
    "commons",
    "slug",
    [code("kind"), position("position"), day("effective_on", nullable=False), flag("first"), audience()],
    sub=[key_text("slug")],
    preload="none",
    indexes=[("slug",)],
)
"""Every slug and the body (`entity_id`) that it leads to for ever, from the commons' log. `kind` is the body's as
registered, and empty for a later alias."""

TABLES: Final = (REGISTRY, SLUG)


_REGISTRY: Final = Form(REGISTRY)
_AUDIENCE: Final = _REGISTRY.column("audience")
_PUBLIC: Final = RECORDS["body"] or Audience.PUBLIC
_OPENED: Final = _REGISTRY.group(*(name for name in shape(REGISTRY).facts if name != "sample"))
_NAME: Final = _REGISTRY.group(*(column.name for column in localized("name")), "sort_en", "sort_fr")
_LEAD: Final = _REGISTRY.group(
    *(column.name for column in localized("lead_name")), "lead_kind", "lead_organisation_id"
)
_CATCHMENT: Final = _REGISTRY.group("catchment")
_PHASE: Final = _REGISTRY.group("phase")
_STATUS: Final = _REGISTRY.group("status")


def _opened(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, BodyOpened)
    values = (
        payload.slug,
        payload.kind.value,
        *_name(payload.name),
        payload.province,
        payload.time_zone,
        payload.default_language,
        *_lead(payload.lead_organisation),
        payload.phase,
        date_value(payload.started),
        *period_values(payload.attested),
        "[]",
        "open",
    )
    segments = work.timelines(REGISTRY).of(seen.stream_id)
    note(segments, seen, _OPENED, values, [(_AUDIENCE, _PUBLIC.value)])


def _renamed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, BodyRenamed)
    note(work.timelines(REGISTRY).of(seen.stream_id), seen, _NAME, _name(payload.name))


def _lead_changed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, LeadOrganisationChanged)
    segments = work.timelines(REGISTRY).of(seen.stream_id)
    note(segments, seen, _LEAD, _lead(payload.lead_organisation))


def _catchment_set(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, CatchmentSet)
    segments = work.timelines(REGISTRY).of(seen.stream_id)
    note(segments, seen, _CATCHMENT, (json_value(payload.parts),))


def _phase_entered(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PhaseEntered)
    note(work.timelines(REGISTRY).of(seen.stream_id), seen, _PHASE, (payload.phase,))


def _succeeded(work: Work, seen: Seen) -> None:
    note(work.timelines(REGISTRY).of(seen.stream_id), seen, _STATUS, ("succeeded",))


def _registered(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, BodyRegistered)
    _add_slug(work, seen, payload.slug, payload.kind.value, first=True)


def _slug_added(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SlugAdded)
    _add_slug(work, seen, payload.slug, "", first=False)


def _add_slug(work: Work, seen: Seen, slug: str, kind: str, *, first: bool) -> None:
    values = (kind, seen.position, seen.on, first, _PUBLIC.value)
    work.plain(SLUG).add(seen.stream_id, (slug,), values)


def _name(name: LocalizedText) -> tuple[Any, ...]:
    return (*localized_values(name), sort_key(name, "en"), sort_key(name, "fr"))


def _lead(lead: LeadOrganisation | None) -> tuple[Any, ...]:
    if lead is None:
        return (*localized_values(None), None, None)
    return (*localized_values(lead.name), lead.kind, lead.organisation_id)


BODIES: Final = Projection(
    "body",
    TABLES,
    {
        BodyOpened: _opened,
        BodyRenamed: _renamed,
        LeadOrganisationChanged: _lead_changed,
        CatchmentSet: _catchment_set,
        PhaseEntered: _phase_entered,
        BodySucceeded: _succeeded,
        BodyRegistered: _registered,
        SlugAdded: _slug_added,
    },
    {*(events.ALL - events.BODY), EpochOpened},
    version=2,  # with the indexes by name: its tables are made anew
)
