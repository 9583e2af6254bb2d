"""The doors: what is asked at each, what its line in `services.doors` makes of everybody, and what they got."""

import hashlib
import hmac
import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from domain.audience import LIMITED, READS_BY_NO_GRANT, Audience, seen_inside, seen_outside
from domain.stream import COMMANDS
from infra.access.opaque import new_opaque
from readapi.viewer import AUTHOR_ROLES, OUTSIDER_ROLES
from services.authorisation import OUTSIDE_LOGS, ROLES_OF_COMMAND
from services.doors import DOORS, ENTRIES, Door, Rule
from services.web.places import PARTNERSHIPS, PLACES
from tests.isolation.matrix_world import AUDIENCES, FIGURE, ORIGIN, OWN, PERIOD, World, body_id, id_of
from tests.isolation.standing import Shows, Standing, Who, has_session

NOWHERE: Final = "no-such-body"
"""The slug of no body."""
_PAGES: Final = ("/en", "/fr")
_SESSION: Final = "__Host-entente-session"
_HIDDEN: Final = (None, "body_unknown", "route_unknown", "document_unknown")


_ENDS_SESSION: Final = [f"POST {path}" for path in PLACES["sign_out"]]
_NEEDS_SECRET: Final = [f"GET {path}" for path in PLACES["enrol_image"]] + [
    f"POST {path}" for path in PLACES["enrol"]
]
"""These are about a secret that another page made."""


class Outcome(StrEnum):
    PASSES = "passes"
    """Let through, whatever the request is worth then."""
    SHOWS = "shows"
    """Let through, and shown what was looked for."""
    LACKS = "lacks"
    """Let through, and what was looked for is not in it."""
    HIDDEN = "hidden"
    """As if there were no such thing."""
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    """Refused for what is shown of who asks, or for showing nothing."""
    LED = "led"
    """On to another page: to sign in, or to the account."""


@dataclass(frozen=True)
class Probe:
    """One request at one door."""

    door: str
    path: str
    name: str = ""
    """Tells probes of one door from each other."""
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    content: tuple[str, bytes] | None = None
    """A media type with its bytes, instead of JSON."""
    form: dict[str, str] | None = None
    action: str | None = None
    """The command that the address names."""
    looked_for: str | None = None
    """A text that is shown to those who may see the audience below."""
    audience: Audience | None = None
    """Of what is looked for, or else of the record that the address names."""
    national: bool = False
    """Whether a grant opens it."""
    answers: dict[str, Outcome] = field(default_factory=dict)
    """For pages of signing in: what it answers to somebody `in` and `out`."""

    @property
    def method(self) -> str:
        method = self.door.partition(" ")[0]
        return "POST" if method == "ANY" and self.body is not None else method.replace("ANY", "GET")

    @property
    def is_page(self) -> bool:
        return self.path.startswith(_PAGES)

    def __str__(self) -> str:
        return f"{self.door} {self.name}".strip()


def probes() -> list[Probe]:
    """At least one at each door."""
    return [*_api(), *_logs(), *_open(), *_reads(), *_about(), *_people()]


def _api() -> Iterator[Probe]:
    base, asked = f"/api/v1/partnerships/{OWN}", "{slug}"
    door = f"/api/v1/partnerships/{asked}"
    yield Probe("POST /api/v1/partnerships", "/api/v1/partnerships", body={})
    for command in COMMANDS:
        path = f"{base}/commands/{command}"
        yield Probe(f"POST {door}/commands/{{command}}", path, command, body={}, action=command)
    any_id = str(uuid.UUID(int=7))
    table = ("text/csv", b"a,b\n1,2\n")
    yield Probe(
        f"POST {door}/imports/{{table}}", f"{base}/imports/plans", query={"preview": "true"}, content=table
    )
    yield Probe(f"GET {door}/imports/{{table}}/template", f"{base}/imports/plans/template", query={"as": "csv"})
    yield Probe(f"GET {door}/imports/{{import_id}}", f"{base}/imports/{any_id}")
    yield Probe(f"POST {door}/imports/{{import_id}}/undo", f"{base}/imports/{any_id}/undo", body={})
    yield Probe(f"POST {door}/documents", f"{base}/documents", content=("application/pdf", b"%PDF-1.7 probe"))
    for audience in AUDIENCES:
        path = f"{base}/documents/{id_of(f'document {audience}')}"
        yield Probe(f"GET {door}/documents/{{document_id}}", path, audience, audience=audience)
    yield Probe(f"GET {door}/calendar.ics", f"{base}/calendar.ics")
    for one in ("addresses", "invitations", "members", "readings"):
        yield Probe(f"GET {door}/{one}", f"{base}/{one}")
    for one, part in (("addresses", "address_id"), ("invitations", "invitation_id"), ("members", "membership_id")):
        yield Probe(f"DELETE {door}/{one}/{{{part}}}", f"{base}/{one}/{any_id}")
    person = f"{base}/people/{any_id}"
    yield Probe(f"GET {door}/people/{{person_id}}", person)
    yield Probe(f"PUT {door}/people/{{person_id}}", person, body={})
    yield Probe(f"GET {door}/service-tokens", f"{base}/service-tokens")
    yield Probe(f"POST {door}/service-tokens", f"{base}/service-tokens", body={})
    yield Probe(f"DELETE {door}/service-tokens/{{token_id}}", f"{base}/service-tokens/{'a' * 16}")
    for one in ("addresses", "invitations"):
        yield Probe(f"POST {door}/{one}", f"{base}/{one}", body={})


