"""Tables over HTTP and from the command line: template, preview, import; who may, and what comes back."""

import io
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from domain.agreement import AGREEMENT
from domain.ids import PersonId, StreamId
from infra.log.store import LogStore
from services.bootstrap import WriteSide
from services.cli import REFUSED, USAGE
from services.tables.columns import Context
from services.tables.forms.agreements import agreement_of
from services.tables.intake import names_of
from services.tables.reading import FILE_BYTES_MAX
from services.tables.templates import MEDIA_TYPES
from tests.integration.infra.log.logs import rows_of
from tests.integration.services.asking import order
from tests.integration.services.conftest import Partnership, make_partnership
from tests.integration.services.test_cli import Run, new_slug, run
from tests.unit.services.tables.making import csv_of, xlsx_of
from tests.unit.services.test_importing import body_lines, write_lines

__all__ = ["run"]
HEADING = ("Référence", "Date d’effet", "Programme", "No de modification", "Montant ($)")
ROWS = [
    ("E-1", "2024-04-01", "PASI", "", "1 200"),
    ("E-2", "2024-05-01", "PASI", "", "s. o."),
    ("E-1", "2025-04-01", "", "1", "1 500"),
]


async def send(
    client: httpx.AsyncClient,
    to: Partnership,
    content: bytes,
    *,
    table: str = "agreements",
    token: str | None = None,
    key: str | None = None,
    headers: dict[str, str] | None = None,
    **query: Any,
) -> httpx.Response:
    kind = "xlsx" if content.startswith(b"PK") else "csv"
    sent = {
        "content-type": MEDIA_TYPES[kind],  # type: ignore[index] # one of both
        "idempotency-key": key or str(uuid.uuid4()),
        "authorization": f"Bearer {token or to.token}",
    } | (headers or {})
    path = f"/api/v1/partnerships/{to.slug}/imports/{table}"
    return await client.post(path, content=content, params=query, headers=sent)


def agreement_id(of: Partnership, reference: str) -> StreamId:
    return StreamId(agreement_of(Context(of.tenant_id, "fr", names_of(of.tenant_id)), reference))


async def test_a_table_is_recorded_as_one_and_each_event_says_where_it_was_read(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership, write: WriteSide
) -> None:
    key = str(uuid.uuid4())

    answer = await send(client, partnership, csv_of(HEADING, *ROWS), key=key, source="Registre des ententes")

    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body.pop("recorded_at")
    assert body == {
        "import_id": key,
        "table": "agreements",
        "language": "fr",
        "rows": 3,
        "examples_left_out": 0,
        "columns_left_out": [],
        "orders": 3,
        "lines": [],
        "first_position": 2,
        "position": 4,
        "replayed": False,
    }
    assert answer.headers["entente-position"] == "4"
    assert isinstance(write.store, LogStore)
    events = await write.store.events_of(partnership.tenant_id, agreement_id(partnership, "E-1"))
    assert [event.payload.TYPE for event in events] == ["agreement.Signed", "agreement.Amended"]
    envelope = events[1].envelope
    assert str(envelope.correlation_id) == key
    assert envelope.lang == "fr"
    assert envelope.source is not None
    assert (envelope.source.title.fr, envelope.source.locator) == ("Registre des ententes", "rangée 4")
    loaded = await write.store.load(partnership.tenant_id, AGREEMENT, agreement_id(partnership, "E-1"))
    assert loaded.state.amount is not None
    assert loaded.state.amount.value.number == 1500
    assert (await write.store.begun(neighbour.tenant_id, [agreement_id(neighbour, "E-1")])) == frozenset()


