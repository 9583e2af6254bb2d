"""Runs the processes of one machine: starts them in order, restarts what crashes, ends them together.

Every child has a process group of its own and a parent-death signal, and a warden ends the groups should this
process be killed. Signals arrive through a wake-up pipe, so that waiting takes no polling and misses none.
"""

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import FrameType

import structlog

from infra.embedded import EmbeddedServer
from infra.launch import launched

log: structlog.stdlib.BoundLogger = structlog.get_logger()

_READY_POLL_SECONDS = 0.05
_KILL_RESERVE_SECONDS = 1.0  # of the time to stop, kept for reaping what had to be killed


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep running."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    """All of its variables; None passes ours on."""
    ready: Callable[[], bool] | None = None
    """Asked repeatedly until True, before the next child starts; must answer within a second or so."""
    ready_timeout: timedelta = timedelta(minutes=5)
    """Only what hangs meets it; a busy machine was seen to need more than a minute."""
    stop_signal: signal.Signals = signal.SIGTERM
    tied: bool = False
    """`argv` already asks for a parent-death signal (as `EmbeddedServer.command` does)."""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """A crashed child is started again after 0.2 s, 0.4 s, … until too many crashes fall into one window."""

    crashes_max: int = 5
    window: timedelta = timedelta(seconds=60)
    delay_first: timedelta = timedelta(milliseconds=200)
    delay_max: timedelta = timedelta(seconds=10)


def postgres_child(server: EmbeddedServer) -> Child:
    """The embedded server as a child: fast shutdown on stop, ready when it takes connections."""
    server.prepare()
    return Child(
        name="postgres",
        argv=server.command(),
        env=server.environment(),
        ready=server.is_ready,
        stop_signal=signal.SIGINT,
        tied=True,
    )


def supervise(
    children: Sequence[Child],
    *,
    stop_within: timedelta = timedelta(seconds=10),
    policy: RestartPolicy | None = None,
    when_ready: Callable[[], None] | None = None,
) -> int:
    """Run `children` until SIGTERM or SIGINT, then stop them in reverse order. Main thread only.

    Returns:
        0 when asked to stop; 1 when a child crashed too often or did not become ready.
    """
    with _wake_ups() as wake_up, _warden() as warden:
        return _Supervisor(children, wake_up, warden, policy or RestartPolicy(), stop_within).run(when_ready)


class _StopRequestedError(Exception):
    pass


class _GaveUpError(Exception):
    pass


@dataclass(slots=True)
class _Slot:
    child: Child
    process: subprocess.Popen[bytes] | None = None
    crashes: list[float] = field(default_factory=list)
    due: float | None = None
    """When to start it again."""


@dataclass(slots=True)
class _WakeUp:
    """Returns from `wait` when a signal came; `stop_requested` tells that it was TERM or INT."""

    receiver: socket.socket
    selector: selectors.BaseSelector
    stop_requested: bool = False

    def wait(self, seconds: float | None) -> None:
        if self.selector.select(seconds):
            with contextlib.suppress(BlockingIOError):
                numbers = self.receiver.recv(1024)
                self.stop_requested |= any(number in (signal.SIGTERM, signal.SIGINT) for number in numbers)


class _Supervisor:
    def __init__(
        self,
        children: Sequence[Child],
        wake_up: _WakeUp,
        warden: Callable[[str], None],
        policy: RestartPolicy,
        stop_within: timedelta,
    ) -> None:
        self._slots = [_Slot(child) for child in children]
        self._wake_up = wake_up
        self._tell_warden = warden
        self._policy = policy
        self._stop_within = stop_within

    def run(self, when_ready: Callable[[], None] | None) -> int:
        try:
            for slot in self._slots:
                self._start(slot)
                self._await_ready(slot)
            log.info("supervisor.ready", children=[slot.child.name for slot in self._slots])
            if when_ready:
                when_ready()
            while True:
                self._tend(None)
        except _StopRequestedError:
            return 0
        except _GaveUpError:
            return 1
        finally:
            self._stop_all()

    def _start(self, slot: _Slot) -> None:
        child = slot.child
        slot.due = None
        slot.process = subprocess.Popen(
            child.argv if child.tied else launched(child.argv, death_signal=signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            env=child.env,
            process_group=0,  # Ctrl-C in a terminal reaches us alone, and we stop them in order
        )
        self._tell_warden(f"+{slot.process.pid}\n")
        log.info("supervisor.child_started", child=child.name, pid=slot.process.pid)

    def _await_ready(self, slot: _Slot) -> None:
        ready, deadline = slot.child.ready, time.monotonic() + slot.child.ready_timeout.total_seconds()
        while ready is not None and not (slot.process is not None and ready()):
            if time.monotonic() > deadline:
                log.error("supervisor.child_not_ready", child=slot.child.name)
                raise _GaveUpError
            self._tend(_READY_POLL_SECONDS)

    def _tend(self, seconds: float | None) -> None:
        """Wait for a signal, at most until the next restart is due; then reap and restart."""
        now = time.monotonic()
        waits = [slot.due - now for slot in self._slots if slot.due is not None]
        if seconds is not None:
            waits.append(seconds)
        self._wake_up.wait(max(0.0, min(waits)) if waits else None)
        if self._wake_up.stop_requested:
            raise _StopRequestedError
        for slot in self._slots:
            if slot.process is not None and slot.process.poll() is not None:
                self._note_crash(slot)
            if slot.due is not None and slot.due <= time.monotonic():
                self._start(slot)

    def _note_crash(self, slot: _Slot) -> None:
        assert slot.process is not None
        code, now = slot.process.returncode, time.monotonic()
        self._forget(slot)
        window_start = now - self._policy.window.total_seconds()
        slot.crashes = [*(at for at in slot.crashes if at > window_start), now]
        log.warning("supervisor.child_ended", child=slot.child.name, exit_code=code, crashes=len(slot.crashes))
        if len(slot.crashes) > self._policy.crashes_max:
            log.error("supervisor.gave_up", child=slot.child.name)
            raise _GaveUpError
        delay_seconds = self._policy.delay_first.total_seconds() * 2 ** (len(slot.crashes) - 1)
        slot.due = now + min(delay_seconds, self._policy.delay_max.total_seconds())

    def _forget(self, slot: _Slot) -> None:
        """The child has ended: what it left in its group would hold ports and locks against its successor."""
        assert slot.process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(slot.process.pid, signal.SIGKILL)
        self._tell_warden(f"-{slot.process.pid}\n")
        slot.process = None

    def _stop_all(self) -> None:
        deadline = time.monotonic() + self._stop_within.total_seconds() - _KILL_RESERVE_SECONDS
        running = [slot for slot in self._slots if slot.process is not None]
        while running:
            slot = running[-1]
            assert slot.process is not None
            # A child that hangs must not use up the time of those that come after it.
            budget_seconds = max(0.0, deadline - time.monotonic()) / len(running)
            slot.process.send_signal(slot.child.stop_signal)
            try:
                slot.process.wait(budget_seconds)
            except subprocess.TimeoutExpired:
                log.warning("supervisor.child_killed", child=slot.child.name)
                slot.process.kill()
                slot.process.wait()
            log.info("supervisor.child_stopped", child=slot.child.name, exit_code=slot.process.returncode)
            self._forget(slot)
            running.pop()


@contextlib.contextmanager
def _wake_ups() -> Iterator[_WakeUp]:
    def seen(_number: int, _frame: FrameType | None) -> None:
        """Python writes the number into the wake-up pipe; a handler has to exist for that."""

    receiver, sender = socket.socketpair()
    selector = selectors.DefaultSelector()
    with receiver, sender, selector:
        receiver.setblocking(False)
        sender.setblocking(False)
        selector.register(receiver, selectors.EVENT_READ)
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
        former = {number: signal.signal(number, seen) for number in numbers}
        former_descriptor = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        try:
            yield _WakeUp(receiver, selector)
        finally:
            signal.set_wakeup_fd(former_descriptor)
            for number, handler in former.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def _warden() -> Iterator[Callable[[str], None]]:
    """A running warden, and the function that tells it a line."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("warden.py"))],
        stdin=subprocess.PIPE,
        start_new_session=True,  # a signal to our group must not end the one who cleans up after us
    )
    assert process.stdin is not None
    pipe = process.stdin

    def tell(line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # without a warden, the parent-death signals remain
            pipe.write(line.encode())
            pipe.flush()

    try:
        yield tell
    finally:
        with contextlib.suppress(BrokenPipeError):
            pipe.close()
        process.wait()