def _logs() -> Iterator[Probe]:
    base = f"/log/{body_id(OWN)}"
    for path in ("checkpoint", "checkpoint/final", "vkey"):
        yield Probe(f"GET /log/{{log}}/{path}", f"{base}/{path}")
    yield Probe("GET /log/{log}/tile/{rest}", f"{base}/tile/0/000")
    yield Probe(ENTRIES, f"{base}/tile/entries/000")
    yield Probe("GET /log/{log}/proof/{index}", f"{base}/proof/0")
    yield Probe("GET /log/{log}/consistency/{size}", f"{base}/consistency/1")
    yield Probe("GET /log/{log}/pack", f"{base}/pack")
    steps = f"{base}/plans/{id_of('published')}/steps/1"
    yield Probe("GET /log/{log}/plans/{plan_id}/steps/{version}", steps)


def _open() -> Iterator[Probe]:
    for path in ("/", "/en", "/fr", "/en/verification", "/fr/verification", "/favicon.ico"):
        yield Probe(f"GET {path}", path)
    for path in ("/openapi.json", "/health/live", "/health/ready"):
        yield Probe(f"GET {path}", path)
    yield Probe(
        "GET /sign-in/{name}/signed-out",
        "/sign-in/nowhere/signed-out",
        answers=dict.fromkeys(("in", "out"), Outcome.LED),
    )
    back = "GET /sign-in/{name}/return"
    yield Probe(back, "/sign-in/city/return", answers=dict.fromkeys(("in", "out"), Outcome.FORBIDDEN))
    css = "GET /static/{digest}/{name}"
    yield Probe(css, "/static/0/entente.css", answers=dict.fromkeys(("in", "out"), Outcome.HIDDEN))
    yield Probe("GET /metrics", "/metrics", answers=dict.fromkeys(("in", "out"), Outcome.UNKNOWN))


