"""The verbs over a real database, in this process."""

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.settings import DatabaseSettings
from services.cli import REFUSED, USAGE, main, verbs
from tests.unit.services.test_importing import body_lines, plan_line, write_lines

Run = Callable[..., int]


@pytest.fixture
def run(database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("ENTENTE_DATABASE_URL", database.admin_dsn)
    monkeypatch.setenv("ENTENTE_SECRET_KEY", database.secret_key.decode())
    monkeypatch.setenv("ENTENTE_ALLOWED_HOSTS", "testserver.local")
    monkeypatch.setenv("ENTENTE_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setattr("services.journal.configure_journal", lambda: None)
    assert main(["migrate"]) == 0
    return lambda *arguments: main([str(each) for each in arguments])


def new_slug() -> str:
    return f"cli-{uuid.uuid4().hex[:12]}"


def test_migrate_twice_does_nothing_more(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("migrate") == 0
    assert "expects" in capsys.readouterr().out


def test_an_import_is_checked_recorded_and_resumed(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slug = new_slug()
    file = write_lines(tmp_path / "x.jsonl", [*body_lines(slug), plan_line(slug)])
    capsys.readouterr()

    assert run("import", "--check", file) == 0
    assert run("import", file) == 0
    assert run("import", file) == 0

    assert capsys.readouterr().out.splitlines() == [
        "3 lines are understood · 3 lignes comprises",
        "3 recorded, 0 known before · 3 inscrites, 0 déjà connues",
        "0 recorded, 3 known before · 0 inscrites, 3 déjà connues",
    ]


def test_an_import_that_is_not_understood_writes_nothing(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slug = new_slug()
    file = write_lines(tmp_path / "x.jsonl", [*body_lines(slug), plan_line(slug)])
    file.write_bytes(file.read_bytes()[:-20])

    assert run("import", file) == REFUSED

    said = capsys.readouterr().err
    assert "x.jsonl:3: $: syntax" in said
    assert "nothing was written · rien n’a été inscrit" in said
    assert run("token", "list", slug) == REFUSED  # the body of the first two lines was not made
    assert run("import", tmp_path / "absent.jsonl") == USAGE


def test_tokens_are_made_listed_and_revoked(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slug = new_slug()
    run("import", write_lines(tmp_path / "x.jsonl", body_lines(slug)))
    capsys.readouterr()

    assert run("token", "create", slug, "--role", "coordinator", "--name", "Ann") == 0
    token = capsys.readouterr().out.split()[-1]  # the journal, which these tests do not set up, goes before it
    assert run("token", "list", slug) == 0
    listed = capsys.readouterr().out
    assert run("token", "revoke", slug, listed.split()[0]) == 0
    assert run("token", "revoke", slug, token) == REFUSED
    assert run("token", "revoke", slug, "ab") == USAGE
    assert run("token", "create", slug, "--role", "king", "--name", "x") == USAGE

    assert token.startswith("ente_")
    assert token not in listed
    assert "valid" in listed
    assert "Ann" in listed
    capsys.readouterr()
    assert run("token", "create", slug, "--role", "calendar", "--name", "Council") == 0
    assert run("token", "list", slug) == 0
    assert re.search(r"valid +calendar .*Council$", capsys.readouterr().out, re.MULTILINE)


def test_people_are_invited_listed_and_let_go(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slug = new_slug()
    email = f"{uuid.uuid4().hex}@example.org"
    run("import", write_lines(tmp_path / "x.jsonl", body_lines(slug)))
    capsys.readouterr()

    assert run("account", "invite", "--body", slug, "--role", "coordinator", email) == 0
    link = capsys.readouterr().out.splitlines()[-1]
    assert run("account", "list", "--body", slug) == 0
    listed = capsys.readouterr().out
    assert run("account", "end", "--body", slug, "--role", "coordinator", email.upper()) == 0
    assert run("account", "end", "--body", slug, "--role", "coordinator", email) == REFUSED
    assert run("account", "close", email) == REFUSED
    assert run("account", "password", email) == REFUSED
    assert run("account", "forget-factor", email) == REFUSED
    capsys.readouterr()
    assert run("account", "list", "--body", slug) == 0
    assert capsys.readouterr().out == ""

    assert re.fullmatch(r"https://testserver\.local/(fr|en)/invitation/[A-Za-z0-9_-]{43}", link)
    assert re.fullmatch(rf"invited +coordinator +until \d{{4}}-\d\d-\d\d +{email}\n", listed)
    for role, body, address, expected in (
        ("king", slug, email, USAGE),
        ("operator", slug, email, REFUSED),
        ("coordinator", "commons", email, REFUSED),
        ("member", slug, "no address", REFUSED),
        ("member", new_slug(), email, REFUSED),
    ):
        assert run("account", "invite", "--body", body, "--role", role, address) == expected
    assert run("account", "invite", "--body", slug, "--role", "member", "--days", "31", email) == USAGE


def test_a_body_is_provisioned_from_a_file(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slug = new_slug()
    data = {
        "body_id": str(uuid.uuid4()),
        "kind": "rif",
        "name": {"fr": "Réseau", "source": "fr"},
        "slug": slug,
        "province": "MB",
        "time_zone": "America/Winnipeg",
        "default_language": "fr",
    }
    file = tmp_path / "body.json"
    file.write_text(json.dumps({"effective_on": "2024-04-01", "data": data}))
    capsys.readouterr()

    assert run("partnership", "provision", file) == 0
    first = json.loads(capsys.readouterr().out)
    assert run("partnership", "provision", file) == 0
    again = json.loads(capsys.readouterr().out)
    file.write_text(json.dumps({"data": data | {"slug": "commons"}}))
    assert run("partnership", "provision", file) == REFUSED

    assert first["opened"]["position"] == 1
    assert again["opened"]["replayed"] is True
    assert "$.data.slug: slug_reserved" in capsys.readouterr().err


def test_a_record_is_replayed_as_it_stood(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slug, plan_id = new_slug(), str(uuid.uuid4())
    run("import", write_lines(tmp_path / "x.jsonl", [*body_lines(slug), plan_line(slug, plan_id)]))
    capsys.readouterr()

    assert run("replay", slug, "plan", plan_id) == 0
    assert json.loads(capsys.readouterr().out)["events"] == 1
    assert run("replay", slug, "plan", plan_id, "--effective", "2024-03-31") == REFUSED
    assert run("replay", slug, "plan", plan_id, "--recorded", "1") == REFUSED
    assert run("replay", slug, "plan", plan_id, "--recorded", "2026-01-01") == USAGE
    assert "2026-01-01T23:59:59-05:00" in capsys.readouterr().err
    assert run("replay", slug, "wish", plan_id) == USAGE
    assert run("verify", slug) == 0
    assert "sound" in capsys.readouterr().out
    assert run("verify", "nobody") == REFUSED


def test_read_models_are_looked_after(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("projections", "status") == 0
    assert "events behind" in capsys.readouterr().out
    assert run("projections", "rebuild", "nothing") == USAGE


def test_a_setting_that_makes_no_sense_is_a_usage_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTENTE_PRT", "1")

    assert run("migrate") == USAGE


@pytest.mark.parametrize("arguments", [[], ["fly"], ["import"], ["token"], ["run", "--fast"]])
def test_what_is_not_understood_is_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)

    assert end.value.code == USAGE


def test_verbs_are_those_of_the_documents() -> None:
    assert verbs() == {
        "run",
        "serve",
        "projector",
        "worker",
        "signer",
        "epoch",
        "audit",
        "witness",
        "migrate",
        "import",
        "export",
        "restore",
        "projections",
        "remind",
        "replay",
        "verify",
        "token",
        "account",
        "partnership",
        "provider",
        "quota",
        "security",
    }


def test_reminders_of_a_day_are_sent_by_hand_and_once(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = new_slug()
    run("import", write_lines(tmp_path / "x.jsonl", [*body_lines(slug), plan_line(slug)]))
    capsys.readouterr()

    assert run("remind", slug) == REFUSED
    assert "ENTENTE_SMTP_URL or ENTENTE_MAIL_DIR" in capsys.readouterr().err
    monkeypatch.setenv("ENTENTE_MAIL_DIR", str(tmp_path / "mail"))
    assert run("remind", slug, "--day", "soon") == USAGE
    assert run("remind", "nowhere") == REFUSED
    capsys.readouterr()
    assert run("remind", slug) == 0
    assert capsys.readouterr().out == f"{slug}: 0 sent, 0 refused\n"
