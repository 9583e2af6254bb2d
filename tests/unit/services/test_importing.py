import asyncio
import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import domain.areas  # noqa: F401
from domain.ids import COMMONS, PersonId, TenantId
from domain.stream import Order
from services.bodies import Bodies
from services.commands import CommandHandler, fingerprint_key
from services.importing import CONCURRENT_MAX, Importer, ImportRefusedError, read_files
from tests.unit.services.fake_log import FakeLog, FakeSealer

SAMPLE = sorted((Path(__file__).parents[3] / "services" / "sample").glob("*.jsonl"))
KEY = fingerprint_key(b"k" * 32)
CONSOLE = uuid.UUID(int=9)
UNREASONED = {"kind": "none", "reason": "x"}


async def pseudonym(_tenant_id: TenantId, principal: uuid.UUID) -> PersonId:
    return PersonId(principal)


def line(body: str, command: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "body": body,
        "command": command,
        "id": str(uuid.uuid4()),
        "effective_on": "2024-04-01",
        "lang": "fr",
        "authority": {"kind": "none", "reason": "not_stated_in_source"},
        "data": data,
    } | changes


def body_lines(slug: str) -> list[dict[str, Any]]:
    body_id = str(uuid.uuid4())
    name = {"fr": slug, "source": "fr"}
    register = {"body_id": body_id, "slug": slug, "kind": "lip", "name": name}
    opening = register | {"province": "ON", "time_zone": "America/Toronto", "default_language": "fr"}
    return [line("commons", "RegisterBody", register), line(slug, "OpenBody", opening)]


def plan_line(slug: str, plan_id: str | None = None, **changes: Any) -> dict[str, Any]:
    data = {
        "plan_id": plan_id or str(uuid.uuid4()),
        "kind": "action_plan",
        "title": {"fr": "Plan", "source": "fr"},
        "period": {"kind": "fiscal_year", "start": "2024-04-01", "end": "2025-03-31"},
    }
    return line(slug, "DraftPlan", data, **changes)


def write_lines(path: Path, lines: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), encoding="utf-8")
    return path


class Register:
    """A register in memory, and an importer into it."""

    def __init__(self) -> None:
        self.log = FakeLog()
        self.handler = CommandHandler(self.log, FakeSealer())
        self.bodies = Bodies(self.log, self.handler, pseudonym)
        self.importer = Importer(self.handler, self.bodies, pseudonym, principal=CONSOLE, key=KEY)

    @property
    def events(self) -> int:
        return sum(len(log) for log in self.log.logs.values())


async def test_lines_are_recorded_in_the_order_of_each_body(tmp_path: Path) -> None:
    register = Register()
    lines = [one for slug in ("a", "b", "c") for one in body_lines(slug)]
    lines += [plan_line(slug) for _ in range(20) for slug in ("a", "b", "c")]
    entries = read_files([write_lines(tmp_path / "x.jsonl", lines)])

    done = await register.importer.run(entries)

    assert (done.recorded, done.known) == (66, 0)
    for slug in ("a", "b", "c"):
        tenant_id = await register.bodies.resolve(slug)
        assert tenant_id is not None
        recorded = [str(event.envelope.command_id) for event in register.log.logs[tenant_id]]
        assert recorded == [one["id"] for one in lines if one["body"] == slug]


async def test_the_same_import_again_records_nothing(tmp_path: Path) -> None:
    register = Register()
    entries = read_files([write_lines(tmp_path / "x.jsonl", [*body_lines("a"), plan_line("a")])])
    await register.importer.run(entries)
    before = register.events

    done = await register.importer.run(entries)

    assert (done.recorded, done.known) == (0, 3)
    assert register.events == before


async def test_a_refused_line_stops_the_import_and_it_goes_on_once_repaired(tmp_path: Path) -> None:
    register = Register()
    plan_id = str(uuid.uuid4())
    wrong = plan_line("a", plan_id)
    lines = [*body_lines("a"), plan_line("a", plan_id), wrong, plan_line("a")]
    entries = read_files([write_lines(tmp_path / "x.jsonl", lines)])

    with pytest.raises(ImportRefusedError) as refusal:
        await register.importer.run(entries)

    (problem,) = refusal.value.problems
    assert (problem.file, problem.number, problem.code) == ("x.jsonl", 4, "already_exists")
    assert refusal.value.recorded == 3
    wrong["data"]["plan_id"] = str(uuid.uuid4())
    done = await register.importer.run(read_files([write_lines(tmp_path / "x.jsonl", lines)]))
    assert (done.recorded, done.known) == (2, 3)


