"""The supervisor with real processes, each test in a process of its own because signals belong to processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from infra.embedded import EmbeddedServer
from tests.integration.processes import alive, descendants, ended, psutil, wait_until

ROOT = Path(__file__).resolve().parents[2]

# What a test's supervisor process runs. `notes` is where children leave a line when something happens to them.
PRELUDE = """
import sys, signal
from datetime import timedelta
from pathlib import Path
from services.supervisor import Child, RestartPolicy, postgres_child, supervise
notes = Path(sys.argv[1])

PATIENCE = timedelta(minutes=2)  # a busy machine is slow to end a child, which is not to be killed for it

def python(name, source, **options):
    return Child(name, [sys.executable, "-c", source, str(notes), name], **options)

def ready():
    print("READY", flush=True)

NOTE = '''
import os, signal, subprocess, sys, threading
def note(fact):
    with open(sys.argv[1], "a") as file:
        file.write(f"{sys.argv[2]} {fact}\\\\n")
'''
OBEYS = NOTE + '''
def end(*_):
    note("ended")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
note("started")
threading.Event().wait()
'''
HANGS = NOTE + '''
signal.signal(signal.SIGTERM, signal.SIG_IGN)
note("started")
while True: signal.pause()
'''
STUBBORN = '''
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
while True: signal.pause()
'''
HAS_A_CHILD = NOTE + f"stubborn = {STUBBORN!r}" + '''
subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE).stdout.readline()
note("started")
threading.Event().wait()
'''
CRASHES = NOTE + '''
note("started")
sys.exit(3)
'''

def started(name, times=1):
    return lambda: notes.exists() and notes.read_text().count(f"{name} started") >= times
"""


@contextmanager
def supervisor(script: str, notes: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, str(notes), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_until_ready(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line == "READY\n":
            return
    pytest.fail(f"the supervisor ended with {process.wait()} before all was ready")


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


THREE_THAT_OBEY = """
obeying = [python(name, OBEYS, ready=started(name)) for name in "abc"]
sys.exit(supervise(obeying, when_ready=ready, stop_within=PATIENCE))
"""


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_children_start_in_order_and_stop_in_reverse(notes: Path, stop: signal.Signals) -> None:
    with supervisor(THREE_THAT_OBEY, notes) as process:
        wait_until_ready(process)
        processes = descendants(process.pid)
        process.send_signal(stop)

        assert ended(process) == 0
        assert alive(processes) == []
    assert notes.read_text().split("\n") == [
        *("a started", "b started", "c started"),
        *("c ended", "b ended", "a ended"),
        "",
    ]


def test_children_that_ignore_the_stop_are_killed(notes: Path) -> None:
    """When, is what tests/unit/services/test_stopping.py is about."""
    script = """
hanging = [python(name, HANGS, ready=started(name)) for name in "abc"]
sys.exit(supervise([python("first", OBEYS, ready=started("first")), *hanging], when_ready=ready))
"""
    with supervisor(script, notes) as process:
        wait_until_ready(process)
        processes = descendants(process.pid)
        process.terminate()

        assert ended(process) == 0
        assert alive(processes) == []
    assert "first ended" in notes.read_text()  # the hanging ones left it time to end in order


def test_a_stop_while_a_child_is_not_ready_yet_is_heard(notes: Path) -> None:
    script = """
sys.exit(supervise([python("a", OBEYS, ready=lambda: False)], stop_within=PATIENCE))
"""
    with supervisor(script, notes) as process:
        wait_until(lambda: notes.exists() and "a started" in notes.read_text(), "the child runs")
        process.terminate()

        assert ended(process) == 0
    assert notes.read_text() == "a started\na ended\n"


def test_a_crashed_child_is_started_again_and_the_others_stay(notes: Path) -> None:
    with supervisor(THREE_THAT_OBEY, notes) as process:
        wait_until_ready(process)
        before = {child.cmdline()[-1]: child for child in descendants(process.pid)}
        before["b"].kill()

        wait_until(lambda: notes.read_text().count("b started") == 2, "b runs again")
        after = {child.cmdline()[-1]: child for child in descendants(process.pid)}
        assert after["b"].pid != before["b"].pid
        assert (after["a"].pid, after["c"].pid) == (before["a"].pid, before["c"].pid)
        process.terminate()
        assert ended(process) == 0


def test_a_child_that_keeps_crashing_ends_everything_with_an_error(notes: Path) -> None:
    script = """
