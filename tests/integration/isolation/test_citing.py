"""An order that cites another body's record tells nothing of one that is not for everybody.

Which orders cite is read from the commands: a new one fails by its name until it is tried here. The control takes
the look at the record away, and what was hidden is told from what is not there.
"""

import uuid
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
import psycopg
import pytest

from domain.stream import COMMANDS, stream_of
from domain.values import Citation
from infra.settings import Settings
from services.deciding import Decider
from tests.isolation.matrix_doors import Probe, told
from tests.isolation.matrix_world import OWN, PERIOD, STRANGER, World, body_id, id_of, opened
from tests.isolation.standing import Standing, Who

NEIGHBOUR = Who(Standing.STRANGER, "coordinator")
UNKNOWN = uuid.UUID(int=11)
DOOR: Final = "POST /api/v1/partnerships/{slug}/commands/{command}"
HIDDEN: Final = ("draft", "adopted", "indicator tenant", "indicator funders", "practice tenant", "decision tenant")
"""Records of the kinds that another body may cite, and which this one keeps for itself or for its funders."""
SEEN: Final = ("published", "indicator public", "practice public", "decision public")
_NAME: Final = {"fr": "Titre", "source": "fr"}
_EXACT: Final = {"kind": "exact", "number": "9", "raw": "9", "unit": "gadgets"}


def a_new() -> str:
    return str(uuid.uuid4())


def orders(cited: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """An order of each command that cites, about records that nobody has."""
    section = {"code": "chiffres", "heading": _NAME, "indicators": [cited]}
    source = {"log": str(body_id(STRANGER)), "position": 1, "granted": False}
    kept = {"title": _NAME, "period": PERIOD, "as_of": "2024-06-01", "sources": [source]}
    element = {"level": "orientation", "wording": _NAME, "rank": 0, "copied_from": cited}
    held = {"holds_on": "2024-06-01", "time_zone": "America/Toronto", "cause": cited}
    owed = {"cadence": "once", "first": PERIOD, "due_days": 30}
    adopted = {"title": _NAME, "summary": _NAME, "adopted_from": cited}
    template = {"report_template_id": a_new()}
    return {
        "AddPlanElement": {"plan_id": a_new(), "element_id": a_new(), **element},
        "AdoptPractice": {"practice_id": a_new(), **adopted},
        "AlignIndicator": {
            "alignment_id": a_new(),
            "definition_id": a_new(),
            "canonical": cited,
            "grade": "partial",
        },
        "AlignPlanToParent": {"plan_id": a_new(), "parent": cited},
        "ConveneMeeting": {"meeting_id": a_new(), "committee_id": a_new(), **held},
        "DraftSubmission": {"submission_id": a_new(), "indicator": cited, "period": PERIOD, "value": _EXACT},
        "FreezeComparison": {"frozen_comparison_id": a_new(), "indicator": cited, **kept},
        "PublishReportTemplate": {**template, "name": _NAME, "sections": [section]},
        "PublishReportTemplateVersion": {**template, "number": 2, "sections": [section]},
        "RecordAdoption": {"practice_id": a_new(), "by": cited},
        "RequireSubmission": {"requirement_id": a_new(), "indicator": cited, **owed},
        "TieTarget": {"target_id": a_new(), "indicator": cited},
    }


AUTHORITY: Final = "RetitlePlan"
"""Stands for every command: any order may cite a decision by whose authority it is given."""


@pytest.fixture
async def world(matrix: Settings) -> AsyncIterator[World]:
    async with opened(matrix) as made:
        yield made


async def citing(world: World, name: str, cited: uuid.UUID) -> tuple[int, str]:
    """What a neighbour is told whose order cites a record of the body."""
    citation = {"log": str(body_id(OWN)), "stream": str(cited), "version": 1}
    body: dict[str, Any] = {"data": orders(citation).get(name) or {"plan_id": a_new(), "title": _NAME}}
    if name == AUTHORITY:
        body["authority"] = {"kind": "decision", "decision": citation}
    path = f"/api/v1/partnerships/{STRANGER}/commands/{name}"
    status, text = await told(world, Probe(DOOR, path, body=body), NEIGHBOUR)
    return status, text.replace(str(cited), "ID")


def test_each_command_that_cites_is_tried() -> None:
    citing_ = {name for name, handled in COMMANDS.items() if _holds(handled.command, Citation)}

    assert citing_ == orders({}).keys()


@pytest.mark.parametrize("name", [*orders({}), AUTHORITY])
async def test_what_is_not_for_everybody_is_cited_like_what_is_not_there(world: World, name: str) -> None:
    absent = await citing(world, name, UNKNOWN)

    assert (absent[0], "citation_unknown" in absent[1]) == (422, True)
    for record in HIDDEN:
        assert await citing(world, name, id_of(record)) == absent, record


async def test_records_of_other_kinds_are_never_there_for_another_body(world: World) -> None:
    """One of each kind that the body has recorded: nobody else has a reason to cite it, whoever may read it."""
    with psycopg.connect(world.settings.database.admin_dsn) as connection:
        rows = connection.execute(
            "SELECT DISTINCT ON (split_part(type, '.', 1)) type, stream_id FROM log.event WHERE tenant_id = %s"
            " AND stream_id <> tenant_id ORDER BY split_part(type, '.', 1), position",
            [body_id(OWN)],
        ).fetchall()
    others = [stream_id for type_, stream_id in rows if stream_of(type_).is_public is None]
    absent = await citing(world, "AddPlanElement", UNKNOWN)

    assert len(others) >= 20
    for stream_id in others:
        assert await citing(world, "AddPlanElement", stream_id) == absent


@pytest.mark.parametrize("record", SEEN)
async def test_what_everybody_may_read_is_cited(world: World, record: str) -> None:
    status, text = await citing(world, "AddPlanElement", id_of(record))

    assert (status, "citation_unknown" in text, "not_found" in text) == (404, False, True)  # there is no such plan


async def test_the_control_without_a_look_at_the_record_each_order_tells_what_is_hidden(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def always(*_: object) -> bool:
        return True

    monkeypatch.setattr(Decider, "_is_public", always)

    absent = await citing(world, "AddPlanElement", UNKNOWN)
    for record in HIDDEN:  # each is there: this order takes any kind of record
        assert await citing(world, "AddPlanElement", id_of(record)) != absent, record
    for name in (*orders({}), AUTHORITY):
        absent = await citing(world, name, UNKNOWN)
        assert any([await citing(world, name, id_of(record)) != absent for record in HIDDEN]), name


def _holds(type_: Any, sought: type) -> bool:
    """Whether a type holds another, however deep."""
    return _holds_type(msgspec.inspect.type_info(type_), sought)


def _holds_type(info: Any, sought: type) -> bool:
    if isinstance(info, msgspec.inspect.StructType):
        return info.cls is sought or any(_holds_type(field.type, sought) for field in info.fields)
    parts = [getattr(info, name, ()) for name in ("types", "item_types", "item_type", "key_type", "value_type")]
    return any(
        _holds_type(part, sought) for held in parts for part in (held if isinstance(held, tuple) else (held,))
    )