async def test_a_line_may_name_the_event_that_caused_it_even_one_of_a_line_before(tmp_path: Path) -> None:
    register = Register()
    plan_id = str(uuid.uuid4())
    lines = [*body_lines("a"), plan_line("a", plan_id)]
    opening = next(one for one in lines if one["command"] == "OpenBody")
    named = {"log": opening["data"]["body_id"], "stream": plan_id, "version": 1}
    lines += [plan_line("a", caused_by=named), plan_line("a", caused_by=named | {"version": 2})]
    entries = read_files([write_lines(tmp_path / "x.jsonl", lines)])

    with pytest.raises(ImportRefusedError) as refused:
        await register.importer.run(entries)

    (problem,) = refused.value.problems
    assert (problem.number, problem.path, problem.code) == (5, "$.caused_by", "cause_unknown")
    tenant_id = await register.bodies.resolve("a")
    assert tenant_id is not None
    caused = [event.envelope.causation_id for event in register.log.logs[tenant_id]]
    assert caused == [None, None, uuid.UUID(lines[2]["id"])]


async def test_bodies_go_on_side_by_side_and_citations_wait(tmp_path: Path) -> None:
    register = Register()
    told = {"title": {"fr": "Jumelage", "source": "fr"}, "summary": {"fr": "Deux à deux.", "source": "fr"}}
    described, adopted = ({"practice_id": str(uuid.uuid4()), **told} for _ in range(2))
    lines = [one for slug in ("a", "b") for one in body_lines(slug)]
    cited = {"log": lines[0]["data"]["body_id"], "stream": described["practice_id"], "version": 1}
    lines += [line("a", "DescribePractice", described), *(plan_line("b") for _ in range(5))]
    lines.append(line("b", "AdoptPractice", {**adopted, "adopted_from": cited}))
    entries = read_files([write_lines(tmp_path / "x.jsonl", lines)])
    handle, running, most, order = register.handler.handle, 0, 0, []

    async def watched(given: Order, fingerprint: bytes) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        outcome = await handle(given, fingerprint)
        running -= 1
        order.append(str(given.command_id))
        return outcome

    register.handler.handle = watched  # type: ignore[method-assign,assignment]

    await register.importer.run(entries)

    assert 2 <= most <= CONCURRENT_MAX
    assert order[-1] == lines[-1]["id"]


@pytest.mark.parametrize(
    ("content", "number", "path", "code"),
    [
        (b'{"body": "a", "comm', 1, "$", "syntax"),
        (b"\xff\xfe", 1, "$", "not_utf8"),
        (b"[]", 1, "$", "type"),
        (b"\n\n{}\n", 3, "$.body", "missing"),
        (json.dumps(plan_line("a", effective_on="2024-02-30")).encode(), 1, "$.effective_on", "format"),
        (json.dumps(plan_line("a", effective_on="1066-10-14")).encode(), 1, "$.effective_on", "date_out_of_range"),
        (json.dumps(plan_line("a") | {"command": "Dream"}).encode(), 1, "$.command", "command_unknown"),
        (json.dumps(plan_line("a", id="x")).encode(), 1, "$.id", "format"),
        (json.dumps(plan_line("a", position=7)).encode(), 1, "$.position", "unknown"),
        (json.dumps(plan_line("a", actor="me")).encode(), 1, "$.actor", "type"),
        (json.dumps(plan_line("a", actor={"role": "chair"})).encode(), 1, "$.actor.person", "missing"),
        (
            json.dumps(plan_line("a", actor={"person": str(CONSOLE), "role": "queen"})).encode(),
            1,
            "$.actor.role",
            "not_listed",
        ),
        (
            json.dumps(plan_line("a", authority={"kind": "none", "reason": "x"})).encode(),
            1,
            "$.authority.reason",
            "not_listed",
        ),
        (json.dumps(line("a", "DraftPlan", {})).encode(), 1, "$.data.plan_id", "missing"),
        (b'{"body": "a", "body": "b"}', 1, "$.body", "repeated_member"),
    ],
)
def test_what_is_not_understood_is_located(
    content: bytes, number: int, path: str, code: str, tmp_path: Path
) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(content)

    with pytest.raises(ImportRefusedError) as refusal:
        read_files([file])

    (problem,) = refusal.value.problems
    assert (problem.file, problem.number, problem.path, problem.code) == ("x.jsonl", number, path, code)
    assert problem.en != problem.fr
    assert f"x.jsonl:{number}: {path}" in str(problem)