def _reads() -> Iterator[Probe]:
    own = {"partnership": OWN}
    asked = {
        **own,
        "owner": OWN,
        "indicator": str(id_of("indicator public")),
        "period": "FISCAL_YEAR",
        "start": PERIOD["start"],
        "end": PERIOD["end"],
        "stage": "SUBMITTED",
        "lang": "en",
    }
    for kind in ("csv", "xlsx"):
        path = f"/api/v1/views/comparison.{kind}"
        figure: dict[str, Any] = {"looked_for": FIGURE, "audience": Audience.FUNDERS, "national": True}
        yield Probe(f"GET {path}", path, "figure", query=asked, **figure)
        path = f"/api/v1/views/agreements.{kind}"
        for audience in (Audience.PUBLIC, Audience.FUNDERS, Audience.TENANT):
            label = f"Volet {OWN} {audience} (en)"
            query = own | {"lang": "en"}
            shown: dict[str, Any] = {"looked_for": label, "audience": audience, "national": True}
            yield Probe(f"GET {path}", path, audience, query=query, **shown)
        for view in ("endorsements", "funding", "sectors", "registry", "series", "themes", "portraits", "frozen"):
            path = f"/api/v1/views/{view}.{kind}"  # of the last three nothing is named: it is asked for
            yield Probe(f"GET {path}", path)
        yield Probe(f"GET /api/v1/views/published.{kind}", f"/api/v1/views/published.{kind}", query=own)
        path = f"/api/v1/views/exceptions.{kind}"
        yield Probe(f"GET {path}", path, query=own, audience=Audience.TENANT)
    base = f"/api/v1/partnerships/{OWN}"
    for plan, audience in PLANS.items():
        told: dict[str, Any] = {"looked_for": f"Plan {plan} (en)", "audience": audience}
        door = "GET /api/v1/partnerships/{slug}/cids.jsonld"
        yield Probe(door, f"{base}/cids.jsonld", plan, query={"lang": "en"}, **told)
    for kind in ("csv", "xlsx"):
        door = f"GET /api/v1/partnerships/{{slug}}/grants-contributions.{kind}"
        for audience in (Audience.PUBLIC, Audience.TENANT):
            label = f"Volet {OWN} {audience} (en)"
            seen: dict[str, Any] = {"looked_for": label, "audience": audience}
            yield Probe(door, f"{base}/grants-contributions.{kind}", audience, query={"lang": "en"}, **seen)
    door = "GET /api/v1/partnerships/{slug}/datasets/{dataset_id}/sdmx.csv"
    yield Probe(door, f"{base}/datasets/none/sdmx.csv", query={"nothing": "asked"})
    yield Probe("GET /api/v1/cids.jsonld", "/api/v1/cids.jsonld", query={"province": "YT"})
    text = f'{{ partnership(slug: "{OWN}") {{ plans {{ nodes {{ title {{ fr }} }} }} }} }}'
    for plan, audience in PLANS.items():
        title = f"Plan {plan} (fr)"
        for name, more in (("GET", {"query": {"query": text}}), ("POST", {"body": {"query": text}})):
            made: dict[str, Any] = {"looked_for": title, "audience": audience, **more}
            yield Probe("ANY /graphql", "/graphql", f"{name} {plan}", **made)


PLANS: Final = {"published": Audience.PUBLIC, "adopted": Audience.TENANT, "draft": Audience.DRAFT}


def _about() -> Iterator[Probe]:
    for base in PARTNERSHIPS.values():
        for plan, audience in PLANS.items():
            seen: dict[str, Any] = {"looked_for": f"Plan {plan}", "audience": audience}
            yield Probe(f"GET {base}/{{slug}}/plans", f"{base}/{OWN}/plans", plan, **seen)
            path = f"{base}/{OWN}/plans/{id_of(plan)}"
            yield Probe(f"GET {base}/{{slug}}/plans/{{plan_id}}", path, plan, audience=audience)
        yield Probe(f"GET {base}/{{slug}}/exceptions", f"{base}/{OWN}/exceptions")
        yield Probe(f"GET {base}/{{slug}}/readings", f"{base}/{OWN}/readings")
        yield Probe(f"POST {base}/{{slug}}/pack", f"{base}/{OWN}/pack", form={"token": ""})


def _people() -> Iterator[Probe]:
    """The pages of signing in, in both languages; forms come from a page that was shown to the same browser."""
    wrong = new_opaque()
    led, unknown, hidden = ({"out": one} for one in (Outcome.LED, Outcome.UNKNOWN, Outcome.HIDDEN))
    always_led = dict.fromkeys(("in", "out"), Outcome.LED)
    always_passes = dict.fromkeys(("in", "out"), Outcome.PASSES)
    for name, answers in (
        ("sign_in", {"in": Outcome.LED}),
        ("code", always_led),
        ("enrol", led),
        ("enrol_image", hidden),
        ("invitation", always_passes),
        ("with", dict.fromkeys(("in", "out"), Outcome.HIDDEN)),  # by no name
        ("forgotten", {}),
        ("password", always_passes),
        ("account", led),
        ("own_data", led),
        ("confirm", led),
    ):
        for path in PLACES[name]:
            yield _page("GET", path, wrong, answers=answers)
    forms: tuple[tuple[str, dict[str, Outcome]], ...] = (
        ("sign_in", dict.fromkeys(("in", "out"), Outcome.UNKNOWN)),  # by no password
        ("code", always_led),
        ("enrol", led | {"in": Outcome.UNKNOWN}),  # by no code
        ("invitation", always_passes),
        ("forgotten", {}),
        ("password", always_passes),
        ("confirm", led | {"in": Outcome.UNKNOWN}),  # by no password
        ("sign_out", always_led),
        ("end_session", always_led),
        ("act_for", always_led),
        ("contact", always_led),
        ("passkey_end", always_led),
        ("login_new", led | {"in": Outcome.HIDDEN}),  # with no name
        ("login_end", always_led),
    )
    for name, answers in forms:
        for path in PLACES[name]:
            yield _page("POST", path, wrong, form={}, answers=answers)
    for name, answers in (
        ("passkey", dict.fromkeys(("in", "out"), Outcome.UNKNOWN)),  # by no key
        ("passkey_options", {}),
        ("passkey_new", unknown | {"in": Outcome.UNKNOWN}),  # by no key
        ("passkey_new_options", unknown),
    ):
        for path in PLACES[name]:
            yield _page("POST", path, wrong, body={}, answers=answers)


