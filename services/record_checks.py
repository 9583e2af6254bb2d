"""What the read models of a body's documents and activities say, and what their states have."""

import msgspec
from sqlalchemy import select

from domain.activity import Activity
from domain.document import Document
from domain.endorsement import Endorsement
from domain.erasure import Erasure
from domain.frozen_comparison import FrozenComparison
from domain.theme_list import ThemeList
from projections import activity, document, endorsement, frozen_comparison, theme_list
from projections.timeline import TIMELINE
from services.checking import Facts, Version, known


async def check_document(at: Version, state: Document) -> tuple[Facts, Facts]:
    rows = await at.all(document.documents(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.document_id == at.stream_id), None)
    versions = await at.all(document.document_versions(at.tenant_id, at.as_of))
    said = {
        "audience": row and row.audience,
        "withdrawn": row and row.status == "withdrawn",
        "versions": [(one.content, one.erased) for one in versions if one.document_id == at.stream_id],
        "last": row and row.version_number,
    }
    return said, {
        "audience": state.audience,
        "withdrawn": state.withdrawn,
        "versions": [(version.content, version.erased) for version in state.versions],
        "last": len(state.versions),
    }


async def check_activity(at: Version, state: Activity) -> tuple[Facts, Facts]:
    rows = await at.all(activity.activities(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.activity_id == at.stream_id), None)
    facts = known(state.facts)
    said = {
        "kind": row and row.kind,
        "facts": row and (row.held_on, row.label, row.people, row.tags),
        "place": row and row.place and (row.place.scheme, row.place.code),
        "withdrawn": row and row.status == "withdrawn",
    }
    return said, {
        "kind": state.kind,
        "facts": facts and (facts.held_on, facts.label, facts.people, facts.tags),
        "place": facts and facts.place and facts.place.key,
        "withdrawn": state.withdrawn,
    }


async def check_theme_list(at: Version, state: ThemeList) -> tuple[Facts, Facts]:
    rows = await at.all(theme_list.theme_lists(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.theme_list_id == at.stream_id), None)
    versions: dict[int, list[str]] = {}
    for theme in await at.all(theme_list.themes(at.tenant_id, at.as_of)):
        if theme.theme_list_id == at.stream_id:
            versions.setdefault(theme.version_number, []).append(theme.code)
    said = {"code": row and row.code, "versions": versions, "retired": row and row.status == "retired"}
    expected = {number: list(codes) for number, codes in enumerate(state.versions, start=1)}
    return said, {"code": state.code, "versions": expected, "retired": state.retired}


async def check_endorsement(at: Version, state: Endorsement) -> tuple[Facts, Facts]:
    rows = await at.all(endorsement.endorsements(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.endorsement_id == at.stream_id), None)
    said = {
        "endorser": row and row.endorser,
        "kind": row and row.kind,
        "withdrawn": row and row.status == "withdrawn",
    }
    return said, {"endorser": state.endorser, "kind": state.kind, "withdrawn": state.withdrawn}


async def check_frozen_comparison(at: Version, state: FrozenComparison) -> tuple[Facts, Facts]:
    rows = await at.all(frozen_comparison.frozen_comparisons(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.frozen_comparison_id == at.stream_id), None)
    said = {"title": row and row.title, "sources": row and row.sources}
    return said, {"title": state.title, "sources": state.sources}


async def check_erasure(at: Version, state: Erasure) -> tuple[Facts, Facts]:
    """Whom it forgot stands in the timeline alone."""
    told = select(TIMELINE.c.subjects).where(
        TIMELINE.c.tenant_id == at.tenant_id, TIMELINE.c.entity_id == at.stream_id
    )
    subjects = (await at.connection.execute(told)).scalar_one_or_none()
    said = {"person": subjects and msgspec.json.decode(subjects).get("person_id")}
    return said, {"person": str(state.person_id)}
