"""One call of the append function: which requests go together, their arguments, and their answers."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from domain.ports import (
    Append,
    AppendError,
    BodyUnknownError,
    GuardBrokenError,
    KeyReusedError,
    KeyTakenError,
    Outcome,
    VersionConflictError,
)

APPEND_SQL = "SELECT * FROM log.append_columns($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
Key = tuple[object, ...]
_json = msgspec.json.Encoder().encode


class Footprint:
    """What a set of requests writes and relies on."""

    __slots__ = ("relied_on", "written")

    def __init__(self) -> None:
        self.written: set[Key] = set()
        self.relied_on: set[Key] = set()

    def admits(self, append: Append) -> bool:
        """Whether a request may share a call with those before; its keys are taken either way.

        One that has to wait keeps its place before later requests for the same keys, hence "either way".
        """
        tenant = append.tenant_id.int  # an int hashes far faster than a UUID, whose hash is Python code
        stream = (tenant, append.stream_id.int)
        command = (tenant, append.principal.int, append.command_id.int)
        written, relied_on = self.written, self.relied_on
        admitted = stream not in written and stream not in relied_on and command not in written
        if append.claims or append.grants or append.guards:
            writes: list[Key] = [(tenant, claim) for claim in append.claims]
            writes += [(tenant, change.grantee, change.programme, None) for change in append.grants]
            reads: list[Key] = [(tenant, guard.stream_id.int) for guard in append.guards]
            admitted = admitted and written.isdisjoint(writes) and written.isdisjoint(reads)
            written.update(writes)
            relied_on.update(reads)
        written.add(stream)
        written.add(command)
        return admitted


def arguments(appends: Sequence[Append]) -> tuple[Any, ...]:
    """The parameters of `APPEND_SQL`, in its order."""
    events = [event for append in appends for event in append.events]
    return (
        [append.tenant_id for append in appends],
        [append.stream_id for append in appends],
        [append.expected_version for append in appends],
        [append.principal for append in appends],
        [append.command_id for append in appends],
        [append.fingerprint for append in appends],
        [len(append.events) for append in appends],
        [event.version for event in events],
        [event.type for event in events],
        [event.state for event in events],
        _conditions(appends),
        _effects(appends),
    )


def answers(appends: Sequence[Append], row: Sequence[Any]) -> list[Outcome | AppendError]:
    """What the function said about each request; `row` is the only one of `APPEND_SQL`."""
    codes, lasts, instants, leaves, firsts, versions, claims = row
    said: list[Outcome | AppendError] = []
    end = 0
    for n, append in enumerate(appends):
        code, events = codes[n], len(append.events)
        end += events
        if code == "accepted":
            last = lasts[n]
            outcome = Outcome(
                first_position=last - events + 1 if events else None,
                position=last,
                version=append.expected_version + events,
                recorded_at=instants[n],
                leaf=leaves[end - 1] if events else None,
            )
            said.append(outcome)
        elif code == "replayed":
            outcome = Outcome(
                first_position=firsts[n],
                position=lasts[n],
                version=versions[n],
                recorded_at=instants[n],
                replayed=True,
            )
            said.append(outcome)
        else:
            said.append(_refusal(append, code, claims and claims[n]))
    return said


def job_queues(appends: Iterable[Append]) -> set[str]:
    """The queues in which jobs appeared if the requests were accepted."""
    return {job.queue for append in appends for job in append.jobs}


def _refusal(append: Append, code: str, claim: str | None) -> AppendError:
    match code:
        case "version_conflict":
            return VersionConflictError(
                f"stream {append.stream_id} is not at version {append.expected_version}, or the new ones skip one"
            )
        case "guard_broken":
            return GuardBrokenError(f"a stream that {append.stream_id} relies on has changed: load again")
        case "key_taken":
            assert claim is not None
            return KeyTakenError(claim)
        case "key_reused":
            return KeyReusedError(
                f"command {append.command_id} was used for another request: send a new one under a new id"
            )
        case "body_unknown":
            return BodyUnknownError(f"there is no log of {append.tenant_id}")
    raise AssertionError(f"log.append_columns answered {code!r}")


def _conditions(appends: Sequence[Append]) -> str | None:
    guards = [
        {"r": request, "stream": guard.stream_id, "version": guard.version}
        for request, append in enumerate(appends, 1)
        for guard in append.guards
    ]
    claims = [{"r": request, "key": claim} for request, append in enumerate(appends, 1) for claim in append.claims]
    return _json({"guards": guards, "claims": claims}).decode() if guards or claims else None


def _effects(appends: Sequence[Append]) -> str | None:
    numbered = list(enumerate(appends, 1))
    opens = [{"r": request, "tenant": body} for request, append in numbered for body in append.opens]
    jobs = [
        {"r": request, "actor": job.actor, "queue": job.queue, "args": job.args}
        for request, append in numbered
        for job in append.jobs
    ]
    grants = [
        {"r": request, "grantee": grant.grantee, "programme": grant.programme, "granted": grant.granted}
        for request, append in numbered
        for grant in append.grants
    ]
    if not (opens or jobs or grants):
        return None
    return _json({"opens": opens, "jobs": jobs, "grants": grants}).decode()