def test_all_errors_of_all_files_are_told(tmp_path: Path) -> None:
    first = tmp_path / "a.jsonl"
    first.write_bytes(b"{\n{}\n" + json.dumps(plan_line("a")).encode() + b"\n")
    second = write_lines(tmp_path / "b.jsonl", [plan_line("a"), {"body": "a"}])

    with pytest.raises(ImportRefusedError) as refusal:
        read_files([first, second])

    assert [(problem.file, problem.number) for problem in refusal.value.problems] == [
        ("a.jsonl", 1),
        ("a.jsonl", 2),
        ("b.jsonl", 2),
    ]


def test_an_id_serves_one_line(tmp_path: Path) -> None:
    one = plan_line("a")
    with pytest.raises(ImportRefusedError) as refusal:
        read_files([write_lines(tmp_path / "x.jsonl", [one, plan_line("a", id=one["id"])])])

    assert [(problem.number, problem.code) for problem in refusal.value.problems] == [(2, "id_repeated")]


async def test_an_unknown_body_is_located_and_nothing_is_written(tmp_path: Path) -> None:
    register = Register()
    entries = read_files([write_lines(tmp_path / "x.jsonl", [*body_lines("a"), plan_line("a"), plan_line("b")])])

    with pytest.raises(ImportRefusedError) as refusal:
        await register.importer.run(entries)

    assert [(p.number, p.path, p.code) for p in refusal.value.problems] == [(4, "$.body", "body_unknown")]
    assert register.events == 0


async def test_a_line_may_say_who_acted_and_in_which_role(tmp_path: Path) -> None:
    register = Register()
    somebody = uuid.uuid4()
    said = plan_line("a", actor={"person": str(somebody), "role": "coordinator"})
    file = write_lines(tmp_path / "x.jsonl", [*body_lines("a"), said, plan_line("a")])

    await register.importer.run(read_files([file]))

    tenant_id = await register.bodies.resolve("a")
    assert tenant_id is not None
    assert [(event.envelope.actor.id, event.envelope.actor.role) for event in register.log.logs[tenant_id]] == [
        (CONSOLE, "operator"),
        (somebody, "coordinator"),
        (CONSOLE, "operator"),
    ]


async def test_nobody_acts_in_a_role_that_may_not_give_the_order(tmp_path: Path) -> None:
    register = Register()
    said = plan_line("a", actor={"person": str(uuid.uuid4()), "role": "member"})
    file = write_lines(tmp_path / "x.jsonl", [*body_lines("a"), said])

    with pytest.raises(ImportRefusedError) as refusal:
        await register.importer.run(read_files([file]))

    (problem,) = refusal.value.problems
    assert (problem.number, problem.code, refusal.value.recorded) == (3, "role_not_allowed", 2)


async def test_progress_is_told_for_every_line(tmp_path: Path) -> None:
    register = Register()
    told: list[tuple[int, int]] = []
    importer = Importer(
        register.handler,
        register.bodies,
        pseudonym,
        principal=CONSOLE,
        key=KEY,
        progress=lambda done, total: told.append((done, total)),
    )

    await importer.run(read_files([write_lines(tmp_path / "x.jsonl", body_lines("a"))]))

    assert told == [(1, 2), (2, 2)]


async def test_the_sample_is_accepted_whole() -> None:
    register = Register()
    entries = read_files(SAMPLE)

    done = await register.importer.run(entries)

    assert done.recorded == len(entries) > 300
    assert len(register.log.logs) > 10
    assert len(register.log.logs[COMMONS]) >= len(register.log.logs) - 1
    await asyncio.sleep(0)