policy = RestartPolicy(crashes_max=2, delay_first=timedelta(milliseconds=20))
children = [python("a", OBEYS, ready=started("a")), python("b", CRASHES)]
sys.exit(supervise(children, policy=policy, stop_within=PATIENCE))
"""
    with supervisor(script, notes) as process:
        assert ended(process) == 1
    lines = notes.read_text().splitlines()
    assert lines.count("b started") == 3  # the first time, and twice again
    assert lines[-1] == "a ended"


def test_a_child_that_does_not_become_ready_ends_everything_with_an_error(notes: Path) -> None:
    script = """
slow = python("b", OBEYS, ready=lambda: False, ready_timeout=timedelta(milliseconds=300))
children = [python("a", OBEYS, ready=started("a")), slow, python("c", OBEYS)]
sys.exit(supervise(children, stop_within=PATIENCE))
"""
    with supervisor(script, notes) as process:
        assert ended(process) == 1
    assert notes.read_text().splitlines()[-1] == "a ended"
    assert "c started" not in notes.read_text()


def test_what_a_crashed_child_left_is_gone_before_it_starts_again(notes: Path) -> None:
    script = """
sys.exit(supervise([python("a", HAS_A_CHILD, ready=started("a"))], when_ready=ready))
"""
    with supervisor(script, notes) as process:
        wait_until_ready(process)
        (parent,) = [child for child in descendants(process.pid) if child.cmdline()[-1] == "a"]
        (orphan,) = parent.children()
        parent.kill()

        wait_until(lambda: notes.read_text().count("a started") == 2, "a runs again")
        assert alive([orphan]) == []
        process.terminate()
        assert ended(process) == 0


WITH_POSTGRES = """
from infra.embedded import EmbeddedServer
children = [
    postgres_child(EmbeddedServer(Path(sys.argv[2]))),
    python("web", HAS_A_CHILD, ready=started("web")),
    python("worker", HANGS, ready=started("worker")),
]
sys.exit(supervise(children, when_ready=ready, stop_within=timedelta(seconds=30)))
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """The server that the supervisor's process runs; here for its address and its removal."""
    server = EmbeddedServer(tmp_path / "i")
    yield server
    server.destroy()


def test_the_stop_ends_postgres_in_order_and_all_else(notes: Path, server: EmbeddedServer) -> None:
    with supervisor(WITH_POSTGRES, notes, str(server.instance_dir)) as process:
        wait_until_ready(process)
        with psycopg.connect(server.admin_dsn()):
            processes = descendants(process.pid)
            process.terminate()

            assert ended(process) == 0
            wait_until(lambda: alive(processes) == [], "every process is gone")
    assert not (server.data_dir / "postmaster.pid").exists()


def test_killing_the_supervisor_leaves_no_process(notes: Path, server: EmbeddedServer) -> None:
    with supervisor(WITH_POSTGRES, notes, str(server.instance_dir)) as process:
        wait_until_ready(process)
        with psycopg.connect(server.admin_dsn()) as connection:
            backend = psutil.Process(connection.info.backend_pid)
            processes = descendants(process.pid)
            names = {child.name() for child in processes}
            assert backend in processes
            assert any(name.startswith("postgres") for name in names)

            process.kill()

            wait_until(lambda: alive(processes) == [], "every process is gone")


def test_a_killed_postgres_is_started_again(notes: Path, server: EmbeddedServer) -> None:
    with supervisor(WITH_POSTGRES, notes, str(server.instance_dir)) as process:
        wait_until_ready(process)
        (postmaster,) = [child for child in psutil.Process(process.pid).children() if child.name() == "postgres"]
        postmaster.kill()

        wait_until(lambda: postmaster not in alive([postmaster]), "the killed one is gone")
        wait_until(server.is_ready, "PostgreSQL answers again")
        process.terminate()
        assert ended(process) == 0
