"""`entente run --demo`, as somebody with a fresh checkout would start it."""

import signal
import socket
import time
import uuid
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest

from infra.embedded import EmbeddedServer
from tests.e2e.running import Running
from tests.integration.processes import ended, wait_until
from tests.integration.services.asking import draft

MAIL_SECONDS_MAX = 300


@pytest.fixture
def instance_dir(tmp_path: Path) -> Iterator[Path]:
    directory = tmp_path / "i"
    yield directory
    if directory.exists():
        EmbeddedServer(directory).destroy()


def test_it_starts_serves_takes_an_order_and_stops(instance_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        running = Running(instance_dir, port)
        try:
            address = running.wait_for(r"(http://127\.0\.0\.1:\d+)/fr\n")[1]
            slug = running.wait_for(r"coordination de: ([a-z0-9-]+)\n")[1]
            token = running.wait_for(r"Authorization: Bearer (\S+)\n")[1]
            check_answers(address, slug, token, taken_port=port)
            check_mail(Path(running.wait_for(r"courriel: (\S+)\n")[1]))
            children = postgres_and_ours(running.process.pid)
            assert len(children) >= 4

            running.process.send_signal(signal.SIGTERM)
            assert ended(running.process) == 0
        finally:
            if running.process.poll() is None:
                running.process.send_signal(signal.SIGTERM)
            running.close()
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert (instance_dir / "entente.log").exists()


def check_mail(directory: Path) -> None:
    """The worker reminds a body of the sample of what it owes, each of its addresses in its language."""
    deadline = time.monotonic() + MAIL_SECONDS_MAX
    while len(found := sorted(directory.glob("*.eml"))) < 2:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)  # another process's files
    messages = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]
    assert sorted((message["To"], message["Content-Language"]) for message in messages) == [
        ("coordination@example.org", "en-CA"),
        ("secretariat@example.org", "fr-CA"),
    ]


def check_answers(address: str, slug: str, token: str, *, taken_port: int) -> None:
    assert not address.endswith(f":{taken_port}")
    with httpx.Client(base_url=address, timeout=60) as client:
        wait_until(lambda: client.get("/health/ready").status_code == 200, "all of it is ready")
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        french, english = client.get("/fr"), client.get("/en")
        assert (french.status_code, english.status_code) == (200, 200)
        assert french.text.count("<tr>") > 10
        assert "<caption>Ontario" in english.text
        assert "<caption>Québec" in french.text
        assert client.get("/openapi.json").json()["openapi"] == "3.1.0"
        answer = client.post(
            f"/api/v1/partnerships/{slug}/commands/DraftPlan",
            json={"data": draft()},
            headers={"authorization": f"Bearer {token}", "idempotency-key": str(uuid.uuid4())},
        )
        assert answer.status_code == 201, answer.text


def postgres_and_ours(parent: int) -> list[int]:
    """The processes below the supervisor."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(status.rpartition(")")[2].split()[1]) == parent:
                found.append(int(entry.name))
    return found