def _page(method: str, path: str, secret: str, **more: Any) -> Probe:
    plain = path.replace("{token:str}", "{token}")
    return Probe(f"{method} {plain}", plain.replace("{token}", secret), **more)


def expected(probe: Probe, who: Who) -> Outcome:
    """What the lines of the tables make of somebody at a door."""
    door = DOORS[probe.door]
    signed_in = who.standing not in (Standing.ANONYMOUS, Standing.EXPIRED) and shows(probe, who) == "session"
    match door.rule:
        case Rule.OPEN | Rule.VISITOR | Rule.HALFWAY | Rule.ACCOUNT | Rule.SECRET:
            return probe.answers.get("in" if signed_in else "out", Outcome.PASSES)
    if who.standing is Standing.EXPIRED:
        led = door.rule in (Rule.READER, Rule.MEMBERS) and probe.is_page and shows(probe, who) == "session"
        return Outcome.LED if led else Outcome.UNKNOWN
    match door.rule:
        case Rule.READER:
            return _read(probe, who)
        case Rule.MEMBERS:
            own = who.standing is Standing.OWN and who.role not in OUTSIDER_ROLES | LIMITED
            return Outcome.PASSES if own else Outcome.FORBIDDEN
    if who.standing is Standing.ANONYMOUS or (door.rule is Rule.CALENDAR and shows(probe, who) == "token"):
        return Outcome.UNKNOWN
    return _acts(door, probe, who)


def _acts(door: Door, probe: Probe, who: Who) -> Outcome:
    """Somebody who is known, at a door where it counts for whom they act and in which role."""
    assert who.role is not None
    if door.rule is Rule.INSTANCE:
        return Outcome.PASSES if who.standing is Standing.INSTANCE else Outcome.FORBIDDEN
    if who.standing in (Standing.GRANTED, Standing.STRANGER):
        return Outcome.HIDDEN
    if door.drafts is not None and who.standing is Standing.OWN and who.role not in AUTHOR_ROLES:
        return Outcome.FORBIDDEN
    whole = OUTSIDER_ROLES if door.limited else OUTSIDER_ROLES | LIMITED
    if not door.actions and probe.action is None and who.role in whole:
        return Outcome.FORBIDDEN
    actions = [*door.actions, *([probe.action] if probe.action else [])]
    may = all(who.role in ROLES_OF_COMMAND[action] for action in actions)
    return Outcome.PASSES if may else Outcome.FORBIDDEN


def _read(probe: Probe, who: Who) -> Outcome:
    if probe.audience is None:
        return Outcome.PASSES
    seen = probe.audience in sight(who, national=probe.national)
    if probe.looked_for is None:
        return Outcome.PASSES if seen else Outcome.HIDDEN
    return Outcome.SHOWS if seen else Outcome.LACKS


def sight(who: Who, *, national: bool) -> frozenset[Audience]:
    """What somebody with a valid claim, or none, sees of the body's records."""
    if who.standing is Standing.OWN:
        return seen_inside(who.role)
    granted = who.standing is Standing.GRANTED and who.role not in READS_BY_NO_GRANT
    return seen_outside(granted=granted, national=national)


def shows(probe: Probe, who: Who) -> Shows:
    """By what somebody is known: people by their session on pages, programs by a token."""
    if who.role is None:
        return "nothing"
    return "session" if probe.is_page and has_session(who) else "token"


async def tried(world: World, probe: Probe, who: Who) -> Outcome:
    """What somebody gets at a door.

    Raises:
        AssertionError: the service failed.
    """
    return classified(probe, await answered(world, probe, who))


