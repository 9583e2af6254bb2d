"""Start a program tied to the life of its parent, as another user if asked.

This file also runs by itself (`python -I -S launch.py …`), so it imports the standard library only. The
kernel forgets a parent-death signal when the user id changes, hence the order: give up rights, ask for the
signal, look whether the parent is still there, become the program. The signal follows the *thread* that
started the child: start children from a thread that lives as long as they should.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_SAME_USER = "-"


@dataclass(frozen=True, slots=True)
class Account:
    """The user a program runs as."""

    uid: int
    gid: int


def launched(argv: Sequence[str], *, death_signal: signal.Signals, account: Account | None = None) -> list[str]:
    """The argument list that starts `argv` here, and has it sent `death_signal` when this process dies."""
    who = (str(account.uid), str(account.gid)) if account else (_SAME_USER, _SAME_USER)
    return [
        *(sys.executable, "-I", "-S", __file__),
        *(str(os.getpid()), str(int(death_signal)), *who),
        *argv,
    ]


def _die_with_parent(libc: ctypes.CDLL, parent_pid: int, death_signal: int) -> None:
    # Elsewhere than on Linux, the supervisor's warden is the only guard.
    if sys.platform == "linux" and libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent_pid:
        sys.exit("launch: the parent died before its child had started")


def main(arguments: Sequence[str]) -> NoReturn:
    parent_pid, death_signal, uid, gid, *argv = arguments
    libc = ctypes.CDLL(None, use_errno=True)  # now: the next user may not be able to read Python's library
    if uid != _SAME_USER:
        os.setgroups([])
        os.setresgid(int(gid), int(gid), int(gid))
        os.setresuid(int(uid), int(uid), int(uid))
    # An ignored or blocked signal would stay so in the program; Python itself ignores SIGPIPE.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(ignored, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    _die_with_parent(libc, int(parent_pid), int(death_signal))
    os.execvp(argv[0], argv)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
