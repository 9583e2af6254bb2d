"""`entente`: one program, many verbs. Each verb imports what it needs when it runs.

Exit codes: 0 done, 1 refused or failed, 2 not understood.
"""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Final

REFUSED: Final = 1
USAGE: Final = 2

Verb = Callable[[argparse.Namespace], int]

_MODULES: Final = {
    "run": "services.cli.run",
    "serve": "services.cli.processes",
    "projector": "services.cli.processes",
    "worker": "services.cli.processes",
    "signer": "services.cli.processes",
    "witness": "services.cli.witness",
    "migrate": "services.cli.instance",
    "token": "services.cli.instance",
    "account": "services.cli.account",
    "provider": "services.cli.provider",
    "partnership": "services.cli.instance",
    "import": "services.cli.bringing_in",
    "export": "services.cli.archive",
    "restore": "services.cli.archive",
    "projections": "services.cli.reading",
    "remind": "services.cli.remind",
    "replay": "services.cli.reading",
    "verify": "services.cli.reading",
    "audit": "services.cli.audit",
    "security": "services.cli.security",
    "quota": "services.cli.quota",
    "epoch": "services.cli.epoch",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a verb; the exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    from infra.settings import SettingsError
    from services.journal import configure_journal

    configure_journal()
    module = importlib.import_module(_MODULES[given.verb])
    verb: Verb = getattr(module, given.verb.replace("import", "import_"))
    try:
        return verb(given)
    except SettingsError as error:
        say_error(str(error))
        return USAGE
    except KeyboardInterrupt:
        return 128 + 2
    except BrokenPipeError:  # `entente … | head`
        sys.stderr.close()
        return REFUSED


def verbs() -> frozenset[str]:
    """The verbs that exist."""
    return frozenset(_MODULES)


def say(line: str = "") -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say_error(line: str) -> None:
    """A line about what went wrong."""
    sys.stderr.write(f"entente: {line}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="entente", description="The shared register of Canada's immigration partnerships."
    )
    each = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    run = each.add_parser("run", help="run everything on this machine until stopped")
    run.add_argument("--demo", action="store_true", help="load the sample, and print a token to try it with")

    each.add_parser("serve", help="answer HTTP")
    each.add_parser("projector", help="keep the read models up to date")
    each.add_parser("worker", help="run background jobs")
    each.add_parser("signer", help="sign checkpoints of the logs; alone holds the key")
    each.add_parser("migrate", help="bring the database to the form that this version expects")

    _add_import(each.add_parser("import", help="record commands from files, or a table that people keep"))

    export = each.add_parser("export", help="write one body, whole, into a file")
    export.add_argument("slug")
    export.add_argument("file", help="the archive to write, such as ottawa.zip")
    restore = each.add_parser("restore", help="bring a body from its archive into an instance that lacks it")
    restore.add_argument("file", help="the archive")

    projections = each.add_parser("projections", help="look after the read models")
    what = projections.add_subparsers(dest="what", required=True, metavar="WHAT")
    what.add_parser("status", help="how far each one is; exit code 1 if one has stopped")
    for name, text in (
        ("rebuild", "build read models anew beside those that are read, then swap"),
        ("verify", "compare read models with a fold of the log"),
    ):
        action = what.add_parser(name, help=text)
        action.add_argument("names", nargs="*", metavar="PROJECTION", help="absent: all of them")

    replay = each.add_parser("replay", help="the state of one record as it stood, from its events")
    replay.add_argument("slug")
    replay.add_argument("stream", help="kind of record, such as plan")
    replay.add_argument("id", help="UUID of the record")
    replay.add_argument("--effective", metavar="DATE", help="as it stood on this day")
    replay.add_argument("--recorded", metavar="WHEN", help="as known at an instant with its zone, or a position")

    remind = each.add_parser("remind", help="send the reminders of a day now; none is sent twice")
    remind.add_argument("slugs", nargs="*", metavar="SLUG", help="absent: every body that has an address")
    remind.add_argument("--day", metavar="DATE", help="default: today, where each body is")

    for add in (_add_token, _add_evidence, _add_account, _add_provider, _add_bounds):
        add(each)

    partnership = each.add_parser("partnership", help="bodies")
    what = partnership.add_subparsers(dest="what", required=True, metavar="WHAT")
    provision = what.add_parser("provision", help="register a body and open its log")
    provision.add_argument("file", help="the request's JSON, as for POST /api/v1/partnerships; - reads it here")
    provision.add_argument("--key", help="UUID; repeat it to resume (default: one derived from the file)")
    return parser


_FOR: Final = "of a partner's reporter: for which organisation of the commons"


def _add_token(each: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    token = each.add_parser("token", help="tokens of the API")
    what = token.add_subparsers(dest="what", required=True, metavar="WHAT")
    create = what.add_parser("create", help="make a token; it is shown once")
    create.add_argument("slug", help="the body it acts for; commons for an operator")
    create.add_argument("--role", required=True, help="a role, or calendar: reads the deadlines as a calendar")
    create.add_argument("--name", required=True, help="whom or what it is for")
    create.add_argument("--days", type=int, default=365, help="how long it is valid (default 365)")
    create.add_argument(
        "--person", metavar="PSEUDONYM", help="act as who acted so before, after a restore (default: a new person)"
    )
    create.add_argument("--organisation", metavar="ID", help=_FOR)
    service = what.add_parser("service", help="make a short-lived token for a machine; it is shown once")
    service.add_argument("slug", help="the body it acts for")
    service.add_argument("--role", required=True, help="what the machine is there")
    service.add_argument("--name", required=True, help="which machine")
    service.add_argument("--organisation", metavar="ID", help=_FOR)
    service.add_argument("--read", action="store_true", help="it reads what its role may")
    service.add_argument("--command", action="append", default=[], help="it gives this order; repeatable")
    service.add_argument("--hours", type=int, default=24, help="how long it is valid (default 24, at most 720)")
    what.add_parser("list", help="the tokens of a body").add_argument("slug")
    revoke = what.add_parser("revoke", help="end a token at once")
    revoke.add_argument("slug")
    revoke.add_argument("id", help="as `list` shows it, or the token itself")


def _add_bounds(each: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    security = each.add_parser("security", help="what happened to accounts, sessions, tokens and closed doors")
    security.add_argument("--kind", help="these alone, such as sign_in_refused")
    security.add_argument("--last", type=int, default=100, help="how many, the newest first (default 100)")

    quota = each.add_parser("quota", help="show or say what one body may use")
    quota.add_argument("slug")
    for name, what in (
        ("stored-bytes", "bytes of documents"),
        ("commands-per-day", "orders over HTTP in a day"),
        ("open-exports", "exports at once"),
    ):
        quota.add_argument(f"--{name}", metavar="N", help=f"{what}; 0: any number; default: as the settings say")


def _add_account(each: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    account = each.add_parser("account", help="people who sign in")
    what = account.add_subparsers(dest="what", required=True, metavar="WHAT")
    invite = what.add_parser("invite", help="make a link that works once; it is shown once")
    invite.add_argument("email")
    invite.add_argument("--body", required=True, metavar="SLUG", help="commons for an operator")
    invite.add_argument("--role", required=True)
    invite.add_argument("--organisation", metavar="ID", help=_FOR)
    invite.add_argument("--lang", choices=("fr", "en"), help="of the pages (default: the body's)")
    invite.add_argument("--days", type=int, default=7, help="how long the link is valid (default 7, at most 30)")
    what.add_parser("list", help="the members of a body, and who is invited").add_argument(
        "--body", required=True, metavar="SLUG"
    )
    end = what.add_parser("end", help="end a membership, or withdraw an invitation")
    end.add_argument("email")
    end.add_argument("--body", required=True, metavar="SLUG")
    end.add_argument("--role", required=True)
    forgot = what.add_parser("password", help="make a link to choose another password; it is shown once")
    forgot.add_argument("email")
    lost = what.add_parser("forget-factor", help="let somebody who lost authenticator and codes set up new ones")
    lost.add_argument("email")
    what.add_parser("close", help="remove an account, wherever it is a member").add_argument("email")
    what.add_parser("export", help="what is kept about somebody, as JSON").add_argument("email")
    erase = what.add_parser("erase", help="forget somebody in every log, and close the account")
    erase.add_argument("email")
    erase.add_argument(
        "--ground", default="at_their_request", help="why, as in the log (default at_their_request)"
    )


def _add_provider(each: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    provider = each.add_parser("provider", help="sign-in services of bodies (OpenID Connect)")
    what = provider.add_subparsers(dest="what", required=True, metavar="WHAT")
    keep = what.add_parser("set", help="set one up, or change one; prints the address to register there")
    keep.add_argument("name", help="in addresses: letters a to z, digits, hyphens; it stays")
    keep.add_argument("--body", required=True, metavar="SLUG", help="the only body that it opens")
    keep.add_argument("--issuer", required=True, metavar="URL")
    keep.add_argument("--client-id", required=True)
    secret = keep.add_mutually_exclusive_group()
    secret.add_argument("--secret-file", metavar="FILE", help="holds the client's secret; read at each sign-in")
    secret.add_argument("--secret-stdin", action="store_true", help="read it here, and keep it sealed")
    keep.add_argument("--label-en", required=True, help="what the sign-in page calls it")
    keep.add_argument("--label-fr", required=True)
    keep.add_argument("--host", action="append", default=[], help="another host that it uses; repeatable")
    keep.add_argument("--domain", action="append", default=[], help="of verified mail addresses; repeatable")
    keep.add_argument("--require-acr", action="append", default=[], metavar="ACR", help="one of these, or nobody")
    keep.add_argument("--second-acr", action="append", default=[], metavar="ACR", help="stands for two factors")
    keep.add_argument("--second-amr", action="append", default=[], metavar="AMR", help="likewise, such as mfa")
    what.add_parser("list", help="those of a body").add_argument("--body", required=True, metavar="SLUG")
    what.add_parser("check", help="ask it for its description and keys, now").add_argument("name")
    what.add_parser("remove", help="with its logins and the sessions that it opened").add_argument("name")


def _add_import(bring: argparse.ArgumentParser) -> None:
    bring.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="JSON Lines of commands; or one table; or: template NAME FILE; or: undo ID",
    )
    bring.add_argument("--check", action="store_true", help="JSON Lines: read and check the files; write nothing")
    bring.add_argument("--quiet", action="store_true", help="no line of progress")
    bring.add_argument(
        "--format", metavar="NAME", help="the file is a table: agreements, plans, seats, activities, values"
    )
    bring.add_argument("--body", metavar="SLUG", help="the body that the table is for")
    bring.add_argument("--preview", action="store_true", help="show what the table would record; write nothing")
    bring.add_argument("--lang", choices=("fr", "en"), help="language of the table, if its heading leaves it open")
    bring.add_argument("--sheet", help="which sheet of a workbook")
    bring.add_argument(
        "--leave-out", action="append", default=[], metavar="HEADING", help="a column not to read; repeatable"
    )
    bring.add_argument(
        "--source", metavar="TITLE", help="what the table is, for whoever asks where a fact was read"
    )
    bring.add_argument("--sample", action="store_true", help="mark what is recorded as sample data, for ever")
    bring.add_argument("--region", metavar="CODE", help="of a regional plan: only the region of this number")
    bring.add_argument("--title", help="of a regional plan that is a table: its title")
    bring.add_argument("--start", metavar="DATE", help="of a regional plan that is a table: its first day")
    bring.add_argument("--end", metavar="DATE", help="of a regional plan that is a table: its last day")
    bring.add_argument("--key", help="UUID of this import (default: one derived from the file's content)")


def _add_evidence(each: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verbs of those who check."""
    verify = each.add_parser("verify", help="recompute logs and their proofs")
    verify.add_argument("slugs", nargs="*", metavar="SLUG", help="absent: every log")
    verify.add_argument("--last", action="store_true", help="show what the last night found; verify nothing now")

    witness = each.add_parser("witness", help="watch logs from outside; cosign what continues")
    witness.add_argument("name", help="of the witness, such as funder.example/w1; permanent")
    witness.add_argument("logs", nargs="+", metavar="VKEY", help="public keys of the logs")
    witness.add_argument("--directory", required=True, help="its key and what it has seen: keep it, back it up")
    witness.add_argument("--listen", default="127.0.0.1:8090", metavar="HOST:PORT")

    audit = each.add_parser("audit", help="evidence to take away")
    what = audit.add_subparsers(dest="what", required=True, metavar="WHAT")
    export = what.add_parser("export", help="one archive with a body's log, and what checks it without us")
    export.add_argument("slug")
    export.add_argument("--effective", metavar="DATE", help="its plans as they stood on this day (default: today)")
    export.add_argument("--recorded", metavar="WHEN", help="as known at an instant with its zone, or a position")
    export.add_argument("--withhold", type=int, nargs="*", default=[], metavar="POSITION", help="leave out")
    export.add_argument("--out", metavar="FILE", help="default: SLUG.zip here")

    epoch = each.add_parser(
        "epoch", help="go on with a log that a restore made shorter than what was signed of it"
    )
    epoch.add_argument("slug")
    reasons = ("restored_from_backup", "restored_to_a_moment", "events_lost", "key_lost")
    epoch.add_argument("--reason", required=True, choices=reasons)