async def answered(world: World, probe: Probe, who: Who) -> httpx.Response:
    """The answer that somebody gets at a door."""
    headers = {"x-forwarded-for": f"matrix:{uuid.uuid4().hex}", "accept-language": "en"}
    cookies: dict[str, str] = {}
    match shows(probe, who):
        case "session":
            ends = probe.door in _ENDS_SESSION
            cookies[_SESSION] = await world.begin(who) if ends else await world.session(who)
            if probe.door in _NEEDS_SECRET:
                await world.client.get(PLACES["enrol"].en, headers=headers | {"cookie": _joined(cookies)})
        case "token":
            headers["authorization"] = f"Bearer {await world.token(who)}"
    return await _asked(world, probe, headers, cookies)


async def told(world: World, probe: Probe, who: Who) -> tuple[int, str]:
    """The status that somebody gets at a door and what is said, but for what names the request, and `NOWHERE`."""
    answer = await answered(world, probe, who)
    text = answer.text
    if "json" in answer.headers.get("content-type", ""):
        text = json.dumps({key: value for key, value in answer.json().items() if key != "correlation_id"})
    else:
        text = text.replace(answer.headers["x-correlation-id"], "")
    return answer.status_code, text.replace(NOWHERE, OWN)


async def _asked(world: World, probe: Probe, headers: dict[str, str], cookies: dict[str, str]) -> httpx.Response:
    options: dict[str, Any] = {"params": probe.query} if probe.query else {}
    if probe.method != "GET":
        headers |= {"origin": ORIGIN, "sec-fetch-site": "same-origin", "idempotency-key": str(uuid.uuid4())}
    if probe.is_page and probe.method == "POST":
        form = new_opaque()
        cookies["__Host-entente-form"] = form
        bound = f"{cookies.get(_SESSION, '')}|{form}".encode()
        given = hmac.digest(world.write.identity.forms_key, bound, hashlib.sha256).hex()
        headers["x-entente-form"] = given
        if probe.form is not None:
            email = f"{uuid.uuid4().hex}@example.org"  # attempts of one address are counted
            options["content"] = urlencode({"form": given, "email": email, **probe.form})
            headers["content-type"] = "application/x-www-form-urlencoded"
    if probe.content is not None:
        headers["content-type"], options["content"] = probe.content
    elif probe.body is not None:
        options["json"] = probe.body
    if cookies:
        headers["cookie"] = _joined(cookies)
    world.client.cookies.clear()
    return await world.client.request(probe.method, probe.path, headers=headers, follow_redirects=False, **options)


def _joined(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def classified(probe: Probe, answer: httpx.Response) -> Outcome:
    """What an answer is."""
    status, code = answer.status_code, _code(answer)
    assert status < 500 or code in _MAY_BE_BUSY, f"{probe}: {status} {answer.text[:300]}"
    match status:
        case 401:
            return Outcome.UNKNOWN
        case 403:
            return Outcome.FORBIDDEN
        case 404 if code in _HIDDEN and not probe.path.startswith(_NO_RECORD):
            return Outcome.HIDDEN
        case 303:
            return Outcome.LED
    if probe.looked_for is None:
        return Outcome.PASSES
    return Outcome.SHOWS if probe.looked_for in _text(answer) else Outcome.LACKS


_MAY_BE_BUSY: Final = ("reads_behind",)
"""A pack or a step waits for read models and signatures, which nobody makes here."""
_NO_RECORD: Final = tuple(path.partition("{")[0] for name in ("invitation", "password") for path in PLACES[name])
"""Whose 404 is a page that says that the link is not valid, to everybody alike."""


def _code(answer: httpx.Response) -> str | None:
    if "json" not in answer.headers.get("content-type", ""):
        return None
    found = json.loads(answer.content)
    code = found.get("code") if isinstance(found, dict) else None
    return code if isinstance(code, str) else None


def _text(answer: httpx.Response) -> str:
    if not answer.content.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return "\n".join(book.read(name).decode(errors="replace") for name in book.namelist())


def undeclared(served: set[str]) -> list[str]:
    """Doors without a line, lines without a probe, and lines of people that no probe can name."""
    probed = {probe.door for probe in probes()}
    found = [
        f"{key}: who may use it is not declared in services/doors.py" for key in sorted(served - DOORS.keys())
    ]
    found += [f"{key}: declared, and not tried" for key in sorted(DOORS.keys() - probed)]
    named = {action for door in DOORS.values() for action in door.actions} | COMMANDS.keys()
    found += [f"{key}: allowed to some, and asked at no door" for key in sorted(OUTSIDE_LOGS - named)]
    return found
