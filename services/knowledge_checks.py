"""What the read models of practices, studies, datasets and report templates say, and what their states have."""

from domain.dataset.rules import Dataset
from domain.practice import Practice
from domain.report_template import ReportTemplate
from domain.study import Study
from projections import dataset, practice, report_template, study
from services.checking import Facts, Version


async def check_practice(at: Version, state: Practice) -> tuple[Facts, Facts]:
    rows = await at.all(practice.practices(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.practice_id == at.stream_id), None)
    adoptions = await at.all(practice.adoptions(at.tenant_id, at.as_of))
    said = {
        "title": row and row.title,
        "summary": row and row.summary,
        "sorted_by": row and row.sorted_by,
        "adopted_from": row and row.adopted_from,
        "audience": row and row.audience,
        "withdrawn": row and row.status == "withdrawn",
        "adoptions": {one.by for one in adoptions if one.practice_id == at.stream_id},
    }
    return said, {
        "title": state.title,
        "summary": state.summary,
        "sorted_by": state.sorted_by,
        "adopted_from": state.adopted_from,
        "audience": state.audience,
        "withdrawn": state.withdrawn,
        "adoptions": set(state.adoptions),
    }


async def check_study(at: Version, state: Study) -> tuple[Facts, Facts]:
    rows = await at.all(study.studies(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.study_id == at.stream_id), None)
    needs = await at.all(study.needs(at.tenant_id, at.as_of))
    own = [one for one in needs if one.study_id == at.stream_id]
    said = {
        "title": row and row.title,
        "findings": row and row.findings,
        "audience": row and row.audience,
        "withdrawn": row and row.status == "withdrawn",
        "needs": {one.need_id for one in own},
        "withdrawn_needs": {one.need_id for one in own if one.status == "withdrawn"},
    }
    return said, {
        "title": state.title,
        "findings": state.findings,
        "audience": state.audience,
        "withdrawn": state.withdrawn,
        "needs": set(state.needs),
        "withdrawn_needs": state.withdrawn_needs,
    }


async def check_dataset(at: Version, state: Dataset) -> tuple[Facts, Facts]:
    rows = await at.all(dataset.datasets(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.dataset_id == at.stream_id), None)
    vintages = await at.all(dataset.vintages(at.tenant_id, at.as_of))
    own = [one for one in vintages if one.dataset_id == at.stream_id]
    claims = await at.all(dataset.claims(at.tenant_id, at.as_of))
    tied = [one for one in claims if one.dataset_id == at.stream_id]
    said = {
        "title": row and row.title,
        "scheme": row and row.scheme,
        "names": row.names if row else (),
        "audience": row and row.audience,
        "vintages": {one.vintage for one in own},
        "withdrawn": {one.vintage for one in own if one.status == "withdrawn"},
        "keys": {one.vintage: {cell.key for cell in one.cells} for one in own},
        "claims": {one.claim_id for one in tied},
        "withdrawn_claims": {one.claim_id for one in tied if one.status == "withdrawn"},
    }
    return said, {
        "title": state.title,
        "scheme": state.scheme,
        "names": () if state.names is None else state.names.value,
        "audience": state.audience,
        "vintages": set(state.vintages),
        "withdrawn": state.withdrawn,
        "keys": state.keys,
        "claims": set(state.claims),
        "withdrawn_claims": state.withdrawn_claims,
    }


async def check_report_template(at: Version, state: ReportTemplate) -> tuple[Facts, Facts]:
    rows = await at.all(report_template.report_templates(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.report_template_id == at.stream_id), None)
    versions = await at.all(report_template.versions(at.tenant_id, at.as_of))
    said = {
        "name": row and row.name,
        "audience": row and row.audience,
        "retired": row and row.status == "retired",
        "last": row and row.version_number,
        "versions": [one.sections for one in versions if one.report_template_id == at.stream_id],
    }
    return said, {
        "name": state.name,
        "audience": state.audience,
        "retired": state.retired,
        "last": len(state.versions),
        "versions": list(state.versions),
    }