async def test_the_same_key_again_is_answered_alike_and_another_file_under_it_is_refused(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    key, content = str(uuid.uuid4()), xlsx_of(HEADING, *ROWS)
    first = await send(client, partnership, content, key=key)

    again = await send(client, partnership, content, key=key)
    other = await send(client, partnership, csv_of(HEADING, ROWS[1]), key=key)

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert again.json() == first.json() | {"replayed": True}
    assert other.json()["code"] == "key_reused"


async def test_a_file_that_was_brought_in_is_not_brought_in_twice(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    await send(client, partnership, csv_of(HEADING, *ROWS[:2]))

    answer = await send(client, partnership, csv_of(HEADING, *ROWS[:2], ("E-9", "2024-04-01", "PASI", "", "")))

    assert answer.status_code == 422
    assert [(error["path"], error["code"]) for error in answer.json()["errors"]] == [
        ("CSV!2", "already_exists"),
        ("CSV!3", "already_exists"),
    ]


async def test_a_preview_shows_each_row_and_writes_nothing(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide
) -> None:
    answer = await send(client, partnership, csv_of(HEADING, *ROWS), preview="true")

    assert answer.status_code == 200
    assert answer.json()["lines"] == [
        {"sheet": "CSV", "row": 2, "command": "SignAgreement", "events": ["agreement.Signed"]},
        {"sheet": "CSV", "row": 3, "command": "SignAgreement", "events": ["agreement.Signed"]},
        {"sheet": "CSV", "row": 4, "command": "AmendAgreement", "events": ["agreement.Amended"]},
    ]
    assert answer.json()["position"] is None
    assert await write.store.begun(partnership.tenant_id, [agreement_id(partnership, "E-1")]) == frozenset()


async def test_every_problem_comes_with_its_cell_in_both_languages_and_nothing_is_written(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide
) -> None:
    seventh = ("E-1", "2025-04-01", "", "7", "1")
    content = xlsx_of(HEADING, ROWS[0], ("E-2", "01/05/2024", "PASI", "", "1,2,3"), seventh)

    answer = await send(client, partnership, content)
    by_rule = await send(client, partnership, xlsx_of(HEADING, ROWS[0], seventh))

    assert (answer.status_code, by_rule.status_code) == (422, 422)
    problem = answer.json()
    assert (problem["code"], problem["facts"]) == ("table_refused", {"problems": 2})
    assert [(error["path"], error["code"]) for error in problem["errors"]] == [
        ("Ententes!B3", "date_unclear"),
        ("Ententes!E3", "figure_unread"),
    ]
    assert all(error["detail"]["en"] != error["detail"]["fr"] for error in problem["errors"])
    assert [(error["path"], error["code"]) for error in by_rule.json()["errors"]] == [
        ("Ententes!3", "amendment_number")
    ]
    assert await write.store.begun(partnership.tenant_id, [agreement_id(partnership, "E-1")]) == frozenset()


async def test_only_who_may_give_the_orders_may_bring_in_the_table(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership, write: WriteSide
) -> None:
    person = await write.vault.pseudonym(partnership.tenant_id, uuid.uuid4())
    reporter = await write.tokens.create(partnership.tenant_id, "partner_reporter", person, "a reporter")
    content = csv_of(HEADING, *ROWS)

    by_reporter = await send(client, partnership, content, token=reporter)
    by_neighbour = await send(client, partnership, content, token=neighbour.token)
    previewed = await send(client, partnership, content, token=reporter, preview="true")
    by_nobody = await send(client, partnership, content, headers={"authorization": ""})

    answers = (by_reporter, by_neighbour, previewed, by_nobody)
    assert [answer.status_code for answer in answers] == [403, 404, 403, 401]
    assert await write.store.begun(partnership.tenant_id, [agreement_id(partnership, "E-1")]) == frozenset()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"table": "wishes"}, 404, "table_unknown"),
        ({"headers": {"idempotency-key": "1"}}, 400, "idempotency_key_invalid"),
        ({"headers": {"content-type": "application/json"}}, 415, "table_media_type"),
        ({"headers": {"content-encoding": "gzip"}}, 415, "table_media_type"),
        ({"preview": "maybe"}, 400, "query_invalid"),
        ({"lang": "de"}, 400, "query_invalid"),
        ({"source": "x" * 501}, 400, "query_invalid"),
        ({"sheet": "Autre"}, 422, "table_refused"),
    ],
)
async def test_what_is_wrong_with_the_request_is_told(
    client: httpx.AsyncClient, partnership: Partnership, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await send(client, partnership, xlsx_of(HEADING, *ROWS), **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_file_may_be_larger_than_other_requests_and_not_without_end(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    large = csv_of(HEADING, *[(f"E-{number}", "2024-04-01", "PASI", "", "x" * 200) for number in range(500)])
    answer = await send(client, partnership, large)
    too_large = await send(client, partnership, b"x" * (FILE_BYTES_MAX + 2))

    assert len(large) > 100_000
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 500)
    assert too_large.status_code == 413


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_templates_are_given_in_either_language(
    client: httpx.AsyncClient, partnership: Partnership, lang: str
) -> None:
    path = f"/api/v1/partnerships/{partnership.slug}/imports/agreements/template"
    headers = {"authorization": f"Bearer {partnership.token}"}

    book = await client.get(path, params={"lang": lang}, headers=headers)
    text = await client.get(path, params={"lang": lang, "as": "csv"}, headers=headers)
    nobody = await client.get(path)

    sheet = load_workbook(io.BytesIO(book.content)).worksheets[0]
    assert sheet.title == {"fr": "Ententes", "en": "Agreements"}[lang]
    assert text.content.decode("utf-8-sig").startswith({"fr": "Référence;Acte", "en": "Reference,Act"}[lang])
    assert book.headers["content-disposition"] == f'attachment; filename="entente-agreements-{lang}.xlsx"'
    assert nobody.status_code == 401


def test_the_command_line_previews_records_and_recognises_a_table(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slug = new_slug()
    run("import", write_lines(tmp_path / "x.jsonl", body_lines(slug)))
    file = tmp_path / "ententes.csv"
    file.write_bytes(csv_of((*HEADING, "Note"), *((*row, "") for row in ROWS)))
    capsys.readouterr()
    arguments = ("import", file, "--body", slug, "--format", "agreements", "--leave-out", "note")

    assert run(*arguments, "--preview") == 0
    previewed = capsys.readouterr().out
    assert run(*arguments) == 0
    recorded = capsys.readouterr().out
    assert run(*arguments) == 0
    again = capsys.readouterr().out
    assert run(*arguments[:-2]) == REFUSED

    assert "CSV!4: AmendAgreement → agreement.Amended" in previewed
    assert "3 rangées, 3 ordres seraient inscrits" in previewed
    assert "column left out · colonne omise : Note" in recorded
    assert "3 rows, 3 orders recorded as import" in recorded
    assert "déjà connu" in again
    assert "CSV!F1: column_unknown" in capsys.readouterr().err


def test_the_command_line_writes_templates_and_says_what_it_does_not_understand(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plans.xlsx"

    assert run("import", "template", "plans", file, "--lang", "en") == 0
    assert load_workbook(file).worksheets[0]["A1"].value == "Plan title"
    assert run("import", "template", "wishes", file) == USAGE
    assert run("import", "template", "plans", tmp_path / "x.txt") == USAGE
    assert run("import", "template", "plans", tmp_path / "absent" / "x.csv") == REFUSED
    assert run("import", file, "--format", "wishes", "--body", "x") == USAGE
    assert run("import", file, "--format", "plans") == USAGE
    assert run("import", tmp_path / "absent.csv", "--format", "plans", "--body", "x") == USAGE
    capsys.readouterr()
    assert run("import", file, "--format", "plans", "--body", "nobody-here") == REFUSED
    assert "body_unknown" in capsys.readouterr().err


async def test_an_operator_s_token_brings_in_nothing_that_is_a_coordinator_s(
    client: httpx.AsyncClient, write: WriteSide, operator_token: str
) -> None:
    made = await make_partnership(write)

    assert (await send(client, made, csv_of(HEADING, *ROWS), token=operator_token)).status_code == 403


async def test_an_import_is_undone_by_orders_and_says_so(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership, write: WriteSide
) -> None:
    key = str(uuid.uuid4())
    await send(client, partnership, csv_of(HEADING, *ROWS), key=key)
    headers = {"authorization": f"Bearer {partnership.token}", "idempotency-key": str(uuid.uuid4())}
    path = f"/api/v1/partnerships/{partnership.slug}/imports/{key}"

    standing = await client.get(path, headers=headers)
    undone = await client.post(f"{path}/undo", headers=headers)
    again = await client.post(f"{path}/undo", headers=headers)
    after = await client.get(path, headers=headers)
    elsewhere = await client.get(
        f"/api/v1/partnerships/{neighbour.slug}/imports/{key}",
        headers={"authorization": f"Bearer {neighbour.token}"},
    )

    assert (standing.status_code, standing.json()["state"], standing.json()["events"]) == (200, "recorded", 3)
    assert (undone.status_code, undone.json()["orders"], undone.json()["position"]) == (201, 2, 6)
    assert (again.status_code, again.json()) == (200, undone.json() | {"replayed": True})
    assert (after.json()["state"], after.json()["undone_position"]) == ("undone", 6)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "import_unknown")
    loaded = await write.store.load(partnership.tenant_id, AGREEMENT, agreement_id(partnership, "E-2"))
    assert loaded.state.terminated


def test_the_command_line_undoes_an_import(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slug = new_slug()
    run("import", write_lines(tmp_path / "x.jsonl", body_lines(slug)))
    file = tmp_path / "ententes.csv"
    file.write_bytes(csv_of(HEADING, *ROWS))
    capsys.readouterr()
    assert run("import", file, "--body", slug, "--format", "agreements") == 0
    import_id = capsys.readouterr().out.split()[-1]

    assert run("import", "undo", import_id, "--body", slug) == 0
    assert "2 orders undid the import" in capsys.readouterr().out
    assert run("import", "undo", import_id, "--body", slug) == 0
    assert "déjà connu" in capsys.readouterr().out
    assert run("import", "undo", uuid.uuid4(), "--body", slug) == REFUSED
    assert "import_unknown" in capsys.readouterr().err
    assert run("import", "undo", import_id) == USAGE
    assert run("import", "undo", "x", "--body", slug) == USAGE


SEATS = (
    "Comité,Genre de comité,No du siège,Intitulé du siège,Date d’effet,Membre\n"
    "Conseil,conseil de partenariat,1,École,2024-04-01,Ann Exemple\n"
    "Conseil,,2,Santé,2024-04-01,Bob Exemple\n"
).encode()


async def names(write: WriteSide, of: Partnership) -> list[str]:
    async with write.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT log.enter($1)", of.tenant_id)
        rows = await connection.fetch("SELECT name FROM pii.person WHERE name IS NOT NULL ORDER BY name")
    return [row[0] for row in rows]


async def test_names_of_members_go_to_the_vault_and_never_to_the_log(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership, write: WriteSide, database: Any
) -> None:
    key = str(uuid.uuid4())

    previewed = await send(client, partnership, SEATS, table="seats", preview="true")
    assert await names(write, partnership) == []
    answer = await send(client, partnership, SEATS, table="seats", key=key)

    assert (previewed.status_code, answer.status_code, answer.json()["orders"]) == (200, 201, 5)
    assert await names(write, partnership) == ["Ann Exemple", "Bob Exemple"]
    assert await names(write, neighbour) == []
    rows = rows_of(database, partnership.tenant_id)
    assert [row.type for row in rows[1:]] == [
        "committee.Established",
        "seat.Created",
        "seat.MemberSeated",
        "seat.Created",
        "seat.MemberSeated",
    ]
    assert not any(b"Exemple" in row.state for row in rows)


async def test_a_refused_table_leaves_no_name_behind(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide
) -> None:
    unknown_committee = SEATS.replace(b"conseil de partenariat", b"")

    answer = await send(client, partnership, unknown_committee, table="seats")

    assert answer.status_code == 422
    assert {error["code"] for error in answer.json()["errors"]} == {"not_found"}
    assert await names(write, partnership) == []


async def test_who_was_erased_does_not_come_back_when_the_file_is_sent_again(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide
) -> None:
    key = uuid.uuid4()
    await send(client, partnership, SEATS, table="seats", key=str(key))
    await write.vault.erase(partnership.tenant_id, PersonId(uuid.uuid5(key, "person/1")))

    again = await send(client, partnership, SEATS, table="seats", key=str(key))
    anew = await send(client, partnership, SEATS, table="seats")

    assert (again.status_code, again.json()["replayed"]) == (200, True)
    assert anew.status_code == 422
    assert await names(write, partnership) == ["Bob Exemple"]


async def test_values_of_an_indicator_that_is_known_are_drafted_once(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    indicator = str(uuid.uuid4())
    defined = {
        "definition_id": indicator,
        "wording": {"fr": "Séances d’accueil tenues", "source": "fr"},
        "unit": "sessions",
        "kind": "count",
        "combining": {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"},
    }
    answer = await order(
        client, partnership.slug, "DefineIndicator", defined, token=partnership.token, effective_on="2024-04-01"
    )
    assert answer.status_code == 201, answer.text
    heading = ("Identifiant de l’indicateur", "Début", "Fin", "Date d’effet", "Valeur", "Unité")
    year = ("2024-04-01", "2025-03-31", "2025-04-15")

    unknown = await send(
        client, partnership, csv_of(heading, (str(uuid.uuid4()), *year, "24", "sessions")), table="values"
    )
    sound = csv_of(heading, (indicator, *year, "plus de 24", "sessions"))
    drafted = await send(client, partnership, sound, table="values")
    again = await send(client, partnership, sound, table="values")

    assert drafted.status_code == 201, drafted.text
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "citation_unknown")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "already_exists")
