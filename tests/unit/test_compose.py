"""docker-compose.yml could not be run where it was written, so it is held to what exists."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from infra.mail.server import SmtpServer
from infra.variables import SETTINGS
from services.api.app import health_paths
from services.cli import verbs

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "entente:local"}


def test_the_agreed_processes_are_there() -> None:
    assert set(SERVICES) == {"database", "migrate", "api", "projector", "worker", "signer", "mail"}
    assert SERVICES["database"]["image"].startswith("postgres:18")


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_is_a_verb_of_the_cli(name: str) -> None:
    assert OURS[name]["command"][0] in verbs()


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_is_a_documented_setting(name: str) -> None:
    documented = {setting.name for setting in SETTINGS}
    documented |= {f"{setting.name}_FILE" for setting in SETTINGS if setting.secret}
    assert set(OURS[name]["environment"]) <= documented


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_health_check_asks_a_real_route_or_verb(name: str) -> None:
    test = SERVICES[name]["healthcheck"]["test"]
    assert test[0] == "CMD"
    if "entente" in test[1]:
        assert test[2] in verbs()
    elif name in OURS:
        (address,) = [word.strip('"(),') for word in test[-1].split('"') if "http://" in word]
        assert urlsplit(address).path in health_paths()
        assert urlsplit(address).hostname in {"127.0.0.1", *SERVICES}
    else:
        assert test[1] in {"pg_isready", "/mailpit"}


def test_documents_lie_on_one_volume_that_the_image_lets_our_user_write() -> None:
    """Everything else of a container is read-only."""
    folder = OURS["api"]["environment"]["ENTENTE_DOCUMENTS_DIR"]
    for name in ("api", "worker"):
        assert f"documents:{folder}" in OURS[name]["volumes"]
    assert "documents" in COMPOSE["volumes"]
    assert f"--owner=entente --mode=0700 {folder}" in (ROOT / "Dockerfile").read_text()


def test_the_worker_alone_sends_mail_and_to_a_service_that_is_there() -> None:
    senders = [name for name, service in OURS.items() if "ENTENTE_SMTP_URL" in service["environment"]]
    server = SmtpServer.parse(OURS["worker"]["environment"]["ENTENTE_SMTP_URL"])

    assert senders == ["worker"]
    assert (server.host, server.port) == ("mail", 1025)  # where the catcher listens unless told otherwise
    assert server.host in SERVICES


def test_every_secret_is_a_file_and_none_is_in_the_repository() -> None:
    for secret in COMPOSE["secrets"].values():
        assert set(secret) == {"file"}
        assert not (ROOT / secret["file"]).exists() or "secrets/" in (ROOT / ".gitignore").read_text()
    used = {name for service in SERVICES.values() for name in service.get("secrets", ())}
    assert used == set(COMPOSE["secrets"])


def test_the_signer_alone_has_the_key_and_writes_what_is_held() -> None:
    assert [name for name, service in OURS.items() if "signer_key" in service["secrets"]] == ["signer"]
    mount = "checkpoints:/var/lib/entente/checkpoints"
    assert [name for name, service in OURS.items() if mount in service["volumes"]] == ["signer"]
    assert all(len({mount, f"{mount}:ro"} & set(service["volumes"])) == 1 for service in OURS.values())
